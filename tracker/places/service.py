"""Keeping what each unit answers for in step with the tree of places."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import delete, insert, tuple_
from sqlalchemy.orm import Session

from tracker.places.models import PlaceReach
from tracker.places.queries import held_reach, reach_by_tree

TOGETHER = 500


class Reached(NamedTuple):
    """A unit, and a place that it answers for."""

    unit_id: int
    place_id: int


class Changed(NamedTuple):
    """What units answer for that they did not before, and what they no longer answer for."""

    gained: frozenset[Reached]
    lost: frozenset[Reached]


followers: list[Callable[[Session, Changed], None]] = []
"""What is kept by the units of places elsewhere: each follows a change, in its transaction."""


def renew_reach(session: Session) -> Changed:
    """Write anew what each unit answers for, in the transaction that changed the tree.

    `ledger.service.follow_places` does this and moves the sums of the units along; call that one.
    """
    session.flush()
    wanted, held = reach_by_tree(session), held_reach(session)
    gone = sorted(pair for pair, distance in held.items() if wanted.get(pair) != distance)
    for start in range(0, len(gone), TOGETHER):
        some = gone[start : start + TOGETHER]
        pair = tuple_(PlaceReach.unit_id, PlaceReach.place_id)
        session.execute(delete(PlaceReach).where(pair.in_(some)))
    fresh = sorted(pair for pair, distance in wanted.items() if held.get(pair) != distance)
    if fresh:
        rows = [
            {"unit_id": unit_id, "place_id": place_id, "distance": wanted[unit_id, place_id]}
            for unit_id, place_id in fresh
        ]
        session.execute(insert(PlaceReach), rows)
    changed = Changed(
        frozenset(Reached(*pair) for pair in wanted.keys() - held.keys()),
        frozenset(Reached(*pair) for pair in held.keys() - wanted.keys()),
    )
    for follow in followers:
        follow(session, changed)
    return changed
