"""Working days: a five-day week, and the days that differ from it."""

from collections.abc import Mapping
from datetime import date, timedelta

from tracker.core.i18n import N_, Labelled

Exceptions = Mapping[date, bool]
"""The days that differ from the plain week: True when worked, False when off."""


class Unit(Labelled):
    """What a limit counts."""

    WORKING = "working", N_("working days")
    CALENDAR = "calendar", N_("calendar days")


class Certainty(Labelled):
    """How well the text of a limit is known; the law itself has the last word."""

    TWO_SOURCES = "two_sources", N_("Two independent sources agree")
    ONE_SOURCE = "one_source", N_("Read in one public source")
    ONE_EXAMPLE = "one_example", N_("One local text, as an example")
    MEMORY = "memory", N_("Not yet checked against a text")
    DECIDED_HERE = "decided_here", N_("Set by this installation")


_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def is_working_day(day: date, exceptions: Exceptions) -> bool:
    """Tell whether offices work on this day."""
    return exceptions.get(day, day.weekday() < _SATURDAY)


def add_working_days(start: date, days: int, exceptions: Exceptions) -> date:
    """Give the last of so many working days; the day of receipt is day zero."""
    day = start
    while days > 0:
        day += _ONE_DAY
        days -= is_working_day(day, exceptions)
    return day


def add_calendar_days(start: date, days: int, exceptions: Exceptions) -> date:
    """Give the day so many days later; one that is off moves to the next working day."""
    day = start + timedelta(days=days)
    while not is_working_day(day, exceptions):
        day += _ONE_DAY
    return day


def due_date(start: date, days: int, *, working: bool, exceptions: Exceptions) -> date:
    """Count a time limit from the day of receipt, in working or in calendar days."""
    count = add_working_days if working else add_calendar_days
    return count(start, days, exceptions)
