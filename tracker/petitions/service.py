"""Logging a petition and following it to its end; every step posts to the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, Stale, TrackerError
from tracker.core.numbering import next_number
from tracker.core.text import checked, fold
from tracker.journal import service as journal
from tracker.ledger import service as ledger
from tracker.petitions.lifecycle import (
    MOVES,
    RECEIVE,
    Channel,
    Kind,
    Level,
    Move,
    Status,
)
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import steps_of
from tracker.petitions.rules import StepFact, postings

CONTENT_LIMIT = 20_000


class MoveRefused(TrackerError):
    """The petition's status, or something missing, does not allow this move."""


class PetitionRefused(TrackerError):
    """What was typed cannot be kept as a petition."""


@dataclass(frozen=True, slots=True)
class NewPetition:
    """What is known of a petition when it is logged; `people` None is a number not known."""

    place_id: int
    category_id: int
    channel: Channel
    kind: Kind
    content: str
    dialogue_id: int | None = None
    department_id: int | None = None
    level: Level = Level.UNKNOWN
    citizen_name: str = ""
    citizen_phone: str = ""
    people: int | None = 1
    received_on: date | None = None
    date_precision: Precision = Precision.UNKNOWN
    due_on: date | None = None
    answer_on_spot: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """One asked-for step; `seen_version` is the version the person had on the screen."""

    move_name: str
    happened_on: date | None = None
    note: str = ""
    document_number: str = ""
    department_id: int | None = None
    due_on: date | None = None
    plan_on: date | None = None
    master_id: int | None = None
    seen_version: int | None = None


def log_petition(session: Session, actor: User | None, new: NewPetition, key: str = "") -> Petition:
    """Number a petition within its year and record its first step; the same key makes it once."""
    if actor is not None and not actor.may(Permission.LOG_PETITION):
        raise NotAllowed("Your role does not log petitions.")
    _check_new(new)
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            return session.scalars(select(Petition).where(Petition.code == code)).one()
        petition = _new_row(session, actor, new)
        session.add(petition)
        session.flush()  # steps, movements and journal name the row
        _take_step(session, actor, petition, RECEIVE, Status.RECEIVED, new.received_on)
        if new.answer_on_spot.strip():
            answer = checked(new.answer_on_spot)
            _take_step(
                session, actor, petition, "explain", Status.EXPLAINED, new.received_on, note=answer
            )
        if actor is not None and key:
            journal.keep_key(session, actor, key, petition.code)
    return petition


def move_petition(
    session: Session, actor: User | None, petition: Petition, asked: MoveRequest
) -> None:
    """Take one step of the lifecycle and post what it changes to the ledger.

    Raises MoveRefused when no such step leaves the present status or something is missing,
    NotAllowed when the role may not take it or the same person proposed what is to be approved,
    Stale when someone else took a step since the person opened the page.
    """
    move = MOVES.get(asked.move_name)
    if actor is not None and move is not None and not actor.may(move.permission):
        raise NotAllowed("Your role does not take this step.")
    with transaction(session):
        session.refresh(petition, with_for_update=True)
        if asked.seen_version not in (None, petition.version):
            raise Stale(
                "Someone else has just changed this petition: it is now “%(status)s”.",
                status=petition.status,
            )
        if move is None or petition.status not in move.sources:
            raise MoveRefused(
                "This step cannot be taken: the petition is “%(status)s”.", status=petition.status
            )
        history = steps_of(session, petition.id)
        day = asked.happened_on or clock.today()
        _check_move(move, asked, history, day)
        _check_four_eyes(actor, move, history)
        _apply(session, petition, move, asked)
        _take_step(
            session,
            actor,
            petition,
            move.name,
            move.target,
            day if history[-1].happened_on else None,
            note=checked(asked.note),
            document_number=checked(asked.document_number),
        )


def facts(steps: Iterable[PetitionStep]) -> list[StepFact]:
    """Reduce steps to what the ledger counts."""
    return [StepFact(step.status, step.happened_on, step.due_on) for step in steps]


def _check_new(new: NewPetition) -> None:
    if not new.content.strip():
        raise PetitionRefused("Enter what was raised.")
    if len(new.content) > CONTENT_LIMIT:
        raise PetitionRefused("The text is longer than %(limit)s characters.", limit=CONTENT_LIMIT)
    if new.received_on and new.received_on > clock.today():
        raise PetitionRefused("The day of receipt cannot be after today.")
    if new.received_on and new.due_on and new.due_on < new.received_on:
        raise PetitionRefused("The due date cannot be before the day of receipt.")


