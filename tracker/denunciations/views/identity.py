"""Opening who denounced: only by a form, with a reason that is kept."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from tracker.accounts.guard import current_user
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, sealer
from tracker.denunciations.forms import IdentityForm, ReasonForm
from tracker.denunciations.guard import by_name
from tracker.denunciations.service import Identity, correct_identity, open_identity
from tracker.denunciations.views.blueprint import asked_denunciation, bp, refuse
from tracker.denunciations.views.one import page_of


@bp.post("/denunciations/<code>/identity")
@by_name
def open_(code: str) -> Any:
    """Show who denounced in the answer to the form itself; it never stands at an address."""
    denunciation, form = asked_denunciation(code), ReasonForm()
    if not form.validate():
        return page_of(denunciation, look=form)
    try:
        identity = open_identity(
            db_session(), sealer(), current_user(), denunciation, form.reason.data or ""
        )
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "reason")
        return page_of(asked_denunciation(code), look=form), refusal.status_code
    writing = IdentityForm(None, obj=identity)
    return render_template(
        "denunciations/identity.html", denunciation=denunciation, identity=identity, form=writing
    )


@bp.post("/denunciations/<code>/identity/correct")
@by_name
def correct_(code: str) -> Any:
    """Write anew who denounced."""
    denunciation, form = asked_denunciation(code), IdentityForm()
    page, given = "denunciations/identity.html", {"denunciation": denunciation, "identity": None}
    if not form.validate():
        return render_template(page, form=form, **given)
    try:
        correct_identity(
            db_session(),
            sealer(),
            current_user(),
            denunciation,
            Identity(**form.identity()),
            form.reason.data or "",
        )
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "reason")
        return render_template(page, form=form, **given), refusal.status_code
    flash(gettext("Who denounced is written anew and sealed."), "success")
    return redirect(url_for("denunciations.one", code=code), 303)
