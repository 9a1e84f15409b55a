"""The numbers of a report: lines that balance, and what each number counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from tracker.core.i18n import N_, Labelled, language
from tracker.petitions.lifecycle import Status
from tracker.petitions.rules import (
    CAME_IN,
    ENDED_AT_ALL,
    ENDED_OTHERWISE,
    IN_TIME,
    LATE,
    OUTSTANDING,
    RECEIVED,
    REOPENED,
    STOCKS,
    UNDATED,
    ended_as,
)

NO_RATE = "–"


class Cut(Labelled):
    """What the lines of a report stand for."""

    CATEGORY = "category", N_("By category")
    PLACE = "place", N_("By place")
    DEPARTMENT = "department", N_("By department")
    DIALOGUE = "dialogue", N_("By dialogue")
    KIND = "kind", N_("By kind")
    LEVEL = "level", N_("By level of competence")
    CHANNEL = "channel", N_("By channel")
    MONTH = "month", N_("By month")


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of one line: what was carried over, came in, ended, and stands at the end."""

    carried_over: int = 0
    received: int = 0
    reopened: int = 0
    resolved: int = 0
    explained: int = 0
    transferred: int = 0
    declined: int = 0
    withdrawn: int = 0
    joined: int = 0
    outstanding: int = 0
    late: int = 0
    undated: int = 0

    @property
    def to_do(self) -> int:
        """All that asked for an end in the period."""
        return self.carried_over + self.received + self.reopened

    @property
    def came_in(self) -> int:
        """All that came in the period, for the first time or again."""
        return self.received + self.reopened

    @property
    def ended(self) -> int:
        """All that came to an end in the period, in whatever way."""
        return sum(getattr(self, status) for status in _ENDS)

    @property
    def ended_otherwise(self) -> int:
        """What ended without being resolved."""
        return self.ended - self.resolved

    def __sub__(self, part: "Line") -> "Line":
        """Give what a part leaves of the whole, number by number."""
        return Line(*(getattr(self, f.name) - getattr(part, f.name) for f in fields(Line)))

    @property
    def in_time(self) -> int:
        """What is outstanding and not late; while a clock is paused nothing becomes late."""
        return self.outstanding - self.late - self.undated

    @property
    def balance_is_true(self) -> bool:
        """Tell whether what was to be done is what ended and what is still outstanding."""
        return self.to_do == self.ended + self.outstanding

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to report."""
        return not any(getattr(self, field.name) for field in fields(self))

    @property
    def resolved_share(self) -> float | None:
        """The share of what ended that was resolved; nothing when nothing ended."""
        return self.resolved / self.ended if self.ended else None

    @property
    def answered_share(self) -> float | None:
        """The share of what was to be done that was resolved or explained: answered, not solved."""
        return (self.resolved + self.explained) / self.to_do if self.to_do else None


_ENDS = (
    Status.RESOLVED,
    Status.EXPLAINED,
    Status.TRANSFERRED,
    Status.DECLINED,
    Status.WITHDRAWN,
    Status.JOINED,
)
FLOWS = {"received": RECEIVED, "reopened": REOPENED} | {
    str(status): ended_as(status) for status in _ENDS
}
"""Numbers of a line that count what happened in the period, and their measures."""

SUMS = {
    "came_in": CAME_IN,
    "ended": ENDED_AT_ALL,
    "ended_otherwise": ENDED_OTHERWISE,
}
"""Numbers that add up several of those, and what opens their rows."""

STANDING = {
    "outstanding": OUTSTANDING,
    "in_time": IN_TIME,
    "late": LATE,
    "undated": UNDATED,
}
"""Numbers of a line that count what stood on its last day, and their stocks."""


NUMBERS = ("carried_over", *FLOWS, *STANDING)
"""All numbers of a line that count petitions, in the order they are read."""


def line_of(before: Mapping[str, int], inside: Mapping[str, int]) -> Line:
    """Make a line from the sums of measures before its period and within it."""
    by_end = {name: before.get(name, 0) + inside.get(name, 0) for name in {*before, *inside}}
    return Line(
        carried_over=_stock(OUTSTANDING, before),
        **{name: inside.get(measure, 0) for name, measure in FLOWS.items()},
        outstanding=_stock(OUTSTANDING, by_end),
        late=_stock(LATE, by_end),
        undated=_stock(UNDATED, by_end),
    )


def total(lines: Iterable[Line]) -> Line:
    """Add lines up, number by number."""
    rows = list(lines)
    return Line(*(sum(getattr(row, f.name) for row in rows) for f in fields(Line)))


def total_in_turn(lines: Sequence[Line]) -> Line:
    """Put periods that follow each other into one: what each leaves the next one carries over."""
    if not lines:
        return Line()
    first, last = lines[0], lines[-1]
    return replace(
        total(lines),
        carried_over=first.carried_over,
        outstanding=last.outstanding,
        late=last.late,
        undated=last.undated,
    )


def shown_share(share: float | None) -> str:
    """Write a share in percent as the language writes decimals; a dash when there is none."""
    if share is None:
        return NO_RATE
    percent = f"{share * 100:.1f}%"
    return percent if language() == "en" else percent.replace(".", ",")


def _stock(stock: str, sums: Mapping[str, int]) -> int:
    return sum(weight * sums.get(measure, 0) for measure, weight in STOCKS[stock].items())
