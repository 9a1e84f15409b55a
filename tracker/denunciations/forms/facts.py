"""What was denounced, and by whom."""

from typing import Any

from wtforms import BooleanField

from tracker.core.fields import (
    BaseForm,
    CreatingForm,
    DayField,
    LongTextField,
    RowField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_
from tracker.denunciations.forms.shared import VersionField
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.rules import ACCUSED_LIMIT, CONTENT_LIMIT, NOTE_LIMIT

QUIET = {"autocomplete": "off", "spellcheck": "false"}


class IdentityFields(BaseForm):
    """Who denounced; sealed as soon as it is saved."""

    name = TextField(N_("Full name"), render_kw=QUIET)
    phone = TextField(N_("Telephone"), limit=40, render_kw=QUIET | {"inputmode": "tel"})
    address = TextField(N_("Address"), render_kw=QUIET)
    other = LongTextField(
        N_("What else tells who it is"),
        limit=NOTE_LIMIT,
        description=N_("Identity paper, workplace, relatives."),
        render_kw=QUIET,
    )

    def identity(self) -> dict[str, str]:
        """Give what was typed, under the names that the service knows."""
        fields = (self.name, self.phone, self.address, self.other)
        return {field.name: field.data or "" for field in fields}


class MatterForm(BaseForm):
    """What was denounced, and how it came."""

    way = WordField(N_("How it came"), Way, default=Way.IN_PERSON)
    accused = TextField(
        N_("Accused"),
        [required(N_("Enter who or which body is accused."))],
        limit=ACCUSED_LIMIT,
        description=N_("Name and office; who bears this name can never be let into the case."),
        render_kw=QUIET,
    )
    content = LongTextField(
        N_("Content"),
        [required(N_("Enter what is denounced."))],
        limit=CONTENT_LIMIT,
        description=N_("What happened, without words that tell who denounces."),
        render_kw=QUIET,
    )

    def facts(self) -> dict[str, Any]:
        """Give what was typed, under the names that the service knows."""
        return {
            "way": self.way.data,
            "accused": self.accused.data or "",
            "content": self.content.data or "",
        }


class FactsForm(MatterForm):
    """What was denounced, how it came, and when."""

    received_on = DayField(N_("Received on"), [required(N_("Enter the day of receipt."))])

    def facts(self) -> dict[str, Any]:
        """Give what was typed, under the names that the service knows."""
        return super().facts() | {"received_on": self.received_on.data}


class LedForm(BaseForm):
    """Who is to lead a case."""

    leader = RowField(
        N_("Leader in charge"),
        [required(N_("Choose the leader in charge."))],
        empty=N_("Choose a leader"),
        description=N_("Never the one accused, nor anyone under them."),
    )


class NewForm(FactsForm, IdentityFields, LedForm, CreatingForm):
    """A denunciation as it is received."""

    place = RowField(N_("Place"), [required(N_("Choose the village or the commune."))])
    is_anonymous = BooleanField(
        N_("Anonymous"),
        description=N_(
            "By the law it is not resolved as a denunciation; where it is clear and has evidence,"
            " it goes to those who inspect."
        ),
    )


class TakeOverForm(MatterForm, LedForm, CreatingForm):
    """A denunciation that was logged as a petition; who raised it is sealed as it stands there."""

    version = VersionField()


class EditForm(FactsForm):
    """How the facts should read, and why."""

    reason = LongTextField(
        N_("Reason for the correction"), [required(N_("State the reason."))], limit=NOTE_LIMIT
    )
    version = VersionField()


class IdentityForm(IdentityFields):
    """Who denounced, written anew."""

    reason = LongTextField(
        N_("Reason for the correction"), [required(N_("State the reason."))], limit=NOTE_LIMIT
    )
