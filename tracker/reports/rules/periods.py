"""The stretch of days that a report is about."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, gettext

FIRST_YEAR, LAST_YEAR = 1900, 2100
_PERIOD = re.compile(r"^(\d{4})(?:-(?:(\d{2})|Q([1-4])|([69])M))?$", re.ASCII)
_ROMAN = ("I", "II", "III", "IV")


class PeriodRefused(TrackerError):
    """What was asked for is no stretch of days; `field` says where it was typed."""

    status_code = 400

    def __init__(self, msgid: str, field: str = "from", **values: object) -> None:
        super().__init__(msgid, **values)
        self.field = field


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends counted; `key` is how an address writes it, if it has a name."""

    start: date
    end: date
    key: str = ""

    @property
    def label(self) -> str:
        """Say the period in words, as they stand inside a sentence."""
        found = _PERIOD.match(self.key)
        if found is None:
            start, end = shown_date(self.start), shown_date(self.end)
            return gettext("from %(start)s to %(end)s", start=start, end=end)
        year, month, quarter, first_months = found.groups()
        if month:
            return gettext("month %(month)s/%(year)s", month=month, year=year)
        if quarter:
            roman = _ROMAN[int(quarter) - 1]
            return gettext("quarter %(quarter)s/%(year)s", quarter=roman, year=year)
        if first_months:
            return gettext(
                "the first %(months)s months of %(year)s", months=first_months, year=year
            )
        return gettext("year %(year)s", year=year)

    @property
    def arguments(self) -> dict[str, str]:
        """Give what stands for the period in an address."""
        if self.key:
            return {"period": self.key}
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    def year_before(self) -> "Period":
        """Give the same stretch a year earlier; the end of a month stays the end of a month."""
        return Period(_year_before(self.start), _year_before(self.end, is_end=True))

    def until(self, day: date) -> "Period":
        """Give the part of the period that has passed by a day; refuse when none has."""
        if self.start > day:
            raise PeriodRefused(
                "The period begins on %(start)s, after the day up to which is counted (%(day)s).",
                start=shown_date(self.start),
                day=shown_date(day),
            )
        return self if self.end <= day else replace(self, end=day)

    def months(self) -> Iterator["Period"]:
        """Give the months of the period; the first and the last may be parts of one."""
        first = self.start
        while first <= self.end:
            last = min(self.end, _month_end(first.year, first.month))
            yield Period(first, last)
            first = last + timedelta(days=1)


def named_period(key: str) -> Period:
    """Read 2026-11, 2026-Q3, 2026-6M, 2026-9M or 2026; refuse anything else."""
    plain = key.strip().upper()
    found = _PERIOD.match(plain)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise _unknown(key)
    year, month, quarter, first_months = int(found[1]), found[2], found[3], found[4]
    first, last = 1, 12
    if month:
        first = last = int(month)
    elif quarter:
        first, last = int(quarter) * 3 - 2, int(quarter) * 3
    elif first_months:
        last = int(first_months)
    if not 1 <= first <= 12:
        raise _unknown(key)
    return Period(date(year, first, 1), _month_end(year, last), plain)


def typed_period(start: str, end: str) -> Period:
    """Read two days, each dd/mm/yyyy or ISO; refuse what is missing, impossible or reversed."""
    first, last = _typed_day(start, "from"), _typed_day(end, "to")
    if first > last:
        raise PeriodRefused("The last day comes before the first.", "to")
    return Period(first, last)


def typed_as_at(text: str, today: date) -> date:
    """Read the day up to which is counted: today unless told otherwise; refuse a later one."""
    if not text.strip():
        return today
    day = _typed_day(text, "as_at")
    if day > today:
        raise PeriodRefused(
            "%(day)s has not come yet; the register is counted up to today, %(today)s, at most.",
            "as_at",
            day=shown_date(day),
            today=shown_date(today),
        )
    return day


def near_periods(today: date) -> list[Period]:
    """Give the periods that a meeting asks for most, seen from a day."""
    year, month = today.year, today.month
    last_month = today.replace(day=1) - timedelta(days=1)
    keys = [
        f"{year}-{month:02}",
        f"{last_month:%Y-%m}",
        f"{year}-Q{(month + 2) // 3}",
        f"{year}-6M",
        f"{year}-9M",
        f"{year}",
        f"{year - 1}",
    ]
    return [named_period(key) for key in keys]


def _typed_day(text: str, field: str) -> date:
    day = parse_day(text)
    if day is None:
        raise PeriodRefused(N_("There is no such day; type it as dd/mm/yyyy."), field)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PeriodRefused(
            "Choose a day between %(first)s and %(last)s.",
            field,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return day


def _unknown(key: str) -> PeriodRefused:
    return PeriodRefused(
        "“%(key)s” is no period; write it like 2026-11, 2026-Q3, 2026-6M, 2026-9M or 2026.",
        key=key[:40],
    )


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _year_before(day: date, *, is_end: bool = False) -> date:
    year, last = day.year - 1, monthrange(day.year - 1, day.month)[1]
    is_last_of_month = day.day == monthrange(day.year, day.month)[1]
    return date(year, day.month, last if is_end and is_last_of_month else min(day.day, last))
