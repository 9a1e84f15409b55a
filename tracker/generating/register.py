"""A whole generated register: made apart and put in place when it is complete, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, inspect, make_url, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import migrate
from tracker.core.db import engine_for, sqlite_file_url, transaction
from tracker.core.errors import TrackerError
from tracker.evidence.service import digest_all
from tracker.generating.making import Order, Progress, generate
from tracker.journal import service as journal
from tracker.journal.models import JournalEntry
from tracker.petitions.models import Petition

MADE = "register:generated"
"""The journal's entry by which a generated register is told from a commune's real one."""
UNFINISHED = ".making"
CACHE_KIB = 128 * 1024


def generated(engine: Engine) -> str | None:
    """Give the order by which the register was generated; none where it was not."""
    if not inspect(engine).has_table(JournalEntry.__tablename__):
        return None
    with Session(engine) as session:
        asked = select(JournalEntry.subject).where(JournalEntry.action == MADE).limit(1)
        return session.scalar(asked)


def has_people(engine: Engine) -> bool:
    """Tell whether the database is somebody's register already."""
    if not inspect(engine).has_table(User.__tablename__):
        return False
    with Session(engine) as session:
        return bool(session.scalar(select(func.count(User.id))))


def make_register(engine: Engine, order: Order, progress: Progress | None = None) -> None:
    """Make the register in an empty database; one in a file takes the place of what it held.

    A file is written beside and moved when complete; PostgreSQL keeps all or nothing by itself.
    """
    file = make_url(engine.url).database if engine.dialect.name == "sqlite" else None
    if not file:
        migrate.upgrade(engine)
        _fill(engine, order, progress)
        return
    engine.dispose()
    with _apart(Path(file)) as unfinished:
        unfinished.update_execution_options(**engine.get_execution_options())
        _fill(unfinished, order, progress)


def _fill(engine: Engine, order: Order, progress: Progress | None) -> None:
    with Session(engine, expire_on_commit=False) as session:
        generate(session, order, progress)
        with transaction(session):
            digest_all(session, but=[Petition.__tablename__])
            journal.note(session, None, MADE, order.written)


@contextmanager
def _apart(file: Path) -> Iterator[Engine]:
    """Give an empty register in a file of its own, which then takes the place of the given one."""
    beside = file.with_name(file.name + UNFINISHED)
    _remove(beside)
    file.parent.mkdir(parents=True, exist_ok=True)
    ready = engine_for(sqlite_file_url(beside), for_long_work=True)
    migrate.upgrade(ready)
    ready.dispose()
    engine = engine_for(sqlite_file_url(beside), for_long_work=True)
    event.listen(engine, "connect", _careless)
    try:
        yield engine
        engine.dispose()
        _close(beside)
        _close(file)
        os.replace(beside, file)
    finally:
        engine.dispose()
        _remove(beside)


def _careless(connection: Any, _record: object) -> None:
    """Write without the care that a register needs: an unfinished file is thrown away."""
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")


def _close(file: Path) -> None:
    """Bring everything into the file itself; refuse while somebody has it open."""
    if not file.exists():
        return
    engine = engine_for(sqlite_file_url(file))
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA busy_timeout=1000")
            mode = driver.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        if mode != "delete":
            raise TrackerError("The register is open somewhere else; stop its server first.")
    finally:
        engine.dispose()


def _remove(file: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
