"""One visit: logged, read, corrected in sight, or said to be a mistake."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import SelectField

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission, Role
from tracker.briefing.forms import VisitEditForm, VisitFactsForm, VisitForm, VoidForm
from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.models import GrassrootsVisit
from tracker.briefing.queries.visits import corrections_of, raised_at
from tracker.briefing.rules import heard_things
from tracker.briefing.service import NewVisit, VisitChange, amend_visit, log_visit, void_visit
from tracker.briefing.views.blueprint import asked_visit, bp, refuse, visited_places
from tracker.commitments.queries.choices import people
from tracker.commitments.rules import state_of
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.errors import NotFound, Stale, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.places.queries import place_choices

FACTS = ("kind", "visited_on", "place", "cell", "visitor", "heard", "instruction")


@bp.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.LOG_VISIT)
def log() -> Any:
    """Log a visit; the same form sent twice logs one and leads to it."""
    form = VisitForm(data=None if request.method == "POST" else _begun())
    _offer(form)
    if not form.validate_on_submit():
        return _log_page(form)
    new = NewVisit(**form.facts())
    try:
        visit = log_visit(db_session(), current_user(), new, form.key.data or "")
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "heard")
        return _log_page(form), refusal.status_code
    flash(gettext("Visit %(code)s is logged.", code=visit.code), "success")
    return redirect(url_for("briefing.visit", code=visit.code), 303)


@bp.get("/visits/<code>")
@requires(Permission.READ_REGISTER)
def visit(code: str) -> str:
    """Show a visit, what came of it, and its corrections."""
    return _page(asked_visit(code))


@bp.route("/visits/<code>/edit", methods=["GET", "POST"])
@requires(Permission.LOG_VISIT)
def edit(code: str) -> Any:
    """Correct a visit in sight; a stale save shows what is kept beside what was typed."""
    visit = asked_visit(code)
    form = _edit_form(visit, is_sent=request.method == "POST")
    if not form.validate_on_submit():
        return _edit_page(form, visit)
    change = VisitChange(
        **form.facts(), reason=form.reason.data or "", seen_version=form.version.data
    )
    try:
        amend_visit(db_session(), current_user(), visit, change)
    except NotFound:
        raise
    except TrackerError as refusal:
        visit = asked_visit(code)
        refuse(form, refusal, "reason")
        kept = None
        if isinstance(refusal, Stale):
            kept = _edit_form(visit, is_sent=False)
            form.version.data = visit.version
        return _edit_page(form, visit, kept), refusal.status_code
    flash(gettext("The details are corrected."), "success")
    return redirect(url_for("briefing.visit", code=code), 303)


@bp.post("/visits/<code>/void")
@requires(Permission.LOG_VISIT)
def void(code: str) -> Any:
    """Say of a visit that it was entered by mistake, with the reason."""
    visit = asked_visit(code)
    form = VoidForm()
    if not form.validate():
        return _page(visit, form)
    try:
        void_visit(db_session(), current_user(), visit, form.reason.data or "", form.version.data)
    except TrackerError as refusal:
        visit = asked_visit(code)
        refuse(form, refusal, "reason")
        form.version.data = visit.version
        return _page(visit, form), refusal.status_code
    flash(gettext("The visit counts no more; it stays in sight with the reason."), "success")
    return redirect(url_for("briefing.visit", code=code), 303)


def _begun() -> dict[str, Any]:
    """Give what a new form starts with: a visit of today by the leader who types, or as asked."""
    user, asked = current_user(), request.args.get("kind", "")
    begun: dict[str, Any] = {
        "kind": VisitKind(asked) if asked in set(VisitKind) else VisitKind.VILLAGE_VISIT,
        "visited_on": clock.today(),
        "visitor": user.full_name if user.role is Role.LEADER else "",
    }
    place_id = request.args.get("place", "")
    if place_id.isascii() and place_id.isdecimal() and int(place_id) in current_scope().ids:
        begun["place"] = int(place_id)
    return begun


def _offer(form: VisitFactsForm) -> None:
    form.offer(visited_places(), people(db_session(), current_scope().ids))


def _log_page(form: VisitForm) -> str:
    return render_template("briefing/visit_new.html", form=form, names=_names())


def _page(visit: GrassrootsVisit, reason: VoidForm | None = None) -> str:
    session, promised = db_session(), visit.commitment
    return render_template(
        "briefing/visit.html",
        visit=visit,
        place_name=place_choices(session, frozenset({visit.place_id}))[visit.place_id],
        things=heard_things(visit.heard),
        carried={
            "channel": visit.kind.value,
            "place": visit.place_id,
            "received_on": shown_date(visit.visited_on),
        },
        raised=raised_at(session, visit),
        state=state_of(promised.outcome, promised.due_on, promised.ended_on, clock.today())
        if promised
        else None,
        corrections=corrections_of(session, visit.id),
        reason=reason or VoidForm(None, version=visit.version),
    )


def _edit_form(visit: GrassrootsVisit, *, is_sent: bool) -> VisitEditForm:
    """Give the form as it was sent, or filled with what the register holds."""
    names = ("kind", "visited_on", "cell", "visitor", "heard", "instruction", "version")
    kept = {name: getattr(visit, name) for name in names} | {"place": visit.place_id}
    form = VisitEditForm(request.form if is_sent else None, data=kept)
    _offer(form)
    return form


def _edit_page(
    form: VisitEditForm, visit: GrassrootsVisit, kept: VisitEditForm | None = None
) -> str:
    differing = [
        (form[name].label.text, _words(kept[name]), _words(form[name]))
        for name in FACTS
        if kept and _words(form[name]) != _words(kept[name])
    ]
    return render_template(
        "briefing/visit_edit.html", form=form, visit=visit, differing=differing, names=_names()
    )


def _names() -> list[str]:
    return list(people(db_session(), current_scope().ids))


def _words(field: Any) -> str:
    """Read a field as a person does: a choice by its word, anything else as it was typed."""
    if isinstance(field, SelectField):
        return next((label for _, label, chosen, *_ in field.iter_choices() if chosen), "")
    typed: str = field._value()
    return typed.replace("\r\n", "\n")
