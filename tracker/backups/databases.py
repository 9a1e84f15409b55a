"""One moment of a database in a file, and back, by each engine's own means."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, func, inspect, select, text

from tracker.attachments.models import Attachment
from tracker.core.db import (
    Base,
    SqliteFault,
    engine_for,
    opened_sqlite,
    reading,
    sqlite_file_url,
)
from tracker.core.errors import TrackerError

Look = Callable[[Connection], None]


def dump(engine: Engine, path: Path, look: Look) -> None:
    """Write the register as it stands at one moment, and let the caller look at that very moment.

    Nobody waits meanwhile: SQLite copies page by page from a reader's view, PostgreSQL from a
    snapshot.
    """
    if engine.dialect.name == "sqlite":
        _copy_sqlite(engine, path)
        with opened_copy(path) as copy, copy.connect() as connection:
            look(connection)
        return
    with reading(engine).connect() as connection:
        snapshot = connection.scalar(select(func.pg_export_snapshot()))
        for name, setting in _AS_DUMPED.items():
            connection.execute(select(func.set_config(name, setting, True)))
        look(connection)
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
        _run_tool("pg_dump", engine, *options, f"--file={path}")


def load(engine: Engine, path: Path) -> None:
    """Bring a dump into an empty PostgreSQL database: all of it or nothing."""
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run_tool("pg_restore", engine, *options, f"--dbname={_parameters(engine)['PGDATABASE']}", path)


def digests(connection: Connection) -> dict[str, str]:
    """Digest every table's rows as PostgreSQL writes them out, in the order in which they lie."""
    driver: Any = connection.connection.driver_connection
    found = {}
    for table, statement in connection.execute(_WRITTEN_OUT).all():
        digest = hashlib.sha256()
        with driver.cursor() as cursor, cursor.copy(statement) as rows:
            for some in rows:
                digest.update(some)
        found[table] = digest.hexdigest()
    return found


def digests_inside(engine: Engine, path: Path) -> dict[str, str]:
    """Read a dump to its end, as it would be brought in, and digest the rows of its tables."""
    found: dict[str, str] = {}
    digest = None
    with _tool("pg_restore", engine, "--file=-", path, stdout=subprocess.PIPE) as reading:
        for line in reading.stdout or ():
            if digest is None:
                if begun := _BEGUN.match(line):
                    name, digest = begun[1].decode(), hashlib.sha256()
            elif line == _ENDED:
                found[name], digest = digest.hexdigest(), None
            else:
                digest.update(line)
    return found


_BEGUN = re.compile(rb'COPY (?:[^ ]+\.)?"?(\w+)"? \(.*\) FROM stdin;\n')
_ENDED = b"\\.\n"
_AS_DUMPED = {
    "timezone": "UTC",
    "bytea_output": "hex",
    "datestyle": "ISO",
    "extra_float_digits": "3",
}
"""How rows are written out, whatever the server's own settings are."""
_WRITTEN_OUT = text("""
SELECT relname, format(
    'COPY %I (%s) TO STDOUT', relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum))
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname ORDER BY relname
""")


def empty_again(engine: Engine) -> None:
    """Take away what was brought in but does not hold."""
    found = MetaData()
    found.reflect(engine)
    found.drop_all(engine)


@contextmanager
def opened_copy(path: Path) -> Iterator[Engine]:
    """Open a copied SQLite file for reading alone, and leave it one whole file."""
    engine = engine_for(sqlite_file_url(path)).execution_options(read_only=True)
    yield engine
    engine.dispose()
    _close_journal(path)


def size_of(engine: Engine) -> int:
    """Give about how many bytes a dump will have."""
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "").stat().st_size
    with engine.connect() as connection:
        return connection.scalar(select(func.pg_database_size(func.current_database()))) or 0


def counts(connection: Connection) -> dict[str, int]:
    """Count the rows of every table that is there."""
    present = set(inspect(connection).get_table_names())
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name in present
    }


def attached(connection: Connection) -> dict[str, tuple[str, str]]:
    """Give the files that the register names: stored name, record and digest."""
    asked = select(Attachment.stored_name, Attachment.subject, Attachment.sha256)
    rows = connection.execute(asked.order_by(Attachment.id))
    return {row.stored_name: (row.subject, row.sha256) for row in rows}


def sqlite_faults(path: Path) -> list[str]:
    """Give what SQLite itself finds wrong in a file; nothing when it is whole."""
    with closing(opened_sqlite(path)) as connection:
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        except SqliteFault as error:
            return [str(error)]
    return [line for line in found if line != "ok"] + [f"{row[0]} {row[1]}" for row in broken]


def _copy_sqlite(engine: Engine, path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(descriptor)
    with engine.connect() as connection, closing(opened_sqlite(path)) as copy:
        driver: Any = connection.connection.driver_connection
        driver.backup(copy)
    _close_journal(path)


def _close_journal(path: Path) -> None:
    """Leave one whole file, with no journal beside it."""
    with closing(opened_sqlite(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _run_tool(program: str, engine: Engine, *words: str | Path) -> None:
    with _tool(program, engine, *words, stdout=subprocess.DEVNULL):
        pass


@contextmanager
def _tool(
    program: str, engine: Engine, *words: str | Path, stdout: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Start one of PostgreSQL's programs, and refuse when it does not end well."""
    found = shutil.which(program)
    if found is None:
        raise TrackerError(
            "%(program)s is not on this machine: install PostgreSQL's client programs.",
            program=program,
        )
    # In the environment: other people of the machine see the words of a command, never that.
    options = " ".join(f"-c {name}={setting}" for name, setting in _AS_DUMPED.items())
    environment = os.environ | _parameters(engine) | {"PGOPTIONS": options}
    asked = [found, *map(str, words)]
    # Into a file: what nobody reads from a pipe stops the program when the pipe is full.
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(asked, env=environment, stdout=stdout, stderr=told) as running,
    ):
        try:
            yield running
        except BaseException:
            running.kill()
            raise
        if running.wait():
            told.seek(0)
            said = told.read().decode(errors="replace").strip().splitlines()
            raise TrackerError(
                "%(program)s refused: %(reason)s", program=program, reason=said[0] if said else ""
            )


def _parameters(engine: Engine) -> dict[str, str]:
    """Say where the database is, in the words of PostgreSQL's own programs."""
    _, given = engine.dialect.create_connect_args(engine.url)
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
        "target_session_attrs": "PGTARGETSESSIONATTRS",
    }
    return {names[key]: str(value) for key, value in given.items() if key in names and value}
