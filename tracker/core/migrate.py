"""Run the schema's revisions from code, on an engine that is already open."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from tracker.core.resources import folder


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision, all of it or nothing."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision."""
    _run(engine, command.downgrade, revision)


@contextmanager
def fresh_schema(engine: Engine) -> Iterator[Connection]:
    """Make the newest schema in an empty database; what is done inside is kept with it, or neither.

    On SQLite rows may be brought in in any order: foreign keys are for the caller to check.
    """
    with _in_one_transaction(engine) as connection:
        _act(connection, command.upgrade, "head")
        yield connection


def knows(revision: str) -> bool:
    """Tell whether a revision is one of this program's history."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def revision_of(engine: Engine) -> str | None:
    """Give the revision that a database's schema has."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_at_head(engine: Engine) -> bool:
    """Tell whether the schema is the one this program was written for."""
    return revision_of(engine) == _scripts().get_current_head()


def is_compared(_item: object, name: str | None, kind: str, *_: object) -> bool:
    """Leave out of comparisons of schema and models what only one engine has, beside its table."""
    is_index_of_one = kind == "index" and (name or "").startswith("ix_petition_lookup_")
    return not is_index_of_one and not (name or "").startswith("petition_by_")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _run(engine: Engine, act: object, revision: str) -> None:
    with _in_one_transaction(engine) as connection:
        _act(connection, act, revision)


def _act(connection: Connection, act: object, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    act(config, revision)  # type: ignore[operator]


@contextmanager
def _in_one_transaction(engine: Engine) -> Iterator[Connection]:
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            # Rebuilding a table with foreign keys on would empty its child tables.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                yield connection
        finally:
            if is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
