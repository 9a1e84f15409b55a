"""Dates as people know them: a day, a month, a quarter, a year, or not at all."""

import re
from datetime import date
from enum import StrEnum

from tracker.core.clock import shown_date

_DAY = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")


class Precision(StrEnum):
    """How exactly a date is known; the stored day is the first of its period."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


def parse_day(text: str) -> date | None:
    """Read dd/mm/yyyy (also with dots or hyphens) or ISO; None when there is no such day."""
    if found := _DAY.match(text.strip()):
        day, month, year = map(int, found.groups())
    elif found := _ISO.match(text.strip()):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shown(day: date | None, precision: Precision) -> str:
    """Write a date no more exactly than it is known."""
    if day is None or precision is Precision.UNKNOWN:
        return "không rõ ngày"
    quarter = (day.month - 1) // 3 + 1
    return {
        Precision.DAY: shown_date(day),
        Precision.MONTH: f"tháng {day.month}/{day.year}",
        Precision.QUARTER: f"quý {'I' * quarter if quarter < 4 else 'IV'}/{day.year}",
        Precision.YEAR: f"năm {day.year}",
    }[precision]
