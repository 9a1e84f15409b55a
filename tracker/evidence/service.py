"""Keeping the evidence of records: whatever a transaction writes is digested at its end."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Engine, Insert, delete, event, insert, inspect, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, make_transient_to_detached

from tracker.core.db import Base, at_the_end, is_sqlite
from tracker.evidence.models import Evidence
from tracker.evidence.queries import (
    SECRETS,
    TOGETHER,
    Read,
    all_records,
    digests,
    has_evidence,
    keys_of,
    known_kinds,
    own_key,
    records,
    text_of,
)
from tracker.evidence.rules import KINDS, Kind, Rows, digest_of, evidence_key

Touched = tuple[str, Any, Rows | None]
"""A record that was written, by its table and key; with its rows where they are in hand."""
_NAMED_BY: Mapping[str, tuple[str, str]] = {
    part: (kind.table, column) for kind in KINDS.values() for part, column in kind.parts.items()
}


def use_secrets(engine: Engine, secrets: Sequence[str]) -> None:
    """Let what an engine writes be digested with an installation's secret, the first of these."""
    engine.update_execution_options(**{SECRETS: [evidence_key(secret) for secret in secrets]})


def watch() -> None:
    """Digest from now on what any session writes; asked twice, it is done once."""
    if not event.contains(Session, "after_flush", _after_flush):
        event.listen(Session, "after_flush", _after_flush)
        event.listen(Session, "do_orm_execute", _before_statement)


def add_now(session: Session, row: Base) -> None:
    """Insert a new row at once, and leave it in the session as if it had been read.

    For rows without relations, whose key the database draws: one plain statement costs a fraction
    of a unit of work.
    """
    adding, key, otherwise = _adding(type(row))
    state: Any = inspect(row)
    # What a kind draws from its own fields before it is kept is drawn here as well.
    state.mapper.dispatch.before_insert(state.mapper, session.connection(), state)
    values = otherwise | {name: row.__dict__[name] for name in otherwise if name in row.__dict__}
    done: Any = session.connection().execute(adding, values)
    for name in otherwise.keys() - row.__dict__.keys():
        setattr(row, name, otherwise[name])
    setattr(row, key, done.inserted_primary_key[0])
    make_transient_to_detached(row)
    session.add(row)
    _note(session, row)


@cache
def _adding(kind: type[Base]) -> tuple[Insert, str, dict[str, Any]]:
    """Give the statement that adds a row, its key's name, and what its columns hold otherwise."""
    table = Base.metadata.tables[kind.__tablename__]
    (key,) = table.primary_key
    otherwise = {c.name: getattr(c.default, "arg", None) for c in table.columns if c is not key}
    return insert(table), key.name, otherwise


def stands(session: Session, row: Base, parts: Sequence[Base]) -> None:
    """Digest a record by its rows in hand, as they stand now; `parts` are all of them, in order.

    Only for kinds whose every writer holds the record's row. What is written to the record later
    in the transaction has it read again.
    """
    kind = KINDS[row.__tablename__]
    key = row.__dict__[own_key(kind).key]
    told: dict[str, list[Mapping[str, Any]]] = {name: [] for name in (kind.table, *kind.parts)}
    for one in (row, *parts):
        told[one.__tablename__].append(_values(one))
    rows = [(name, some) for name, some in told.items() if some]
    at_the_end(session, _digest, (kind.table, key, rows))


def _values(row: Base) -> dict[str, Any]:
    names, read = _columns(row.__tablename__)
    return dict(zip(names, read(row), strict=True))


@cache
def _columns(table: str) -> tuple[list[str], Callable[[Base], tuple[Any, ...]]]:
    names = [column.name for column in Base.metadata.tables[table].columns]
    return names, attrgetter(*names)


