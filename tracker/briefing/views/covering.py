"""Who is behind the rhythm of visits, and how that rhythm is set."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.briefing.forms import RhythmForm
from tracker.briefing.lifecycle import Every, VisitKind
from tracker.briefing.queries import coverage, rhythms
from tracker.briefing.rules import Rhythm
from tracker.briefing.service import RhythmChange, set_rhythm
from tracker.briefing.views.blueprint import bp, refuse
from tracker.core import clock
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.core.i18n import gettext, ngettext, say
from tracker.core.web import db_session
from tracker.settings.queries import keeps_lists


@bp.get("/visits/coverage")
@requires(Permission.READ_REGISTER)
def covered() -> str:
    """Show which village, cell and leader has no visit within the set time."""
    session, user = db_session(), current_user()
    return render_template(
        "briefing/coverage.html",
        parts=coverage(session, current_scope().ids, clock.today()),
        said=said,
        may_set=user.may(Permission.MANAGE_SETTINGS) and keeps_lists(session, user),
    )


@bp.route("/visits/rhythm/<kind>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def rhythm(kind: str) -> Any:
    """Set how often visits of a kind are expected, and by whose word."""
    session, user = db_session(), current_user()
    asked = next((member for member in VisitKind if member.value == kind), None)
    if asked is None:
        raise NotFound("There is no such page.")
    if not keeps_lists(session, user):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")
    expected, version = rhythms(session)[asked]
    begun = {name: getattr(expected, name) for name in ("every", "days", "basis")}
    form = RhythmForm(data=begun | {"version": version})
    if not form.validate_on_submit():
        return _page(form, asked, expected)
    change = RhythmChange(
        asked, form.every.data, form.days.data, form.basis.data or "", form.version.data
    )
    try:
        set_rhythm(session, user, change)
    except NotAllowed:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "basis")
        if isinstance(refusal, Stale):
            expected, form.version.data = rhythms(session)[asked]
        return _page(form, asked, expected), refusal.status_code
    flash(gettext("The changes are kept."), "success")
    return redirect(url_for("briefing.covered"), 303)


def said(rhythm: Rhythm) -> str:
    """Say a rhythm in words."""
    if rhythm.every is Every.DAYS and rhythm.days:
        return ngettext("once in %(num)s day", "once in %(num)s days", rhythm.days)
    return say(rhythm.every)


def _page(form: RhythmForm, kind: VisitKind, expected: Rhythm) -> str:
    is_sent = request.method == "POST"
    return render_template(
        "briefing/rhythm.html",
        form=form,
        kind=kind,
        expected=f"{said(expected)} ({expected.basis})" if is_sent else "",
    )
