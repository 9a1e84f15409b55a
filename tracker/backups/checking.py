"""Whether an unpacked register is whole: by its engine, by the account of it, and by itself."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tracker.backups import databases
from tracker.backups.archive import Manifest
from tracker.core import migrate
from tracker.core.db import reading
from tracker.core.errors import TrackerError
from tracker.verifying import mismatches

_SHOWN = 5


class NotWhole(TrackerError):
    """What was unpacked is not the register that was packed."""


def check_database(path: Path, manifest: Manifest) -> None:
    """Check an unpacked SQLite file."""
    if faults := databases.sqlite_faults(path):
        raise _not_whole(faults)
    with databases.opened_copy(path) as engine:
        check_rows(engine, manifest)


def check_rows(engine: Engine, manifest: Manifest) -> None:
    """Compare the rows with the account of them; a schema of today is checked against itself, too.

    An older one is checked by `tracker verify` after `tracker upgrade`.
    """
    with reading(engine).connect() as connection:
        found = databases.counts(connection)
    faults = [
        f"{name}: {found.get(name, 0)} ≠ {count}"
        for name, count in manifest.rows.items()
        if found.get(name, 0) != count
    ]
    if not faults and migrate.is_at_head(engine):
        with Session(reading(engine)) as session:
            faults = list(islice(mismatches(session), _SHOWN))
    if faults:
        raise _not_whole(faults)


def check_moment(connection: Connection) -> None:
    """Check the register against itself at the moment that is about to be dumped."""
    with Session(connection) as session:
        if faults := list(islice(mismatches(session), _SHOWN)):
            raise _not_whole(faults)


def check_dump(tables: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Compare the tables of a dump with those that it was made of, row by row as written out."""
    if faults := sorted(name for name in tables if found.get(name) != tables[name]):
        raise _not_whole(faults)


def _not_whole(faults: list[str]) -> NotWhole:
    lines = "\n".join(faults[:_SHOWN])
    return NotWhole("The backup does not hold a whole register:\n%(lines)s", lines=lines)
