"""Dates as people know them: a day, a month, a quarter, a year, or not at all."""

import re
from datetime import date

from tracker.core.clock import shown_date
from tracker.core.i18n import N_, Labelled, gettext

_DAY = re.compile(r"^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$")
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
        return date(year, month, day)
    except ValueError:
        return None


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
