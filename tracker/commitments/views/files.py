"""Files kept beside a commitment: what proves that it was kept."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import Response, flash, redirect, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.queries import attachment_for, opened
from tracker.attachments.service import Upload, keep_file, remove_file
from tracker.commitments.forms import FileForm, ReasonForm
from tracker.commitments.views.blueprint import asked_commitment, bp, files_root
from tracker.commitments.views.one import page_of
from tracker.core.errors import TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, download

CHUNK = 64 * 1024


@bp.post("/commitments/<code>/files")
@requires(Permission.REPORT_COMMITMENT)
def add_file(code: str) -> Any:
    """Keep a file beside the commitment."""
    commitment = asked_commitment(code)
    form = FileForm()
    if not form.validate():
        return page_of(commitment, file=form)
    sent = form.file.data
    upload = Upload(sent.filename or "", sent.stream)
    try:
        keep_file(db_session(), current_user(), code, commitment.place_id, upload, files_root())
    except TrackerError as refusal:
        form.refuse("file", refusal)
        return page_of(asked_commitment(code), file=form), refusal.status_code
    flash(gettext("The file is attached."), "success")
    return redirect(url_for("commitments.one", code=code, _anchor="files"), 303)


@bp.get("/commitments/<code>/files/<int:file_id>")
@requires(Permission.READ_REGISTER)
def file(code: str, file_id: int) -> Response:
    """Give a kept file to those who may see the commitment; never shown as a page of ours."""
    asked_commitment(code)
    attachment = attachment_for(db_session(), code, file_id)
    pieces = _pieces(opened(attachment, files_root()))
    answer = download(pieces, attachment.media_type, attachment.original_name)
    answer.headers["Content-Length"] = str(attachment.size)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.post("/commitments/<code>/files/<int:file_id>/remove")
@requires(Permission.REPORT_COMMITMENT)
def remove(code: str, file_id: int) -> Any:
    """Take a file out of the commitment, with the reason."""
    commitment = asked_commitment(code)
    attachment = attachment_for(db_session(), code, file_id)
    form = ReasonForm()
    if not form.validate():
        return page_of(commitment, removal=(file_id, form))
    remove_file(db_session(), current_user(), attachment, form.reason.data or "")
    flash(gettext("The file is removed."), "success")
    return redirect(url_for("commitments.one", code=code, _anchor="files"), 303)


def _pieces(kept: BinaryIO) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(CHUNK):
            yield piece
