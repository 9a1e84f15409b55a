"""Making a commitment of a decision at a briefing, or of an instruction at a visit."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.briefing.queries import items_of
from tracker.briefing.service import promise_of_decision, promise_of_instruction
from tracker.briefing.views.blueprint import asked_briefing, asked_visit, bp, refuse
from tracker.commitments.forms import CommitmentForm
from tracker.commitments.forms.facts import PEOPLE
from tracker.commitments.models import Commitment
from tracker.commitments.queries.choices import departments_in_use, people
from tracker.commitments.service import NewCommitment, Person
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.petitions.queries import petition_for
from tracker.places.queries import place_choices

Make = Callable[[NewCommitment, str], Commitment]


@bp.route("/briefing/<code>/items/<int:item_id>/commitment", methods=["GET", "POST"])
@requires(Permission.MAKE_COMMITMENT)
def promise_of_item(code: str, item_id: int) -> Any:
    """Make a commitment of what was decided; both are linked, or nothing is kept."""
    session, user = db_session(), current_user()
    briefing = asked_briefing(code)
    item = next((item for item in items_of(session, briefing) if item.id == item_id), None)
    if item is None:
        raise NotFound("There is no such matter on this briefing.")
    petition = petition_for(session, user, item.petition_code) if item.petition_code else None
    begun = {
        "promise": item.decision,
        "promised_by": briefing.chair,
        "promised_on": _as_known(briefing.held_on),
        "place": item.place_id,
        "department": item.department_id,
    }
    back = url_for("briefing.one", code=code, _anchor=f"item-{item_id}")

    def make(new: NewCommitment, key: str) -> Commitment:
        return promise_of_decision(session, user, briefing, item_id, new, key)

    about = gettext("Decided at briefing %(code)s:", code=code)
    return _page_of(begun, make, back, f"{about} {item.plain}", petition.id if petition else None)


@bp.route("/visits/<code>/commitment", methods=["GET", "POST"])
@requires(Permission.MAKE_COMMITMENT)
def promise_of_visit(code: str) -> Any:
    """Make a commitment of an instruction; both are linked, or nothing is kept."""
    session, user, visit = db_session(), current_user(), asked_visit(code)
    begun = {
        "promise": visit.instruction,
        "promised_by": visit.visitor,
        "promised_on": _as_known(visit.visited_on),
        "place": visit.place_id,
    }

    def make(new: NewCommitment, key: str) -> Commitment:
        return promise_of_instruction(session, user, visit, new, key)

    about = gettext("Instruction given at visit %(code)s:", code=code)
    back = url_for("briefing.visit", code=code)
    return _page_of(begun, make, back, f"{about} {visit.instruction}", None)


def _as_known(day: date) -> tuple[date, Precision]:
    """Give the day of a promise; a briefing still to come is no day on which one was made."""
    return min(day, clock.today()), Precision.DAY


def _page_of(
    begun: dict[str, Any], make: Make, back: str, about: str, petition_id: int | None
) -> Any:
    session, scope = db_session(), current_scope().ids
    form = CommitmentForm(data=None if request.method == "POST" else begun)
    names = people(session, scope)
    form.offer(
        place_choices(session, scope), departments_in_use(session, begun.get("department")), names
    )
    status = 200
    if form.validate_on_submit():
        typed = form.facts()
        new = NewCommitment(
            **typed | {name: Person(*typed[name]) for name in PEOPLE},
            document_number=form.document_number.data or "",
            petition_id=petition_id,
        )
        try:
            commitment = make(new, form.key.data or "")
        except NotFound:
            raise
        except TrackerError as refusal:
            refuse(form, refusal, "promise")
            status = refusal.status_code
        else:
            flash(gettext("Commitment %(code)s is written down.", code=commitment.code), "success")
            return redirect(back, 303)
    page = render_template(
        "briefing/promise.html", form=form, names=list(names), back=back, about=about
    )
    return page, status
