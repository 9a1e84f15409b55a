"""The stretch of days that a report is about."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, Labelled, gettext

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_TERM = 20
FIRST_INSPECTION_DAY = 15
_PERIOD = re.compile(r"^(\d{4})(?:-(?:(\d{2})|Q([1-4])|([69])M|(\d{4})))?$", re.ASCII)
_ROMAN = ("I", "II", "III", "IV")


class Form(Labelled):
    """How a named period is cut: by the calendar, or as reports to the inspectorate ask.

    Circular 01/2024/TT-TTCP lets every month run from the 15th of the one before to its 14th.
    """

    CALENDAR = "calendar", N_("Calendar periods")
    INSPECTION = "inspection", N_("Inspection periods (15th to 14th)")


class PeriodRefused(TrackerError):
    """What was asked for is no stretch of days; `field` says where it was typed."""

    status_code = 400

    def __init__(self, msgid: str, field: str = "from", **values: object) -> None:
        super().__init__(msgid, **values)
        self.field = field


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends counted; `key` is how an address writes it, if it has a name.

    A name of the commune's own is its key as it stands.
    """

    start: date
    end: date
    key: str = ""
    form: Form = Form.CALENDAR

    @property
    def label(self) -> str:
        """Say the period in words, as they stand inside a sentence."""
        if not self.key:
            start, end = shown_date(self.start), shown_date(self.end)
            return gettext("from %(start)s to %(end)s", start=start, end=end)
        if self.form is Form.INSPECTION:
            return gettext("%(period)s (inspection period)", period=self.name)
        return self.name

    @property
    def name(self) -> str:
        """Say a named period in words, whichever form it has."""
        found = _PERIOD.match(self.key)
        if found is None:
            return self.key
        year, month, quarter, first_months, last_year = found.groups()
        if month:
            return gettext("month %(month)s/%(year)s", month=month, year=year)
        if quarter:
            roman = _ROMAN[int(quarter) - 1]
            return gettext("quarter %(quarter)s/%(year)s", quarter=roman, year=year)
        if first_months:
            return gettext(
                "the first %(months)s months of %(year)s", months=first_months, year=year
            )
        if last_year:
            return gettext("the term %(first)s–%(last)s", first=year, last=last_year)
        return gettext("year %(year)s", year=year)

    @property
    def arguments(self) -> dict[str, str]:
        """Give what stands for the period in an address."""
        if self.is_called:
            return {**self._days, "called": self.key}
        if self.key and self.form is not Form.CALENDAR:
            return {"period": self.key, "form": str(self.form)}
        if self.key:
            return {"period": self.key}
        return self._days

    @property
    def is_called(self) -> bool:
        """Tell whether its name is one of the commune's own, which its days do not tell."""
        return bool(self.key) and _PERIOD.match(self.key) is None

    @property
    def _days(self) -> dict[str, str]:
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    @property
    def is_term(self) -> bool:
        """Tell whether it spans named years, which no single year stands beside."""
        found = _PERIOD.match(self.key)
        return found is not None and found[5] is not None

    def year_before(self) -> "Period":
        """Give the same stretch a year earlier; the end of a month stays the end of a month."""
        return self._moved(12)

    def just_before(self) -> "Period":
        """Give the same stretch just before: of months as many months, else as many days."""
        months = self._months
        if months:
            return self._moved(months)
        length = self.end - self.start
        end = self.start - timedelta(days=1)
        return Period(max(end - length, date(FIRST_YEAR - 1, 1, 1)), end)

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
        """Give the months of the period, as its form cuts them; first and last may be parts."""
        first = self.start
        while first <= self.end:
            last = min(self.end, self._end_of_month(first))
            yield Period(first, last)
            first = last + timedelta(days=1)

    def _end_of_month(self, day: date) -> date:
        if self.form is Form.CALENDAR:
            return _month_end(day.year, day.month)
        ends = date(day.year, day.month, FIRST_INSPECTION_DAY - 1)
        return ends if day <= ends else _months_before(ends, -1)

    @property
    def _months(self) -> int:
        """Give how many whole months it names or spans; none for any other days."""
        found = _PERIOD.match(self.key)
        if found:
            year, month, quarter, first_months, last_year = found.groups()
            if last_year:
                return (int(last_year) - int(year) + 1) * 12
            return 1 if month else 3 if quarter else int(first_months) if first_months else 12
        if self.start.day != 1 or self.end != _month_end(self.end.year, self.end.month):
            return 0
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    def _moved(self, months: int) -> "Period":
        return Period(
            _months_before(self.start, months),
            _months_before(self.end, months, is_end=self.form is Form.CALENDAR),
        )


