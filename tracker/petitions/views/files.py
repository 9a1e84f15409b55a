"""Files kept beside a petition, under the same rules of sight as the petition itself."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.queries import attachment_for, opened
from tracker.attachments.service import keep_file, remove_file
from tracker.core.errors import NotAllowed, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, download
from tracker.petitions.forms import FileForm, ReasonForm
from tracker.petitions.views.blueprint import (
    asked_petition,
    bp,
    files_root,
    may_see_names,
    uploaded,
)
from tracker.petitions.views.one import page_of

CHUNK = 64 * 1024


@bp.post("/petitions/<code>/files")
@requires(Permission.MOVE_PETITION)
def add_file(code: str) -> Any:
    """Keep a file beside the petition."""
    petition = asked_petition(code)
    form = FileForm()
    upload = uploaded(form.file.data)
    if not form.validate_on_submit() or upload is None:
        return page_of(petition, file=form)
    try:
        keep_file(
            db_session(), current_user(), petition.code, petition.place_id, upload, files_root()
        )
    except TrackerError as refusal:
        form.refuse("file", refusal)
        return page_of(asked_petition(code), file=form), refusal.status_code
    flash(gettext("The file is attached."), "success")
    return redirect(url_for("petitions.one", code=code, _anchor="files"), 303)


@bp.get("/petitions/<code>/files/<int:file_id>")
@requires(Permission.READ_REGISTER)
def file(code: str, file_id: int) -> Response:
    """Give a kept file to those who may see the petition; never to be shown as a page of ours."""
    asked_petition(code)
    if not may_see_names():
        raise NotAllowed("Files may name people: they are open to those who work with petitions.")
    attachment = attachment_for(db_session(), code, file_id)
    pieces = _pieces(opened(attachment, files_root()))
    answer = download(pieces, attachment.media_type, attachment.original_name)
    answer.headers["Content-Length"] = str(attachment.size)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.post("/petitions/<code>/files/<int:file_id>/remove")
@requires(Permission.MOVE_PETITION)
def remove(code: str, file_id: int) -> Any:
    """Take a file out of the petition, with the reason."""
    petition = asked_petition(code)
    attachment = attachment_for(db_session(), code, file_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return page_of(petition, removal=(file_id, form))
    remove_file(db_session(), current_user(), attachment, form.reason.data or "")
    flash(gettext("The file is removed."), "success")
    return redirect(url_for("petitions.one", code=code, _anchor="files"), 303)


def _pieces(kept: BinaryIO) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(CHUNK):
            yield piece
