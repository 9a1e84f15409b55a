"""Run the schema's revisions from code, on an engine that is already open."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, Engine, func, inspect, select

from tracker.core.resources import folder

NOTED_IN = "alembic_version"
"""Alembic's own table. Alembic itself is large, and not needed to read one word of it."""

ONE_AT_A_TIME, MAKING = 20_251_104, 20_251_105
"""The numbers of the locks under which PostgreSQL lets one command change or fill the schema."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision, all of it or nothing."""
    _run(engine, "upgrade", revision)


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Let other commands that make or renew a register wait until this one has ended."""
    if engine.dialect.name == "sqlite":  # which lets one writer in at a time by itself
        yield
        return
    # In no transaction, which would stand idle for as long as the other work takes.
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(select(func.pg_advisory_lock(MAKING)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(MAKING)))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision."""
    _run(engine, "downgrade", revision)


@contextmanager
def fresh_schema(engine: Engine) -> Iterator[Connection]:
    """Make the newest schema in an empty database; what is done inside is kept with it, or neither.

    On SQLite rows may be brought in in any order: foreign keys are for the caller to check.
    """
    with _in_one_transaction(engine) as connection:
        _act(connection, "upgrade", "head")
        yield connection


def knows(revision: str) -> bool:
    """Tell whether a revision is one of this program's history."""
    return revision in _revisions()


def revision_of(engine: Engine) -> str | None:
    """Give the revision that a database's schema has."""
    with engine.execution_options(read_only=True).connect() as connection:
        if not inspect(connection).has_table(NOTED_IN):
            return None
        revision = connection.exec_driver_sql(f"SELECT version_num FROM {NOTED_IN}").scalar()
        return None if revision is None else str(revision)


def is_at_head(engine: Engine) -> bool:
    """Tell whether the schema is the one this program was written for."""
    return revision_of(engine) == max(_revisions())


def is_compared(_item: object, name: str | None, kind: str, *_: object) -> bool:
    """Leave out of comparisons of schema and models what only one engine has, beside its table."""
    is_index_of_one = kind == "index" and (name or "").startswith("ix_petition_lookup_")
    return not is_index_of_one and not (name or "").startswith("petition_by_")


@cache
def _revisions() -> frozenset[str]:
    """Give the numbers that the files of the revisions begin with."""
    files = folder("migrations").glob("versions/*_*.py")
    return frozenset(path.name.partition("_")[0] for path in files)


def _run(engine: Engine, act: str, revision: str) -> None:
    with _in_one_transaction(engine) as connection:
        _act(connection, act, revision)


def _act(connection: Connection, act: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    getattr(command, act)(config, revision)


@contextmanager
def _in_one_transaction(engine: Engine) -> Iterator[Connection]:
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            # Rebuilding a table with foreign keys on would empty its child tables.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                if not is_sqlite:  # which lets one writer in at a time by itself
                    connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
                yield connection
        finally:
            if is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
