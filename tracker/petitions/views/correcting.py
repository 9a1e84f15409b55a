"""Putting mistakes right: the last step taken back, facts typed wrongly."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import SelectField

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotFound, Stale, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.petitions.forms import AmendForm, ReasonForm, refuse_beside, seen
from tracker.petitions.models import Petition
from tracker.petitions.queries import identity_of
from tracker.petitions.queries.choices import (
    category_choices,
    department_choices,
    monitor_choices,
    place_choices,
)
from tracker.petitions.service import Amendment, amend_petition, correct_step
from tracker.petitions.views.blueprint import asked_petition, bp
from tracker.petitions.views.one import page_of

AS_NAMED = (
    "citizen_name",
    "petitioner",
    "people",
    "citizen_phone",
    "content",
    "kind",
    "level",
    "channel",
    "cooperating",
    "due_on",
)
"""The facts that the form calls as the record does."""


@bp.post("/petitions/<code>/corrections")
@requires(Permission.MOVE_PETITION)
def correct(code: str) -> Any:
    """Take back the last step, in the open."""
    petition = asked_petition(code)
    form = ReasonForm()
    if not form.validate_on_submit():
        return page_of(petition, reason=form)
    try:
        correct_step(
            db_session(),
            current_user(),
            petition,
            form.reason.data or "",
            seen(form.version.data),
        )
    except TrackerError as refusal:
        petition = asked_petition(code)
        refuse_beside(form, refusal, "reason")
        form.version.data = str(petition.version)
        return page_of(petition, reason=form), refusal.status_code
    flash(gettext("The last step is taken back."), "success")
    return redirect(url_for("petitions.one", code=code), 303)


@bp.route("/petitions/<code>/edit", methods=["GET", "POST"])
@requires(Permission.LOG_PETITION)
def amend(code: str) -> Any:
    """Correct facts by a visible step; a stale save shows what is kept beside what was typed."""
    petition = asked_petition(code)
    form = _form_of(petition, is_sent=request.method == "POST")
    if not form.validate_on_submit():
        return _page(petition, form)
    try:
        asked = Amendment(
            **form.facts(),
            reason=form.reason.data or "",
            seen_version=seen(form.version.data),
        )
        amend_petition(db_session(), current_user(), petition, asked)
    except NotFound:
        raise
    except TrackerError as refusal:
        petition = asked_petition(code)
        refuse_beside(form, refusal, "reason")
        kept = None
        if isinstance(refusal, Stale):
            kept = _form_of(petition, is_sent=False)
            form.version.data = str(petition.version)
        return _page(petition, form, kept), refusal.status_code
    flash(gettext("The details are corrected."), "success")
    return redirect(url_for("petitions.one", code=code), 303)


def _form_of(petition: Petition, *, is_sent: bool) -> AmendForm:
    """Give the form as it was sent, or filled with what the register holds."""
    kept = {name: getattr(petition, name) for name in AS_NAMED} | {
        "place": petition.place_id,
        "category": petition.category_id,
        "department": petition.department_id,
        "monitor": petition.monitor_id,
        "received_on": (petition.received_on, petition.date_precision),
        "version": str(petition.version),
    }
    form = AmendForm(data=kept) if is_sent else AmendForm(None, data=kept)
    session = db_session()
    scope = current_scope().ids
    form.monitor.offer(monitor_choices(session, scope, petition.monitor))
    form.offer(
        place_choices(session, scope),
        category_choices(session),
        department_choices(session),
    )
    identity = identity_of(session, current_user(), petition)
    if identity.may_open:
        names = ("citizen_name", "citizen_phone", "content")
        texts = {name: kept[name] for name in names}
        if identity.told(petition.content) == petition.content:
            del texts["content"]
        form.leave_person(texts)
    return form


def _page(petition: Petition, form: AmendForm, kept: AmendForm | None = None) -> str:
    differing = [
        (form[name].label.text, _words(kept[name]), _words(form[name]))
        for name in (*AS_NAMED, "place", "category", "department", "monitor", "received_on")
        if kept and name in form and _words(form[name]) != _words(kept[name])
    ]
    return render_template("petitions/edit.html", petition=petition, form=form, differing=differing)


def _words(field: Any) -> str:
    """Read a field as a person does: a choice by its word, anything else as it was typed."""
    if isinstance(field, SelectField):
        return next((label for _, label, chosen, _ in field.iter_choices() if chosen), "")
    typed: str = field._value()
    return typed
