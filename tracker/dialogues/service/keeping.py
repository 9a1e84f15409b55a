"""Logging a dialogue, and changing its facts."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound
from tracker.core.numbering import next_number
from tracker.dialogues.lifecycle import HAPPENED
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.service.recording import known_day, lock, note_edit, record, searched
from tracker.dialogues.service.requests import (
    FACTS,
    DialogueChange,
    DialogueRefused,
    NewDialogue,
    kept_facts,
)
from tracker.journal import service as journal
from tracker.places.queries import scope_ids


def log_dialogue(session: Session, actor: User | None, new: NewDialogue, key: str = "") -> Dialogue:
    """Number a dialogue within its year and record who logged it; the same key makes it once.

    Refuses a place that the person's own place does not answer for (NotFound), and facts that
    contradict each other (DialogueRefused).
    """
    if actor is not None and not actor.may(Permission.LOG_DIALOGUE):
        raise NotAllowed("Your role does not log dialogues.")
    kept = kept_facts(new, new.stage)
    try:
        return _log(session, actor, new, kept, key)
    except IntegrityError:
        # Another sending with the same key, or the year's first number, came first: it is done now.
        return _log(session, actor, new, kept, key)


def edit_dialogue(
    session: Session, actor: User | None, dialogue: Dialogue, change: DialogueChange
) -> bool:
    """Change a dialogue's facts; its code, stage and steps stay. Tells whether anything changed.

    Raises Stale, and keeps nothing, when the dialogue is no longer as the person saw it.
    """
    if actor is not None and not actor.may(Permission.LOG_DIALOGUE):
        raise NotAllowed("Your role does not log dialogues.")
    with transaction(session):
        lock(session, dialogue, change.seen_version)
        kept = kept_facts(change, dialogue.stage)
        changed = [name for name in FACTS if getattr(dialogue, name) != kept[name]]
        if "place_id" in changed:
            _check_place(session, actor, change.place_id)
        former = {name: getattr(dialogue, name) for name in changed}
        for name in changed:
            setattr(dialogue, name, kept[name])
        if changed:
            dialogue.search_text = searched(dialogue)
            note_edit(session, actor, dialogue, former)
    return bool(changed)


def _log(
    session: Session, actor: User | None, new: NewDialogue, kept: dict[str, Any], key: str
) -> Dialogue:
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            return _made(session, code)
        _check_place(session, actor, new.place_id)
        year = (new.held_on or clock.today()).year
        dialogue = Dialogue(
            code=f"DT-{year}-{next_number(session, 'DT', year):04d}",
            stage=new.stage,
            source=new.source,
            logged_by_id=actor.id if actor else None,
            logged_at=clock.now(),
            **kept,
        )
        dialogue.search_text = searched(dialogue)
        if actor is not None and key:
            journal.keep_key(session, actor, key, dialogue.code)
        session.add(dialogue)
        session.flush()  # the step and the journal name the row
        step = DialogueStep(stage_before=None, stage=new.stage, happened_on=_first_day_of(dialogue))
        record(session, actor, dialogue, step)
    return dialogue


def _first_day_of(dialogue: Dialogue) -> date | None:
    """Give the day that being logged counts for: planning is never later than the dialogue."""
    day, today = known_day(dialogue), clock.today()
    if dialogue.stage in HAPPENED:
        return day
    return min(day, today) if day else today


def _made(session: Session, code: str) -> Dialogue:
    dialogue = session.scalar(select(Dialogue).where(Dialogue.code == code))
    if dialogue is None:
        raise DialogueRefused("This form cannot be used again; open a new one.")
    return dialogue


def _check_place(session: Session, actor: User | None, place_id: int) -> None:
    if actor is not None and place_id not in scope_ids(session, actor.place_id):
        raise NotFound("There is no such place.")
