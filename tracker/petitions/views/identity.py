"""Opening who raised a petition: a form with a reason, never a link."""

from typing import Any

from flask import flash, redirect, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.petitions.forms import LookForm
from tracker.petitions.service import open_identity
from tracker.petitions.views.blueprint import asked_petition, bp
from tracker.petitions.views.one import page_of


@bp.post("/petitions/<code>/identity")
@requires(Permission.OPEN_IDENTITY)
def look(code: str) -> Any:
    """Open who raised the petition to this person, for a reason that stays with it."""
    petition, form = asked_petition(code), LookForm()
    if not form.validate_on_submit():
        return page_of(petition, look=form)
    try:
        open_identity(
            db_session(),
            current_user(),
            petition,
            form.look_reason.data,
            form.look_note.data or "",
        )
    except NotFound:
        raise
    except TrackerError as refusal:
        form.refuse("look_note", refusal)
        return page_of(asked_petition(code), look=form), refusal.status_code
    flash(gettext("Who raised it is open to you for four hours; the petition tells that."), "info")
    return redirect(url_for("petitions.one", code=code), 303)
