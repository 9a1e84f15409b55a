"""A clearly fictional register of any size, by the register's own rules, written in bulk."""

from tracker.generating.making import USUAL_COMMUNES, Order, enlarge, last_day, last_whole_day
from tracker.generating.province import MOST_COMMUNES, Commune, Village
from tracker.generating.register import generated, has_people, make_register

__all__ = [
    "MOST_COMMUNES",
    "USUAL_COMMUNES",
    "Commune",
    "Order",
    "Village",
    "enlarge",
    "generated",
    "has_people",
    "last_day",
    "last_whole_day",
    "make_register",
]
