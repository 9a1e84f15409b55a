"""What the forms of petitions share: refusals beside fields, places in groups, versions seen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.core.errors import TrackerError
from tracker.core.fields import BaseForm, RowField, WordField
from tracker.core.i18n import N_, gettext
from tracker.petitions.lifecycle import Kind
from tracker.petitions.queries.choices import Choice

DENUNCIATION = "denunciation"
BESIDE = {
    "Enter what was raised.": "content",
    "Enter the day of receipt, or say that it is unknown.": "received_on",
    "The day of receipt cannot be after today.": "received_on",
    "The day of receipt cannot be after the step that followed it.": "received_on",
    "The due date cannot be before the day of receipt.": "due_on",
    "The number of people is at least one.": "people",
    "A group is two people or more, or a number not known.": "people",
    "One person counts as one; for more, choose a group.": "people",
    "A petition with a name is not unnamed: choose a person or a group.": "petitioner",
    "Choose a category in use.": "category",
    "Choose a department in use.": "department",
    "Choose the department in charge.": "department",
    "There is no such place.": "place",
    "The monitor must be someone other than the person who handles the petition.": "monitor",
    "Choose a monitor who signs in for this place.": "monitor",
    "State the reason.": "reason",
    "State the reason or the result.": "note",
    "Enter the document number.": "document_number",
    "Enter the document number, or attach a file that shows the result.": "document_number",
    "Enter the document number, or how the citizen was told.": "document_number",
    "Enter the new due date; it must come after the present one, %(day)s.": "due_on",
    "Enter the planned date; it must come after today.": "plan_on",
    "Choose the ground for declining.": "ground",
    "The due date cannot be before the day of assignment.": "due_on",
    "Name the petition that this one is joined to.": "master",
    "Cannot be joined: there is no such petition, or it is joined to this one already.": "master",
    "The day must lie between the step before and today.": "happened_on",
}
"""The field that each refusal from below is told beside."""


def refuse_beside(form: BaseForm, refusal: TrackerError, otherwise: str) -> None:
    """Tell a refusal beside the field it is about, or beside another where it is about none."""
    name = refusal.values.get("field") or BESIDE.get(refusal.msgid, otherwise)
    form.refuse(name if name in form else otherwise, refusal)


class KindField(WordField):
    """The legal kind; a denunciation may be chosen, to be led to those who take denunciations."""

    takers: Sequence[str] = ()

    def __init__(self, label: str, validators: Iterable[Any] = (), **given: Any) -> None:
        super().__init__(label, Kind, validators, **given)
        self.choices = [
            *(self.choices or []),
            SelectChoice(DENUNCIATION, gettext(N_("Denunciation"))),
        ]

    @property
    def is_denunciation(self) -> bool:
        """Tell whether what was typed belongs elsewhere."""
        return bool(self.data == DENUNCIATION)

    def _member(self, value: Any) -> Any:
        return DENUNCIATION if value == DENUNCIATION else super()._member(value)

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse what is not offered, and what is not kept among petitions."""
        if not self.is_denunciation:
            super().pre_validate(form)
            return
        if self.takers:
            sentence = N_(
                "A denunciation is not logged among petitions, and nothing of this is kept."
                " Hand it, closed, to %(names)s, who takes denunciations here, and name nobody."
            )
            raise ValidationError(gettext(sentence, names=", ".join(self.takers)))
        sentence = N_(
            "A denunciation is not logged among petitions, and nothing of this is kept. Hand it,"
            " closed, to the person who takes denunciations, or to the head of the unit, and name"
            " nobody."
        )
        raise ValidationError(gettext(sentence))


class PlaceField(RowField):
    """One place of the scope, under its commune."""

    def offer_places(self, places: Iterable[Choice]) -> None:
        """Offer the places in their groups."""
        listed = list(places)
        self.offer({place.id: place.name for place in listed})
        empty = [SelectChoice("", gettext(self.empty))] if self.empty else []
        grouped = [SelectChoice(str(p.id), p.name, optgroup=p.group or None) for p in listed]
        self.choices = [*empty, *grouped]


def in_use(choices: Iterable[Choice], kept: int | None) -> Mapping[int, str]:
    """Give those in use, and the one that a record names already."""
    return {c.id: c.name for c in choices if not c.is_retired or c.id == kept}


NEVER = -1


def seen(version: str | None) -> int:
    """Read the version that stood on the screen; none, or nonsense, is one that never was."""
    if not version:
        return NEVER
    return (
        int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else NEVER
    )
