"""Leading a dialogue through its stages."""

from datetime import date

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock, dates
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed
from tracker.dialogues import rules
from tracker.dialogues.lifecycle import MOVES, NOTICE_AFTERWARDS, Move, Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.queries import lacks_notice
from tracker.dialogues.service.recording import known_day, lock, note_edit, record, searched
from tracker.dialogues.service.requests import (
    Attendance,
    DialogueMoveRefused,
    bounded,
    check_counts,
    check_day_after,
)


def move_dialogue(
    session: Session,
    actor: User | None,
    dialogue: Dialogue,
    move_name: str,
    *,
    happened_on: date | None = None,
    note: str = "",
    document_number: str = "",
    attendance: Attendance | None = None,
    sent_to_village_heads_on: date | None = None,
    conclusion: str | None = None,
    seen_version: int | None = None,
) -> None:
    """Take one step of the dialogue's life; the day on which it was held is the dialogue's date.

    Concluding may bring the text of the conclusions, and publishing the day on which the results
    were sent to the village heads; None leaves what is kept.

    Raises DialogueMoveRefused when no such step leaves the present stage or something is missing,
    Stale when someone else was faster, NotAllowed when the person's role does not lead dialogues.
    """
    if actor is not None and not actor.may(Permission.MOVE_DIALOGUE):
        raise NotAllowed("Your role does not move dialogues.")
    move = MOVES.get(move_name)
    with transaction(session):
        lock(session, dialogue, seen_version, move)
        if move is None or dialogue.stage not in move.sources:
            raise DialogueMoveRefused(
                "This step cannot be taken: the dialogue is “%(stage)s”.", stage=dialogue.stage
            )
        _check_move(move, dialogue, happened_on, note, document_number)
        step = DialogueStep(
            stage_before=dialogue.stage,
            stage=move.target,
            happened_on=_day_of(move, dialogue, happened_on),
            note=bounded("note", note, rules.TEXT_LIMIT),
            document_number=bounded("document_number", document_number, rules.LINE_LIMIT),
        )
        dialogue.stage = move.target
        if move.target is Stage.HELD:
            _keep_day_and_attendance(dialogue, happened_on, attendance or Attendance())
        if move.asks_sending and sent_to_village_heads_on is not None:
            sent_on = sent_to_village_heads_on
            check_day_after("sent_to_village_heads_on", sent_on, dialogue.stage, dialogue.held_on)
            dialogue.sent_to_village_heads_on = sent_on
        if move.asks_conclusion and conclusion is not None:
            _keep_conclusion(session, actor, dialogue, conclusion)
        record(session, actor, dialogue, step)


def record_notice(
    session: Session,
    actor: User | None,
    dialogue: Dialogue,
    *,
    happened_on: date | None,
    document_number: str,
    note: str = "",
    seen_version: int | None = None,
) -> None:
    """Write down the notice of a dialogue that has taken place; its stage stays as it is.

    Raises DialogueMoveRefused when a notice is on record or the day makes no sense.
    """
    if actor is not None and not actor.may(Permission.MOVE_DIALOGUE):
        raise NotAllowed("Your role does not move dialogues.")
    with transaction(session):
        lock(session, dialogue, seen_version)
        if not lacks_notice(session, dialogue):
            raise DialogueMoveRefused(
                "A notice is recorded only once, and afterwards only for a dialogue that was held."
            )
        if happened_on is None:
            raise DialogueMoveRefused("Enter the day of the notice.", field="happened_on")
        _check_move(NOTICE_AFTERWARDS, dialogue, happened_on, note, document_number)
        held_on = known_day(dialogue)
        if held_on is not None and happened_on > held_on:
            raise DialogueMoveRefused(
                "The notice cannot come after the dialogue itself.", field="happened_on"
            )
        step = DialogueStep(
            stage_before=dialogue.stage,
            stage=NOTICE_AFTERWARDS.target,
            happened_on=happened_on,
            note=bounded("note", note, rules.TEXT_LIMIT),
            document_number=bounded("document_number", document_number, rules.LINE_LIMIT),
        )
        record(session, actor, dialogue, step)


def _check_move(
    move: Move, dialogue: Dialogue, day: date | None, note: str, document_number: str
) -> None:
    if move.needs_note and not note.strip():
        raise DialogueMoveRefused("State the reason.", field="note")
    if move.needs_document and not document_number.strip():
        raise DialogueMoveRefused("Enter the document number.", field="document_number")
    held_on = dialogue.held_on
    if rules.is_held_ahead(move.target, held_on, clock.today()):
        raise DialogueMoveRefused(
            "The dialogue is planned for a day that has not come; change its date first."
        )
    if day is None:
        return
    if day > clock.today():
        raise DialogueMoveRefused("The day cannot be after today.", field="happened_on")
    if not dates.is_sensible_year(day, clock.today()):
        raise DialogueMoveRefused("The day lies too far back.", field="happened_on")
    if move.target in (Stage.CONCLUDED, Stage.PUBLISHED) and held_on and day < held_on:
        raise DialogueMoveRefused(
            "The day cannot be before the dialogue itself.", field="happened_on"
        )


def _day_of(move: Move, dialogue: Dialogue, given: date | None) -> date | None:
    if move.target is Stage.HELD:
        return given or known_day(dialogue)
    return given or clock.today()


def _keep_conclusion(session: Session, actor: User | None, dialogue: Dialogue, text: str) -> None:
    kept = bounded("conclusion", text, rules.TEXT_LIMIT)
    if kept == dialogue.conclusion:
        return
    former = {"conclusion": dialogue.conclusion}
    dialogue.conclusion = kept
    dialogue.search_text = searched(dialogue)
    note_edit(session, actor, dialogue, former)


def _keep_day_and_attendance(
    dialogue: Dialogue, held_on: date | None, attendance: Attendance
) -> None:
    if held_on is not None:
        dialogue.held_on, dialogue.date_precision = held_on, Precision.DAY
    check_counts(attendance)
    for name in rules.COUNTS:
        number = getattr(attendance, name)
        if number is not None:
            setattr(dialogue, name, number)
