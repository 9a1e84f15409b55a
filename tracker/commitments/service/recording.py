"""Holding a commitment while it is changed, and writing down each step."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.commitments.models import Commitment, CommitmentStep
from tracker.core import clock
from tracker.core.errors import NotFound, Stale
from tracker.core.text import fold
from tracker.journal import service as journal
from tracker.places.queries import scope_ids


def lock(session: Session, commitment: Commitment, seen_version: int | None) -> None:
    """Hold the commitment until commit; refuse when it is no longer as the person saw it."""
    held = select(Commitment.id).where(Commitment.id == commitment.id).with_for_update()
    session.execute(held)
    session.refresh(commitment)
    if seen_version not in (None, commitment.version):
        raise Stale("Someone else has just changed this commitment; look at what it says now.")


def record(
    session: Session,
    actor: User | None,
    commitment: Commitment,
    step: CommitmentStep,
    detail: str = "",
) -> None:
    """Add a step with how the commitment stands after it, and its entry in the journal."""
    step.commitment_id = commitment.id
    step.outcome, step.due_on = commitment.outcome, commitment.due_on
    step.ended_on, step.ended_precision = commitment.ended_on, commitment.ended_precision
    step.actor_id = actor.id if actor else None
    step.recorded_at = clock.now()
    session.add(step)
    action = f"commitment:{step.move}"
    journal.note(session, actor, action, commitment.code, commitment.place_id, detail)


def searched(commitment: Commitment) -> str:
    """Give the folded text in which a commitment is searched for."""
    names = ("code", "promise", "promised_by", "supporting", "handler", "monitor")
    return fold(" ".join(getattr(commitment, name) or "" for name in names))


def check_place(session: Session, actor: User | None, place_id: int) -> None:
    """Refuse a place that the person's own does not answer for."""
    if actor is not None and place_id not in scope_ids(session, actor.place_id):
        raise NotFound("There is no such place.")
