"""The columns of the files: the log of visits, and the matters of a briefing."""

from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.queries.briefings import ItemRow
from tracker.briefing.queries.visits import ExportRow
from tracker.core.columns import NUMBER, Column, Kind
from tracker.core.i18n import N_, gettext, say


def _remark(row: ExportRow) -> str:
    mistaken = gettext("Entered by mistake") if row.voided_at else ""
    invented = gettext("Invented, for demonstration") if row.is_fictional else ""
    return "; ".join(part for part in (mistaken, row.source or invented) if part)


VISITS: tuple[Column[ExportRow], ...] = (
    NUMBER,
    Column("code", N_("Code"), lambda row: row.code),
    Column("kind", N_("Kind of visit"), lambda row: row.kind),
    Column(
        "visited_on", N_("Day of the visit"), lambda row: row.visited_on, kind=Kind.DAY, width=12
    ),
    Column("place", N_("Place"), lambda row: row.place, width=20),
    Column("cell", N_("Party cell"), lambda row: row.cell),
    Column("visitor", N_("Visited by"), lambda row: row.visitor, width=20),
    Column("heard", N_("What was heard"), lambda row: row.heard, width=42),
    Column("instruction", N_("Instruction given"), lambda row: row.instruction, width=36),
    Column("commitment", N_("Commitment"), lambda row: row.commitment_code),
    Column("remark", N_("Remark"), _remark, lambda row: row.source),
    Column("is_voided", "", lambda row: int(row.voided_at is not None), kind=Kind.FLAG),
    Column("is_party_cell", "", lambda row: int(row.kind is VisitKind.PARTY_CELL), kind=Kind.FLAG),
    Column("is_fictional", "", lambda row: int(row.is_fictional), kind=Kind.FLAG),
)


def _standing(row: ItemRow) -> str:
    """Say how a matter stands: a petition against its date, a commitment by its state."""
    words = [word for word in (row.status, row.timeliness, row.state) if word is not None]
    return ", ".join(say(word) for word in words)


def _stored_standing(row: ItemRow) -> str:
    return row.status or row.state or ""


ITEMS: tuple[Column[ItemRow], ...] = (
    NUMBER,
    Column("code", N_("Code"), lambda row: row.petition_code or row.commitment_code or ""),
    Column("matter", N_("Matter"), lambda row: row.plain, width=42),
    Column("place", N_("Place"), lambda row: row.place, width=20),
    Column("promised_by", N_("Promised by"), lambda row: row.promised_by),
    Column("due_on", N_("Due date"), lambda row: row.due_on, kind=Kind.DAY, width=12),
    Column("standing", N_("How it stands"), _standing, _stored_standing),
    Column("decision", N_("Decision"), lambda row: row.decision, width=36),
    Column("commitment", N_("Commitment made of the decision"), lambda row: row.made_code),
    Column(
        "commitment_due_on",
        N_("Due date of that commitment"),
        lambda row: row.made_due_on,
        kind=Kind.DAY,
        width=12,
    ),
    Column("commitment_state", N_("State of that commitment"), lambda row: row.made_state),
)
