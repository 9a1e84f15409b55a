"""Receiving a petition into the register: its number, its due date, its first step."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.calendar.queries import clockwork
from tracker.core import clock
from tracker.core.dates import Precision, first_day
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound
from tracker.core.lasting import steady
from tracker.core.numbering import next_number
from tracker.core.text import checked
from tracker.dialogues.lifecycle import HAPPENED, Stage
from tracker.dialogues.models import Department, Dialogue
from tracker.evidence import service as evidence
from tracker.journal import service as journal
from tracker.petitions.lifecycle import RECEIVE, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries.choices import CategoryRule, category_rules
from tracker.petitions.rules import (
    ASSIGNED,
    NOTE_LIMIT,
    UNKNOWN,
    ack_due,
    category_basis,
    exact_day,
    limit_of,
)
from tracker.petitions.service.recording import add_step, post_change
from tracker.petitions.service.requests import (
    NewPetition,
    PetitionRefused,
    check_facts,
    check_length,
)
from tracker.places.queries import scope_ids


def log_petition(session: Session, actor: User | None, new: NewPetition, key: str = "") -> Petition:
    """Number a petition within its year and record its first step; the same key makes it once.

    An answer given on the spot is its second step. Refuses a place or a dialogue that the
    person's place does not answer for (NotFound), and facts that contradict each other.
    """
    if actor is not None and not actor.may(Permission.LOG_PETITION):
        raise NotAllowed("Your role does not log petitions.")
    check_facts(new)
    check_length(new.answer_on_spot, NOTE_LIMIT)
    try:
        return _log(session, actor, new, key)
    except IntegrityError:
        # Another with the same key, or the year's first number, came first: it is done now.
        return _log(session, actor, new, key)


def _log(session: Session, actor: User | None, new: NewPetition, key: str) -> Petition:
    with transaction(session), steady(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key, "KN-")):
            return session.scalars(select(Petition).where(Petition.code == code)).one()
        _check_known(session, actor, new)
        petition = _new_row(session, actor, new)
        if actor is not None and key:
            journal.keep_key(session, actor, key, petition.code)
        evidence.add_now(session, petition)  # steps, postings and journal name the row
        day = exact_day(petition.received_on, petition.date_precision)
        first = PetitionStep(move=RECEIVE, happened_on=day)
        add_step(session, actor, petition, first, [])
        steps = [first]
        if new.answer_on_spot.strip():
            petition.status = Status.EXPLAINED
            answer = checked(new.answer_on_spot)
            step = PetitionStep(move="explain", happened_on=day, note=answer)
            add_step(session, actor, petition, step, steps)
            steps.append(step)
        post_change(session, petition, [], steps)
    return petition


def check_place(session: Session, actor: User | None, place_id: int) -> None:
    """Refuse a place that the person's own place does not answer for."""
    if actor is not None and place_id not in scope_ids(session, actor.place_id):
        raise NotFound("There is no such place.")


def check_category(session: Session, category_id: int) -> CategoryRule:
    """Give the rule of a category in use; refuse a retired or unknown one."""
    category = category_rules(session).get(category_id)
    if category is None or category.is_retired:
        raise PetitionRefused("Choose a category in use.")
    return category


def check_department(session: Session, department_id: int | None) -> None:
    """Refuse a retired or unknown department."""
    if department_id is None:
        return
    department = session.get(Department, department_id)
    if department is None or department.is_retired:
        raise PetitionRefused("Choose a department in use.")


def _check_known(session: Session, actor: User | None, new: NewPetition) -> None:
    check_place(session, actor, new.place_id)
    check_category(session, new.category_id)
    check_department(session, new.department_id)
    if new.dialogue_id is None:
        return
    dialogue = session.get(Dialogue, new.dialogue_id)
    if dialogue is None or (
        actor is not None and dialogue.place_id not in scope_ids(session, actor.place_id)
    ):
        raise NotFound("There is no such dialogue.")
    _check_held(dialogue)


def _check_held(dialogue: Dialogue) -> None:
    """Refuse a dialogue at which nothing can have been raised: cancelled, or still to come."""
    if dialogue.stage is Stage.CANCELLED:
        raise PetitionRefused("The dialogue was cancelled; log the petition without it.")
    has_come = dialogue.held_on is not None and dialogue.held_on <= clock.today()
    if dialogue.stage not in HAPPENED and not has_come:
        raise PetitionRefused("The dialogue has not been held yet; log the petition without it.")


def _due(session: Session, new: NewPetition, received_on: date | None) -> tuple[date | None, str]:
    """Give the due date and why: the one that was typed, or the one of the category's own rule."""
    if new.due_on is not None:
        return new.due_on, ASSIGNED
    category = category_rules(session)[new.category_id]
    is_a_day = new.date_precision is Precision.DAY
    if category.due_days is None or received_on is None or not is_a_day:
        return None, UNKNOWN
    basis = category_basis(category.due_days, working=category.due_days_are_working)
    clocks = clockwork(session)
    limit = limit_of(basis, received_on, clocks)
    return (limit.due(received_on, clocks.calendar), basis) if limit else (None, UNKNOWN)


def _new_row(session: Session, actor: User | None, new: NewPetition) -> Petition:
    received_on = first_day(new.received_on, new.date_precision)
    year = (received_on or clock.today()).year
    due_on, due_basis = _due(session, new, received_on)
    return Petition(
        code=f"KN-{year}-{next_number(session, 'KN', year):06d}",
        dialogue_id=new.dialogue_id,
        place_id=new.place_id,
        category_id=new.category_id,
        department_id=new.department_id,
        cooperating=checked(new.cooperating),
        channel=new.channel,
        kind=new.kind,
        level=new.level,
        status=Status.RECEIVED,
        petitioner=new.petitioner,
        citizen_name=checked(new.citizen_name),
        citizen_phone=checked(new.citizen_phone),
        people=new.people,
        content=checked(new.content),
        received_on=received_on,
        date_precision=new.date_precision,
        due_on=due_on,
        due_basis=due_basis,
        ack_due_on=ack_due(received_on, new.date_precision, clockwork(session), new.kind),
        source=new.source,
        logged_by_id=actor.id if actor else None,
        logged_at=clock.now(),
    )
