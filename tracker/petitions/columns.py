"""The columns of a file of petitions: those of a meeting's table, and what a machine adds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, case

from tracker.core.columns import NUMBER, Column, Kind
from tracker.core.csvsql import Cell, Either, known_day, word_of
from tracker.core.dates import Precision, shown
from tracker.core.i18n import N_, gettext
from tracker.petitions import lifecycle
from tracker.petitions.lifecycle import Channel, Group, Level, Petitioner, Profile, Status
from tracker.petitions.queries import ExportRow
from tracker.petitions.rules import Timeliness


def _who(row: ExportRow) -> str:
    return f"{row.citizen_name or gettext(row.petitioner.label)}, {row.place}"


def _who_asked(fields: Any) -> Cell:
    unnamed = word_of(Petitioner, fields.petitioner)
    name = case((fields.citizen_name == "", unnamed), else_=fields.citizen_name)
    who: Cell = name + ", " + fields.place
    return who


def _progress(row: ExportRow) -> str:
    document = f"({row.latest_document})" if row.latest_document else ""
    return " ".join(part for part in (row.latest_note, document) if part)


def _progress_asked(fields: Any) -> Cell:
    note, document = fields.latest_note, "(" + fields.latest_document + ")"
    return case(
        (fields.latest_document == "", note), (note == "", document), else_=note + " " + document
    )


def _received(row: ExportRow) -> object:
    is_a_day = row.date_precision is Precision.DAY
    return row.received_on if is_a_day else shown(row.received_on, row.date_precision)


def _people(row: ExportRow) -> object:
    return gettext("not known") if row.people is None else row.people


def _people_asked(fields: Any) -> Cell:
    words = case((fields.people.is_(None), gettext("not known")), else_="")
    return Either(fields.people, words)


def _remark(row: ExportRow) -> str:
    is_unsaid = row.is_fictional and not row.source
    return gettext("Invented, for demonstration") if is_unsaid else row.source


def _remark_asked(fields: Any) -> Cell:
    is_unsaid = and_(fields.is_fictional, fields.source == "")
    return case((is_unsaid, gettext("Invented, for demonstration")), else_=fields.source)


COLUMNS: tuple[Column[ExportRow], ...] = (
    NUMBER,
    Column("code", N_("Code"), lambda row: row.code, width=15),
    Column("content", N_("Content of the opinion or petition"), lambda row: row.content, width=42),
    Column(
        "petitioner_name",
        N_("Petitioner (full name, village)"),
        _who,
        lambda row: row.citizen_name,
        is_personal=True,
        asked=_who_asked,
        width=20,
    ),
    Column("category", N_("Category"), lambda row: row.category, width=14),
    Column("level", N_("Level of competence"), lambda row: row.level, words=Level, width=10),
    Column("department", N_("Department in charge"), lambda row: row.department, width=16),
    Column("cooperating", N_("Cooperating units"), lambda row: row.cooperating, width=13),
    Column("monitor", N_("Monitor"), lambda row: row.monitor, width=14),
    Column("due_on", N_("Due date"), lambda row: row.due_on, kind=Kind.DAY, width=12),
    Column(
        "result",
        N_("Result or progress (document number)"),
        _progress,
        lambda row: row.latest_note,
        asked=_progress_asked,
        width=28,
    ),
    Column("group", N_("Kind of result"), lambda row: row.group, words=Group, width=12),
    Column(
        "reason_unresolved", N_("Why not yet resolved"), lambda row: row.reason_unresolved, width=18
    ),
    Column("remark", N_("Note"), _remark, lambda row: row.source, asked=_remark_asked, width=16),
    Column("dialogue", N_("Dialogue"), lambda row: row.dialogue_code),
    Column(
        "received_on",
        N_("Date received"),
        _received,
        lambda row: row.received_on,
        asked=lambda fields: known_day(fields.received_on, fields.date_precision),
        kind=Kind.DAY,
        width=13,
    ),
    Column("status", N_("Status"), lambda row: row.status, words=Status),
    Column("timeliness", N_("Against the due date"), lambda row: row.timeliness, words=Timeliness),
    Column("channel", N_("Channel"), lambda row: row.channel, words=Channel, width=14),
    Column("kind", N_("Kind"), lambda row: row.kind, words=lifecycle.Kind, width=14),
    Column(
        "people",
        N_("Number of people"),
        _people,
        lambda row: row.people,
        asked=_people_asked,
        kind=Kind.NUMBER,
        width=10,
    ),
    Column("phone", N_("Telephone"), lambda row: row.citizen_phone, is_personal=True, width=14),
    Column("place", N_("Place"), lambda row: row.place, width=20),
    Column("date_precision", "", lambda row: row.date_precision, words=Precision),
    Column("petitioner", "", lambda row: row.petitioner, words=Petitioner),
    Column("document_number", "", lambda row: row.latest_document),
    Column("plan_on", "", lambda row: row.plan_on, kind=Kind.DAY),
    Column("ended_on", "", lambda row: row.ended_on, kind=Kind.DAY),
    Column("is_fictional", "", lambda row: row.is_fictional, kind=Kind.FLAG),
)
"""A meeting's table first, then what lets a reader sort and find, then what only machines read."""


