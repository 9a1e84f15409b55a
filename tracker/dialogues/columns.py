"""The columns of a file of dialogues: what a meeting reads, and what a machine adds."""

from collections.abc import Callable

from tracker.core.columns import NUMBER, Column, Kind
from tracker.core.dates import Precision, shown
from tracker.core.i18n import N_, gettext
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.queries import ExportRow
from tracker.dialogues.rules import citation


def _held(row: ExportRow) -> object:
    is_a_day = row.date_precision is Precision.DAY
    return row.held_on if is_a_day else shown(row.held_on, row.date_precision)


def _outcome(row: ExportRow) -> str:
    if row.outcome_on is None:
        return row.outcome
    return f"{row.outcome} ({shown(row.outcome_on, row.outcome_precision)})".strip()


def _count(name: str) -> Callable[[ExportRow], object]:
    """Write a number as a number, and one that is not known in words."""

    def read(row: ExportRow) -> object:
        number = getattr(row, name)
        return gettext("not known") if number is None else number

    return read


def _remark(row: ExportRow) -> str:
    invented = gettext("Invented, for demonstration") if row.is_fictional else ""
    return citation(row.source) or invented


COLUMNS: tuple[Column[ExportRow], ...] = (
    NUMBER,
    Column("code", N_("Code"), lambda row: row.code, width=14),
    Column(
        "held_on",
        N_("Date of the dialogue"),
        _held,
        lambda row: row.held_on,
        kind=Kind.DAY,
        width=13,
    ),
    Column("starts_at", N_("Time"), lambda row: row.starts_at, width=8),
    Column("topic", N_("Topic"), lambda row: row.topic, width=34),
    Column("form", N_("Form of dialogue"), lambda row: row.form, words=Form, width=12),
    Column("place", N_("Place"), lambda row: row.place, width=16),
    Column("venue", N_("Venue"), lambda row: row.venue, width=18),
    Column("chair", N_("Chaired by"), lambda row: row.chair),
    Column("secretary", N_("Minutes kept by"), lambda row: row.secretary),
    Column("audience", N_("Audience"), lambda row: row.audience),
    Column(
        "invited",
        N_("Number invited"),
        _count("invited"),
        lambda row: row.invited,
        kind=Kind.NUMBER,
        width=9,
    ),
    Column(
        "present",
        N_("Number present"),
        _count("present"),
        lambda row: row.present,
        kind=Kind.NUMBER,
        width=9,
    ),
    Column(
        "speakers",
        N_("Number who spoke"),
        _count("speakers"),
        lambda row: row.speakers,
        kind=Kind.NUMBER,
        width=9,
    ),
    Column("stage", N_("Stage"), lambda row: row.stage, words=Stage, width=13),
    Column("document_number", N_("Latest document number"), lambda row: row.latest_document),
    Column("conclusion", N_("Conclusions"), lambda row: row.conclusion, width=34),
    Column("follow_up", N_("What was to follow"), lambda row: row.follow_up, width=26),
    Column("outcome", N_("What came of it"), _outcome, lambda row: row.outcome, width=26),
    Column("remark", N_("Remark"), _remark, lambda row: row.source),
    Column("date_precision", "", lambda row: row.date_precision, words=Precision),
    Column("outcome_on", "", lambda row: row.outcome_on, kind=Kind.DAY),
    Column("outcome_precision", "", lambda row: row.outcome_precision, words=Precision),
    Column("is_fictional", "", lambda row: row.is_fictional, kind=Kind.FLAG),
)
"""What is read at a meeting first, then what only machines read."""
