"""Files kept beside a petition, under the same rules of sight as the petition itself."""

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.forms import RemovalForm
from tracker.attachments.queries import attachment_for
from tracker.attachments.service import remove_file
from tracker.attachments.views import file_answer, keep_sent
from tracker.core.errors import NotAllowed
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.petitions.forms import FileForm
from tracker.petitions.queries import identity_of
from tracker.petitions.views.blueprint import asked_petition, bp, may_see_names
from tracker.petitions.views.one import page_of


@bp.post("/petitions/<code>/files")
@requires(Permission.MOVE_PETITION)
def add_file(code: str) -> Any:
    """Keep a file beside the petition."""
    petition, form = asked_petition(code), FileForm()
    if status := keep_sent(form, petition.code, petition.place_id):
        return page_of(asked_petition(code), file=form), status
    flash(gettext("The file is attached."), "success")
    return redirect(url_for("petitions.one", code=code, _anchor="files"), 303)


@bp.get("/petitions/<code>/files/<int:file_id>")
@requires(Permission.READ_REGISTER)
def file(code: str, file_id: int) -> Response:
    """Give a kept file to those who may see the petition; never to be shown as a page of ours."""
    petition = asked_petition(code)
    if not may_see_names():
        raise NotAllowed("Files may name people: they are open to those who work with petitions.")
    if identity_of(db_session(), current_user(), petition).may_open:
        raise NotAllowed("Files may name people: show who raised the petition first.")
    return file_answer(attachment_for(db_session(), code, file_id))


@bp.post("/petitions/<code>/files/<int:file_id>/remove")
@requires(Permission.MOVE_PETITION)
def remove(code: str, file_id: int) -> Any:
    """Take a file out of the petition, with the reason."""
    petition = asked_petition(code)
    attachment = attachment_for(db_session(), code, file_id)
    form = RemovalForm()
    if not form.validate():
        return page_of(petition, removal=(file_id, form))
    remove_file(db_session(), current_user(), attachment, form.reason.data or "")
    flash(gettext("The file is removed."), "success")
    return redirect(url_for("petitions.one", code=code, _anchor="files"), 303)
