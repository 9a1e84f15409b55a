"""Files kept with a dialogue: minutes, notices, letters."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.forms import RemovalForm, UploadForm
from tracker.attachments.queries import attachment_for
from tracker.attachments.service import remove_file
from tracker.attachments.views import file_answer, keep_sent
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.dialogues.views.blueprint import asked_dialogue, bp
from tracker.dialogues.views.one import page_of


@bp.post("/dialogues/<code>/files")
@requires(Permission.LOG_DIALOGUE)
def keep(code: str) -> Any:
    """Keep a file with the dialogue, once it is what it says it is."""
    dialogue, form = asked_dialogue(code), UploadForm()
    if status := keep_sent(form, dialogue.code, dialogue.place_id):
        return page_of(asked_dialogue(code), file_form=form), status
    flash(gettext("The file is kept."), "success")
    return redirect(url_for("dialogues.one", code=code), 303)


@bp.get("/dialogues/<code>/files/<int:file_id>")
@requires(Permission.READ_REGISTER)
def file(code: str, file_id: int) -> Response:
    """Give a file to those who may see the dialogue."""
    dialogue = asked_dialogue(code)
    return file_answer(attachment_for(db_session(), dialogue.code, file_id))


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
