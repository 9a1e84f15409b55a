"""One petition: its facts, its timeline, and the steps that may be taken now."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.forms import RemovalForm, UploadForm
from tracker.attachments.queries import attachments_of
from tracker.attachments.rules import FileRefused
from tracker.attachments.views import files_root, uploaded
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.denunciations.queries import places_open_to
from tracker.petitions.forms import FileForm, LookForm, MoveForm, ReasonForm, refuse_beside, seen
from tracker.petitions.lifecycle import MOVES, TRANSFER_ADVICE, Move
from tracker.petitions.models import Petition
from tracker.petitions.queries import (
    correctable_step,
    facts,
    identity_of,
    looks_at,
    proposer_of,
    reader_of,
    steps_of,
    timeline,
)
from tracker.petitions.queries.choices import department_choices, monitor_choices
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.queries.related import joined_to, master_of
from tracker.petitions.rules import is_accepted
from tracker.petitions.service import (
    MoveRequest,
    may_correct,
    move_petition,
    move_with_evidence,
    offered_moves,
)
from tracker.petitions.views.blueprint import (
    asked_petition,
    bp,
    may_see_names,
    page_sections,
    told_to,
)


@bp.get("/petitions/<code>")
@requires(Permission.READ_REGISTER)
def one(code: str) -> str:
    """Show a petition with everything that led to how it stands."""
    return page_of(asked_petition(code))


@bp.post("/petitions/<code>/moves")
@requires(Permission.MOVE_PETITION)
def move(code: str) -> Any:
    """Take one step; a refused one comes back with everything that was typed."""
    petition = asked_petition(code)
    form = MoveForm()
    form.offer(department_choices(db_session()), _watching(petition))
    named = MOVES.get(form.move.data or "")
    if named is not None:
        form.fit(named)
    if not form.validate_on_submit():
        return page_of(petition, tried=form)
    try:
        _take(db_session(), petition, form)
    except NotFound:
        raise
    except TrackerError as refusal:
        _refuse(form, refusal)
        return page_of(asked_petition(code), tried=form), refusal.status_code
    label = named.label if named else ""
    flash(gettext("Recorded: %(step)s.", step=gettext(label)), "success")
    return redirect(url_for("petitions.one", code=code), 303)


def page_of(
    petition: Petition,
    *,
    tried: MoveForm | None = None,
    reason: ReasonForm | None = None,
    file: UploadForm | None = None,
    removal: tuple[int, RemovalForm] | None = None,
    look: LookForm | None = None,
) -> str:
    """Give the petition's page; forms that were refused stand open on it as they were typed."""
    session, user, scope = db_session(), current_user(), current_scope().ids
    steps = steps_of(session, petition.id)
    offered = offered_moves(
        user, petition, proposer_of(steps), has_limit_begun=is_accepted(facts(steps))
    )
    moves = _forms(petition, offered, tried)
    mistaken = correctable_step(steps)
    identity = identity_of(session, user, petition)
    return render_template(
        "petitions/one.html",
        petition=petition,
        clocks=clocks_of(session, petition, steps),
        told=told_to(identity),
        transfer_advice=TRANSFER_ADVICE.get(petition.kind),
        steps=timeline(session, scope, steps),
        moves=moves,
        tried=tried,
        lost=tried if tried not in [form for _, form in moves] else None,
        mistaken=mistaken.id if mistaken and may_correct(user, mistaken) else None,
        reason=reason or ReasonForm(None, version=str(petition.version)),
        file=file or FileForm(None),
        removal=removal or (0, RemovalForm(None)),
        joined=joined_to(session, scope, petition, reader_of(user)),
        master=master_of(session, scope, petition),
        files=attachments_of(session, petition.code),
        names=may_see_names(),
        identity=identity,
        looks=looks_at(session, petition.id),
        look=look or LookForm(None),
        takes_over=petition.place_id in places_open_to(session, user),
        # Each section was written, and escaped, by a template of the feature it belongs to.
        sections=[Markup(section(petition)) for section in page_sections],
    )


def _take(session: Session, petition: Petition, form: MoveForm) -> None:
    upload, user = uploaded(form.evidence.data), current_user()
    if upload is None:
        move_petition(session, user, petition, _request(form))
    else:
        move_with_evidence(session, user, petition, _request(form), upload, files_root())


def _request(form: MoveForm) -> MoveRequest:
    return MoveRequest(
        move_name=form.move.data or "",
        happened_on=form.happened_on.data,
        note=form.note.data or "",
        document_number=form.document_number.data or "",
        department_id=form.department.data,
        due_on=form.due_on.data,
        plan_on=form.plan_on.data,
        master_code=form.master.data or "",
        ground=form.ground.data,
        team=form.team(),
        has_new_evidence=bool(form.evidence.data),
        seen_version=seen(form.version.data),
    )


def _watching(petition: Petition) -> dict[int, str]:
    watching = monitor_choices(db_session(), current_scope().ids, petition.monitor)
    watching.pop(current_user().id, None)  # whoever gives it out does not watch over it
    return watching


def _refuse(form: MoveForm, refusal: TrackerError) -> None:
    if isinstance(refusal, FileRefused):
        form.refuse("evidence", refusal)
    else:
        refuse_beside(form, refusal, "move")


def _forms(
    petition: Petition, offered: Sequence[Move], tried: MoveForm | None
) -> list[tuple[Move, MoveForm]]:
    """Give a form for each step: empty, or as it was sent, on the version shown now."""
    departments = department_choices(db_session()) if offered else []
    watching = _watching(petition) if offered else {}
    forms = []
    for step in offered:
        form = tried
        if form is None or form.move.data != step.name:
            form = MoveForm(
                None,
                move=step.name,
                department=petition.department_id,
                cooperating=petition.cooperating,
                monitor=petition.monitor_id,
            )
            form.offer(departments, watching)
            form.fit(step)
        form.version.data = str(petition.version)
        forms.append((step, form))
    return forms
