"""One step of a denunciation's life."""

from typing import Any

from flask import request
from wtforms import HiddenField

from tracker.core import clock
from tracker.core.fields import BaseForm, DayField, LongTextField, TextField
from tracker.core.i18n import N_
from tracker.denunciations.forms.shared import VersionField
from tracker.denunciations.lifecycle import Move
from tracker.denunciations.rules import NOTE_LIMIT


class MoveForm(BaseForm):
    """What a step asks for; what it does not ask for is not shown."""

    move = HiddenField()
    version = VersionField()
    happened_on = DayField(N_("Day"))
    note = LongTextField(N_("Reason or result"), limit=NOTE_LIMIT)
    document_number = TextField(N_("Document number"), render_kw={"autocomplete": "off"})
    until_on = DayField(N_("Extended until"))

    @classmethod
    def of(cls, move: Move, version: int, *, sent: bool) -> "MoveForm":
        """Give the form of one move, as it was sent or empty, with ids of its own on the page."""
        begun = {"move": move.name, "version": version, "happened_on": clock.today()}
        form = cls(request.form if sent else None, data=begun)
        if not move.needs_until:
            del form.until_on
        form.note.flags.required = move.needs_note
        form.document_number.flags.required = move.needs_document
        for field in form:
            field.id = f"{move.name}-{field.name}"
        return form

    @property
    def shown(self) -> list[Any]:
        """Give the fields of the page in their order."""
        until = [self.until_on] if self.until_on else []
        return [self.happened_on, *until, self.note, self.document_number]

    def asked(self) -> dict[str, Any]:
        """Give what was typed, under the names that the service knows."""
        return {
            "move_name": self.move.data or "",
            "happened_on": self.happened_on.data,
            "note": self.note.data or "",
            "document_number": self.document_number.data or "",
            "until_on": self.until_on.data if self.until_on else None,
            "seen_version": self.version.data,
        }
