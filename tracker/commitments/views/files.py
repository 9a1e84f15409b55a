"""Files kept beside a commitment: what proves that it was kept."""

from typing import Any

from flask import Response, flash, redirect, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.forms import RemovalForm, UploadForm
from tracker.attachments.queries import attachment_for
from tracker.attachments.service import remove_file
from tracker.attachments.views import file_answer, keep_sent
from tracker.commitments.views.blueprint import asked_commitment, bp
from tracker.commitments.views.one import page_of
from tracker.core.i18n import gettext
from tracker.core.web import db_session


@bp.post("/commitments/<code>/files")
@requires(Permission.REPORT_COMMITMENT)
def add_file(code: str) -> Any:
    """Keep a file beside the commitment."""
    commitment, form = asked_commitment(code), UploadForm()
    if status := keep_sent(form, commitment.code, commitment.place_id):
        return page_of(asked_commitment(code), file=form), status
    flash(gettext("The file is attached."), "success")
    return redirect(url_for("commitments.one", code=code, _anchor="files"), 303)


@bp.get("/commitments/<code>/files/<int:file_id>")
@requires(Permission.READ_REGISTER)
def file(code: str, file_id: int) -> Response:
    """Give a kept file to those who may see the commitment; never shown as a page of ours."""
    asked_commitment(code)
    return file_answer(attachment_for(db_session(), code, file_id))


@bp.post("/commitments/<code>/files/<int:file_id>/remove")
@requires(Permission.REPORT_COMMITMENT)
def remove(code: str, file_id: int) -> Any:
    """Take a file out of the commitment, with the reason."""
    commitment = asked_commitment(code)
    attachment = attachment_for(db_session(), code, file_id)
    form = RemovalForm()
    if not form.validate():
        return page_of(commitment, removal=(file_id, form))
    remove_file(db_session(), current_user(), attachment, form.reason.data or "")
    flash(gettext("The file is removed."), "success")
    return redirect(url_for("commitments.one", code=code, _anchor="files"), 303)
