"""Writing many rows at once: by COPY where the database has it, else prepared once for all."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import DeclarativeBase, Session

Plain = str | int | bool | None
_AS_IT_IS = frozenset({str, int, bool, type(None)})
_WHOLE_MOMENT = len("2026-01-01 00:00:00.000000")


def plain(value: Any) -> Plain:
    """Give a value as both engines take it without looking at its type again."""
    if type(value) in _AS_IT_IS:
        return value  # type: ignore[no-any-return]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")[:_WHOLE_MOMENT]
    if isinstance(value, date):
        return value.isoformat()
    return int(value)


def usual(kind: type[DeclarativeBase], names: Collection[str]) -> dict[str, Plain]:
    """Give the usual values of the columns that are not named and may not be empty."""
    return {
        column.name: plain(column.default.arg)
        for column in kind.__table__.columns
        if column.name not in names and not column.nullable
        if column.default is not None and column.default.is_scalar
    }


def load(
    session: Session,
    kind: type[DeclarativeBase],
    names: Sequence[str],
    rows: Iterable[Sequence[Plain]],
) -> None:
    """Write rows of plain values, in the caller's transaction; what is not named is as usual."""
    beside = usual(kind, names)
    columns = [*names, *beside]
    if beside:
        values = tuple(beside.values())
        rows = ((*row, *values) for row in rows)
    driver: Any = session.connection().connection.driver_connection
    table, listed = kind.__tablename__, ", ".join(f'"{name}"' for name in columns)
    if session.get_bind().dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def next_id(session: Session, kind: Any) -> int:
    """Give the first id that is free."""
    return (session.scalar(select(func.max(kind.id))) or 0) + 1


def go_on_from(session: Session, *kinds: Any) -> None:
    """Let PostgreSQL number what comes later behind the rows that brought their own ids."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for kind in kinds:
        table = kind.__tablename__
        named = func.pg_get_serial_sequence(table, "id")
        session.execute(select(func.setval(named, next_id(session, kind), False)))


def plain_rows(names: Sequence[str]) -> Callable[[Any], tuple[Plain, ...]]:
    """Give what reads an object's attributes into a row."""
    read = attrgetter(*names)
    return lambda row: tuple(
        # Asked here already: most values are plain, and a call costs more than the question.
        [value if type(value) in _AS_IT_IS else plain(value) for value in read(row)]
    )
