"""The columns of a file of petitions: those of a meeting's table, and what a machine adds."""

from dataclasses import replace

from tracker.core.columns import NUMBER, Column
from tracker.core.dates import Precision, shown
from tracker.core.i18n import N_, gettext
from tracker.petitions.lifecycle import Petitioner
from tracker.petitions.queries import ExportRow


def _who(row: ExportRow) -> str:
    name = row.citizen_name or (
        gettext("Unnamed")
        if row.petitioner is Petitioner.UNNAMED
        else gettext(row.petitioner.label)
    )
    return f"{name}, {row.place}"


def _progress(row: ExportRow) -> str:
    document = f"({row.latest_document})" if row.latest_document else ""
    return " ".join(part for part in (row.latest_note, document) if part)


def _received(row: ExportRow) -> object:
    is_a_day = row.date_precision is Precision.DAY
    return row.received_on if is_a_day else shown(row.received_on, row.date_precision)


def _people(row: ExportRow) -> object:
    return gettext("not known") if row.people is None else row.people


def _remark(row: ExportRow) -> str:
    is_unsaid = row.is_fictional and not row.source
    return gettext("Invented, for demonstration") if is_unsaid else row.source


COLUMNS: tuple[Column[ExportRow], ...] = (
    NUMBER,
    Column("code", N_("Code"), lambda row: row.code),
    Column("content", N_("Content of the opinion or petition"), lambda row: row.content),
    Column(
        "petitioner_name",
        N_("Petitioner (full name, village)"),
        _who,
        lambda row: row.citizen_name,
        is_personal=True,
    ),
    Column("category", N_("Category"), lambda row: row.category),
    Column("level", N_("Level of competence"), lambda row: row.level),
    Column("department", N_("Department in charge"), lambda row: row.department),
    Column("cooperating", N_("Cooperating units"), lambda row: row.cooperating),
    Column("due_on", N_("Due date"), lambda row: row.due_on),
    Column(
        "result",
        N_("Result or progress (document number)"),
        _progress,
        lambda row: row.latest_note,
    ),
    Column("group", N_("Kind of result"), lambda row: row.group),
    Column("reason_unresolved", N_("Why not yet resolved"), lambda row: row.reason_unresolved),
    Column("remark", N_("Note"), _remark, lambda row: row.source),
    Column("dialogue", N_("Dialogue"), lambda row: row.dialogue_code),
    Column("received_on", N_("Date received"), _received, lambda row: row.received_on),
    Column("status", N_("Status"), lambda row: row.status),
    Column("timeliness", N_("Against the due date"), lambda row: row.timeliness),
    Column("channel", N_("Channel"), lambda row: row.channel),
    Column("kind", N_("Kind"), lambda row: row.kind),
    Column("people", N_("Number of people"), _people, lambda row: row.people),
    Column("phone", N_("Telephone"), lambda row: row.citizen_phone, is_personal=True),
    Column("place", N_("Place"), lambda row: row.place),
    Column("date_precision", "", lambda row: row.date_precision),
    Column("petitioner", "", lambda row: row.petitioner),
    Column("document_number", "", lambda row: row.latest_document),
    Column("plan_on", "", lambda row: row.plan_on),
    Column("ended_on", "", lambda row: row.ended_on),
    Column("is_fictional", "", lambda row: int(row.is_fictional)),
)
"""A meeting's table first, then what lets a reader sort and find, then what only machines read."""


def columns_for(*, with_names: bool) -> list[Column[ExportRow]]:
    """Give the columns; names and telephones only to those who work with them."""
    return [
        column if with_names or not column.is_personal else _withheld(column) for column in COLUMNS
    ]


def _withheld(column: Column[ExportRow]) -> Column[ExportRow]:
    """Leave of a person only where they live."""
    is_who = column.name == "petitioner_name"
    return replace(column, read=lambda row: row.place if is_who else "", stored=None)
