"""Reading whole records in the order of their keys, and comparing them with the evidence."""

import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Enum,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from tracker.core.db import Base
from tracker.evidence.models import Evidence
from tracker.evidence.rules import KINDS, Kind, Rows, digest_of

TOGETHER = 500
SECRETS = "evidence_keys"
"""In an engine's execution options: the keys of digests, the one to write with first."""
IN_EVERY_REGISTER = ("calendar_exceptions", "categories", "deadline_rules", "places", "users")
WITHOUT_SECRET = b"a register without an installation"
"""The key of what stands in no installation, as a register of the tests."""


class Read(NamedTuple):
    """One record as it stands, and the digest it has."""

    key: Any
    rows: Rows


@dataclass(frozen=True, slots=True)
class Unfit:
    """A record that is not as the program left it: bent, put in by other means, or taken away."""

    kind: str
    key: str
    is_bent: bool = False
    is_strange: bool = False


def keys_of(session: Session) -> Sequence[bytes]:
    """Give the keys of this installation's digests, the one to write with first."""
    options: Mapping[str, Any] = session.connection().get_execution_options()
    found: Sequence[bytes] = options.get(SECRETS) or (WITHOUT_SECRET,)
    return found


def mark_of(session: Session, text: str) -> str:
    """Give a short keyed mark of a text that is not told: the same text has the same mark."""
    if not text:
        return ""
    return "#" + hmac.digest(keys_of(session)[0], text.encode(), "sha256").hex()[:12]


def own_key(kind: Kind) -> Column[Any]:
    """Give the column by which records of a kind are told apart."""
    (column,) = _table(kind.table).primary_key.columns
    return column


def records(session: Session, kind: Kind, keys: Collection[Any]) -> Iterator[Read]:
    """Give the records with these keys that there are."""
    found = session.execute(_some(kind.table), {"keys": list(keys)}).mappings()
    yield from _with_parts(session, kind, found.all())


def all_records(session: Session, kind: Kind) -> Iterator[list[Read]]:
    """Give all records of a kind, some hundred at a time, in the order of their keys."""
    own = own_key(kind)
    asked = _selected(_table(kind.table), kind).order_by(own).limit(TOGETHER)
    rows = session.execute(asked).mappings().all()
    while rows:
        yield list(_with_parts(session, kind, rows))
        rows = session.execute(asked.where(own > rows[-1][own.name])).mappings().all()


def known_kinds(names: Iterable[str] = KINDS) -> list[Kind]:
    """Give the kinds of record whose tables this program has read in."""
    return [KINDS[name] for name in names if name in Base.metadata.tables]


def unfit_records(session: Session, kinds: Iterable[str] = KINDS) -> Iterator[Unfit]:
    """Give each record that does not fit its evidence, and evidence whose record is gone.

    So with parts that belong to no record at all.
    """
    keys = keys_of(session)
    for kind in known_kinds(kinds):
        name = kind.table
        for some in all_records(session, kind):
            kept = digests(session, kind, [read.key for read in some])
            for read in some:
                held = kept.get(text_of(read.key))
                if held is None:
                    yield Unfit(name, text_of(read.key), is_strange=True)
                elif all(digest_of(read.rows, key) != held for key in keys):
                    yield Unfit(name, text_of(read.key), is_bent=True)
        for key in _gone(session, kind):
            yield Unfit(name, key)
        for table, key in _left_over(session, kind):
            yield Unfit(table, key, is_strange=True)


def is_under_another_secret(session: Session) -> bool:
    """Tell whether nothing of what every register has fits: it was written elsewhere."""
    keys, fits = keys_of(session), []
    for kind in known_kinds(IN_EVERY_REGISTER):
        some = next(all_records(session, kind), [])
        kept = digests(session, kind, [read.key for read in some])
        fits += [
            kept.get(text_of(read.key)) in {digest_of(read.rows, key) for key in keys}
            for read in some
        ]
    return bool(fits) and has_evidence(session) and not any(fits)


def digests(session: Session, kind: Kind, keys: Collection[Any]) -> dict[str, str]:
    """Give the evidence of these records, by their keys as text."""
    asked = select(Evidence.key, Evidence.digest).where(
        Evidence.kind == kind.table, Evidence.key.in_([text_of(key) for key in keys])
    )
    return {row.key: row.digest for row in session.execute(asked)}


def has_evidence(session: Session) -> bool:
    """Tell whether anything was ever digested here: a register of an older version has nothing."""
    return session.scalar(select(Evidence.kind).limit(1)) is not None


def text_of(key: Any) -> str:
    """Write a record's key as the evidence names it."""
    return key.isoformat() if hasattr(key, "isoformat") else str(key)


def _with_parts(session: Session, kind: Kind, found: Sequence[Mapping[Any, Any]]) -> Iterator[Read]:
    name = own_key(kind).name
    keys = [row[name] for row in found]
    parts: dict[Any, list[tuple[str, list[Mapping[Any, Any]]]]] = defaultdict(list)
    for table, names_it in kind.parts.items() if keys else ():
        rows = session.execute(_some_parts(kind.table, table), {"keys": keys}).mappings()
        for key, some in groupby(rows, key=lambda row: row[names_it]):
            parts[key].append((table, list(some)))
    for row in found:
        yield Read(row[name], [(kind.table, [row]), *parts[row[name]]])


@cache
def _some(name: str) -> Select[Any]:
    """Select records of a kind by their keys."""
    kind = KINDS[name]
    asked = _selected(_table(name), kind)
    return asked.where(own_key(kind).in_(bindparam("keys", expanding=True)))


@cache
def _some_parts(name: str, table: str) -> Select[Any]:
    """Select the rows of a table that belong to some records, in their order."""
    kind, part = KINDS[name], _table(table)
    its = part.c[kind.parts[table]]
    asked = _selected(part, kind).where(its.in_(bindparam("keys", expanding=True)))
    return asked.order_by(its, *part.primary_key)


def _selected(table: Table, kind: Kind) -> Select[Any]:
    """Select rows as they are kept, however wrong a word in them may be."""
    return select(
        *(
            type_coerce(column, String).label(column.name)
            if isinstance(column.type, Enum)
            else column
            for column in table.columns
            if column.name not in kind.apart
        )
    )


def _gone(session: Session, kind: Kind) -> Iterator[str]:
    """Give the keys of the evidence whose record is not there."""
    own = own_key(kind)
    asked = select(Evidence.key).where(Evidence.kind == kind.table)
    if isinstance(own.type, Integer):
        here = select(own).where(own == cast(Evidence.key, Integer)).exists()
        yield from session.scalars(asked.where(~here).order_by(func.length(Evidence.key)))
        return
    there = {text_of(key) for key in session.scalars(select(own))}
    yield from (key for key in session.scalars(asked) if key not in there)


def _left_over(session: Session, kind: Kind) -> Iterator[tuple[str, str]]:
    """Give the parts that name a record which is not there, by its key."""
    own = own_key(kind)
    for table, names_it in kind.parts.items():
        its = _table(table).c[names_it]
        asked = select(its).where(~select(own).where(own == its).exists()).distinct()
        yield from ((table, text_of(key)) for key in session.scalars(asked.order_by(its)))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
