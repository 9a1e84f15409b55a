"""Working days: a five-day week, and the days that differ from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

Exceptions = Mapping[date, bool]
"""The days that differ from the plain week: True when worked, False when off."""

LAST_ANNOUNCED_YEAR = 2026
"""Days off of later years are computed, not yet announced, until the installation says else."""

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from the plain week, why, and by which document."""

    is_working: bool
    reason: str = ""
    document: str = ""
    is_provisional: bool = False


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, whether calendar limits move off days off, which years are known."""

    special: Mapping[date, SpecialDay]
    rolls: bool = True
    announced_to: int = LAST_ANNOUNCED_YEAR

    @cached_property
    def exceptions(self) -> dict[date, bool]:
        """The days that differ, as the counting needs them."""
        return {day: kept.is_working for day, kept in self.special.items()}

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on this day."""
        return is_working_day(day, self.exceptions)

    def is_provisional(self, day: date | None) -> bool:
        """Tell whether a date touches a year whose days off are not yet announced."""
        return is_provisional(day, self.announced_to)


def is_provisional(day: date | None, announced_to: int) -> bool:
    """Tell whether a date lies in a year whose days off are not yet announced."""
    return day is not None and day.year > announced_to


def is_weekend(day: date) -> bool:
    """Tell whether the plain week leaves this day off."""
    return day.weekday() >= SATURDAY


def is_working_day(day: date, exceptions: Exceptions) -> bool:
    """Tell whether offices work on this day."""
    return exceptions.get(day, not is_weekend(day))


def add_working_days(start: date, days: int, exceptions: Exceptions) -> date:
    """Give the last of so many working days; the day of receipt is day zero."""
    day = start
    while days > 0:
        day += ONE_DAY
        days -= is_working_day(day, exceptions)
    return day


def add_calendar_days(
    start: date, days: int, exceptions: Exceptions, *, rolls: bool = True
) -> date:
    """Give the day so many days later; one that is off moves to the next working day."""
    day = start + timedelta(days=days)
    return next_working_day(day, exceptions) if rolls else day


def next_working_day(day: date, exceptions: Exceptions) -> date:
    """Give this day, or where it is off the first worked one after it."""
    while not is_working_day(day, exceptions):
        day += ONE_DAY
    return day


def due_date(
    start: date, days: int, *, working: bool, exceptions: Exceptions, rolls: bool = True
) -> date:
    """Count a time limit from the day of receipt, in working or in calendar days."""
    if working:
        return add_working_days(start, days, exceptions)
    return add_calendar_days(start, days, exceptions, rolls=rolls)
