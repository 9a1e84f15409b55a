"""The database: declarative base, column types, engines, and the one place that commits."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this platform
    import sqlite3 as sqlite

WAL_IS_SAFE_FROM = (3, 51, 3)
"""First SQLite release without the WAL-reset bug (older ones may corrupt the file under WAL)."""

POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "pool_use_lifo": True}
"""Eight threads, each with its request, a download it streams, and a note it writes beside.

The one given back last is taken first: what few connections remember serves all threads."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


NOTHING_LEAVES = "nothing_leaves"
"""In a session's notes: the one who asks for a file wants to know of it, and takes it not."""
_IN_BATCH = "is_in_batch"
_AT_THE_END = "at_the_end"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table shares: constraint names and the mapping of Python types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}


pk = Annotated[int, mapped_column(primary_key=True)]
text40 = Annotated[str, mapped_column(String(40))]
text200 = Annotated[str, mapped_column(String(200))]


def stored_as_text(kind: type[StrEnum], name: str = "") -> Enum:
    """Give a checked text column that holds the enum's values, not its names.

    A table's second column of the same kind names its check itself.
    """
    return Enum(
        kind,
        name=name or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


WEB_LIMITS = (
    "-c statement_timeout=15000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=60000"
)
"""How long a page may keep PostgreSQL busy, in milliseconds; a migration takes what it needs."""


IN_EACH_OTHERS_WAY = frozenset({"40001", "40P01", "23505"})
"""What PostgreSQL calls a lost race: not serialisable, a deadlock, a number or key just taken."""

TAKES_NO_WRITING = frozenset({"25006", "25P03"})
"""A server that became a standby, and a transaction that was ended as it stood idle."""


PLANS = (
    "-c plan_cache_mode=force_custom_plan -c seq_page_cost=0.1 -c random_page_cost=0.1"
    " -c join_collapse_limit=4"
)
"""PostgreSQL plans each statement for its values, as a rare word is found another way than a common
one, and takes the register for what it is: in memory for the most part. Longer chains of joins it
takes as they are written: to try each order of seven tables is most of the work of a short page."""


def engine_for(url: str, *, for_long_work: bool = False) -> Engine:
    """Open an engine with the settings that the register relies on, for SQLite or PostgreSQL.

    Commands that go through the whole register ask for long work: no limit ends their statements.
    """
    if url.startswith("sqlite"):
        return _sqlite_engine(url)
    limits = "" if for_long_work else f"{WEB_LIMITS} "
    return create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,
        **POOL,
        connect_args={"connect_timeout": 5, "options": f"{limits}{PLANS} -c timezone=UTC"},
    )


def lost_a_race(error: DBAPIError) -> bool:
    """Tell whether another writer was in the way, so that the whole act may be done anew."""
    return getattr(error.orig, "sqlstate", None) in IN_EACH_OTHERS_WAY


def is_away(error: DBAPIError) -> bool:
    """Tell whether the database could not be asked, rather than what was asked being wrong."""
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return True
    return getattr(error.orig, "sqlstate", None) in TAKES_NO_WRITING


def reading(engine: Engine) -> Engine:
    """Give the same engine for reading alone: no write lock, and one moment of the register."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(read_only=True)
    return engine.execution_options(isolation_level="REPEATABLE READ")


def looking(engine: Engine) -> Engine:
    """Give the same engine for the statements of a page, which write nothing and stream nothing.

    PostgreSQL shows each of them what is committed by then, in a transaction or not: without one,
    none is opened and taken back, at which its driver forgets all statements that it prepared.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(read_only=True)
    return engine.execution_options(read_only=True, isolation_level="AUTOCOMMIT")


def sqlite_file_url(path: Path) -> str:
    """Give the address of a SQLite file."""
    return f"sqlite:///{path}"


SqliteFault = sqlite.DatabaseError
"""What SQLite's driver raises of a file that is none of its own, or is damaged."""


def opened_sqlite(path: Path) -> Any:
    """Open a SQLite file by the driver itself, without the settings that a register relies on."""
    return sqlite.connect(str(path))


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, module=sqlite, hide_parameters=True, **POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy emits BEGIN itself
    safe = sqlite.sqlite_version_info >= WAL_IS_SAFE_FROM
    modes = ("WAL", "FULL") if safe else ("DELETE", "EXTRA")
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute(f"PRAGMA journal_mode={modes[0]}")
    connection.execute(f"PRAGMA synchronous={modes[1]}")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Any) -> None:
    # A read that later writes would fail with "database is locked": writers say so at once.
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Commit everything done inside, or nothing."""
    if session.info.get(_IN_BATCH):
        yield
        session.flush()
        return
    try:
        yield
        _finish(session)
        session.commit()
    except BaseException:
        session.info.pop(_AT_THE_END, None)
        session.rollback()
        raise


def is_sqlite(session: Session) -> bool:
    """Tell which of the two engines a session speaks to."""
    return session.get_bind().dialect.name == "sqlite"


@contextmanager
def roomy(session: Session) -> Iterator[None]:
    """Let SQLite keep more of the file in memory while all of it is written anew."""
    if not is_sqlite(session):
        yield
        return
    session.execute(text("PRAGMA cache_size=-262144"))  # 256 MiB
    try:
        yield
    finally:
        session.execute(text("PRAGMA cache_size=-2000"))


def at_the_end(session: Session, act: Callable[[Session, list[Any]], None], item: object) -> None:
    """Have all items of an act written together, as the last of what the transaction writes.

    What everybody writes to comes last, so that nobody waits for it longer than a commit takes.
    """
    session.info.setdefault(_AT_THE_END, {}).setdefault(act, []).append(item)


def not_at_the_end(session: Session, act: Callable[[Session, list[Any]], None]) -> None:
    """Drop the items that an act was to write at the end: they are written otherwise."""
    session.info.get(_AT_THE_END, {}).pop(act, None)


def _finish(session: Session) -> None:
    session.flush()  # what is written only now may leave something for the end, too
    acts = session.info.pop(_AT_THE_END, {})
    # In one order always, so that two writers never wait for each other's rows.
    for act in sorted(acts, key=lambda act: act.__module__):
        act(session, acts[act])


def release(session: Session) -> None:
    """End what was read so far, so that slow work holds no lock; the rows stay in hand."""
    with transaction(session):
        pass


@contextmanager
def batch(session: Session) -> Iterator[None]:
    """Commit all transactions done inside as one; for long work, as each commit waits for the disk.

    Any refusal inside undoes the whole batch.
    """
    session.info[_IN_BATCH] = True
    try:
        yield
        _finish(session)
        session.commit()
    except BaseException:
        session.info.pop(_AT_THE_END, None)
        session.rollback()
        raise
    finally:
        del session.info[_IN_BATCH]
