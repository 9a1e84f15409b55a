"""Leading a denunciation through the stages of the law."""

from datetime import date

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.calendar.queries import calendar_of
from tracker.core import clock
from tracker.core.db import transaction
from tracker.denunciations import rules
from tracker.denunciations.lifecycle import ENDED, EVERY_PART, MOVES, UNDO, Move, Stage
from tracker.denunciations.models import Denunciation, DenunciationStep
from tracker.denunciations.queries.one import due_of, parts_of, steps_of, undoable_step
from tracker.denunciations.rules import DenunciationRefused
from tracker.denunciations.service.recording import check_part, lock, record
from tracker.denunciations.service.requests import MoveRequest, bounded, past_day


def move_denunciation(
    session: Session, actor: User | None, denunciation: Denunciation, asked: MoveRequest
) -> None:
    """Take one step; refuse one that cannot be taken now, by this person, or lacks something."""
    move = MOVES.get(asked.move_name)
    with transaction(session):
        if move is None:
            raise DenunciationRefused("There is no such step.", "move")
        check_part(session, actor, denunciation, move.parts)
        lock(session, denunciation, asked.seen_version)
        if denunciation.stage not in move.sources:
            raise DenunciationRefused(
                "This step cannot be taken as the denunciation stands now.", "move"
            )
        if denunciation.is_anonymous and move.target is Stage.ACCEPTED:
            raise DenunciationRefused(
                "An anonymous denunciation is not accepted as one: hand it to those who inspect, or"
                " do not accept it.",
                "move",
            )
        step = _step_of(session, move, denunciation, asked)
        if move.target is not None:
            denunciation.stage = move.target
        if move.target is Stage.ACCEPTED:
            denunciation.accepted_on = step.happened_on
        if move.target in ENDED:
            denunciation.ended_on = step.happened_on
        record(session, actor, denunciation, step)


def undo_step(
    session: Session,
    actor: User,
    denunciation: Denunciation,
    reason: str,
    seen_version: int | None = None,
) -> None:
    """Take the last step that moved the case back, in sight, when it was entered by mistake."""
    said = bounded("reason", reason, rules.NOTE_LIMIT, lines=True)
    if not said:
        raise DenunciationRefused("State the reason.", "reason")
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        lock(session, denunciation, seen_version)
        steps = steps_of(session, denunciation.id)
        parts = parts_of(session, actor, denunciation.id)
        if undoable_step(steps, parts) is None:
            raise DenunciationRefused("There is no step that could be taken back.", "reason")
        standing = rules.standing_steps(steps)[:-1]
        accepted = [step.happened_on for step in standing if step.move == "accept"]
        denunciation.stage = standing[-1].stage
        denunciation.accepted_on = accepted[-1] if accepted else None
        denunciation.ended_on = None
        step = DenunciationStep(move=UNDO, happened_on=clock.today(), note=said)
        record(session, actor, denunciation, step)


def _step_of(
    session: Session, move: Move, denunciation: Denunciation, asked: MoveRequest
) -> DenunciationStep:
    note = bounded("note", asked.note, rules.NOTE_LIMIT, lines=True)
    document = bounded("document_number", asked.document_number)
    if move.needs_note and not note:
        raise DenunciationRefused("State the reason or the result.", "note")
    if move.needs_document and not document:
        raise DenunciationRefused("Enter the document number.", "document_number")
    happened_on = past_day("happened_on", asked.happened_on)
    if happened_on < (denunciation.accepted_on or denunciation.received_on):
        raise DenunciationRefused(
            "The day cannot be before the day of receipt or of acceptance.", "happened_on"
        )
    return DenunciationStep(
        move=move.name,
        happened_on=happened_on,
        until_on=_until(session, denunciation, asked.until_on) if move.needs_until else None,
        note=note,
        document_number=document,
    )


def _until(session: Session, denunciation: Denunciation, until: date | None) -> date:
    if until is None:
        raise DenunciationRefused("Enter the day until which it is extended.", "until_on")
    due = due_of(session, denunciation)
    if due is None or due.due_on is None:
        raise DenunciationRefused("No limit counts that could be extended.", "until_on")
    standing = rules.standing_steps(steps_of(session, denunciation.id))
    extensions = sum(step.until_on is not None for step in standing)
    rules.check_extension(due.due_on, until, extensions, calendar_of(session))
    return until
