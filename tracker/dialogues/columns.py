"""The columns of a file of dialogues: what a meeting reads, and what a machine adds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tracker.core.csvout import Variant
from tracker.core.dates import Precision, shown
from tracker.core.i18n import N_, gettext
from tracker.dialogues.queries import ExportRow
from tracker.dialogues.rules import citation

Reader = Callable[[ExportRow], object]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for machines, its header for people, how each reads a row.

    `stored` is what a machine gets, when that differs; a column for machines only has no header.
    """

    name: str
    header: str
    read: Reader
    stored: Reader | None = None


def _held(row: ExportRow) -> object:
    is_a_day = row.date_precision is Precision.DAY
    return row.held_on if is_a_day else shown(row.held_on, row.date_precision)


def _outcome(row: ExportRow) -> str:
    if row.outcome_on is None:
        return row.outcome
    return f"{row.outcome} ({shown(row.outcome_on, row.outcome_precision)})".strip()


def _count(name: str) -> Reader:
    """Write a number as a number, and one that is not known in words."""

    def read(row: ExportRow) -> object:
        number = getattr(row, name)
        return gettext("not known") if number is None else number

    return read


def _remark(row: ExportRow) -> str:
    invented = gettext("Invented, for demonstration") if row.is_fictional else ""
    return "; ".join(part for part in (citation(row.source), invented) if part)


NUMBER = "number"
"""The running number, which no row knows of itself."""

COLUMNS = (
    Column(NUMBER, N_("No."), lambda row: None),
    Column("code", N_("Code"), lambda row: row.code),
    Column("held_on", N_("Date of the dialogue"), _held, lambda row: row.held_on),
    Column("starts_at", N_("Time"), lambda row: row.starts_at),
    Column("topic", N_("Topic"), lambda row: row.topic),
    Column("form", N_("Form of dialogue"), lambda row: row.form),
    Column("place", N_("Place"), lambda row: row.place),
    Column("venue", N_("Venue"), lambda row: row.venue),
    Column("chair", N_("Chaired by"), lambda row: row.chair),
    Column("secretary", N_("Minutes kept by"), lambda row: row.secretary),
    Column("audience", N_("Audience"), lambda row: row.audience),
    Column("invited", N_("Number invited"), _count("invited"), lambda row: row.invited),
    Column("present", N_("Number present"), _count("present"), lambda row: row.present),
    Column("speakers", N_("Number who spoke"), _count("speakers"), lambda row: row.speakers),
    Column("stage", N_("Stage"), lambda row: row.stage),
    Column("document_number", N_("Latest document number"), lambda row: row.latest_document),
    Column("conclusion", N_("Conclusions"), lambda row: row.conclusion),
    Column("follow_up", N_("What was to follow"), lambda row: row.follow_up),
    Column("outcome", N_("What came of it"), _outcome, lambda row: row.outcome),
    Column("remark", N_("Remark"), _remark, lambda row: row.source),
    Column("date_precision", "", lambda row: row.date_precision),
    Column("outcome_on", "", lambda row: row.outcome_on),
    Column("outcome_precision", "", lambda row: row.outcome_precision),
    Column("is_fictional", "", lambda row: int(row.is_fictional)),
)
"""What is read at a meeting first, then what only machines read."""


def header(variant: Variant) -> list[str]:
    """Give the first line of a file: stable names, or words in the reader's language."""
    if variant is Variant.MACHINE:
        return [column.name for column in COLUMNS]
    return [gettext(column.header) for column in COLUMNS if column.header]


def lines(rows: Iterable[ExportRow], variant: Variant) -> Iterator[list[object]]:
    """Give each row's cells in the header's order."""
    is_for_machines = variant is Variant.MACHINE
    wanted = [column for column in COLUMNS[1:] if column.header or is_for_machines]
    readers = [(c.stored or c.read) if is_for_machines else c.read for c in wanted]
    for number, row in enumerate(rows, start=1):
        yield [number, *(reader(row) for reader in readers)]
