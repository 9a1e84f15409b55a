"""Logging a dialogue and leading it through its stages."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, TrackerError
from tracker.core.numbering import next_number
from tracker.core.text import checked, fold
from tracker.dialogues.lifecycle import MOVES, Form, Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.journal import service as journal


class DialogueMoveRefused(TrackerError):
    """The dialogue's stage, or something missing, does not allow this move."""


@dataclass(frozen=True, slots=True)
class NewDialogue:
    """What is known of a dialogue when it is logged; a date is given exactly as it is known."""

    form: Form
    topic: str
    place_id: int
    venue: str = ""
    held_on: date | None = None
    date_precision: Precision = Precision.UNKNOWN
    starts_at: str = ""
    chair: str = ""
    secretary: str = ""
    audience: str = ""
    invited: int | None = None
    present: int | None = None
    speakers: int | None = None
    minutes: str = ""
    conclusion: str = ""
    source: str = ""
    stage: Stage = Stage.PLANNED


def log_dialogue(session: Session, actor: User | None, new: NewDialogue, key: str = "") -> Dialogue:
    """Number a dialogue within its year and record who logged it; the same key makes it once."""
    if actor is not None and not actor.may(Permission.LOG_DIALOGUE):
        raise NotAllowed("Your role does not log dialogues.")
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            return session.scalars(select(Dialogue).where(Dialogue.code == code)).one()
        dialogue = _new_row(session, actor, new)
        session.add(dialogue)
        session.flush()  # the step and the journal name the row
        step = DialogueStep(stage_before=None, stage=new.stage, happened_on=new.held_on)
        _record(session, actor, dialogue, step)
        if actor is not None and key:
            journal.keep_key(session, actor, key, dialogue.code)
    return dialogue


def move_dialogue(
    session: Session,
    actor: User | None,
    dialogue: Dialogue,
    move_name: str,
    *,
    happened_on: date | None = None,
    note: str = "",
    document_number: str = "",
) -> None:
    """Take one step of the dialogue's life.

    Raises DialogueMoveRefused when no such step leaves the present stage or something is missing,
    NotAllowed when the person's role does not lead dialogues.
    """
    if actor is not None and not actor.may(Permission.MOVE_DIALOGUE):
        raise NotAllowed("Your role does not move dialogues.")
    move = MOVES.get(move_name)
    day = happened_on or clock.today()
    with transaction(session):
        session.refresh(dialogue, with_for_update=True)
        if move is None or dialogue.stage not in move.sources:
            raise DialogueMoveRefused(
                "This step cannot be taken: the dialogue is “%(stage)s”.", stage=dialogue.stage
            )
        if move.needs_note and not note.strip():
            raise DialogueMoveRefused("State the reason.")
        if move.needs_document and not document_number.strip():
            raise DialogueMoveRefused("Enter the document number.")
        if day > clock.today():
            raise DialogueMoveRefused("The day cannot be after today.")
        step = DialogueStep(
            stage_before=dialogue.stage,
            stage=move.target,
            happened_on=day,
            note=checked(note),
            document_number=checked(document_number),
        )
        dialogue.stage = move.target
        _record(session, actor, dialogue, step)


def _new_row(session: Session, actor: User | None, new: NewDialogue) -> Dialogue:
    year = (new.held_on or clock.today()).year
    code = f"DT-{year}-{next_number(session, 'DT', year):04d}"
    return Dialogue(
        code=code,
        form=new.form,
        stage=new.stage,
        topic=checked(new.topic),
        place_id=new.place_id,
        venue=checked(new.venue),
        held_on=new.held_on,
        date_precision=new.date_precision,
        starts_at=new.starts_at,
        chair=checked(new.chair),
        secretary=checked(new.secretary),
        audience=checked(new.audience),
        invited=new.invited,
        present=new.present,
        speakers=new.speakers,
        minutes=checked(new.minutes),
        conclusion=checked(new.conclusion),
        source=new.source,
        logged_by_id=actor.id if actor else None,
        logged_at=clock.now(),
        search_text=fold(f"{code} {new.topic} {new.conclusion}"),
    )


def _record(session: Session, actor: User | None, dialogue: Dialogue, step: DialogueStep) -> None:
    step.dialogue_id = dialogue.id
    step.actor_id = actor.id if actor else None
    step.recorded_at = clock.now()
    session.add(step)
    journal.note(session, actor, f"dialogue:{step.stage}", dialogue.code, dialogue.place_id)
