"""Why someone who does not handle a petition opens who raised it."""

from tracker.core.fields import BaseForm, TextField, WordField, required
from tracker.core.i18n import N_
from tracker.petitions.lifecycle import LookReason


class LookForm(BaseForm):
    """A reason to choose, and a few words where they are needed."""

    look_reason = WordField(
        N_("What you need it for"),
        LookReason,
        [required(N_("Choose the reason."))],
        empty=N_("Choose the reason"),
    )
    look_note = TextField(
        N_("In a few words"),
        description=N_("Name nobody here: this stays with the petition."),
        render_kw={"autocomplete": "off"},
    )
