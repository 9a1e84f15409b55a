"""Leading a commitment to its end: progress, dates, proof, or the open word that it is broken."""

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.attachments.service import Upload, keeping_proof
from tracker.commitments import rules
from tracker.commitments.lifecycle import CORRECT, MOVES, Move
from tracker.commitments.models import Commitment, CommitmentStep
from tracker.commitments.queries.one import correctable_step, may_take, standing_before, steps_of
from tracker.commitments.service.recording import lock, record
from tracker.commitments.service.requests import (
    CommitmentMoveRefused,
    MoveRequest,
    bounded,
    check_due,
    known_day,
)
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed


def move_commitment(
    session: Session, actor: User | None, commitment: Commitment, asked: MoveRequest
) -> None:
    """Take one step of the commitment's life.

    Raises CommitmentMoveRefused when no such step can be taken now or something is missing, Stale
    when someone else was faster, NotAllowed when the person's role does not include it.
    """
    move = MOVES.get(asked.move_name)
    if move is not None and actor is not None and not actor.may(move.permission):
        raise NotAllowed("Your role does not include this.")
    with transaction(session):
        lock(session, commitment, asked.seen_version)
        if move is None or not may_take(move, commitment):
            raise CommitmentMoveRefused("This step cannot be taken as the commitment stands now.")
        if move.needs_proof and actor is not None and actor.id == commitment.promised_by_id:
            raise CommitmentMoveRefused(
                "Who promised it does not record it as kept: someone else does.", field="move"
            )
        step = _step_of(move, commitment, asked)
        if move.needs_due_date:
            commitment.due_on = _new_due(commitment, asked.due_on)
        if move.target is not commitment.outcome:
            commitment.outcome = move.target
            commitment.ended_on = step.happened_on
            commitment.ended_precision = step.happened_precision
        _touch(commitment)
        record(session, actor, commitment, step)


def move_with_evidence(
    session: Session,
    actor: User,
    commitment: Commitment,
    asked: MoveRequest,
    upload: Upload,
    root: Path,
) -> None:
    """Take one step and keep the file that proves it, both or neither; refuses as each does."""
    with keeping_proof(session, actor, commitment.code, commitment.place_id, upload, root):
        move_commitment(session, actor, commitment, asked)


def correct_commitment(
    session: Session,
    actor: User | None,
    commitment: Commitment,
    reason: str,
    seen_version: int | None = None,
) -> None:
    """Take the last step back, in sight, when it was entered by mistake."""
    said = bounded("reason", reason, rules.NOTE_LIMIT, lines=True)
    if not said:
        raise CommitmentMoveRefused("State the reason.", field="reason")
    with transaction(session):
        lock(session, commitment, seen_version)
        steps = steps_of(session, commitment.id)
        mistaken = correctable_step(steps)
        if mistaken is None:
            raise CommitmentMoveRefused("There is no step that could be taken back.")
        if actor is not None and not actor.may(MOVES[mistaken.move].permission):
            raise NotAllowed("Your role does not include this.")
        before = standing_before(steps, mistaken)
        commitment.outcome, commitment.due_on = before.outcome, before.due_on
        commitment.ended_on = before.ended_on
        commitment.ended_precision = before.ended_precision
        _touch(commitment)
        step = CommitmentStep(move=CORRECT, voids_id=mistaken.id, note=said)
        record(session, actor, commitment, step)


def _step_of(move: Move, commitment: Commitment, asked: MoveRequest) -> CommitmentStep:
    note = bounded("note", asked.note, rules.NOTE_LIMIT, lines=True)
    document = bounded("document_number", asked.document_number)
    if move.needs_note and not note:
        raise CommitmentMoveRefused("State the reason or the result.", field="note")
    if move.needs_document and not document:
        raise CommitmentMoveRefused("Enter the document number.", field="document_number")
    if move.needs_proof and not (document or asked.has_new_evidence):
        raise CommitmentMoveRefused(
            "Enter the document number, or attach a file that shows the result.",
            field="document_number",
        )
    day, precision = asked.happened_on, asked.happened_precision
    if day is None and precision is Precision.DAY:
        day = clock.today()
    happened_on = known_day("happened_on", day, precision)
    promised_on = commitment.promised_on
    if promised_on is not None and precision is Precision.DAY and happened_on < promised_on:  # type: ignore[operator]
        raise CommitmentMoveRefused(
            "The day cannot be before the day of the promise.", field="happened_on"
        )
    return CommitmentStep(
        move=move.name,
        happened_on=happened_on,
        happened_precision=precision,
        note=note,
        document_number=document,
    )


def _new_due(commitment: Commitment, due_on: date | None) -> date:
    if due_on is None:
        raise CommitmentMoveRefused("Enter the due date.", field="due_on")
    check_due(due_on)
    if commitment.due_on is not None and due_on <= commitment.due_on:
        raise CommitmentMoveRefused(
            "The new due date must come after the one that stands.", field="due_on"
        )
    if commitment.promised_on is not None and due_on < commitment.promised_on:
        raise CommitmentMoveRefused(
            "The due date cannot be before the day of the promise.", field="due_on"
        )
    return due_on


def _touch(commitment: Commitment) -> None:
    """Raise the version also when a step, such as progress, changes no fact of the row."""
    commitment.version += 1
