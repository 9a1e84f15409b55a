"""Dates as people know them: a day, a month, a quarter, a year, or not at all."""

import re
from datetime import date

from tracker.core.clock import shown_date
from tracker.core.i18n import N_, Labelled, gettext
from tracker.core.text import fold

_DAY = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$")
_MONTH = re.compile(r"^(?:thang\s+|month\s+)?(\d{1,2})[/.\- ](\d{4})$")
_QUARTER = re.compile(r"^(?:quy|quarter|q)\s*(iv|i{1,3}|[1-4])[/.\- ]\s*(\d{4})$")
_YEAR = re.compile(r"^(?:nam\s+|year\s+)?(\d{4})$")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
FIRST_YEAR = 1945
YEARS_AHEAD = 5
YEARS = range(2, 9000)
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")


class Precision(Labelled):
    """How exactly a date is known; the stored day is the first of its period."""

    DAY = "day", N_("Day")
    MONTH = "month", N_("Month")
    QUARTER = "quarter", N_("Quarter")
    YEAR = "year", N_("Year")
    UNKNOWN = "unknown", N_("Unknown date")


def parse_day(text: str) -> date | None:
    """Read dd/mm/yyyy (also with dots or hyphens) or ISO; None when there is no such day."""
    if found := _DAY.match(text.strip()):
        day, month, year = map(int, found.groups())
    elif found := _ISO.match(text.strip()):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return _day(year, month, day)
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date:
    """Give a day from which one can count on and back; nobody means the others."""
    if year not in YEARS:
        raise ValueError(year)
    return date(year, month, day)


def parse_known(text: str) -> tuple[date | None, Precision] | None:
    """Read a date as exactly as it was typed: 05/03/2026, 3/2026, quý II/2024, 2023, or nothing.

    Gives the first day of the period and its precision; None when it is no date at all.
    """
    plain = fold(text)
    if not plain:
        return None, Precision.UNKNOWN
    if day := parse_day(plain):
        return day, Precision.DAY
    try:
        if found := _MONTH.match(plain):
            return _day(int(found[2]), int(found[1]), 1), Precision.MONTH
        if found := _QUARTER.match(plain):
            quarter = _ROMAN.get(found[1]) or int(found[1])
            return _day(int(found[2]), quarter * 3 - 2, 1), Precision.QUARTER
        if found := _YEAR.match(plain):
            return _day(int(found[1]), 1, 1), Precision.YEAR
    except ValueError:
        return None
    return None


def is_sensible_year(day: date | None, today: date) -> bool:
    """Tell whether a day lies where a register's days can lie; a slip of the finger does not."""
    return day is None or FIRST_YEAR <= day.year <= today.year + YEARS_AHEAD


def first_day(day: date | None, precision: Precision) -> date | None:
    """Give the day that stands for a date known only so exactly: the first of its period."""
    if day is None or precision is Precision.UNKNOWN:
        return None
    month = {
        Precision.DAY: day.month,
        Precision.MONTH: day.month,
        Precision.QUARTER: (day.month - 1) // 3 * 3 + 1,
        Precision.YEAR: 1,
    }[precision]
    return date(day.year, month, day.day if precision is Precision.DAY else 1)


def typed(day: date | None, precision: Precision) -> str:
    """Write a date so that parse_known reads it back as it was."""
    if day is None or precision is Precision.UNKNOWN:
        return ""
    return {
        Precision.DAY: shown_date(day),
        Precision.MONTH: f"{day:%m/%Y}",
        Precision.QUARTER: f"Q{(day.month - 1) // 3 + 1}/{day.year}",
        Precision.YEAR: f"{day.year}",
    }[precision]


def shown(day: date | None, precision: Precision) -> str:
    """Write a date no more exactly than it is known."""
    if day is None or precision is Precision.UNKNOWN:
        return gettext("date unknown")
    quarter = ("I", "II", "III", "IV")[(day.month - 1) // 3]
    return {
        Precision.DAY: shown_date(day),
        Precision.MONTH: gettext("month %(month)s/%(year)s", month=f"{day:%m}", year=day.year),
        Precision.QUARTER: gettext("quarter %(quarter)s/%(year)s", quarter=quarter, year=day.year),
        Precision.YEAR: gettext("year %(year)s", year=day.year),
    }[precision]
