"""The columns of the report's file, under their two names: for a meeting, and for a machine."""

from collections.abc import Iterator
from typing import NamedTuple

from tracker.core.columns import Column
from tracker.core.csvout import Variant
from tracker.core.i18n import N_, gettext
from tracker.petitions.lifecycle import ENDED
from tracker.reports.queries import Report, ReportLine
from tracker.reports.rules import FACTS, NUMBERS, line_from
from tracker.reports.rules import Row as Counted


class Row(NamedTuple):
    """One row of the file: a line, and the report that it belongs to."""

    report: Report
    line: ReportLine


NUMBER_WORDS = {
    **{str(status): status.label for status in ENDED},
    "carried_over": N_("Carried over"),
    "received": N_("Received in the period"),
    "reopened": N_("Reopened"),
    "outstanding": N_("Outstanding"),
    "in_time": N_("Outstanding, in time"),
    "late": N_("Outstanding, late"),
    "undated": N_("Outstanding, no due date"),
}
"""The word for each number of a line."""


def rows(report: Report, variant: Variant) -> Iterator[Row]:
    """Give a row a line; for a meeting the total closes the table, a machine adds up itself."""
    for line in report.lines:
        yield Row(report, line)
    if variant is Variant.EXCEL:
        yield Row(report, ReportLine(gettext("Total"), "", report.period, report.total))


def _number(name: str) -> Column[Row]:
    return Column(name, NUMBER_WORDS[name], lambda row: getattr(row.line.numbers, name))


def _share(name: str, header: str) -> Column[Row]:
    """Give a share as percent, and to a machine as a part of one."""

    def rounded(row: Row, times: int, digits: int) -> float | None:
        share: float | None = getattr(row.line.numbers, name)
        return None if share is None else round(share * times, digits)

    return Column(
        name, header, lambda row: rounded(row, 100, 1), stored=lambda row: rounded(row, 1, 4)
    )


def _place(row: Row) -> str:
    report, line = row
    if not line.is_place:
        return report.place.name
    named = ", ".join(part for part in (line.name, line.within) if part)
    if not line.today:
        return named
    return gettext("%(place)s (today %(commune)s)", place=named, commune=line.today)


def _note(row: Row) -> str:
    report, line = row
    invented = [line.commune or line.name] if line.is_fictional else report.fictional
    if not invented or (line.is_place and not line.is_fictional):
        return ""
    return gettext(
        "The records of %(names)s are invented, for demonstration only.", names=", ".join(invented)
    )


COLUMNS: tuple[Column[Row], ...] = (
    Column("place", N_("Place"), _place),
    Column("period_from", N_("From day"), lambda row: row.line.period.start),
    Column("period_to", N_("To day"), lambda row: row.line.period.end),
    Column("line_code", N_("Code"), lambda row: row.line.code),
    Column("line", N_("Line"), lambda row: row.line.name),
    *(_number(name) for name in NUMBERS),
    _share("resolved_share", N_("Share resolved of all ended (%)")),
    _share("answered_share", N_("Share answered of all to be done (%)")),
    Column("note", N_("Note"), _note),
)


FACT_WORDS = {
    "place": N_("Place"),
    "category": N_("Category"),
    "department": N_("Department in charge"),
    "kind": N_("Kind"),
    "level": N_("Level of competence"),
    "channel": N_("Channel"),
}
"""The word for each thing that a petition is counted under."""


def _fact(name: str) -> Column[Counted]:
    return Column(name, FACT_WORDS[name], lambda row: getattr(row, name))


def _times(name: str) -> Column[Counted]:
    return Column(name, NUMBER_WORDS[name], lambda row: getattr(line_from(row.numbers), name))


PETITION_COLUMNS: tuple[Column[Counted], ...] = (
    Column("code", N_("Code"), lambda row: row.code),
    *(_fact(name) for name in FACTS),
    *(_times(name) for name in NUMBERS),
)
"""The columns of the petitions that a report counts, each with its numbers."""