def _check_move(move: Move, asked: MoveRequest, history: list[PetitionStep], day: date) -> None:
    last_day = history[-1].happened_on
    if day > clock.today() or (last_day and day < last_day):
        raise MoveRefused("The day must lie between the step before and today.")
    if move.needs_note and not asked.note.strip():
        raise MoveRefused("State the reason or the result.")
    if move.needs_document and not asked.document_number.strip():
        raise MoveRefused("Enter the document number.")
    if move.needs_plan_date and (asked.plan_on is None or asked.plan_on <= day):
        raise MoveRefused("Enter the planned date; it must come after this step.")
    if asked.due_on and asked.due_on < day:
        raise MoveRefused("The due date cannot be before the day of assignment.")
    if move.needs_master and asked.master_id is None:
        raise MoveRefused("Name the petition that this one is joined to.")


def _check_four_eyes(actor: User | None, move: Move, history: list[PetitionStep]) -> None:
    proposer = history[-1].actor_id
    if move.target is Status.RESOLVED and actor is not None and actor.id == proposer:
        raise NotAllowed("Whoever submitted the result does not approve it.")


def _apply(session: Session, petition: Petition, move: Move, asked: MoveRequest) -> None:
    petition.status = move.target
    petition.plan_on = asked.plan_on if move.needs_plan_date else None
    petition.master_id = _final_master(session, petition, asked) if move.needs_master else None
    if move.name == "assign":
        petition.department_id = asked.department_id or petition.department_id
        petition.due_on = asked.due_on or petition.due_on


def _final_master(session: Session, petition: Petition, asked: MoveRequest) -> int:
    """Follow joined masters to the last one; a circle is refused."""
    at, seen = asked.master_id, {petition.id}
    while at is not None and at not in seen:
        seen.add(at)
        master = session.get(Petition, at)
        if master is None:
            break
        if master.master_id is None:
            return master.id
        at = master.master_id
    raise MoveRefused(
        "Cannot be joined: there is no such petition, or it is joined to this one already."
    )


def _new_row(session: Session, actor: User | None, new: NewPetition) -> Petition:
    year = (new.received_on or clock.today()).year
    code = f"KN-{year}-{next_number(session, 'KN', year):06d}"
    content, name = checked(new.content), checked(new.citizen_name)
    return Petition(
        code=code,
        dialogue_id=new.dialogue_id,
        place_id=new.place_id,
        category_id=new.category_id,
        department_id=new.department_id,
        channel=new.channel,
        kind=new.kind,
        level=new.level,
        status=Status.RECEIVED,
        citizen_name=name,
        citizen_phone=checked(new.citizen_phone),
        people=new.people,
        content=content,
        received_on=new.received_on,
        date_precision=new.date_precision,
        due_on=new.due_on,
        source=new.source,
        logged_by_id=actor.id if actor else None,
        logged_at=clock.now(),
        search_text=fold(f"{code} {name} {content}"),
    )


def _take_step(
    session: Session,
    actor: User | None,
    petition: Petition,
    move: str,
    status: Status,
    day: date | None,
    *,
    note: str = "",
    document_number: str = "",
) -> None:
    history = steps_of(session, petition.id)
    step = PetitionStep(
        petition_id=petition.id,
        move=move,
        status_before=history[-1].status if history else None,
        status=status,
        happened_on=day,
        due_on=petition.due_on,
        plan_on=petition.plan_on,
        department_id=petition.department_id,
        master_id=petition.master_id,
        recorded_at=clock.now(),
        actor_id=actor.id if actor else None,
        note=note,
        document_number=document_number,
    )
    petition.status = status
    session.add(step)
    _post_difference(session, petition, history, step)
    journal.note(session, actor, f"petition:{status}", petition.code, petition.place_id)


def _post_difference(
    session: Session, petition: Petition, history: list[PetitionStep], step: PetitionStep
) -> None:
    change = postings(facts([*history, step]))
    change.subtract(postings(facts(history)))
    for (day, measure), quantity in change.items():
        if quantity:
            ledger.post(
                session,
                day=day,
                place_id=petition.place_id,
                category_id=petition.category_id,
                measure=measure,
                quantity=quantity,
            )
