"""What is asked about letterheads, and how a paper is chosen."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from tracker.core.fields import OPTIONAL, BaseForm, LongTextField, TextField, required
from tracker.core.i18n import N_
from tracker.documents.rules.issuing import FIELDS, LINES_LIMIT, Letterhead


class LetterheadForm(BaseForm):
    """The words of a unit's head, signature and recipients."""

    version = HiddenField()
    superior = TextField(
        N_("Body above the issuer"),
        [OPTIONAL],
        description=N_("Stands in capitals above the issuer; a People's Committee has none."),
    )
    agency = LongTextField(
        N_("Issuer"),
        [required(N_("Enter who issues the papers."))],
        limit=400,
        description=N_("In capitals, as it stands at the top left; one line of the head a line."),
    )
    symbol = TextField(
        N_("Symbol after the kind of paper"),
        [required(N_("Enter the symbol."))],
        limit=40,
        description=N_("As it ends the number of a report."),
    )
    place_of_issue = TextField(N_("Place before the date"), [OPTIONAL])
    authority = LongTextField(
        N_("Signed in whose name"),
        [OPTIONAL],
        limit=200,
        description=N_("In capitals; leave it empty when the head signs for no body."),
    )
    title = LongTextField(
        N_("Office of whoever signs"),
        [OPTIONAL],
        limit=200,
        description=N_("In capitals; a deputy signs in two lines, the first for the head."),
    )
    signer = TextField(
        N_("Name of whoever signs"),
        [OPTIONAL],
        description=N_("Empty leaves room to write it in."),
    )
    recipients = LongTextField(
        N_("Recipients"), [OPTIONAL], limit=LINES_LIMIT, description=N_("One a line.")
    )
    addressees = LongTextField(
        N_("Reports are addressed to"),
        [OPTIONAL],
        limit=LINES_LIMIT,
        description=N_("Only when they go to a body above; one a line."),
    )
    is_default = BooleanField(
        N_("Papers are written so unless someone chooses otherwise"),
    )

    def letterhead(self) -> Letterhead:
        """Give what was typed."""
        typed: dict[str, Any] = {name: self[name].data or "" for name in FIELDS}
        return Letterhead(**typed, is_default=bool(self.is_default.data))


class TemplateForm(BaseForm):
    """A Word file to write papers into."""

    file = FileField(
        N_("Template"),
        [required(N_("Choose a file."))],
        description=N_("DOCX without macros, at most 2 MB."),
    )
