"""What the report of a period tells: the numbers of its page, and the petitions still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from tracker.commitments.rules import KnownNames
from tracker.petitions.lifecycle import Profile
from tracker.petitions.queries import ExportRow, PetitionFilter, Sort, Stock, petition_export_rows
from tracker.petitions.rules import OUTSTANDING
from tracker.petitions.rules.spellings import names_of
from tracker.reports.queries import Beside, PlaceTree, Report, beside, resolution_report
from tracker.reports.rules import Cut, Period

MOST_LISTED = 500
"""More than this nobody reads on paper; the annex then says how many there are, and where."""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The report as its page shows it, what stands beside it, and what was outstanding."""

    report: Report
    beside: Beside
    outstanding: Sequence[ExportRow]
    typed_by: date | None = None

    @property
    def known(self) -> KnownNames:
        """The citizens whom a text of the annex may name: one petition's may name another's."""
        return KnownNames({name for row in self.outstanding for name in names_of(row.person)})

    @property
    def left_off(self) -> int:
        """How many outstanding petitions the annex does not list."""
        return self.report.total.outstanding - len(self.outstanding)


def report_facts(
    session: Session, tree: PlaceTree, period: Period, cut: Cut, typed_by: date | None = None
) -> ReportFacts:
    """Give what the paper of a report tells, in numbers those of its page."""
    asked = PetitionFilter(cell=Stock(OUTSTANDING, period.end, typed_by))
    rows = petition_export_rows(session, tree.ids, asked, Sort.DUE, Profile.INTERNAL)
    return ReportFacts(
        report=resolution_report(session, tree, period, cut, typed_by),
        beside=beside(session, tree.ids, period),
        outstanding=list(islice(rows, MOST_LISTED)),
        typed_by=typed_by,
    )
