"""The annexes of the report: its whole balance, and the petitions that are outstanding."""

from collections.abc import Iterator, Sequence

from tracker.core.clock import shown_date
from tracker.core.i18n import gettext, say
from tracker.documents.papers.shared import (
    Writing,
    by,
    kept_with_report,
    said,
)
from tracker.documents.queries.report import ReportFacts
from tracker.documents.rules.blocks import Align, Annex, Column, Head, Table
from tracker.documents.rules.forms import OPEN, counted, inside, paragraphs, written
from tracker.petitions.lifecycle import Petitioner
from tracker.petitions.queries import ExportRow
from tracker.reports.columns import NUMBER_WORDS, line_header
from tracker.reports.queries import ReportLine
from tracker.reports.rules import NUMBERS, Line, shown_share


def annexes(writing: Writing, facts: ReportFacts, made: Head, proof: str) -> Iterator[Annex]:
    """Give the balance line by line, and what was outstanding at the end if anything was."""
    note = kept_with_report(writing, made)
    yield Annex(
        gettext("ANNEX I"),
        gettext("THE BALANCE OF OPINIONS AND PETITIONS"),
        note,
        _whole(facts),
        remarks=[
            gettext(
                "Carried over + received + reopened = ended + outstanding. Answered is not"
                " counted as resolved."
            ),
            *([proof] if proof else []),
        ],
    )
    if facts.outstanding:
        yield Annex(
            gettext("ANNEX II"),
            gettext("PETITIONS OUTSTANDING ON %(day)s", day=shown_date(facts.report.period.end)),
            note,
            _listed(writing, facts),
            remarks=_left_off(facts),
        )


def _whole(facts: ReportFacts) -> Table:
    columns = [
        Column(line_header(facts.report.cut), 15),
        *(Column(gettext(NUMBER_WORDS[name]), 5.7, Align.RIGHT) for name in NUMBERS),
        Column(gettext("Resolved of all ended"), 5.7, Align.RIGHT),
        Column(gettext("Answered of all to be done"), 5.7, Align.RIGHT),
    ]
    rows = [(line_name(line), *_long(line.numbers)) for line in facts.report.lines]
    return Table(columns, rows, (gettext("Total"), *_long(facts.report.total)))


def _long(numbers: Line) -> list[str]:
    return [
        *(plain_number(getattr(numbers, name)) for name in NUMBERS),
        shown_share(numbers.resolved_share),
        shown_share(numbers.answered_share),
    ]


def _listed(writing: Writing, facts: ReportFacts) -> Table:
    columns = [
        Column(gettext("No."), 4, Align.CENTRE),
        Column(gettext("Content of the opinion or petition"), 24),
        Column(gettext("Who raised it"), 12),
        Column(gettext("Category"), 9),
        Column(gettext("Unit in charge"), 11),
        Column(gettext("Cooperating units"), 10),
        Column(gettext("Time limit"), 9, Align.CENTRE),
        Column(gettext("Progress, result"), 21),
    ]
    rows = [
        (
            str(number),
            _text(writing, row.content, row.person),
            _who(writing, row),
            row.category,
            row.department or OPEN,
            row.cooperating,
            by(row.due_on),
            _progress(writing, row),
        )
        for number, row in enumerate(facts.outstanding, start=1)
    ]
    return Table(columns, rows)


def _who(writing: Writing, row: ExportRow) -> str:
    if writing.with_names and row.citizen_name:
        return f"{written(row.citizen_name)}, {inside(row.place)}"
    if row.petitioner is Petitioner.GROUP:
        return gettext("Some households of %(place)s", place=inside(row.place))
    return row.place


def _progress(writing: Writing, row: ExportRow) -> str:
    document = f" ({row.latest_document})" if row.latest_document else ""
    note = _text(writing, row.latest_note, row.person)
    return f"{say(row.status)}{document}. {note}".strip()


def _text(writing: Writing, text: str, person: Sequence[str]) -> str:
    return " ".join(paragraphs(text) if writing.with_names else said(writing, text, person))


def _left_off(facts: ReportFacts) -> Sequence[str]:
    if facts.left_off <= 0:
        return []
    return [
        gettext(
            "%(count)s more petitions stand in the register; its list as a file holds them all.",
            count=counted(facts.left_off),
        )
    ]


def plain_number(number: int) -> str:
    """Write a number of a table."""
    return f"{number:,}".replace(",", ".")


def line_name(line: ReportLine) -> str:
    """Name a line as the page does: a village with its unit, a unit of the past with today's."""
    named = ", ".join(part for part in (line.name, line.within) if part)
    if not line.today:
        return named
    return gettext("%(place)s (today %(commune)s)", place=named, commune=line.today)
