"""One denunciation: its facts, its people, its steps, and what was done in it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_user
from tracker.attachments.forms import UploadForm
from tracker.attachments.queries import attachments_of
from tracker.calendar.rules import told
from tracker.core import clock
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.denunciations.forms import MoveForm, PersonForm, ReasonForm, UndoForm
from tracker.denunciations.guard import by_name
from tracker.denunciations.lifecycle import MOVES, NAMES_OTHERS, Part
from tracker.denunciations.models import Denunciation
from tracker.denunciations.queries.journal import acts_upon
from tracker.denunciations.queries.one import (
    due_of,
    offered_moves,
    parts_of,
    steps_of,
    timeline,
    undoable_step,
)
from tracker.denunciations.queries.people import named_people, people_for
from tracker.denunciations.service import (
    MoveRequest,
    end_grant,
    let_in_again,
    move_denunciation,
    name_person,
    undo_step,
)
from tracker.denunciations.views.blueprint import asked_denunciation, bp, refuse
from tracker.places.queries import place_choices


@bp.get("/denunciations/<code>")
@by_name
def one(code: str) -> str:
    """Show a case to those named in it."""
    return page_of(asked_denunciation(code))


@bp.post("/denunciations/<code>/moves")
@by_name
def move(code: str) -> Any:
    """Take one step; a refused one comes back with everything that was typed."""
    denunciation = asked_denunciation(code)
    asked = MOVES.get(request.form.get("move", ""))
    if asked is None:
        flash(gettext("There is no such step."), "error")
        return page_of(denunciation), 409
    form = MoveForm.of(asked, denunciation.version, sent=True)
    if not form.validate():
        return page_of(denunciation, tried=form)
    try:
        request_ = MoveRequest(**form.asked())
        move_denunciation(db_session(), current_user(), denunciation, request_)
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "move")
        return page_of(asked_denunciation(code), tried=form), refusal.status_code
    flash(gettext("Recorded: %(step)s.", step=gettext(asked.label)), "success")
    return redirect(url_for("denunciations.one", code=code), 303)


@bp.post("/denunciations/<code>/corrections")
@by_name
def undo(code: str) -> Any:
    """Take the last step back, in sight."""
    denunciation, form = asked_denunciation(code), UndoForm()
    if not form.validate():
        return page_of(denunciation, mistake=form)
    try:
        undo_step(
            db_session(), current_user(), denunciation, form.reason.data or "", form.version.data
        )
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "reason")
        return page_of(asked_denunciation(code), mistake=form), refusal.status_code
    flash(gettext("The last step is taken back."), "success")
    return redirect(url_for("denunciations.one", code=code), 303)


@bp.post("/denunciations/<code>/people")
@by_name
def name(code: str) -> Any:
    """Let a person into the case."""
    denunciation, form = asked_denunciation(code), PersonForm()
    form.person.offer(people_for(db_session(), denunciation.place_id, denunciation.accused))
    if not form.validate():
        return page_of(denunciation, person=form)
    try:
        name_person(db_session(), current_user(), denunciation, form.person.data, form.part.data)
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "person")
        return page_of(asked_denunciation(code), person=form), refusal.status_code
    flash(gettext("The person is let in."), "success")
    return redirect(url_for("denunciations.one", code=code, _anchor="people"), 303)


@bp.post("/denunciations/<code>/people/<int:grant_id>/end")
@by_name
def end(code: str, grant_id: int) -> Any:
    """End what a person was let in by."""
    end_grant(db_session(), current_user(), asked_denunciation(code), grant_id)
    flash(gettext("The person is no longer let in."), "success")
    return redirect(url_for("denunciations.index"), 303)


@bp.post("/denunciations/<code>/people/<int:grant_id>/again")
@by_name
def again(code: str, grant_id: int) -> Any:
    """Let a person in again whose password somebody else had given."""
    let_in_again(db_session(), current_user(), asked_denunciation(code), grant_id)
    flash(gettext("The person is let in again."), "success")
    return redirect(url_for("denunciations.one", code=code, _anchor="people"), 303)


def page_of(
    denunciation: Denunciation,
    *,
    tried: MoveForm | None = None,
    person: PersonForm | None = None,
    look: ReasonForm | None = None,
    mistake: UndoForm | None = None,
    file: UploadForm | None = None,
) -> str:
    """Give the case's page; forms that were refused stand open on it as they were typed."""
    session, user = db_session(), current_user()
    parts = parts_of(session, user, denunciation.id)
    acts = acts_upon(session, denunciation.code)
    place_id = denunciation.place_id
    person = person or PersonForm(None)
    person.person.offer(people_for(session, place_id, denunciation.accused))
    mistake = mistake or UndoForm(None)
    mistake.version.data, mistake.reason.id = denunciation.version, "mistake-reason"
    due = due_of(session, denunciation)
    return render_template(
        "denunciations/one.html",
        denunciation=denunciation,
        place_name=place_choices(session, frozenset({place_id}))[place_id],
        due=due,
        is_late=due is not None and due.due_on is not None and due.due_on < clock.today(),
        told=told,
        steps=timeline(session, denunciation.id),
        moves=_forms(denunciation, parts, tried),
        tried=tried,
        mistake=mistake,
        may_undo=undoable_step(steps_of(session, denunciation.id), parts) is not None,
        people=named_people(session, denunciation.id),
        may_name=bool(parts & NAMES_OTHERS),
        may_end=Part.LEADER in parts,
        person=person,
        look=look or ReasonForm(None),
        looks=[act for act in acts if act.action == "identity"],
        acts=acts,
        file=file or UploadForm(None),
        files=attachments_of(session, denunciation.files_key),
    )


def _forms(
    denunciation: Denunciation, parts: frozenset[Part], tried: MoveForm | None
) -> list[tuple[Any, MoveForm]]:
    forms = []
    for step in offered_moves(denunciation, parts):
        form = tried if tried is not None and tried.move.data == step.name else None
        form = form or MoveForm.of(step, denunciation.version, sent=False)
        form.version.data = denunciation.version
        forms.append((step, form))
    return forms
