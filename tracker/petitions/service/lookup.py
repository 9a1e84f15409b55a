"""Keeping what petitions are found by in step with them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.core.bulk import set_aside
from tracker.core.db import is_sqlite, transaction
from tracker.petitions.models import (
    FOUND_IN,
    Petition,
    PetitionLookup,
    triggers,
)
from tracker.petitions.queries.lookups import lookup_rows, lookups_missing
from tracker.petitions.rules.lookup import LookupRow, lookup_row
from tracker.places.queries import ancestors
from tracker.places.service import Changed, followers

TOGETHER = 500
KEPT = ("received_key", "due_key", "tokens")
USUAL_TOKENS, MANY_TOKENS = 2**20, 2**25
"""So many bytes of tokens FTS5 gathers before it writes them: usually, and while all is written."""


def keep_lookup(session: Session, petition: Petition) -> None:
    """Write what a petition is found by, in the transaction that changes it."""
    session.flush()
    write_lookups(session, [lookup_row(petition, ancestors(session, petition.place_id))])


def write_lookups(session: Session, rows: Sequence[LookupRow]) -> None:
    """Write what petitions are found by; what is so already is left alone."""
    if not rows:
        return
    keeping = _keeping(sqlite if is_sqlite(session) else postgresql)
    session.connection().execute(keeping, [as_values(row) for row in rows])


@cache
def _keeping(dialect: ModuleType) -> Any:
    table = PetitionLookup.__table__
    adding = dialect.insert(table)
    return adding.on_conflict_do_update(
        index_elements=["petition_id"],
        set_={name: adding.excluded[name] for name in KEPT},
        where=or_(*(table.c[name] != adding.excluded[name] for name in KEPT)),
    )


def as_values(row: LookupRow) -> dict[str, Any]:
    """Give a row as a bulk insert takes it."""
    return {name: getattr(row, name) for name in ("petition_id", *KEPT)}


def renew_lookups(session: Session, petition_ids: Collection[int]) -> None:
    """Write anew what these petitions are found by, in the caller's transaction."""
    session.flush()
    for rows in lookup_rows(session, Petition.id.in_(petition_ids)):
        write_lookups(session, rows)


def follow_places(session: Session, changed: Changed) -> None:
    """Let petitions be found by the units that answer for their places from now on."""
    moved = sorted({pair.place_id for pair in changed.gained | changed.lost})
    for start in range(0, len(moved), TOGETHER):
        some = Petition.place_id.in_(moved[start : start + TOGETHER])
        if session.scalar(select(Petition.id).where(some).limit(1)) is not None:
            for rows in lookup_rows(session, some):
                write_lookups(session, rows)


followers.append(follow_places)


def rebuild_lookup(session: Session, progress: Callable[[int], None] | None = None) -> None:
    """Write anew what all petitions are found by; the indexes are made once, over all of it."""
    with transaction(session), finding_set_aside(session):
        session.execute(delete(PetitionLookup))
        for rows in lookup_rows(session):
            _add(session, rows)
            if progress:
                progress(len(rows))


def _add(session: Session, rows: Sequence[LookupRow]) -> None:
    """Add rows that are not there yet, as fast as the engine takes them."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(insert(PetitionLookup), [as_values(row) for row in rows])
        return
    columns = ", ".join(("petition_id", *KEPT))
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY petition_lookup ({columns}) FROM STDIN") as copied:
        for row in rows:
            copied.write_row(tuple(as_values(row).values()))


@contextmanager
def finding_set_aside(session: Session) -> Iterator[None]:
    """Let what petitions are found by be written in bulk: its indexes are made once, over all."""
    connection = session.connection()
    needs_triggers = connection.dialect.name == "sqlite"
    for trigger in triggers() if needs_triggers else ():
        connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
    with set_aside(connection, PetitionLookup.__tablename__):
        yield
    if needs_triggers:
        for key, name in FOUND_IN.items():
            _fill_full_text(connection, key, name)
        for statement in triggers().values():
            connection.exec_driver_sql(statement)


def _fill_full_text(connection: Connection, key: str, name: str) -> None:
    """Write a full-text table anew, in the order of its key: so its parts need no joining later."""

    def tell(word: str, value: str = "NULL") -> None:
        connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('{word}', {value})")

    tell("delete-all")
    tell("hashsize", str(MANY_TOKENS))
    connection.exec_driver_sql(
        f"INSERT INTO {name} (rowid, tokens) SELECT {key}, tokens FROM petition_lookup ORDER BY 1"
    )
    tell("optimize")
    tell("hashsize", str(USUAL_TOKENS))


def fill_lookup(session: Session) -> None:
    """Fill the lookup where the schema was just brought up to date."""
    if lookups_missing(session):
        rebuild_lookup(session)
