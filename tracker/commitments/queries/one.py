"""Questions about one commitment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.accounts.models import User
from tracker.commitments.lifecycle import AMEND, CORRECT, LIFECYCLE, MAKE, MOVES, STEP_WORDS, Move
from tracker.commitments.models import Commitment, CommitmentStep
from tracker.core.dates import Precision
from tracker.core.errors import NotFound
from tracker.places.queries import scope_ids


def commitment_for(session: Session, user: User, code: str) -> Commitment:
    """Give the commitment if the user's place answers for it; another's does not exist.

    Its place, department, dialogue and petition come with it.
    """
    asked = select(Commitment).where(Commitment.code == code)
    commitment = session.scalar(
        asked.options(
            joinedload(Commitment.place),
            joinedload(Commitment.department),
            joinedload(Commitment.dialogue),
            joinedload(Commitment.petition),
        ).execution_options(populate_existing=True)
    )
    if commitment is None or commitment.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such commitment.")
    return commitment


def may_take(move: Move, commitment: Commitment) -> bool:
    """Tell whether a step may follow on how the commitment stands."""
    if commitment.outcome not in move.sources:
        return False
    return move.wants_due is None or move.wants_due is (commitment.due_on is not None)


def offered_moves(actor: User, commitment: Commitment) -> list[Move]:
    """Give exactly the moves that this person may take now."""
    return [
        move
        for move in LIFECYCLE
        if actor.may(move.permission)
        and may_take(move, commitment)
        and not (move.needs_proof and actor.id == commitment.promised_by_id)
    ]


def steps_of(session: Session, commitment_id: int) -> list[CommitmentStep]:
    """Give a commitment's steps in the order they were taken."""
    asked = select(CommitmentStep).where(CommitmentStep.commitment_id == commitment_id)
    return list(session.scalars(asked.order_by(CommitmentStep.id)))


def correctable_step(steps: Sequence[CommitmentStep]) -> CommitmentStep | None:
    """Give the step that may be taken back: the last that counts, when it is a move."""
    counted = _counted(steps)
    last = counted[-1] if counted else None
    return last if last is not None and last.move in MOVES else None


def may_correct(actor: User, step: CommitmentStep | None) -> bool:
    """Tell whether this person may take that step back."""
    return step is not None and actor.may(MOVES[step.move].permission)


def standing_before(steps: Sequence[CommitmentStep], step: CommitmentStep) -> CommitmentStep:
    """Give the step that counted last before another; it tells how the commitment stood."""
    return next(other for other in reversed(_counted(steps)) if other.id < step.id)


def _counted(steps: Sequence[CommitmentStep]) -> list[CommitmentStep]:
    voided = {step.voids_id for step in steps if step.voids_id is not None}
    return [step for step in steps if step.move != CORRECT and step.id not in voided]


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One step as the timeline shows it; `word` is a message id."""

    id: int
    move: str
    word: str
    happened_on: date | None
    happened_precision: Precision
    due_before: date | None
    due_on: date | None
    recorded_at: datetime
    actor: str
    note: str
    document_number: str
    is_voided: bool

    @property
    def has_day(self) -> bool:
        """Tell whether the step is of a day: corrections are of the moment they were typed."""
        return self.move not in (AMEND, CORRECT)

    @property
    def moves_due(self) -> bool:
        """Tell whether the due date was set or changed by this step."""
        return self.due_on != self.due_before and not (self.move == MAKE and self.due_on is None)


def timeline(session: Session, commitment: Commitment) -> list[TimelineRow]:
    """Give every step of a commitment, voided ones included, in the order they were recorded."""
    rows = session.execute(
        select(CommitmentStep, func.coalesce(User.full_name, ""))
        .outerjoin(User, User.id == CommitmentStep.actor_id)
        .where(CommitmentStep.commitment_id == commitment.id)
        .order_by(CommitmentStep.id)
    ).all()
    voided = {step.voids_id for step, _ in rows}
    told, due_before = [], None
    for step, actor in rows:
        row = TimelineRow(
            id=step.id,
            move=step.move,
            word=STEP_WORDS[step.move],
            happened_on=step.happened_on,
            happened_precision=step.happened_precision,
            due_before=due_before,
            due_on=step.due_on,
            recorded_at=step.recorded_at,
            actor=actor,
            note=step.note,
            document_number=step.document_number,
            is_voided=step.id in voided,
        )
        told.append(row)
        due_before = step.due_on
    return told
