"""One denunciation: fetching is authorising, so only those named in it get it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.calendar.queries import clockwork
from tracker.calendar.rules import Account
from tracker.core.errors import NotFound
from tracker.core.i18n import language
from tracker.denunciations.lifecycle import (
    LIFECYCLE,
    MOVES,
    STEP_WORDS,
    UNDOABLE,
    Move,
    Part,
    Stage,
)
from tracker.denunciations.models import Denunciation, DenunciationGrant, DenunciationStep
from tracker.denunciations.rules import Standing, due_account, extension, standing_steps
from tracker.places.queries import answered_for


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step as the page tells it."""

    word: str
    happened_on: date
    until_on: date | None
    note: str
    document_number: str
    recorded_at: datetime
    actor: str | None
    is_voided: bool


def denunciation_for(session: Session, user: User, code: str) -> Denunciation:
    """Give a denunciation to a person who is named in it; to anyone else there is none."""
    found = session.scalar(
        select(Denunciation).where(
            Denunciation.code == code, Denunciation.id.in_(named_in(user)), *within(user)
        )
    )
    if found is None:
        raise NotFound("There is no such denunciation.")
    return found


def named_in(user: User) -> Select[int]:
    """Ask for the denunciations that a person is named in; none for one who is not let in."""
    return select(DenunciationGrant.denunciation_id).where(
        DenunciationGrant.user_id == (user.id if is_let_in(user) else None),
        DenunciationGrant.ended_at.is_(None),
    )


def within(user: User) -> list[ColumnElement[bool]]:
    """Ask for what the person's place answers for: who moves elsewhere leaves the cases behind."""
    return [answered_for(user.place_id, Denunciation.place_id)]


def is_let_in(user: User | None) -> bool:
    """Tell whether a person may know that the room is there; an administrator never."""
    return user is not None and user.is_let_in and user.role is not Role.ADMIN


def parts_of(session: Session, user: User, denunciation_id: int) -> frozenset[Part]:
    """Give what a person does in a case."""
    asked = select(DenunciationGrant.part).where(
        DenunciationGrant.denunciation_id == denunciation_id,
        DenunciationGrant.user_id == user.id,
        DenunciationGrant.ended_at.is_(None),
    )
    return frozenset(session.scalars(asked)) if is_let_in(user) else frozenset()


def offered_moves(denunciation: Denunciation, parts: frozenset[Part]) -> list[Move]:
    """Give the steps that these parts may take now."""
    return [
        move
        for move in LIFECYCLE
        if denunciation.stage in move.sources
        and parts & move.parts
        and not (denunciation.is_anonymous and move.target is Stage.ACCEPTED)
    ]


def steps_of(session: Session, denunciation_id: int) -> Sequence[DenunciationStep]:
    """Give the steps in the order they were taken."""
    asked = select(DenunciationStep).where(DenunciationStep.denunciation_id == denunciation_id)
    return session.scalars(asked.order_by(DenunciationStep.id)).all()


def timeline(session: Session, denunciation_id: int) -> list[TimelineStep]:
    """Give the steps with the names of those who took them, and which were taken back."""
    steps = steps_of(session, denunciation_id)
    standing = {step.id for step in standing_steps(steps)}
    actors = {step.actor_id for step in steps}
    rows = session.execute(select(User.id, User.full_name).where(User.id.in_(actors)))
    names = {row.id: row.full_name for row in rows}
    return [
        TimelineStep(
            STEP_WORDS.get(step.move, step.move),
            step.happened_on,
            step.until_on,
            step.note,
            step.document_number,
            step.recorded_at,
            names.get(step.actor_id or 0),
            is_voided=step.move in UNDOABLE and step.id not in standing,
        )
        for step in steps
    ]


def undoable_step(
    steps: Sequence[DenunciationStep], parts: frozenset[Part]
) -> DenunciationStep | None:
    """Give the last step that moved the case, if these parts may take it back."""
    last = standing_steps(steps)[-1]
    is_theirs = last.move in UNDOABLE and parts & MOVES[last.move].parts
    return last if is_theirs else None


def due_of(session: Session, denunciation: Denunciation) -> Account | None:
    """Give the date of the next decision with its account."""
    steps = standing_steps(steps_of(session, denunciation.id))
    extensions = [
        extension(step.happened_on, step.until_on, step.note, step.document_number)
        for step in steps
        if step.until_on is not None
    ]
    standing = Standing(
        denunciation.stage, denunciation.received_on, denunciation.accepted_on, extensions
    )
    return due_account(standing, clockwork(session), in_english=language() == "en")
