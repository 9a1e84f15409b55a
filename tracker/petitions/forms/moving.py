"""Taking a step, taking one back, and keeping files."""

from collections.abc import Iterable, Mapping

from flask_wtf.file import FileField
from wtforms import HiddenField

from tracker.attachments.forms import FILE_KINDS, UploadForm
from tracker.core import clock
from tracker.core.fields import (
    BaseForm,
    DayField,
    LongTextField,
    RowField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_
from tracker.petitions.forms.shared import in_use
from tracker.petitions.lifecycle import ENDED, Ground, Move, Status
from tracker.petitions.queries.choices import Choice
from tracker.petitions.rules import NAME_LIMIT, NOTE_LIMIT, Team


class MoveForm(BaseForm):
    """One step; a page shows of it only the fields that the step asks for."""

    move = HiddenField()
    version = HiddenField()
    department = RowField(N_("Department in charge"), empty=N_("Not yet assigned"))
    cooperating = TextField(N_("Cooperating units"), limit=NAME_LIMIT)
    monitor = RowField(
        N_("Monitor"),
        empty=N_("No monitor"),
        description=N_("Someone other than who handles it; told when the petition stays late."),
    )
    due_on = DayField(N_("Due date"))
    plan_on = DayField(N_("Planned date"), description=N_("The petition comes back on this day."))
    ground = WordField(N_("Ground"), Ground, empty=N_("Choose a ground"))
    master = TextField(
        N_("Code of the other petition"),
        limit=40,
        description=N_("For example KN-2026-000123; the people behind both keep counting."),
        render_kw={"autocomplete": "off"},
    )
    note = LongTextField(N_("Note"), limit=NOTE_LIMIT)
    document_number = TextField(N_("Document number"), render_kw={"autocomplete": "off"})
    evidence = FileField(N_("File"), description=FILE_KINDS)
    happened_on = DayField(N_("Day it counts for"), default=clock.today)

    def offer(self, departments: Iterable[Choice], watching: Mapping[int, str]) -> None:
        """Offer the departments in use and the one the petition has, and who may watch over it."""
        self.department.offer(in_use(departments, self.department.object_data))
        self.monitor.offer(watching)

    def team(self) -> Team | None:
        """Give who helps and who watches, where the form asked for it."""
        if not self.cooperating.raw_data:
            return None
        return Team(self.cooperating.data or "", self.monitor.data)

    def fit(self, move: Move) -> None:
        """Show what this step asks for, each field under an id of its own."""
        self.shown = [self[name] for name in _asked_by(move)]
        needed = {name for name, is_needed in _needs(move).items() if is_needed}
        for field in self:
            field.id = f"{move.name}-{field.name}"
            field.flags.required = field.name in needed | {"happened_on"}
        self.note.label.text = _NOTE_WORDS.get(move.name, self.note.label.text)


_NOTE_WORDS = {
    "assign": N_("Instruction"),
    "ask_citizen": N_("What the citizen is asked for"),
    "defer": N_("Why it cannot be done now"),
    "propose": N_("Result"),
    "return": N_("What is still to be done"),
    "explain": N_("The answer given"),
    "transfer": N_("To which body, and why"),
    "decline": N_("Reason told to the citizen"),
    "reopen": N_("Why it is reopened"),
    "extend": N_("Why it is extended"),
    "acknowledge": N_("How the citizen was told"),
    "accept": N_("What is examined, and by whom"),
}


def _needs(move: Move) -> dict[str, bool]:
    return {
        "department": move.needs_department,
        "note": move.needs_note,
        "document_number": move.needs_document,
        "due_on": move.needs_later_due_date,
        "plan_on": move.needs_plan_date,
        "master": move.needs_master,
        "ground": move.needs_ground,
    }


def _asked_by(move: Move) -> list[str]:
    is_told = move.target in ENDED - {Status.JOINED, Status.WITHDRAWN}
    asked = {
        "department": move.offers_department,
        "cooperating": move.offers_department,
        "monitor": move.offers_department,
        "due_on": move.offers_due_date or move.needs_later_due_date,
        "plan_on": move.needs_plan_date,
        "ground": move.needs_ground,
        "master": move.needs_master,
        "note": True,
        "document_number": any(
            (move.needs_document, move.needs_evidence, move.needs_note_or_document, is_told)
        ),
        "evidence": move.needs_evidence,
        "happened_on": True,
    }
    return [name for name, is_asked in asked.items() if is_asked]


class ReasonForm(BaseForm):
    """Why a step is taken back."""

    reason = LongTextField(N_("Reason"), [required(N_("State the reason."))], limit=NOTE_LIMIT)
    version = HiddenField()


class FileForm(UploadForm):
    """A file to keep beside a petition."""

    file = FileField(N_("Attach a file"), [required(N_("Choose a file."))], description=FILE_KINDS)
