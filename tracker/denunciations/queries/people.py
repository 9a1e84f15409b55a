"""Who takes denunciations for a place, and who is let into a case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission, Role
from tracker.denunciations.lifecycle import Part
from tracker.denunciations.models import DenunciationGrant, DenunciationTaker
from tracker.denunciations.queries.one import is_let_in
from tracker.denunciations.rules import is_accused
from tracker.places.models import Place, PlaceReach
from tracker.places.queries import answered_for, scope_ids, units_of


@dataclass(frozen=True, slots=True)
class Named:
    """A person named in a case, and by whom."""

    id: int
    user_id: int
    name: str
    part: Part
    by: str | None
    granted_at: datetime
    ended_at: datetime | None
    is_let_in: bool


@dataclass(frozen=True, slots=True)
class Taker:
    """A person who takes denunciations, or is proposed to."""

    id: int
    user_id: int
    name: str
    place: str
    proposed_by: str | None
    proposed_by_id: int | None
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None


def places_open_to(session: Session, user: User) -> frozenset[int]:
    """Give the places, of today and before, of which a person takes denunciations."""
    units = takes_for(session, user)
    return frozenset().union(*(scope_ids(session, unit_id) for unit_id in units))


def takes_for(session: Session, user: User) -> frozenset[int]:
    """Give the units for which a person takes denunciations."""
    if not is_let_in(user):
        return frozenset()
    asked = select(DenunciationTaker.place_id).where(
        DenunciationTaker.user_id == user.id,
        _is_live(),
        answered_for(user.place_id, DenunciationTaker.place_id),
    )
    return frozenset(session.scalars(asked))


def taker_names(session: Session, place_id: int) -> list[str]:
    """Name who takes denunciations for a place: anybody may know to whom to bring one."""
    asked = (
        select(User.full_name)
        .join(DenunciationTaker, DenunciationTaker.user_id == User.id)
        .where(
            DenunciationTaker.place_id.in_(units_of(session, place_id)),
            _is_live(),
            User.is_disabled.is_(False),
        )
    )
    return sorted(set(session.scalars(asked)))


def takers_in(session: Session, ids: frozenset[int]) -> list[Taker]:
    """Give who takes denunciations in a scope, those still to be confirmed first."""
    proposer, confirmer = aliased(User), aliased(User)
    rows = session.execute(
        select(
            DenunciationTaker.id,
            DenunciationTaker.user_id,
            User.full_name,
            Place.name,
            proposer.full_name,
            DenunciationTaker.proposed_by_id,
            DenunciationTaker.proposed_at,
            confirmer.full_name,
            DenunciationTaker.confirmed_at,
        )
        .join(User, User.id == DenunciationTaker.user_id)
        .join(Place, Place.id == DenunciationTaker.place_id)
        .outerjoin(proposer, proposer.id == DenunciationTaker.proposed_by_id)
        .outerjoin(confirmer, confirmer.id == DenunciationTaker.confirmed_by_id)
        .where(DenunciationTaker.ended_at.is_(None), answered_for(ids, DenunciationTaker.place_id))
        .order_by(DenunciationTaker.confirmed_at.is_not(None), User.full_name)
    )
    return [Taker(*row) for row in rows]


def proposals_for(session: Session, user: User, ids: frozenset[int]) -> int:
    """Count the takers who wait in a scope for a leader that this person may be."""
    if not user.may(Permission.CONFIRM_TAKER):
        return 0
    asked = select(func.count()).where(
        DenunciationTaker.confirmed_at.is_(None),
        DenunciationTaker.ended_at.is_(None),
        DenunciationTaker.user_id != user.id,
        DenunciationTaker.proposed_by_id.is_distinct_from(user.id),
        answered_for(ids, DenunciationTaker.place_id),
    )
    return session.scalar(asked) or 0


def named_people(session: Session, denunciation_id: int) -> list[Named]:
    """Give everyone who is or was named in a case."""
    giver = aliased(User)
    rows = session.execute(
        select(
            DenunciationGrant.id,
            DenunciationGrant.user_id,
            User.full_name,
            DenunciationGrant.part,
            giver.full_name,
            DenunciationGrant.granted_at,
            DenunciationGrant.ended_at,
            User.is_let_in,
        )
        .join(User, User.id == DenunciationGrant.user_id)
        .outerjoin(giver, giver.id == DenunciationGrant.granted_by_id)
        .where(DenunciationGrant.denunciation_id == denunciation_id)
        .order_by(DenunciationGrant.id)
    )
    return [Named(*row) for row in rows]


def leaders_for(session: Session, place_ids: frozenset[int], accused: str = "") -> dict[int, str]:
    """Give the leaders who may be in charge of a case of one of these places."""
    return _choices(session, place_ids, (Role.LEADER,), accused)


def leaders_around(session: Session, unit_ids: frozenset[int]) -> dict[int, str]:
    """Give the leaders of these units, of what is in them, and of what is above them."""
    within = frozenset().union(*(scope_ids(session, unit_id) for unit_id in unit_ids))
    return leaders_for(session, within)


def people_for(session: Session, place_id: int, accused: str) -> dict[int, str]:
    """Give those who may be named in a case: neither administrators nor the accused."""
    return _choices(session, frozenset({place_id}), (Role.LEADER, Role.STAFF), accused)


def candidates(session: Session, ids: frozenset[int]) -> dict[int, str]:
    """Give the people of a scope who may take denunciations."""
    asked = _in_use((Role.LEADER, Role.STAFF)).where(answered_for(ids, User.place_id))
    return {row.id: f"{row.full_name} ({row.username})" for row in session.execute(asked)}


def _choices(
    session: Session, place_ids: frozenset[int], roles: tuple[Role, ...], accused: str
) -> dict[int, str]:
    above = select(PlaceReach.unit_id).where(PlaceReach.place_id.in_(place_ids))
    rows = session.execute(_in_use(roles).where(User.place_id.in_(above)))
    return {
        row.id: f"{row.full_name} ({row.username})"
        for row in rows
        if not is_accused(row.full_name, accused)
    }


def _in_use(roles: tuple[Role, ...]) -> Select[int, str, str]:
    return (
        select(User.id, User.full_name, User.username)
        .where(User.role.in_(roles), User.is_disabled.is_(False))
        .order_by(User.full_name)
    )


def _is_live() -> ColumnElement[bool]:
    return DenunciationTaker.confirmed_at.is_not(None) & DenunciationTaker.ended_at.is_(None)
