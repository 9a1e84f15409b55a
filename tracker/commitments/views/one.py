"""One commitment: its facts, its timeline, and the steps that may be taken now."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.forms import RemovalForm, UploadForm
from tracker.attachments.queries import attachments_of
from tracker.attachments.rules import FileRefused
from tracker.attachments.views import files_root, uploaded
from tracker.commitments.forms import MoveForm, ReasonForm
from tracker.commitments.lifecycle import MOVES
from tracker.commitments.models import Commitment
from tracker.commitments.queries.groups import groups_of_commitment
from tracker.commitments.queries.one import (
    correctable_step,
    may_correct,
    offered_moves,
    steps_of,
    timeline,
)
from tracker.commitments.rules import state_of
from tracker.commitments.service import (
    MoveRequest,
    correct_commitment,
    move_commitment,
    move_with_evidence,
)
from tracker.commitments.views.blueprint import asked_commitment, bp, refuse, said_to
from tracker.core import clock
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.dialogues.rules import citation
from tracker.places.queries import place_choices


@bp.get("/commitments/<code>")
@requires(Permission.READ_REGISTER)
def one(code: str) -> str:
    """Show a commitment with everything that led to how it stands."""
    return page_of(asked_commitment(code))


@bp.post("/commitments/<code>/moves")
@requires(Permission.REPORT_COMMITMENT)
def move(code: str) -> Any:
    """Take one step; a refused one comes back with everything that was typed."""
    commitment = asked_commitment(code)
    asked = MOVES.get(request.form.get("move", ""))
    if asked is None:
        flash(gettext("There is no such step."), "error")
        return page_of(commitment), 409
    form = MoveForm.of(asked, commitment, sent=True)
    if not form.validate():
        return page_of(commitment, tried=form)
    try:
        _take(commitment, form)
    except NotFound:
        raise
    except TrackerError as refusal:
        if isinstance(refusal, FileRefused):
            form.refuse("evidence", refusal)
        else:
            refuse(form, refusal, "move")
        return page_of(asked_commitment(code), tried=form), refusal.status_code
    flash(gettext("Recorded: %(step)s.", step=gettext(asked.label)), "success")
    return redirect(url_for("commitments.one", code=code), 303)


@bp.post("/commitments/<code>/corrections")
@requires(Permission.REPORT_COMMITMENT)
def correct(code: str) -> Any:
    """Take the last step back, in sight."""
    commitment = asked_commitment(code)
    form = ReasonForm()
    if not form.validate():
        return page_of(commitment, reason=form)
    try:
        correct_commitment(
            db_session(), current_user(), commitment, form.reason.data or "", form.version.data
        )
    except TrackerError as refusal:
        commitment = asked_commitment(code)
        refuse(form, refusal, "reason")
        form.version.data = commitment.version
        return page_of(commitment, reason=form), refusal.status_code
    flash(gettext("The last step is taken back."), "success")
    return redirect(url_for("commitments.one", code=code), 303)


def page_of(
    commitment: Commitment,
    *,
    tried: MoveForm | None = None,
    reason: ReasonForm | None = None,
    file: UploadForm | None = None,
    removal: tuple[int, RemovalForm] | None = None,
) -> str:
    """Give the commitment's page; forms that were refused stand open on it as they were typed."""
    session, user = db_session(), current_user()
    mistaken = correctable_step(steps_of(session, commitment.id))
    moves = _forms(commitment, tried)
    return render_template(
        "commitments/one.html",
        commitment=commitment,
        # A text is told without the person whom the reader does not know.
        said=said_to(commitment),
        state=state_of(commitment.outcome, commitment.due_on, commitment.ended_on, clock.today()),
        place_name=place_choices(session, frozenset({commitment.place_id}))[commitment.place_id],
        citation=citation(commitment.source),
        steps=timeline(session, commitment),
        moves=moves,
        tried=tried,
        lost=tried if tried not in [form for _, form in moves] else None,
        may_correct=may_correct(user, mistaken),
        reason=reason or ReasonForm(None, version=commitment.version),
        file=file or UploadForm(None),
        removal=removal or (0, RemovalForm(None)),
        files=attachments_of(session, commitment.code),
        groups=groups_of_commitment(session, commitment.id),
    )


def _take(commitment: Commitment, form: MoveForm) -> None:
    session, user = db_session(), current_user()
    upload = uploaded(form.evidence.data) if form.evidence else None
    if upload is None:
        move_commitment(session, user, commitment, _request(form))
    else:
        move_with_evidence(session, user, commitment, _request(form), upload, files_root())


def _request(form: MoveForm) -> MoveRequest:
    return MoveRequest(
        move_name=form.move.data or "",
        happened_on=form.happened_on.data,
        note=form.note.data or "",
        document_number=form.document_number.data or "",
        due_on=form.due_on.data if form.due_on else None,
        has_new_evidence=bool(form.evidence and form.evidence.data),
        seen_version=form.version.data,
    )


def _forms(commitment: Commitment, tried: MoveForm | None) -> list[tuple[Any, MoveForm]]:
    """Give a form for each step: empty, or as it was sent, on the version shown now."""
    forms = []
    for step in offered_moves(current_user(), commitment):
        form = tried if tried is not None and tried.move.data == step.name else None
        form = form or MoveForm.of(step, commitment, sent=False)
        form.version.data = commitment.version
        forms.append((step, form))
    return forms
