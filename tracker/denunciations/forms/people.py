"""Who is let in, why a look is needed, and who takes denunciations."""

from tracker.core.fields import BaseForm, RowField, TextField, WordField, required
from tracker.core.i18n import N_
from tracker.denunciations.forms.shared import VersionField
from tracker.denunciations.lifecycle import Part


class PersonForm(BaseForm):
    """A person to be let into the case."""

    person = RowField(N_("Person"), [required(N_("Choose a person."))], empty=N_("Choose a person"))
    part = WordField(N_("Part"), Part, default=Part.HANDLER)


class ReasonForm(BaseForm):
    """Why an identity is needed, or a file is taken out."""

    reason = TextField(
        N_("Reason"), [required(N_("State the reason."))], render_kw={"autocomplete": "off"}
    )


class UndoForm(ReasonForm):
    """Why the last step is taken back, and the version that stood on the screen."""

    version = VersionField()


class TakerForm(BaseForm):
    """A person who is to take denunciations."""

    person = RowField(N_("Person"), [required(N_("Choose a person."))], empty=N_("Choose a person"))
