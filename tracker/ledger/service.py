"""Adding entries to the ledger and keeping the sums of every unit in step, in one transaction."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from tracker.core.db import at_the_end, is_sqlite, not_at_the_end
from tracker.ledger import statements
from tracker.ledger.models import LedgerSum
from tracker.ledger.rules import Entry
from tracker.places.service import renew_reach

_TURN = 2_708_291_530
"""PostgreSQL's lock: many may add to sums at once, but nobody while the tree of places changes."""


def post(session: Session, petition_id: int, entries: Iterable[Entry]) -> None:
    """Add a petition's new entries; their sums are written as the last of the transaction."""
    rows = [entry.row(petition_id) for entry in entries]
    if not rows:
        return
    session.connection().execute(insert(statements.ENTRY), rows)
    for row in rows:
        at_the_end(session, _add_up, (petition_id, row["number"]))


def follow_places(session: Session) -> None:
    """Let units answer for what the changed tree says, and move the sums along with it.

    Called by whoever changes the tree, in the same transaction.
    """
    changed = renew_reach(session)
    for sign, pairs in ((1, changed.gained), (-1, changed.lost)):
        for unit_id, place_id in pairs:
            at_the_end(session, _add_up, (sign, unit_id, place_id))


def rebuild(session: Session) -> None:
    """Count all sums anew from the entries, in a few statements, in the caller's transaction.

    For what was filled in bulk: after new entries were inserted without `post`.
    """
    sqlite = is_sqlite(session)
    _take_turn(session, is_alone=True)
    not_at_the_end(session, _add_up)  # the entries tell of it
    session.execute(delete(LedgerSum))
    for fill in statements.fills(is_sqlite=sqlite):
        session.execute(fill.filling)


def _add_up(session: Session, items: Sequence[tuple[int, ...]]) -> None:
    """Write the sums of what was posted, and of places that units gained or lost."""
    sqlite = is_sqlite(session)
    posted = [item for item in items if len(item) == 2]
    moved = sorted(item for item in items if len(item) == 3)
    _take_turn(session, is_alone=bool(moved))
    if moved:
        values = _posted(posted, sqlite) | _pairs(moved, sqlite)
        session.execute(statements.moving_places(is_sqlite=sqlite), values)
    if posted:
        adding = statements.adding_entries(is_sqlite=sqlite)
        session.connection().execute(adding, _posted(posted, sqlite))


def _posted(posted: Sequence[tuple[int, ...]], sqlite: bool) -> dict[str, Any]:
    if sqlite:
        return {"posted": json.dumps(posted)}
    return {
        "petitions": [petition_id for petition_id, _ in posted],
        "numbers": [number for _, number in posted],
    }


def _pairs(moved: Sequence[tuple[int, ...]], sqlite: bool) -> dict[str, Any]:
    if sqlite:
        return {"pairs": json.dumps(moved)}
    signs, units, places = zip(*moved, strict=True)
    return {"signs": list(signs), "units": list(units), "places": list(places)}


def _take_turn(session: Session, *, is_alone: bool) -> None:
    if is_sqlite(session):
        return
    lock = func.pg_advisory_xact_lock if is_alone else func.pg_advisory_xact_lock_shared
    session.connection().execute(select(lock(_TURN)))
