"""Questions about working groups and their visits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.accounts.models import User
from tracker.commitments.lifecycle import Result
from tracker.commitments.models import Commitment, HouseholdVisit, WorkingGroup
from tracker.commitments.rules import name_key
from tracker.core.errors import NotFound
from tracker.petitions.queries.identity import reader_of, shown_name
from tracker.places.models import Place
from tracker.places.queries import scope_ids


def group_for(session: Session, user: User, code: str) -> WorkingGroup:
    """Give the working group if the user's place answers for it; another's does not exist."""
    asked = select(WorkingGroup).where(WorkingGroup.code == code)
    group = session.scalar(
        asked.options(
            joinedload(WorkingGroup.place),
            joinedload(WorkingGroup.dialogue),
            joinedload(WorkingGroup.commitment),
            selectinload(WorkingGroup.members),
        ).execution_options(populate_existing=True)
    )
    if group is None or group.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such working group.")
    return group


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A working group by its name, and of how many households the last visit was."""

    code: str
    name: str
    set_up_on: date | None
    tally: dict[Result, int]


def groups_of_commitment(session: Session, commitment_id: int) -> list[GroupRow]:
    """Give the working groups of a commitment, the first one first."""
    return _rows(session, WorkingGroup.commitment_id == commitment_id)


def groups_of_dialogue(session: Session, dialogue_id: int) -> list[GroupRow]:
    """Give the working groups of a dialogue, and those of the commitments made at it."""
    made_there = select(Commitment.id).where(Commitment.dialogue_id == dialogue_id)
    return _rows(
        session,
        or_(WorkingGroup.dialogue_id == dialogue_id, WorkingGroup.commitment_id.in_(made_there)),
    )


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit as the log shows it."""

    id: int
    household: str
    place_id: int
    village: str
    visited_on: date
    result: Result
    reason: str
    agreed_option: str
    visitors: str
    document_number: str
    recorded_at: datetime
    recorded_by: str
    recorded_by_id: int | None
    is_voided: bool
    voided_reason: str


def visits_of(session: Session, group_id: int) -> list[VisitRow]:
    """Give a group's visits, the latest first; those entered by mistake too."""
    asked = (
        select(
            HouseholdVisit.id,
            HouseholdVisit.household,
            HouseholdVisit.place_id,
            Place.name,
            HouseholdVisit.visited_on,
            HouseholdVisit.result,
            HouseholdVisit.reason,
            HouseholdVisit.agreed_option,
            HouseholdVisit.visitors,
            HouseholdVisit.document_number,
            HouseholdVisit.recorded_at,
            func.coalesce(User.full_name, ""),
            HouseholdVisit.recorded_by_id,
            HouseholdVisit.voided_at.is_not(None),
            HouseholdVisit.voided_reason,
        )
        .join(Place, Place.id == HouseholdVisit.place_id)
        .outerjoin(User, User.id == HouseholdVisit.recorded_by_id)
        .where(HouseholdVisit.group_id == group_id)
        .order_by(HouseholdVisit.visited_on.desc(), HouseholdVisit.id.desc())
    )
    rows: Sequence[Any] = session.execute(asked).all()
    return [VisitRow(*row) for row in rows]


def as_seen_by(visits: Sequence[VisitRow], user: User) -> list[VisitRow]:
    """Give the visits with the households masked, unless the person logs visits of this group.

    An administrator sees no household at all.
    """
    if any(visit.recorded_by_id == user.id for visit in visits):
        return list(visits)
    reader = reader_of(user)
    return [
        replace(visit, household=shown_name(reader, visit.household, is_known=False))
        for visit in visits
    ]


def tally(visits: Iterable[VisitRow]) -> dict[Result, int]:
    """Count households by what they said last; a household keeps its answer while nobody is home.

    `visits` come the latest first, as `visits_of` gives them.
    """
    said: dict[tuple[str, int], Result] = {}
    for visit in visits:
        if visit.is_voided:
            continue
        household = (name_key(visit.household), visit.place_id)
        if said.get(household, Result.NOT_HOME) is Result.NOT_HOME:
            said[household] = visit.result
    return {result: list(said.values()).count(result) for result in Result}


def _rows(session: Session, which: object) -> list[GroupRow]:
    groups = session.scalars(select(WorkingGroup).where(which).order_by(WorkingGroup.id))  # type: ignore[arg-type]
    return [
        GroupRow(group.code, group.name, group.set_up_on, tally(visits_of(session, group.id)))
        for group in groups
    ]
