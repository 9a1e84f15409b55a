"""The rhythm expected of visits, how it is kept, and what the texts of a briefing may hold."""

import hashlib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.briefing.lifecycle import Every, Standing, VisitKind
from tracker.core.i18n import N_, Labelled

LINE_LIMIT, TEXT_LIMIT, DECISION_LIMIT = 200, 20_000, 5_000
"""A decision is no longer than the commitment it may become."""
FIRST_YEAR = 2000
MOST_ITEMS = 60
MOST_DAYS = 366
MONTHS_OF = {Every.MONTH: 1, Every.QUARTER: 3}


class Sort(Labelled):
    """In which order the log of visits stands."""

    NEWEST = "newest", N_("Newest first")
    OLDEST = "oldest", N_("Oldest first")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often visits of a kind are expected; `basis` says by whose word."""

    every: Every
    days: int | None
    basis: str


USUAL = {
    VisitKind.VILLAGE_VISIT: Rhythm(
        Every.DAYS,
        7,
        N_("Practice told of by the newspaper: commune leaders go to the villages every week"),
    ),
    VisitKind.PARTY_CELL: Rhythm(
        Every.QUARTER,
        None,
        N_("Practice told of by the newspaper: at least one Party-cell meeting a quarter"),
    ),
}
"""What is expected where nobody has set another rhythm; the basis is a message id."""


def due_by(rhythm: Rhythm, last: date) -> date:
    """Give the last day on which the next visit after `last` is still in time."""
    if rhythm.every is Every.DAYS:
        return last + timedelta(days=rhythm.days or 1)
    first = period_start(rhythm.every, last)
    return _period_end(rhythm.every, _period_end(rhythm.every, first) + timedelta(days=1))


def standing(rhythm: Rhythm, last: date | None, today: date) -> Standing:
    """Tell how the rhythm is kept on a day, by the day of the last visit."""
    if last is None:
        return Standing.NEVER
    if today > due_by(rhythm, last):
        return Standing.LATE
    is_by_period = rhythm.every is not Every.DAYS
    if is_by_period and last < period_start(rhythm.every, today):
        return Standing.TO_COME
    return Standing.IN_TIME


def period_start(every: Every, day: date) -> date:
    """Give the first day of the calendar's month or quarter that a day lies in."""
    months = MONTHS_OF[every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _period_end(every: Every, day: date) -> date:
    last_month = period_start(every, day).month + MONTHS_OF[every] - 1
    return date(day.year, last_month, monthrange(day.year, last_month)[1])


def heard_things(heard: str) -> list[str]:
    """Give each thing that was heard: one a line, without the dash or number it begins with."""
    lines = (line.strip().lstrip("-–•*+ ") for line in heard.splitlines())
    return [line for line in lines if line]


def fingerprint(text: str) -> str:
    """Give the sign by which a page tells which text it showed."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
