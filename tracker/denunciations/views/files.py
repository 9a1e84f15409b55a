"""Files of a case, for those named in it."""

from typing import Any

from flask import Response, flash, redirect, url_for

from tracker.accounts.guard import current_user
from tracker.attachments.forms import UploadForm
from tracker.attachments.queries import attachment_for
from tracker.attachments.views import file_answer, files_root, uploaded
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, own_session
from tracker.denunciations.forms import ReasonForm
from tracker.denunciations.guard import by_name
from tracker.denunciations.service import keep_case_file, note_file_opened, remove_case_file
from tracker.denunciations.views.blueprint import asked_denunciation, bp
from tracker.denunciations.views.one import page_of


@bp.post("/denunciations/<code>/files")
@by_name
def add_file(code: str) -> Any:
    """Keep a file beside the case."""
    denunciation, form = asked_denunciation(code), UploadForm()
    upload = uploaded(form.file.data)
    if not form.validate() or upload is None:
        return page_of(denunciation, file=form)
    try:
        keep_case_file(db_session(), current_user(), denunciation, upload, files_root())
    except NotFound:
        raise
    except TrackerError as refusal:
        form.refuse("file", refusal)
        return page_of(asked_denunciation(code), file=form), refusal.status_code
    flash(gettext("The file is attached."), "success")
    return redirect(url_for("denunciations.one", code=code, _anchor="files"), 303)


@bp.get("/denunciations/<code>/files/<int:number>")
@by_name
def file(code: str, number: int) -> Response:
    """Give a kept file; that it was taken out is written down first."""
    denunciation = asked_denunciation(code)
    kept = attachment_for(db_session(), denunciation.files_key, -number)
    with own_session(read_only=False) as writing:
        note_file_opened(writing, current_user(), denunciation)
    return file_answer(kept)


@bp.post("/denunciations/<code>/files/<int:number>/remove")
@by_name
def remove_file(code: str, number: int) -> Any:
    """Take a file out of the case, with the reason."""
    denunciation, form = asked_denunciation(code), ReasonForm()
    kept = attachment_for(db_session(), denunciation.files_key, -number)
    if not form.validate():
        flash(gettext("State the reason."), "error")
        return page_of(denunciation)
    remove_case_file(db_session(), current_user(), denunciation, kept, form.reason.data or "")
    flash(gettext("The file is removed."), "success")
    return redirect(url_for("denunciations.one", code=code, _anchor="files"), 303)
