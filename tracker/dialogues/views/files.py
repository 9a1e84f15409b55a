"""Files kept with a dialogue: minutes, notices, letters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response, current_app, flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.queries import attachment_for, opened
from tracker.attachments.service import Upload, keep_file, remove_file
from tracker.core.errors import TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, download
from tracker.dialogues.forms import FileForm, RemovalForm
from tracker.dialogues.views.blueprint import asked_dialogue, bp
from tracker.dialogues.views.one import page_of

PIECE = 64 * 1024


@bp.post("/dialogues/<code>/files")
@requires(Permission.LOG_DIALOGUE)
def keep(code: str) -> Any:
    """Keep a file with the dialogue, once it is what it says it is."""
    dialogue = asked_dialogue(code)
    form = FileForm()
    if not form.validate():
        return page_of(dialogue, file_form=form)
    sent = form.file.data
    upload = Upload(sent.filename or "", sent.stream)
    try:
        keep_file(
            db_session(), current_user(), dialogue.code, dialogue.place_id, upload, files_root()
        )
    except TrackerError as refusal:
        form.refuse("file", refusal)
        return page_of(asked_dialogue(code), file_form=form), refusal.status_code
    flash(gettext("The file is kept."), "success")
    return redirect(url_for("dialogues.one", code=code), 303)


@bp.get("/dialogues/<code>/files/<int:file_id>")
@requires(Permission.READ_REGISTER)
def file(code: str, file_id: int) -> Response:
    """Give a file to those who may see the dialogue."""
    dialogue = asked_dialogue(code)
    attachment = attachment_for(db_session(), dialogue.code, file_id)
    pieces = _pieces(opened(attachment, files_root()))
    response = download(pieces, attachment.media_type, attachment.original_name)
    response.headers["Content-Length"] = str(attachment.size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.route("/dialogues/<code>/files/<int:file_id>/remove", methods=["GET", "POST"])
@requires(Permission.LOG_DIALOGUE)
def remove(code: str, file_id: int) -> Any:
    """Take a file out of the record, with the reason."""
    dialogue = asked_dialogue(code)
    attachment = attachment_for(db_session(), dialogue.code, file_id)
    form = RemovalForm()
    if request.method == "POST" and form.validate():
        remove_file(db_session(), current_user(), attachment, form.reason.data or "")
        flash(gettext("The file is taken out."), "success")
        return redirect(url_for("dialogues.one", code=code), 303)
    return render_template(
        "dialogues/remove_file.html", dialogue=dialogue, attachment=attachment, form=form
    )


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(PIECE):
            yield piece


def files_root() -> Path:
    """Give the folder outside the web root where files lie."""
    root: Path = current_app.config["SETTINGS"].instance / "files"
    return root
