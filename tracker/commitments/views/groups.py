"""Working groups, their members, and the log of their visits to households."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.forms import GroupForm, MemberForm, ReasonForm, VisitForm
from tracker.commitments.models import Commitment, WorkingGroup
from tracker.commitments.queries.groups import as_seen_by, group_for, tally, visits_of
from tracker.commitments.service import (
    NewGroup,
    NewVisit,
    add_member,
    log_visit,
    set_up_group,
    void_visit,
)
from tracker.commitments.views.blueprint import asked_commitment, bp, may_see_names, refuse
from tracker.core import clock, dates
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import dialogue_for
from tracker.places.queries import place_choices, places_in, scope_ids
from tracker.places.rules import PlaceKind


@bp.route("/commitments/<code>/working-groups/new", methods=["GET", "POST"])
@requires(Permission.MAKE_COMMITMENT)
def new_group(code: str) -> Any:
    """Set up a working group that brings a commitment about."""
    return _set_up(asked_commitment(code), None)


@bp.route("/dialogues/<code>/working-groups/new", methods=["GET", "POST"])
@requires(Permission.MAKE_COMMITMENT)
def new_group_of_dialogue(code: str) -> Any:
    """Set up a working group that brings about what a dialogue concluded."""
    return _set_up(None, dialogue_for(db_session(), current_user(), code))


@bp.get("/working-groups/<code>")
@requires(Permission.READ_REGISTER)
def group(code: str) -> str:
    """Show a working group, its members, and what the households said."""
    return _page(_asked_group(code))


@bp.post("/working-groups/<code>/members")
@requires(Permission.MAKE_COMMITMENT)
def member(code: str) -> Any:
    """Add one person to the group."""
    kept = _asked_group(code)
    form = MemberForm()
    if not form.validate():
        return _page(kept, member=form)
    try:
        add_member(db_session(), current_user(), kept, form.member.data or "")
    except TrackerError as refusal:
        refuse(form, refusal, "member")
        return _page(_asked_group(code), member=form), refusal.status_code
    flash(gettext("The member is added."), "success")
    return redirect(url_for("commitments.group", code=code), 303)


@bp.post("/working-groups/<code>/visits")
@requires(Permission.REPORT_COMMITMENT)
def visit(code: str) -> Any:
    """Log a visit; the next form starts with the same day, village and visitors."""
    kept = _asked_group(code)
    form = VisitForm()
    form.offer(_villages(kept))
    if not form.validate():
        return _page(kept, visit=form)
    try:
        asked = NewVisit(**form.visit())
        log_visit(db_session(), current_user(), kept, asked, form.key.data or "")
    except TrackerError as refusal:
        refuse(form, refusal, "household")
        return _page(_asked_group(code), visit=form), refusal.status_code
    flash(gettext("The visit is logged."), "success")
    carried = {"place": form.place.data, "visited_on": clock.shown_date(form.visited_on.data)}
    return redirect(url_for("commitments.group", code=code, _anchor="visit", **carried), 303)


@bp.post("/working-groups/<code>/visits/<int:visit_id>/void")
@requires(Permission.REPORT_COMMITMENT)
def void(code: str, visit_id: int) -> Any:
    """Strike through a visit that was entered by mistake."""
    kept = _asked_group(code)
    form = ReasonForm()
    if not form.validate():
        return _page(kept, voiding=(visit_id, form))
    void_visit(db_session(), current_user(), kept, visit_id, form.reason.data or "")
    flash(gettext("The visit is struck through."), "success")
    return redirect(url_for("commitments.group", code=code), 303)


def _asked_group(code: str) -> WorkingGroup:
    return group_for(db_session(), current_user(), code)


def _set_up(commitment: Commitment | None, dialogue: Dialogue | None) -> Any:
    session = db_session()
    begun = {"place": (commitment or dialogue).place_id, "set_up_on": clock.today()}  # type: ignore[union-attr]
    form = GroupForm(data=None if request.method == "POST" else begun)
    form.place.offer(place_choices(session, current_scope().ids))
    if not form.validate_on_submit():
        return _new_page(form, commitment, dialogue)
    asked = NewGroup(
        name=form.name.data or "",
        place_id=form.place.data or 0,
        commitment_id=commitment.id if commitment else None,
        dialogue_id=dialogue.id if dialogue else None,
        set_up_on=form.set_up_on.data,
        document_number=form.document_number.data or "",
        members=form.member_lines(),
    )
    try:
        group = set_up_group(session, current_user(), asked, form.key.data or "")
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "name")
        return _new_page(form, commitment, dialogue), refusal.status_code
    flash(gettext("The working group is set up."), "success")
    return redirect(url_for("commitments.group", code=group.code), 303)


def _villages(kept: WorkingGroup) -> dict[int, str]:
    """Name the villages of the group's place; a place without any stands for itself."""
    session = db_session()
    ids = scope_ids(session, kept.place_id)
    villages = {row.id for row in places_in(session, ids) if row.kind is PlaceKind.VILLAGE}
    return place_choices(session, frozenset(villages) or ids)


def _new_page(form: GroupForm, commitment: Commitment | None, dialogue: Dialogue | None) -> str:
    return render_template(
        "commitments/group_new.html", form=form, commitment=commitment, dialogue=dialogue
    )


def _page(
    kept: WorkingGroup,
    *,
    visit: VisitForm | None = None,
    member: MemberForm | None = None,
    voiding: tuple[int, ReasonForm] | None = None,
) -> str:
    visits = visits_of(db_session(), kept.id)
    return render_template(
        "commitments/group.html",
        group=kept,
        visits=as_seen_by(visits, current_user()),
        tally=tally(visits),
        visit=visit or _next_visit(kept, visits[0].visitors if visits else ""),
        member=member or MemberForm(None),
        voiding=voiding or (0, ReasonForm(None)),
        names=may_see_names(),
    )


def _next_visit(kept: WorkingGroup, visitors: str) -> VisitForm:
    """Give an empty form that starts where the last visit was."""
    villages = _villages(kept)
    place = request.args.get("place", "")
    day = request.args.get("visited_on", "")
    begun: dict[str, Any] = {"visited_on": dates.parse_day(day) or clock.today()}
    if place.isascii() and place.isdecimal() and int(place) in villages:
        begun["place"] = int(place)
    form = VisitForm(None, data=begun | {"visitors": visitors})
    form.offer(villages)
    return form
