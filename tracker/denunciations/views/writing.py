"""Receiving a denunciation, and correcting its facts."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_user
from tracker.core import clock
from tracker.core.errors import NotFound, Stale, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, sealer
from tracker.denunciations.forms import EditForm, NewForm
from tracker.denunciations.guard import by_name
from tracker.denunciations.models import Denunciation
from tracker.denunciations.queries import takes_for
from tracker.denunciations.queries.people import leaders_around, places_open_to
from tracker.denunciations.service import (
    DenunciationChange,
    Identity,
    NewDenunciation,
    amend_denunciation,
    receive_denunciation,
)
from tracker.denunciations.views.blueprint import asked_denunciation, bp, refuse
from tracker.places.queries import place_choices


@bp.route("/denunciations/new", methods=["GET", "POST"])
@by_name
def new() -> Any:
    """Receive a denunciation; the same form sent twice makes one and leads to it."""
    session, user = db_session(), current_user()
    units = takes_for(session, user)
    if not units:
        raise NotFound("Only a person who takes denunciations writes one down.")
    begun = {"place": min(units), "received_on": clock.today()}
    form = NewForm(data=None if request.method == "POST" else begun)
    form.place.offer(place_choices(session, places_open_to(session, user)))
    form.leader.offer(leaders_around(session, units))
    if not form.validate_on_submit():
        return render_template("denunciations/new.html", form=form)
    asked = NewDenunciation(
        **form.facts(),
        place_id=form.place.data,
        is_anonymous=form.is_anonymous.data,
        identity=Identity(**form.identity()),
        leader_id=form.leader.data,
    )
    try:
        made = receive_denunciation(session, sealer(), user, asked, form.key.data or "")
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "content")
        return render_template("denunciations/new.html", form=form), refusal.status_code
    flash(gettext("The denunciation is written down; who denounced is sealed."), "success")
    return redirect(url_for("denunciations.one", code=made.code), 303)


@bp.route("/denunciations/<code>/edit", methods=["GET", "POST"])
@by_name
def edit(code: str) -> Any:
    """Correct facts by a visible step; a stale save shows what is kept beside what was typed."""
    denunciation = asked_denunciation(code)
    form = EditForm(obj=denunciation)
    if not form.validate_on_submit():
        return _edit_page(form, denunciation)
    change = DenunciationChange(
        **form.facts(), reason=form.reason.data or "", seen_version=form.version.data
    )
    try:
        amend_denunciation(db_session(), current_user(), denunciation, change)
    except NotFound:
        raise
    except TrackerError as refusal:
        kept = None
        denunciation = asked_denunciation(code)
        refuse(form, refusal, "reason")
        if isinstance(refusal, Stale):
            kept = EditForm(None, obj=denunciation)
            form.version.data = denunciation.version
        return _edit_page(form, denunciation, kept), refusal.status_code
    flash(gettext("The details are corrected."), "success")
    return redirect(url_for("denunciations.one", code=code), 303)


def _edit_page(form: EditForm, denunciation: Denunciation, kept: EditForm | None = None) -> str:
    return render_template(
        "denunciations/edit.html", form=form, denunciation=denunciation, kept=kept
    )
