"""The columns of the report's file, under their two names: for a meeting, and for a machine."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tracker.core.clock import shown_date
from tracker.core.columns import Column, Kind
from tracker.core.csvout import Variant
from tracker.core.i18n import N_, Labelled, gettext, say
from tracker.core.xlsxout import Sheet, SheetColumn
from tracker.core.xlsxsums import Total, letters_of
from tracker.petitions.lifecycle import ENDED, Channel, Level
from tracker.petitions.lifecycle import Kind as LegalKind
from tracker.reports.queries import Report, ReportLine
from tracker.reports.queries.rows import Names
from tracker.reports.rules import FACTS, FLOWS, NUMBERS, Cut, line_from
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
    return Column(
        name,
        NUMBER_WORDS[name],
        lambda row: getattr(row.line.numbers, name),
        kind=Kind.NUMBER,
        width=9,
    )


def _share(name: str, header: str) -> Column[Row]:
    """Give a share as percent, and to a machine as a part of one."""

    def rounded(row: Row, times: int, digits: int) -> float | None:
        share: float | None = getattr(row.line.numbers, name)
        return None if share is None else round(share * times, digits)

    return Column(
        name,
        header,
        lambda row: rounded(row, 100, 1),
        stored=lambda row: rounded(row, 1, 4),
        kind=Kind.SHARE,
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
    return "; ".join(told for told in (_invented(row), _typed(row)) if told)


def _typed(row: Row) -> str:
    day = row.report.typed_by
    return gettext("by what had been typed by %(day)s", day=shown_date(day)) if day else ""


def _invented(row: Row) -> str:
    report, line = row
    invented = [line.commune or line.name] if line.is_fictional else report.fictional
    if not invented or (line.is_place and not line.is_fictional):
        return ""
    return gettext(
        "The records of %(names)s are invented, for demonstration only.", names=", ".join(invented)
    )


COLUMNS: tuple[Column[Row], ...] = (
    Column("place", N_("Place"), _place),
    Column("period_from", N_("From day"), lambda row: row.line.period.start, kind=Kind.DAY),
    Column("period_to", N_("To day"), lambda row: row.line.period.end, kind=Kind.DAY),
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
    return Column(
        name,
        NUMBER_WORDS[name],
        lambda row: getattr(line_from(row.numbers), name),
        kind=Kind.NUMBER,
    )


PETITION_COLUMNS: tuple[Column[Counted], ...] = (
    Column("code", N_("Code"), lambda row: row.code),
    *(_fact(name) for name in FACTS),
    *(_times(name) for name in NUMBERS),
)
"""The columns of the petitions that a report counts, each with its numbers."""


def report_sheet(report: Report) -> Sheet:
    """Give the report as a clerk's table: a line each, real numbers, sums that Excel works out."""
    numbers = [
        SheetColumn(gettext(NUMBER_WORDS[name]), Kind.NUMBER, 9.5, True, _of_months(report, name))
        for name in NUMBERS
    ]
    ended = [_at(str(status)) for status in ENDED]
    to_do = [_at(name) for name in ("carried_over", "received", "reopened")]
    answered = [_at("resolved"), _at("explained")]
    total = report.total
    shares = [
        SheetColumn(
            gettext("Resolved of all ended"),
            Kind.SHARE,
            11,
            total=_share_of(answered[:1], ended, total.resolved_share),
        ),
        SheetColumn(
            gettext("Answered of all to be done"),
            Kind.SHARE,
            11,
            total=_share_of(answered, to_do, total.answered_share),
        ),
    ]
    rows = [
        [
            ", ".join(part for part in (line.name, line.within) if part),
            *(getattr(line.numbers, name) for name in NUMBERS),
            line.numbers.resolved_share,
            line.numbers.answered_share,
        ]
        for line in report.lines
    ]
    first = SheetColumn(line_header(report.cut), Kind.TEXT, 34)
    return Sheet(gettext("Report"), _titles(report), [first, *numbers, *shares], rows)


def line_header(cut: Cut) -> str:
    """Say what the lines of a report stand for."""
    return {
        Cut.CATEGORY: gettext("Category"),
        Cut.PLACE: gettext("Place"),
        Cut.DEPARTMENT: gettext("Department"),
        Cut.KIND: gettext("Kind"),
        Cut.LEVEL: gettext("Level of competence"),
        Cut.CHANNEL: gettext("Channel"),
        Cut.MONTH: gettext("Month"),
    }.get(cut, gettext("Line"))


def _at(name: str) -> str:
    """Name the cell of a number in the report's last row."""
    return letters_of(1 + NUMBERS.index(name)) + "{row}"


def _of_months(report: Report, name: str) -> Total | None:
    """Of months, what stood is not added up: each hands to the next what it leaves."""
    if report.cut is not Cut.MONTH or name in FLOWS:
        return None
    end = "{first}" if name == "carried_over" else "{last}"
    column = letters_of(1 + NUMBERS.index(name))
    return Total(column + end, getattr(report.total, name))


def _share_of(part: Sequence[str], whole: Sequence[str], share: float | None) -> Total:
    of_all = "+".join(whole)
    formula = f'IF({of_all}=0,"",({"+".join(part)})/({of_all}))'
    return Total(formula, share, is_share=True)


def petitions_sheet(report: Report, rows: Iterable[Counted], names: Names) -> Sheet:
    """Give the petitions that the report counts, each with its numbers."""
    columns = [
        SheetColumn(gettext("Code"), Kind.TEXT, 15),
        *(SheetColumn(gettext(FACT_WORDS[name]), Kind.TEXT, 20) for name in FACTS),
        *(SheetColumn(gettext(NUMBER_WORDS[name]), Kind.NUMBER, 8, True) for name in NUMBERS),
    ]
    return Sheet(gettext("Petitions"), _titles(report), columns, _petitions(rows, names))


def _petitions(rows: Iterable[Counted], names: Names) -> Iterator[list[object]]:
    for row in rows:
        line = line_from(row.numbers)
        yield [
            row.code,
            names.places.get(row.place, row.place),
            names.categories.get(row.category, row.category),
            names.departments.get(row.department, row.department),
            _word(LegalKind, row.kind),
            _word(Level, row.level),
            _word(Channel, row.channel),
            *(getattr(line, name) or None for name in NUMBERS),
        ]


def _word(of: type[Labelled], kept: str) -> str:
    return say(of(kept)) if kept in {str(member) for member in of} else kept


def _titles(report: Report) -> list[str]:
    """Give the lines above a table: what it is, of which place and days, and as known when."""
    told = [
        gettext("Resolution report, %(period)s", period=report.period.label).upper(),
        gettext(
            "%(place)s, from %(start)s to %(end)s",
            place=report.place.name,
            start=shown_date(report.period.start),
            end=shown_date(report.period.end),
        ),
    ]
    if report.typed_by is not None:
        day = shown_date(report.typed_by)
        told.append(gettext("by what had been typed by %(day)s", day=day))
    if report.fictional:
        names = ", ".join(report.fictional)
        told.append(
            gettext("The records of %(names)s are invented, for demonstration only.", names=names)
        )
    return told