def digest_all(session: Session, *, anew: bool = False, but: Collection[str] = ()) -> int:
    """Digest every record that has no evidence yet, or all of them anew; gives how many.

    In the caller's transaction. For a register of an older version, one that was written in bulk,
    and one whose secret was lost: what stands there now is taken as it is. `but` names kinds that
    whoever wrote them has digested already.
    """
    key, done = keys_of(session)[0], 0
    if anew:
        session.execute(delete(Evidence))
    is_empty = anew or not has_evidence(session)
    for kind in known_kinds(name for name in KINDS if name not in but):
        for some in all_records(session, kind):
            kept = {} if is_empty else digests(session, kind, [read.key for read in some])
            rows = [
                _row(kind, read.key, digest_of(read.rows, key))
                for read in some
                if text_of(read.key) not in kept
            ]
            if rows:
                session.execute(insert(Evidence), rows)
            done += len(rows)
    return done


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    for written in (session.new, session.dirty, session.deleted):
        for row in written:
            _note(session, row)


def _note(session: Session, row: Base) -> None:
    """Note that a row was written: its record is read and digested at the end."""
    table = row.__tablename__
    if table in KINDS:
        at_the_end(session, _digest, (table, getattr(row, own_key(KINDS[table]).key), None))
    elif table in _NAMED_BY:
        root, column = _NAMED_BY[table]
        at_the_end(session, _digest, (root, getattr(row, column), None))


def _before_statement(state: ORMExecuteState) -> None:
    """Note the records that a statement for many rows is about to write."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    table = getattr(getattr(state.statement, "table", None), "name", "")
    if table not in KINDS and table not in _NAMED_BY:
        return
    root, name = _NAMED_BY.get(table) or (table, own_key(KINDS[table]).name)
    for key in set(_keys_written(state, table, name)):
        at_the_end(state.session, _digest, (root, key, None))


def _keys_written(state: ORMExecuteState, table: str, name: str) -> Iterable[Any]:
    if not state.is_insert:
        column = Base.metadata.tables[table].c[name]
        asked = select(column).where(*state.statement._where_criteria)  # type: ignore[attr-defined]
        return state.session.scalars(asked, state.parameters or {}).all()
    statement: Any = state.statement
    given: Any = state.parameters or statement.compile().params
    return [row[name] for row in (given if isinstance(given, list) else [given])]


def _digest(session: Session, touched: list[Touched]) -> None:
    """Write the evidence of the records that were touched, or take it away with a record."""
    by_kind: dict[str, dict[Any, Rows | None]] = defaultdict(dict)
    for table, key, rows in touched:
        by_kind[table][key] = rows
    secret = keys_of(session)[0]
    for table in sorted(by_kind):
        in_hand = by_kind[table]
        for some in _in_parts(sorted(in_hand)):
            _digest_some(session, KINDS[table], {key: in_hand[key] for key in some}, secret)


def _digest_some(
    session: Session, kind: Kind, keys: Mapping[Any, Rows | None], secret: bytes
) -> None:
    if not kind.is_held and not is_sqlite(session):
        # Two writers of one record's parts: the second digests what the first has committed.
        _put(session, [_row(kind, one, "") for one in keys])
    found = [Read(key, rows) for key, rows in keys.items() if rows is not None]
    if unread := [key for key, rows in keys.items() if rows is None]:
        found += records(session, kind, unread)
    rows = [_row(kind, read.key, digest_of(read.rows, secret)) for read in found]
    if rows:
        _put(session, rows)
    if len(rows) < len(keys):
        gone = {text_of(one) for one in keys} - {row["key"] for row in rows}
        named = tuple_(Evidence.kind, Evidence.key)
        session.execute(delete(Evidence).where(named.in_([(kind.table, one) for one in gone])))


def _put(session: Session, rows: list[dict[str, str]]) -> None:
    begin = _ON_SQLITE if is_sqlite(session) else _ON_POSTGRESQL
    session.connection().execute(begin, rows)


def _putting(adding: Any) -> Any:
    return adding.on_conflict_do_update(
        index_elements=["kind", "key"], set_={"digest": adding.excluded.digest}
    )


_ON_SQLITE = _putting(sqlite.insert(Evidence))
_ON_POSTGRESQL = _putting(postgresql.insert(Evidence))


def _row(kind: Kind, key: Any, digest: str) -> dict[str, str]:
    return {"kind": kind.table, "key": text_of(key), "digest": digest}


def _in_parts(keys: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(keys), TOGETHER):
        yield keys[start : start + TOGETHER]
