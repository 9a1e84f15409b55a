"""What is counted, and under what: pure data that the ledger and its writers share."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tracker.core.clock import VIETNAM

ONE_DAY = timedelta(days=1)

NO_DEPARTMENT = 0
"""Stands for "given to nobody yet": a NULL would never equal another."""

MEASURES = (
    "received",
    "reopened",
    "ended_resolved",
    "ended_explained",
    "ended_transferred",
    "ended_declined",
    "ended_withdrawn",
    "ended_joined",
    "late",
    "undated",
)
"""What is counted; each is a column of entries and of sums, so a new one is a migration."""


class By(StrEnum):
    """What sums are kept by, beside the unit and the day."""

    ALL = "all"
    CATEGORY = "category"
    DEPARTMENT = "department"
    KIND = "kind"
    LEVEL = "level"
    CHANNEL = "channel"


class Cell(NamedTuple):
    """Where a petition is counted: department 0 is "given to nobody"."""

    place_id: int
    category_id: int
    department_id: int
    kind: str
    level: str
    channel: str


class Entry(NamedTuple):
    """What one step of a petition changed on one day in one cell; `number` counts per petition.

    `changes` says by how much, measure by measure; a measure that stayed is left out.
    """

    number: int
    recorded_at: datetime
    day: date
    cell: Cell
    changes: Mapping[str, int]

    def row(self, petition_id: int) -> dict[str, object]:
        """Give the row of the table of entries."""
        return (
            dict.fromkeys(MEASURES, 0)
            | {
                "petition_id": petition_id,
                "number": self.number,
                "recorded_at": self.recorded_at,
                "day": self.day,
            }
            | self.cell._asdict()
            | dict(self.changes)
        )


class Span(NamedTuple):
    """Days that are summed, both ends counted; without a start, from the very beginning."""

    start: date | None
    end: date


class Piece(NamedTuple):
    """A part of a span that one grain of sums covers: whole months, or days; some taken back."""

    is_months: bool
    start: date | None
    end: date
    sign: int = 1


def pieces(span: Span) -> list[Piece]:
    """Cover a span by whole months, and by days where a month is not whole.

    Of a month that the span covers for the most part, the days outside are taken back, so that at
    most sixteen days are read at either end.
    """
    if span.start is not None and span.start > span.end:
        return []
    first = span.start and _month(span.start)
    last = _month(span.end)
    if first == last and span.start is not None:
        return _part(span.start, span.end)
    begun = [] if span.start is None else _part(span.start, _month_end(span.start))
    between = None if first is None else _next_month(first)
    whole_end = last - ONE_DAY
    whole = [] if between is not None and between > whole_end else [Piece(True, between, whole_end)]
    return begun + whole + _part(last, span.end)


def end_of_day(day: date) -> datetime:
    """Give the moment at which a Vietnamese day is over: what was typed before it was typed by."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM) + ONE_DAY


def _part(start: date, end: date) -> list[Piece]:
    """Cover days within one month by those days, or by the month less the other days."""
    first, last = _month(start), _month_end(start)
    outside = [(first, start - ONE_DAY), (end + ONE_DAY, last)]
    taken_back = [Piece(False, a, b, -1) for a, b in outside if a <= b]
    if sum((piece.end - piece.start).days + 1 for piece in taken_back if piece.start) > 15:
        return [Piece(False, start, end)]
    return [Piece(True, first, first), *taken_back]


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(first: date) -> date:
    return _month(first + 31 * ONE_DAY)


def _month_end(day: date) -> date:
    return _next_month(_month(day)) - ONE_DAY
