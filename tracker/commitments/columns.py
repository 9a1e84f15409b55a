"""The columns of files of commitments: what a meeting reads, and what a machine adds."""

from dataclasses import dataclass
from typing import Any

from tracker.commitments.lifecycle import State
from tracker.commitments.queries.ledger import Line
from tracker.commitments.queries.register import ExportRow
from tracker.commitments.rules import UNNAMED, By
from tracker.core.columns import NUMBER, Column, Kind
from tracker.core.dates import Precision, shown
from tracker.core.i18n import N_, gettext


def _promised(row: ExportRow) -> object:
    is_a_day = row.promised_precision is Precision.DAY
    return row.promised_on if is_a_day else shown(row.promised_on, row.promised_precision)


def _ended(row: ExportRow) -> object:
    if row.ended_on is None:
        return ""
    is_a_day = row.ended_precision is Precision.DAY
    return row.ended_on if is_a_day else shown(row.ended_on, row.ended_precision)


def _due(row: ExportRow) -> object:
    return row.due_on or gettext("none set")


def _remark(row: ExportRow) -> str:
    is_unsaid = row.is_fictional and not row.source
    return gettext("Invented, for demonstration") if is_unsaid else row.source


COLUMNS: tuple[Column[Any], ...] = (
    NUMBER,
    Column("code", N_("Code"), lambda row: row.code, width=14),
    Column("promise", N_("Commitment"), lambda row: row.promise, width=38),
    Column("promised_by", N_("Promised by"), lambda row: row.promised_by, width=20),
    Column(
        "promised_on",
        N_("Promised on"),
        _promised,
        lambda row: row.promised_on,
        kind=Kind.DAY,
        width=13,
    ),
    Column("department", N_("Lead department"), lambda row: row.department),
    Column("supporting", N_("Supporting"), lambda row: row.supporting),
    Column("handler", N_("Carried out by"), lambda row: row.handler),
    Column("monitor", N_("Monitor"), lambda row: row.monitor),
    Column("place", N_("Place"), lambda row: row.place),
    Column("dialogue", N_("Dialogue"), lambda row: row.dialogue_code),
    Column("petition", N_("Petition"), lambda row: row.petition_code),
    Column("due_on", N_("Due date"), _due, lambda row: row.due_on, kind=Kind.DAY, width=13),
    Column("state", N_("State"), lambda row: row.state, words=State, width=13),
    Column("ended_on", N_("Ended on"), _ended, lambda row: row.ended_on, kind=Kind.DAY, width=13),
    Column("latest_note", N_("Progress or result"), lambda row: row.latest_note, width=30),
    Column("document_number", N_("Latest document number"), lambda row: row.latest_document),
    Column("remark", N_("Remark"), _remark, lambda row: row.source),
    Column("promised_precision", "", lambda row: row.promised_precision, words=Precision),
    Column("ended_precision", "", lambda row: row.ended_precision, words=Precision),
    Column("is_fictional", "", lambda row: row.is_fictional, kind=Kind.FLAG),
)
"""What is read at a meeting first, then what only machines read."""

STATES = (State.KEPT, State.KEPT_LATE, State.OPEN, State.OVERDUE, State.BROKEN, State.WITHDRAWN)
"""In this order the ledger tells how commitments stand."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of the ledger's file; `rows` is the address of the commitments that it counts."""

    by: By
    line: Line
    rows: str
    is_total: bool = False

    @property
    def name(self) -> str:
        """Name whoever, or whatever, the line is of."""
        if self.is_total:
            return gettext("Total")
        return self.line.name or gettext(UNNAMED[self.by])


def _counts(state: State) -> Column[Any]:
    return Column(state.value, state.label, lambda row: row.line.states[state])


LEDGER_COLUMNS: tuple[Column[Any], ...] = (
    NUMBER,
    Column("by", N_("A line for each"), lambda row: row.by),
    Column("name", N_("Name"), lambda row: row.name, lambda row: row.line.name),
    Column("made", N_("Made"), lambda row: row.line.made),
    *(_counts(state) for state in STATES),
    Column("undated", N_("Of these to be kept: no due date set"), lambda row: row.line.undated),
    Column("key", "", lambda row: row.line.key),
    Column("rows", "", lambda row: row.rows),
)
"""The ledger of promises, a line for each leader, department or dialogue."""
