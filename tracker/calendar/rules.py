"""Working days: a five-day week, and the days that differ from it."""

from collections.abc import Mapping
from datetime import date, timedelta

Exceptions = Mapping[date, bool]
"""The days that differ from the plain week: True when worked, False when off."""

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
