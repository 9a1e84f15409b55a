"""Questions about places."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.places import rules
from tracker.places.models import Place
from tracker.places.rules import PlaceKind


def scope_ids(session: Session, home_id: int) -> frozenset[int]:
    """Give the ids of all places, old and new, for which today's place `home_id` answers."""
    rows = session.execute(select(Place.id, Place.parent_id, Place.successor_id))
    nodes = {row.id: rules.Node(row.parent_id, row.successor_id) for row in rows}
    return rules.scope(nodes, home_id)


def places_in(session: Session, ids: frozenset[int]) -> list[Place]:
    """Give the places of a scope, communes before their villages."""
    return list(
        session.scalars(select(Place).where(Place.id.in_(ids)).order_by(Place.kind, Place.name))
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person's place answers for; `fictional` names the invented communes in it."""

    home: Place
    ids: frozenset[int]
    fictional: tuple[str, ...]


def scope_of(session: Session, home_id: int) -> Scope:
    """Give the scope of a person whose place is `home_id`."""
    ids = scope_ids(session, home_id)
    invented = session.scalars(
        select(Place.name)
        .where(Place.is_fictional, Place.kind == PlaceKind.COMMUNE, Place.id.in_(ids))
        .order_by(Place.name)
    )
    return Scope(session.get_one(Place, home_id), ids, tuple(invented))
