"""Setting up working groups, and writing down their visits to households."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.commitments import rules
from tracker.commitments.lifecycle import Result
from tracker.commitments.models import HouseholdVisit, WorkingGroup, WorkingGroupMember
from tracker.commitments.service.recording import check_place
from tracker.commitments.service.requests import (
    CommitmentRefused,
    NewGroup,
    NewVisit,
    bounded,
    known_day,
)
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound
from tracker.core.numbering import next_number
from tracker.journal import service as journal
from tracker.places.queries import scope_ids


def set_up_group(
    session: Session, actor: User | None, new: NewGroup, key: str = ""
) -> WorkingGroup:
    """Set up a working group for a commitment or dialogue that was fetched, and so authorised.

    The same key makes it once. Raises CommitmentRefused without a name or for a day to come.
    """
    _check(actor, Permission.MAKE_COMMITMENT)
    try:
        return _set_up(session, actor, new, key)
    except IntegrityError:
        return _set_up(session, actor, new, key)


def add_member(session: Session, actor: User | None, group: WorkingGroup, line: str) -> None:
    """Add one person to a group: a name, then after ; what the person does."""
    _check(actor, Permission.MAKE_COMMITMENT)
    name, role = _member(rules.member_in(line))
    if not name:
        raise CommitmentRefused("Enter the member's name.", field="member")
    with transaction(session):
        session.add(WorkingGroupMember(group_id=group.id, name=name, role=role))
        journal.note(session, actor, "group:member", group.code, group.place_id)


def log_visit(
    session: Session, actor: User | None, group: WorkingGroup, new: NewVisit, key: str = ""
) -> None:
    """Write down a visit to one household; the same key writes it once."""
    _check(actor, Permission.REPORT_COMMITMENT)
    visit = _visit(group, new)
    if new.place_id not in scope_ids(session, group.place_id):
        raise NotFound("There is no such place.")
    visit.recorded_by_id = actor.id if actor else None
    try:
        _log(session, actor, group, visit, key)
    except IntegrityError:
        # Another sending with the same key came first: made_before now knows of it.
        _log(session, actor, group, visit, key)


def void_visit(
    session: Session, actor: User | None, group: WorkingGroup, visit_id: int, reason: str
) -> None:
    """Strike through a visit entered by mistake; it stays in sight and no longer counts."""
    _check(actor, Permission.REPORT_COMMITMENT)
    said = bounded("reason", reason)
    if not said:
        raise CommitmentRefused("State the reason.", field="reason")
    with transaction(session):
        asked = select(HouseholdVisit).where(
            HouseholdVisit.id == visit_id, HouseholdVisit.group_id == group.id
        )
        visit = session.scalar(asked.with_for_update())
        if visit is None:
            raise NotFound("There is no such visit.")
        if visit.voided_at is not None:
            return
        visit.voided_at, visit.voided_reason = clock.now(), said
        journal.note(session, actor, "group:visit_void", group.code, group.place_id)


def _set_up(session: Session, actor: User | None, new: NewGroup, key: str) -> WorkingGroup:
    name = bounded("name", new.name)
    if not name:
        raise CommitmentRefused("Enter the group's name.", field="name")
    set_up_on = _past("set_up_on", new.set_up_on)
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            return _made(session, code)
        check_place(session, actor, new.place_id)
        year = (set_up_on or clock.today()).year
        group = WorkingGroup(
            code=f"TCT-{year}-{next_number(session, 'TCT', year):04d}",
            name=name,
            commitment_id=new.commitment_id,
            dialogue_id=new.dialogue_id,
            place_id=new.place_id,
            set_up_on=set_up_on,
            document_number=bounded("document_number", new.document_number),
            source=new.source,
            logged_by_id=actor.id if actor else None,
            logged_at=clock.now(),
            members=[
                WorkingGroupMember(name=name, role=role)
                for name, role in map(_member, new.members)
                if name
            ],
        )
        if actor is not None and key:
            journal.keep_key(session, actor, key, group.code)
        session.add(group)
        session.flush()
        journal.note(session, actor, "group:set_up", group.code, group.place_id)
    return group


def _made(session: Session, code: str) -> WorkingGroup:
    group = session.scalar(select(WorkingGroup).where(WorkingGroup.code == code))
    if group is None:
        raise CommitmentRefused("This form cannot be used again; open a new one.")
    return group


def _log(
    session: Session, actor: User | None, group: WorkingGroup, visit: HouseholdVisit, key: str
) -> None:
    with transaction(session):
        if actor is not None and key:
            if journal.made_before(session, actor, key, group.code):
                return
            journal.keep_key(session, actor, key, group.code)
        session.add(visit)
        journal.note(session, actor, "group:visit", group.code, group.place_id)


def _visit(group: WorkingGroup, new: NewVisit) -> HouseholdVisit:
    household = bounded("household", new.household)
    if not household:
        raise CommitmentRefused("Enter the household.", field="household")
    visited_on = _past("visited_on", new.visited_on)
    if visited_on is None:
        raise CommitmentRefused("Enter the day of the visit.", field="visited_on")
    if group.set_up_on is not None and visited_on < group.set_up_on:
        raise CommitmentRefused(
            "The day cannot be before the group was set up.", field="visited_on"
        )
    reason = bounded("reason", new.reason, rules.NOTE_LIMIT, lines=True)
    if new.result is Result.NOT_YET and not reason:
        raise CommitmentRefused("State why the household does not agree yet.", field="reason")
    return HouseholdVisit(
        group_id=group.id,
        household=household,
        place_id=new.place_id,
        visited_on=visited_on,
        result=new.result,
        reason=reason,
        agreed_option=bounded("agreed_option", new.agreed_option, rules.NOTE_LIMIT, lines=True),
        visitors=bounded("visitors", new.visitors),
        document_number=bounded("document_number", new.document_number),
        recorded_at=clock.now(),
    )


def _past(name: str, day: date | None) -> date | None:
    return known_day(name, day, Precision.UNKNOWN if day is None else Precision.DAY)


def _member(member: tuple[str, str]) -> tuple[str, str]:
    name, role = member
    return bounded("members", name), bounded("members", role)


def _check(actor: User | None, permission: Permission) -> None:
    if actor is not None and not actor.may(permission):
        raise NotAllowed("Your role does not include this.")
