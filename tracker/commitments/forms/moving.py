"""The steps of a commitment, their proof, and taking one back."""

from flask import request
from flask_wtf.file import FileField
from wtforms import Field, HiddenField

from tracker.attachments.forms import FILE_KINDS
from tracker.commitments import rules
from tracker.commitments.forms.shared import VersionField
from tracker.commitments.lifecycle import Move
from tracker.commitments.models import Commitment
from tracker.core import clock
from tracker.core.fields import BaseForm, DayField, LongTextField, TextField, required
from tracker.core.i18n import N_

NOTES = {
    "progress": N_("What has been done"),
    "keep": N_("What was done"),
    "extend": N_("Reason"),
    "break": N_("Why it was not kept"),
    "withdraw": N_("Reason"),
}


class MoveForm(BaseForm):
    """One step of a commitment's life: it shows only what its move asks for."""

    move = HiddenField()
    version = VersionField()
    due_on = DayField(N_("New due date"), [required(N_("Enter the due date."))])
    happened_on = DayField(N_("Day of the step"))
    note = LongTextField(N_("Note"), limit=rules.NOTE_LIMIT)
    document_number = TextField(N_("Document number"))
    evidence = FileField(N_("Proof"), description=FILE_KINDS)

    @classmethod
    def of(cls, move: Move, commitment: Commitment, *, sent: bool) -> "MoveForm":
        """Give the form of one move, as it was sent or empty, with ids of its own on the page."""
        begun = {
            "move": move.name,
            "version": commitment.version,
            "happened_on": clock.today(),
        }
        form = cls(request.form | request.files if sent else None, data=begun)
        form._ask_for(move)
        for field in form:
            field.id = f"{move.name}-{field.name}"
        return form

    def _ask_for(self, move: Move) -> None:
        if not move.needs_due_date:
            del self.due_on
        if move.needs_due_date and not move.needs_document:
            self.due_on.label.text = N_("Due date")
        if not move.needs_proof:
            del self.evidence
        if move.needs_document:
            _demand(self.document_number, N_("Enter the document number."))
        if move.needs_note:
            _demand(self.note, N_("State the reason or the result."))
        self.note.label.text = NOTES.get(move.name, self.note.label.text)
        if move.needs_proof:
            self.document_number.description = N_(
                "The number of a document, or a file below: one of them proves it."
            )

    @property
    def shown(self) -> list[Field]:
        """Give the fields that are seen, in their order."""
        hidden = ("csrf_token", "move", "version")
        return [field for field in self if field.name not in hidden]


def _demand(field: Field, sentence: str) -> None:
    field.validators = [required(sentence), *field.validators]
    field.flags.required = True


class ReasonForm(BaseForm):
    """Why the last step or a visit is taken back."""

    version = VersionField()
    reason = TextField(N_("Reason"), [required(N_("State the reason."))])
