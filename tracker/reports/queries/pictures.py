"""What the pictures of a report are drawn from, where its table does not hold it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.ledger.queries import monthly_sums
from tracker.ledger.rules import Span, end_of_day
from tracker.reports.queries.cuts import Asked
from tracker.reports.rules import Form, Line, Period, line_of

MONTHS = 12
FAR_ENOUGH = 17
"""So many days after the 15th the next month has begun, and is not over."""


@dataclass(frozen=True, slots=True)
class Month:
    """What came in and ended in a month, and in the same month a year before."""

    days: Period
    days_before: Period
    now: Line
    before: Line

    @property
    def first(self) -> date:
        """Give its first day."""
        return self.days.start

    @property
    def last(self) -> date:
        """Give the last day of it that is counted."""
        return self.days.end

    @property
    def called(self) -> date:
        """Give a day of the month that it is called by: one of inspection begins a month before."""
        return self.first if self.first.day == 1 else self.first + timedelta(days=FAR_ENOUGH)


def trend(session: Session, asked: Asked) -> list[Month]:
    """Give the months up to the end of the period, a year of them, beside those a year before."""
    months = _months(asked.period)
    earlier = [month.year_before() for month in months]
    spans = [Span(days.start, days.end) for days in (*months, *earlier)]
    moment = None if asked.typed_by is None else end_of_day(asked.typed_by)
    lines = [
        line_of({}, inside) for inside in monthly_sums(session, asked.tree.home, spans, moment)
    ]
    half = len(months)
    return [
        Month(*month) for month in zip(months, earlier, lines[:half], lines[half:], strict=True)
    ]


def _months(period: Period) -> list[Period]:
    """Give the last twelve months of the form that the period has; the last may be a part."""
    start = period.end.replace(day=1)
    if period.form is Form.INSPECTION:
        start = start.replace(day=15)
        if period.end < start:
            start = _month_before(start)
    found = [Period(start, period.end)]
    for _ in range(MONTHS - 1):
        start = _month_before(start)
        month = Period(start, period.end, form=period.form)
        found.append(next(month.months()))
    return found[::-1]


def _month_before(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return day.replace(year=year, month=month)
