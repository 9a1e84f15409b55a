"""One dialogue: itself, the moves it offers, its steps."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.errors import NotFound
from tracker.dialogues.lifecycle import HAPPENED, LIFECYCLE, Move, Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.rules import is_held_ahead
from tracker.places.queries import scope_ids


def dialogue_for(session: Session, user: User, code: str) -> Dialogue:
    """Give the dialogue if the user's place answers for it; another's does not exist."""
    asked = select(Dialogue).where(Dialogue.code == code).options(joinedload(Dialogue.place))
    dialogue = session.scalar(asked.execution_options(populate_existing=True))
    if dialogue is None or dialogue.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such dialogue.")
    return dialogue


def offered_moves(actor: User, dialogue: Dialogue) -> list[Move]:
    """Give exactly the moves that this person may take now."""
    if not actor.may(Permission.MOVE_DIALOGUE):
        return []
    today = clock.today()
    return [
        move
        for move in LIFECYCLE
        if dialogue.stage in move.sources
        and not is_held_ahead(move.target, dialogue.held_on, today)
    ]


def lacks_notice(session: Session, dialogue: Dialogue) -> bool:
    """Tell whether a dialogue took place without a notice on record.

    One logged as announced already has no day of its notice either.
    """
    if dialogue.stage not in HAPPENED:
        return False
    announced = select(DialogueStep.id).where(
        DialogueStep.dialogue_id == dialogue.id,
        DialogueStep.stage == Stage.ANNOUNCED,
        DialogueStep.stage_before.is_not(None),
    )
    return session.scalar(announced.limit(1)) is None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as the timeline shows it."""

    stage: Stage
    happened_on: date | None
    recorded_at: datetime
    actor: str
    note: str
    document_number: str
    stage_before: str | None

    @property
    def is_afterwards(self) -> bool:
        """Tell whether this is a notice that was recorded after the dialogue."""
        return self.stage is Stage.ANNOUNCED and self.stage_before in HAPPENED


def timeline(session: Session, dialogue: Dialogue) -> list[StepRow]:
    """Give a dialogue's steps in the order they were recorded, with who took them."""
    rows = session.execute(
        select(
            DialogueStep.stage,
            DialogueStep.happened_on,
            DialogueStep.recorded_at,
            func.coalesce(User.full_name, ""),
            DialogueStep.note,
            DialogueStep.document_number,
            DialogueStep.stage_before,
        )
        .outerjoin(User, User.id == DialogueStep.actor_id)
        .where(DialogueStep.dialogue_id == dialogue.id)
        .order_by(DialogueStep.id)
    )
    return [StepRow(*row) for row in rows]
