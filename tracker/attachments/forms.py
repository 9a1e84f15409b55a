"""What is asked when a file is kept beside a record, or taken out of it."""

from flask_wtf.file import FileField

from tracker.core.fields import BaseForm, TextField, required
from tracker.core.i18n import N_

FILE_KINDS = N_("PDF, JPG, PNG, DOCX or XLSX, at most 20 MB.")


class UploadForm(BaseForm):
    """A file to keep beside a record."""

    file = FileField(N_("File"), [required(N_("Choose a file."))], description=FILE_KINDS)


class RemovalForm(BaseForm):
    """Why a file is taken out of the record."""

    reason = TextField(N_("Reason"), [required(N_("State the reason."))])