def columns_for(profile: Profile, taken_out: str = "") -> list[Column[ExportRow]]:
    """Give the columns; names and telephones only in a file for the office itself.

    Each row of such a file says who took it out, when that is told.
    """
    if profile is Profile.PUBLIC:
        return [_withheld(column) if column.is_personal else column for column in COLUMNS]
    told: Column[ExportRow] = Column(
        "taken_out", N_("For the office only"), lambda row: taken_out, width=30
    )
    return [*COLUMNS, *([told] if taken_out else [])]


def _withheld(column: Column[ExportRow]) -> Column[ExportRow]:
    """Leave of a person only where they live."""
    is_who = column.name == "petitioner_name"
    return replace(column, read=lambda row: row.place if is_who else "", stored=None, asked=None)


def _kind_of_letter(row: ExportRow) -> str:
    if row.kind is lifecycle.Kind.QUESTION:
        return gettext(row.kind.label)
    return gettext("Complaint (KN)") if row.kind is lifecycle.Kind.COMPLAINT else gettext("KN-PA")


def _is_competent(row: ExportRow) -> bool:
    """Tell whether a matter is the commune's own; what was sent on to another body is not."""
    return row.level is Level.COMMUNE and row.status is not Status.TRANSFERRED


def _when(*statuses: Status) -> Callable[[ExportRow], str]:
    """Tell the latest note and document while a petition stands so."""
    return lambda row: _progress(row) if row.status in statuses else ""


def _accepted_by(row: ExportRow) -> str:
    return _when(Status.TRANSFERRED)(row) or row.department or ""


def _followed(row: ExportRow) -> str:
    is_told = row.status in (Status.TRANSFERRED, Status.DECLINED)
    said = "" if is_told else _progress(row)
    return ": ".join(part for part in (gettext(row.status.label), said) if part)


RECEPTION: tuple[Column[ExportRow], ...] = (
    NUMBER,
    Column("received_on", N_("Day received"), _received, kind=Kind.DAY, width=12),
    Column("who", N_("Full name, address"), _who, width=22),
    Column("paper", N_("Identity card or passport"), lambda row: "", width=14),
    Column("content", N_("Summary of the matter"), lambda row: row.content, width=40),
    Column("letter", N_("Kind of letter (KN, TC, KN-PA)"), _kind_of_letter, width=11),
    Column("people", N_("People with the same matter"), _people, kind=Kind.NUMBER, width=10),
    Column("settled_by", N_("Body that has settled it already"), lambda row: "", width=14),
    Column(
        "competent",
        N_("Within competence (x)"),
        lambda row: "x" if _is_competent(row) else "",
        width=9,
    ),
    Column("guided", N_("Guided to which body, document"), _when(Status.DECLINED), width=20),
    Column("accepted_by", N_("Accepted by, or letter of transfer"), _accepted_by, width=20),
    Column("followed", N_("Following up the result"), _followed, width=28),
    Column("remark", N_("Note"), _remark, width=16),
)
"""The thirteen columns of the register of citizen reception (form 03/TCD of decree 154/2026).

The number of a person's paper is not kept here: its column is left for the hand, as is the body
that has settled a matter before.
"""
