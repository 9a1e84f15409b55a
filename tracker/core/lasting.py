"""What seldom changes – places, categories, limits – read once for all requests.

A trigger draws a new mark whenever a row of such a table is written, in the writer's own
transaction; what was read under another mark is forgotten. So every process, on any machine, sees a
change with the first request after it.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Connection, Engine, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.pool import Pool

from tracker.core.db import Base
from tracker.core.i18n import language

Asked = ParamSpec("Asked")
Known = TypeVar("Known")
MOST_KEPT = 5_000
"""Answers of one process and mark; with one more it begins anew."""
_MARK = "mark"


class LastingMark(Base):
    """What adds up to the mark, which is another one whenever what seldom changes was written.

    One row, but where writers drew at once: none of them waits for another's, each leaves its own,
    and the next one gathers them.
    """

    __tablename__ = "lasting_marks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(BigInteger)


_THE_MARK = select(func.sum(LastingMark.mark))
marked_tables: set[str] = set()
_kept: WeakKeyDictionary[Pool, tuple[int | None, dict[Hashable, Any]]] = WeakKeyDictionary()
"""By database: the mark under which things were read, and what was read."""


def lasting(
    ask: Callable[Concatenate[Session, Asked], Known],
) -> Callable[Concatenate[Session, Asked], Known]:
    """Let a question be read once for all requests in one language, until something was written.

    Only where the session reads alone, or has not begun to write: who writes sees what is written
    at once. The answer is shared by all threads, so nobody may change it, and it must not belong to
    a session.
    """

    @wraps(ask)
    def inside(session: Session, /, *args: Asked.args, **named: Asked.kwargs) -> Known:
        known = _known(session)
        if known is None:
            return ask(session, *args, **named)
        key = (ask, language(), args, tuple(named.items()))
        if key in known:
            found: Known = known[key]
            return found
        answer = ask(session, *args, **named)
        if len(known) >= MOST_KEPT:
            known.clear()
        known[key] = answer
        return answer

    return inside


def mark_column() -> Any:
    """Select the mark beside other things, for `marked`: it spares a question of its own."""
    return _THE_MARK.scalar_subquery()


def marked(session: Session, mark: int | None) -> None:
    """Keep the mark that a session has just read, for as long as its transaction lasts."""
    session.info[_MARK] = (mark, session.get_transaction())


@contextmanager
def steady(session: Session) -> Iterator[None]:
    """Let what is kept answer within a transaction that writes to none of these tables."""
    marked(session, session.connection().execute(_THE_MARK).scalar())
    try:
        yield
    finally:
        session.info.pop(_MARK, None)


def hand_mark(before: Session, after: Session) -> None:
    """Hand the mark that one session read to another one that begins now, on the same database."""
    if _MARK in before.info and _pool(before) is _pool(after):
        after.info[_MARK] = (before.info[_MARK][0], None)


def triggers(table: str, dialect: str) -> list[str]:
    """Give the statements by which writing to a table draws a new mark."""
    if dialect == "sqlite":
        # Not "OR REPLACE": the conflict rule of the statement that fired would stand above it.
        return [
            f"CREATE TRIGGER {table}_mark_{act} AFTER {act.upper()} ON {table} BEGIN"
            " DELETE FROM lasting_marks; INSERT INTO lasting_marks VALUES (1, random()); END"
            for act in ("insert", "update", "delete")
        ]
    return [
        # What is drawn is added, so that every set of writers that a reader sees has its own sum.
        "CREATE OR REPLACE FUNCTION draw_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " WITH free AS (SELECT id FROM lasting_marks FOR UPDATE SKIP LOCKED), gathered AS"
        " (DELETE FROM lasting_marks WHERE id IN (SELECT id FROM free) RETURNING mark)"
        " INSERT INTO lasting_marks SELECT (random() * 2e9)::integer,"
        " coalesce(sum(mark), 0) + (random() * 1e9)::bigint + 1 FROM gathered;"
        " RETURN NULL; END $$",
        f"CREATE TRIGGER {table}_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION draw_mark()",
    ]


def seldom_changes(*kinds: type[Base]) -> None:
    """Declare tables whose rows may be kept; migrations make the same triggers."""
    for kind in kinds:
        marked_tables.add(kind.__tablename__)
        event.listen(kind.__table__, "after_create", _draw_marks)


def _draw_marks(table: object, connection: Connection, **_: object) -> None:
    for statement in triggers(str(table), connection.dialect.name):
        connection.exec_driver_sql(statement)


def _known(session: Session) -> dict[Hashable, Any] | None:
    source = session.get_bind()
    if not isinstance(source, Engine):
        return None
    if not _reads_alone(source) and _MARK not in session.info:
        return None
    # None is a mark as well: of a register to which nothing was written since it draws marks.
    mark = _mark_of(session)
    kept = _kept.get(source.pool)
    if kept is None or kept[0] != mark:
        kept = _kept[source.pool] = (mark, {})
    return kept[1]


def _mark_of(session: Session) -> int | None:
    mark: int | None
    mark, told_in = session.info.get(_MARK, (None, None))
    if _MARK not in session.info or told_in not in (None, session.get_transaction()):
        mark = session.scalar(_THE_MARK)
        marked(session, mark)
    return mark


def _reads_alone(source: Engine | Connection) -> bool:
    return bool(source.get_execution_options().get("read_only"))


@event.listens_for(Session, "after_begin")
def _forget_mark(session: Session, _transaction: object, connection: Connection) -> None:
    """From here on a session may write, and then its mark is another one."""
    if not _reads_alone(connection):
        session.info.pop(_MARK, None)


def _pool(session: Session) -> Pool | None:
    source = session.get_bind()
    return source.pool if isinstance(source, Engine) else None
