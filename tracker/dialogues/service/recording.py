"""Holding a dialogue while it is changed, and writing down each step."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import Stale
from tracker.core.i18n import N_, Message
from tracker.core.text import fold
from tracker.dialogues.lifecycle import Move
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.journal import service as journal
from tracker.places.models import Place

HIDDEN = frozenset({"conclusion", "minutes", "outcome"})
"""What the journal holds no more than a mark of: free text may name citizens."""


def lock(
    session: Session, dialogue: Dialogue, seen_version: int | None, move: Move | None = None
) -> None:
    """Hold the dialogue until commit; tell what happened when it was changed meanwhile."""
    session.execute(select(Dialogue.id).where(Dialogue.id == dialogue.id).with_for_update())
    session.refresh(dialogue)  # not locked itself: what was loaded along with it stays free
    if seen_version in (None, dialogue.version):
        return
    if move is not None and dialogue.stage in move.sources:
        move = None  # only its facts are others now
    if move is None:
        raise Stale("Someone else has just changed this dialogue; look at what it says now.")
    taken_by = session.scalar(
        select(User.full_name)
        .join(DialogueStep, DialogueStep.actor_id == User.id)
        .where(DialogueStep.dialogue_id == dialogue.id)
        .order_by(DialogueStep.id.desc())
        .limit(1)
    )
    raise Stale(
        "%(name)s has just taken a step: the dialogue is now “%(stage)s”.",
        name=taken_by or Message(N_("Someone else")),
        stage=dialogue.stage,
    )


def record(session: Session, actor: User | None, dialogue: Dialogue, step: DialogueStep) -> None:
    step.dialogue_id = dialogue.id
    step.actor_id = actor.id if actor else None
    step.recorded_at = clock.now()
    session.add(step)
    journal.note(session, actor, f"dialogue:{step.stage}", dialogue.code, dialogue.place_id)


def note_edit(
    session: Session, actor: User | None, dialogue: Dialogue, former: dict[str, Any]
) -> None:
    """Journal which facts were changed, before and after; of long texts that they were."""
    now = {name: getattr(dialogue, name) for name in former}
    before, after = (_told(session, facts) for facts in (former, now))
    journal.note_change(
        session, actor, "dialogue:edit", dialogue.code, before, after, dialogue.place_id, HIDDEN
    )


def _told(session: Session, facts: dict[str, Any]) -> dict[str, Any]:
    told = dict(facts)
    if "place_id" in told:
        name = select(Place.name).where(Place.id == told.pop("place_id"))
        told["place"] = session.scalar(name)
    return told


def searched(dialogue: Dialogue) -> str:
    """Give the folded text in which a dialogue is searched for."""
    names = ("code", "topic", "venue", "chair", "conclusion", "minutes")
    return fold(" ".join(getattr(dialogue, name) or "" for name in names))


def known_day(dialogue: Dialogue) -> date | None:
    """Give the dialogue's date when it is known to the day."""
    return dialogue.held_on if dialogue.date_precision is Precision.DAY else None
