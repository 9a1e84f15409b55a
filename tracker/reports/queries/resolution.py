"""The resolution report: every number a sum of the ledger."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlalchemy.orm import Session

from tracker.reports.queries.cuts import Asked, ReportLine, lines_by, unit_lines
from tracker.reports.queries.places import PlaceName, PlaceTree
from tracker.reports.rules import Cut, Line, Period, total, total_in_turn

HOTTEST = 8
"""So many hot spots are shown."""


class Subtotal(NamedTuple):
    """The places that one commune answers for today, and their sum."""

    key: str
    name: str
    numbers: Line
    lines: list[ReportLine]


@dataclass(frozen=True, slots=True)
class Report:
    """Lines, their total, and the totals of the same days a year before and of the period before.

    `recounted` is what stood at the end by the sums of the place as a whole, which are kept apart
    from those of the lines: reading them costs the same at any size. Counting the petitions
    themselves would not, so that is left to `tracker verify`. `typed_by` is the day by whose end
    everything that is counted had been typed, if that was asked for.
    """

    cut: Cut
    period: Period
    place: PlaceName
    lines: list[ReportLine]
    total: Line
    year_before: Line
    fictional: list[str]
    is_wholly_fictional: bool
    recounted: int
    typed_by: date | None = None
    just_before: Line = Line()

    @property
    def is_empty(self) -> bool:
        """Tell whether the register holds nothing for the period."""
        return self.total.is_empty

    @property
    def is_balanced(self) -> bool:
        """Tell whether the total balances, and the sums of the whole say the same."""
        return self.total.balance_is_true and self.total.outstanding == self.recounted

    @property
    def most_outstanding(self) -> ReportLine | None:
        """The line with the most outstanding, among equals the one with the most late."""
        standing = [line for line in self.lines if line.numbers.outstanding > 0 and line.has_rows]
        most = lambda line: (line.numbers.outstanding, line.numbers.late)  # noqa: E731
        return max(standing, key=most) if standing else None

    @property
    def hot_spots(self) -> list[ReportLine]:
        """Give the lines with the most outstanding, the worst first."""
        standing = [line for line in self.lines if line.numbers.outstanding > 0]
        worst = lambda line: (-line.numbers.outstanding, -line.numbers.late)  # noqa: E731
        return sorted(standing, key=worst)[:HOTTEST]

    @property
    def communes(self) -> list[Subtotal]:
        """Give the lines by the commune of today, each with its sum, if there are several."""
        if any(line.is_unit for line in self.lines):
            return []
        found = []
        for key, lines in groupby(self.lines, key=lambda line: line.commune_key):
            rows = list(lines)
            numbers = total(line.numbers for line in rows)
            found.append(Subtotal(key, rows[0].commune, numbers, rows))
        return found if len(found) > 1 else []


def resolution_report(
    session: Session, tree: PlaceTree, period: Period, cut: Cut, typed_by: date | None = None
) -> Report:
    """Give the report of a period that has passed, over all places of the tree, by one cut.

    The period's end is the day as at which everything stands by what had happened; `typed_by`
    leaves out what was typed after the end of that day in Vietnam, and counts each petition under
    the place, category and department of then, by the units of today.
    """
    lines = lines_by(session, cut, Asked(tree, period, typed_by))
    beside = [period, period.year_before(), period.just_before()]
    whole, year_before, just_before = unit_lines(session, tree.home, beside, typed_by)
    numbers = [line.numbers for line in lines]
    return Report(
        cut=cut,
        period=period,
        place=tree.top,
        lines=lines,
        total=total_in_turn(numbers) if cut is Cut.MONTH else total(numbers),
        year_before=year_before,
        fictional=tree.fictional,
        is_wholly_fictional=tree.is_wholly_fictional,
        recounted=whole.outstanding,
        typed_by=typed_by,
        just_before=just_before,
    )
