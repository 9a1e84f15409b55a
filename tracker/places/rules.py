"""Which place answers today for a place of any day: pure rules over the tree of units."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.core.i18n import N_, Labelled


class PlaceKind(Labelled):
    """The levels of administration; districts ended on 30/06/2025 (NQ 1658/NQ-UBTVQH15).

    REGISTER is the whole register: what every province in it lies in.
    """

    REGISTER = "register", N_("Whole register")
    PROVINCE = "province", N_("Province")
    DISTRICT = "district", N_("District")
    COMMUNE = "commune", N_("Commune")
    VILLAGE = "village", N_("Village")


@dataclass(frozen=True, slots=True)
class Node:
    """What the rules need to know of one place."""

    parent_id: int | None
    successor_id: int | None


def chain(places: Mapping[int, Node], place_id: int) -> list[int]:
    """Follow a place to those responsible for it today: its successor first, else what it lies in.

    A cycle ends the chain where it would begin again.
    """
    seen: list[int] = []
    at: int | None = place_id
    while at is not None and at not in seen and at in places:
        seen.append(at)
        node = places[at]
        at = node.successor_id or node.parent_id
    return seen


def scope(places: Mapping[int, Node], home_id: int) -> frozenset[int]:
    """Give every place, of today or of before, for which the people of `home_id` answer."""
    return frozenset(place_id for place_id in places if home_id in chain(places, place_id))
