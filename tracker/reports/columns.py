"""The columns of the report's file, under their two names: for a meeting, and for a machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tracker.core.csvout import Separator, Variant
from tracker.core.i18n import N_, gettext, say
from tracker.petitions.lifecycle import ENDED
from tracker.reports.queries import Report, ReportLine
from tracker.reports.rules import NUMBERS


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the machine's name, the word above it, and what stands in it."""

    name: str
    header: str
    value: Callable[[Report, ReportLine], object]


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


def _number(name: str) -> Column:
    return Column(name, NUMBER_WORDS[name], lambda report, line: getattr(line.numbers, name))


COLUMNS = (
    Column("place", N_("Place"), lambda report, line: _place(report, line)),
    Column("period_from", N_("From day"), lambda report, line: line.period.start),
    Column("period_to", N_("To day"), lambda report, line: line.period.end),
    Column("line_code", N_("Code"), lambda report, line: line.code),
    Column("line", N_("Line"), lambda report, line: line.name),
    *(_number(name) for name in NUMBERS),
    Column(
        "resolved_share",
        N_("Share resolved of all ended (%)"),
        lambda report, line: line.numbers.resolved_share,
    ),
    Column(
        "answered_share",
        N_("Share answered of all to be done (%)"),
        lambda report, line: line.numbers.answered_share,
    ),
    Column("note", N_("Note"), lambda report, line: _note(report, line)),
)


def header(variant: Variant) -> list[str]:
    """Give the first line of the file."""
    machine = variant is Variant.MACHINE
    return [column.name if machine else say(column.header) for column in COLUMNS]


def rows(report: Report, variant: Variant, separator: Separator) -> Iterator[list[object]]:
    """Give a row a line; for a meeting the total closes the table, a machine adds up itself."""
    for line in report.lines:
        yield _row(report, line, variant, separator)
    if variant is Variant.EXCEL:
        end = ReportLine(gettext("Total"), "", report.period, report.total)
        yield _row(report, end, variant, separator)


def _row(report: Report, line: ReportLine, variant: Variant, separator: Separator) -> list[object]:
    values = [column.value(report, line) for column in COLUMNS]
    return [
        _share(value, variant, separator) if isinstance(value, float) else value for value in values
    ]


def _share(share: float, variant: Variant, separator: Separator) -> object:
    """Write a share: for a machine a part of one, else percent as this Excel writes decimals."""
    if variant is Variant.MACHINE:
        return round(share, 4)
    percent = round(share * 100, 1)
    return f"{percent}".replace(".", ",") if separator is Separator.SEMICOLON else percent


def _place(report: Report, line: ReportLine) -> str:
    if not line.is_place:
        return report.place.name
    named = ", ".join(part for part in (line.name, line.within) if part)
    if not line.today:
        return named
    return gettext("%(place)s (today %(commune)s)", place=named, commune=line.today)


def _note(report: Report, line: ReportLine) -> str:
    invented = [line.commune or line.name] if line.is_fictional else report.fictional
    if not invented or (line.is_place and not line.is_fictional):
        return ""
    return gettext(
        "The records of %(names)s are invented, for demonstration only.", names=", ".join(invented)
    )