def named_period(key: str, form: Form = Form.CALENDAR) -> Period:
    """Read 2026-11, 2026-Q3, 2026-6M, 2026-9M, 2026 or 2020-2025; refuse anything else."""
    plain = key.strip().upper()
    found = _PERIOD.match(plain)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise _unknown(key)
    year, month, quarter, first_months = int(found[1]), found[2], found[3], found[4]
    last_year = int(found[5] or year)
    if not year <= last_year < min(year + LONGEST_TERM, LAST_YEAR + 1) or found[5] == found[1]:
        raise _unknown(key)
    first, last = 1, 12
    if month:
        first = last = int(month)
    elif quarter:
        first, last = int(quarter) * 3 - 2, int(quarter) * 3
    elif first_months:
        last = int(first_months)
    if not 1 <= first <= 12:
        raise _unknown(key)
    if form is Form.INSPECTION:
        start = _months_before(date(year, first, FIRST_INSPECTION_DAY), 1)
        return Period(start, date(last_year, last, FIRST_INSPECTION_DAY - 1), plain, form)
    return Period(date(year, first, 1), _month_end(last_year, last), plain)


def typed_period(start: str, end: str) -> Period:
    """Read two days, each dd/mm/yyyy or ISO; refuse what is missing, impossible or reversed."""
    if not start.strip():
        raise PeriodRefused(N_("Type the first day, too."), "from")
    first, last = _typed_day(start, "from"), _typed_day(end, "to")
    if first > last:
        raise PeriodRefused("The last day comes before the first.", "to")
    return Period(first, last)


def typed_as_at(text: str, today: date, field: str = "as_at") -> date:
    """Read the day up to which is counted: today unless told otherwise; refuse a later one."""
    if not text.strip():
        return today
    day = _typed_day(text, field)
    if day > today:
        raise PeriodRefused(
            "%(day)s has not come yet; the register is counted up to today, %(today)s, at most.",
            field,
            day=shown_date(day),
            today=shown_date(today),
        )
    return day


def near_periods(today: date, form: Form = Form.CALENDAR) -> list[Period]:
    """Give the periods that a meeting asks for most, seen from a day."""
    begins_next = form is Form.INSPECTION and today.day >= FIRST_INSPECTION_DAY
    this_month = _months_before(today.replace(day=1), -1 if begins_next else 0)
    last_month = _months_before(this_month, 1)
    year = this_month.year
    keys = [
        f"{this_month:%Y-%m}",
        f"{last_month:%Y-%m}",
        f"{year}-Q{(this_month.month + 2) // 3}",
        f"{year}-6M",
        f"{year}-9M",
        f"{year}",
        f"{year - 1}",
    ]
    return [named_period(key, form) for key in keys]


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
        "“%(key)s” is no period; write it like 2026-11, 2026-Q3, 2026-6M, 2026-9M, 2026 or"
        " 2020-2025.",
        "period",
        key=key[:40],
    )


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _months_before(day: date, months: int, *, is_end: bool = False) -> date:
    """Go back by months; the last day of one becomes the last of the other, if it is an end."""
    at = day.year * 12 + day.month - 1 - months
    last = _month_end(at // 12, at % 12 + 1)
    is_last = day == _month_end(day.year, day.month)
    return last if is_end and is_last else last.replace(day=min(day.day, last.day))
