"""Who takes denunciations for a place: no secret, and no sign of any denunciation."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.denunciations.forms import TakerForm
from tracker.denunciations.queries.people import candidates, taker_names, takers_in
from tracker.denunciations.service import confirm_taker, end_taker, propose_taker
from tracker.denunciations.views.blueprint import refuse

takers_bp = Blueprint("takers", __name__)


@takers_bp.route("/settings/takers", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def settings() -> Any:
    """Show who takes denunciations, and propose a person."""
    form = TakerForm()
    form.person.offer(candidates(db_session(), current_scope().ids))
    if not form.validate_on_submit():
        return _page(form)
    try:
        propose_taker(db_session(), current_user(), form.person.data)
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "person")
        return _page(form), refusal.status_code
    flash(gettext("Proposed. It counts once a leader confirms it under “My account”."), "success")
    return redirect(url_for("takers.settings"), 303)


@takers_bp.post("/settings/takers/<int:taker_id>/end")
@requires(Permission.MANAGE_PEOPLE)
def end(taker_id: int) -> Response:
    """Let a person no longer take denunciations."""
    end_taker(db_session(), current_user(), taker_id)
    flash(gettext("The person no longer takes denunciations."), "success")
    return redirect(url_for("takers.settings"), 303)


@takers_bp.get("/takers")
@requires(Permission.CONFIRM_TAKER)
def proposed() -> str:
    """Show a leader who takes denunciations, and who is proposed to."""
    return _page(None)


@takers_bp.post("/takers/<int:taker_id>/confirm")
@requires(Permission.CONFIRM_TAKER)
def confirm(taker_id: int) -> Response:
    """Confirm a proposal."""
    confirm_taker(db_session(), current_user(), taker_id)
    flash(gettext("Confirmed: the person takes denunciations from now on."), "success")
    return redirect(url_for("takers.proposed"), 303)


@takers_bp.post("/takers/<int:taker_id>/refuse")
@requires(Permission.CONFIRM_TAKER)
def refuse_(taker_id: int) -> Response:
    """Refuse a proposal, or end what was confirmed."""
    end_taker(db_session(), current_user(), taker_id)
    flash(gettext("The person no longer takes denunciations."), "success")
    return redirect(url_for("takers.proposed"), 303)


def _page(form: TakerForm | None) -> str:
    session, scope = db_session(), current_scope()
    takers = takers_in(session, scope.ids)
    own = {row.name for row in takers}
    return render_template(
        "denunciations/takers.html",
        form=form,
        takers=takers,
        above=[name for name in taker_names(session, scope.home.id) if name not in own],
    )
