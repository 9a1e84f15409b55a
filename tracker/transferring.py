"""Moving a whole register from one database to another: all of it, verified, or nothing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tracker.core import migrate
from tracker.core.bulk import set_aside
from tracker.core.db import Base, reading, transaction
from tracker.core.errors import TrackerError
from tracker.core.lasting import LastingMark
from tracker.denunciations.models import SecludedEntry
from tracker.journal import service as journal
from tracker.journal.models import JournalEntry
from tracker.verifying import mismatches, wrong_files

MOVED = "register:transferred"
VERSION_TABLE = "alembic_version"
_TOGETHER = 1000
_SHOWN = 5

Row = tuple[Any, ...]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, and what the operator must look after."""

    tables: int
    rows: int
    wrong_files: list[str]
    source_went_on: bool


@dataclass
class Fingerprint:
    """How many rows went by, and a digest of them that does not depend on their order."""

    rows: int = 0
    digest: int = 0

    def add(self, row: Row) -> None:
        """Count one row."""
        self.rows += 1
        hashed = hashlib.blake2b(repr(row).encode(), digest_size=16).digest()
        self.digest = (self.digest + int.from_bytes(hashed)) % 2**128


def rows_in(source: Engine) -> int:
    """Give how many rows are to be moved, for a bar that shows how far it is."""
    with reading(source).connect() as connection:
        counts = (select(func.count()).select_from(table) for table in _tables())
        return sum(connection.execute(asked).scalar_one() for asked in counts)


def transfer(source: Engine, target: Engine, files: Path, progress: Progress) -> Moved:
    """Move everything as it stands at one moment; the target is whole and verified, or empty.

    Schema, rows, and the check of both are one transaction of the target; the source is only read.
    """
    _refuse_full(target)
    if not migrate.is_at_head(source):
        raise TrackerError("The database is not up to date: run “tracker upgrade”.")
    with _one_moment(source) as old:
        _refuse_strangers(old)
        before = _last_change(old)
        rows = 0
        with migrate.fresh_schema(target) as new:
            for table in _tables():
                rows += _move(old, new, table, progress)
            _check_whole(new)
            _note(new, rows)
        with Session(old) as session:
            damaged = wrong_files(session, files)
    with _one_moment(source) as later:
        went_on = _last_change(later) != before
    return Moved(len(_tables()), rows, damaged, went_on)


def _tables() -> list[Table]:
    """Give every table, those that others point to first; a database draws its marks itself."""
    own = LastingMark.__tablename__
    return [table for table in Base.metadata.sorted_tables if table.name != own]


def _refuse_full(target: Engine) -> None:
    present = set(inspect(target).get_table_names())
    if present:
        raise TrackerError(
            "The database to move to is not empty: it holds %(tables)s tables. Make an empty one.",
            tables=len(present),
        )


@contextmanager
def _one_moment(source: Engine) -> Iterator[Connection]:
    """Read the source as it stands at one moment, and keep it from being written by mistake."""
    with reading(source).connect() as connection:
        if source.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        try:
            yield connection
        finally:
            connection.rollback()
            if source.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only=OFF")


def _refuse_strangers(old: Connection) -> None:
    """Refuse a source with tables that this program does not know: they would be left behind.

    SQLite's full-text tables are not copied: the target's own triggers make them.
    """
    known = {*Base.metadata.tables, VERSION_TABLE}
    strange = {name for name in inspect(old).get_table_names() if name not in known}
    if old.dialect.name == "sqlite":
        asked = text("SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')")
        strange -= set(old.scalars(asked))
    if strange:
        raise TrackerError(
            "The database holds tables that are not the register's: %(names)s.",
            names=", ".join(sorted(strange)),
        )


def _last_change(old: Connection) -> Any:
    """Give what differs as soon as anyone does anything that a journal tells of."""
    return [
        old.execute(select(func.max(entry.id), func.count(entry.id))).one()
        for entry in (JournalEntry, SecludedEntry)
    ]


def _move(old: Connection, new: Connection, table: Table, progress: Progress) -> int:
    """Copy one table, in as much memory as some hundred rows take, and compare both sides."""
    if new.execute(select(table.primary_key.columns[0]).limit(1)).first() is not None:
        new.execute(table.delete())  # a migration's own rows: the source has them, perhaps changed
    given = Fingerprint()
    _write(new, table, _counted(_rows(old, table), given, progress))
    kept = Fingerprint()
    for row in _rows(new, table):
        kept.add(row)
    if given != kept:
        raise TrackerError(
            "The table %(table)s arrived differently: %(given)s rows left, %(kept)s came.",
            table=table.name,
            given=given.rows,
            kept=kept.rows,
        )
    _continue_numbering(new, table)
    return given.rows


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Read a table in the order of its key; a row that no text or date can be read of is named."""
    key = [column.name for column in table.primary_key.columns]
    places = [position for position, column in enumerate(table.columns) if column.name in key]
    asked = select(table).order_by(*table.primary_key.columns)
    in_pieces = {"yield_per": _TOGETHER}
    last: Row = ()
    try:
        for found in connection.execute(asked, execution_options=in_pieces):
            row = tuple(found)
            yield row
            last = tuple(row[position] for position in places)
    except (DBAPIError, LookupError, ValueError):
        # What went wrong may quote what a citizen wrote: it is not repeated here.
        raise TrackerError(
            "The table %(table)s holds a row that cannot be read, after the one with the key"
            " %(key)s.",
            table=table.name,
            key=_shown_key(last),
        ) from None


def _counted(rows: Iterable[Row], given: Fingerprint, progress: Progress) -> Iterator[Row]:
    for row in rows:
        given.add(row)
        if given.rows % _TOGETHER == 0:
            progress(_TOGETHER)
        yield row
    progress(given.rows % _TOGETHER)


def _write(new: Connection, table: Table, rows: Iterator[Row]) -> None:
    if new.dialect.name == "postgresql":
        _copy(new, table, rows)
        return
    names = [column.name for column in table.columns]
    while some := list(islice(rows, _TOGETHER)):
        new.execute(insert(table), [dict(zip(names, row, strict=True)) for row in some])


def _copy(new: Connection, table: Table, rows: Iterator[Row]) -> None:
    """Write by PostgreSQL's own bulk road, and let it index and check all rows at once at the end.

    Indexes and foreign keys come back by the very words in which PostgreSQL keeps them.
    """
    try:
        with set_aside(new, table.name):
            _copy_rows(new, table, rows)
    except IntegrityError:
        raise TrackerError(
            "Rows of %(table)s point to rows that there are not.", table=table.name
        ) from None


def _copy_rows(new: Connection, table: Table, rows: Iterator[Row]) -> None:
    prepared = new.dialect.identifier_preparer
    names = ", ".join(prepared.format_column(column) for column in table.columns)
    columns = list(table.columns)
    binds = [
        column.type.dialect_impl(new.dialect).bind_processor(new.dialect) for column in columns
    ]
    driver: Any = new.connection.driver_connection
    copying = f"COPY {prepared.format_table(table)} ({names}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(copying) as copy:
            for row in rows:
                _check_fits(table, row)
                copy.write_row(
                    [bind(value) if bind else value for bind, value in zip(binds, row, strict=True)]
                )
    except new.dialect.loaded_dbapi.Error as error:
        raise TrackerError(
            "PostgreSQL does not take the table %(table)s: %(reason)s",
            table=table.name,
            reason=type(error).__name__,
        ) from None


def _check_fits(table: Table, row: Row) -> None:
    """Refuse what SQLite takes and PostgreSQL does not: NUL, too long texts, too large numbers."""
    for column, value in zip(table.columns, row, strict=True):
        if isinstance(value, str):
            longest = column.type.length if isinstance(column.type, String) else None
            fits = "\0" not in value and (longest is None or len(value) <= longest)
        elif type(column.type) is Integer:
            fits = value is None or -(2**31) <= value < 2**31
        else:
            continue
        if not fits:
            key = [row[list(table.columns).index(part)] for part in table.primary_key.columns]
            raise TrackerError(
                "PostgreSQL cannot keep the column %(column)s of the row with the key %(key)s in"
                " the table %(table)s: it holds a NUL sign, or more than fits. Correct it first.",
                column=column.name,
                key=_shown_key(key),
                table=table.name,
            )


def _shown_key(key: Iterable[Any]) -> str:
    return ", ".join(
        value.isoformat() if isinstance(value, datetime) else str(value) for value in key
    )


def _continue_numbering(new: Connection, table: Table) -> None:
    """Let PostgreSQL number on from the last row; SQLite does so by itself."""
    column = table.autoincrement_column
    if new.dialect.name != "postgresql" or column is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    if new.scalar(select(sequence)) is None:
        return
    highest = new.scalar(select(func.max(column)))
    new.execute(select(func.setval(sequence, highest or 1, highest is not None)))


def _check_whole(new: Connection) -> None:
    """Check what stands in the target, before anything of it counts."""
    if new.dialect.name == "sqlite":
        broken = new.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise TrackerError(
                "Rows of %(table)s point to rows that there are not.", table=broken[0][0]
            )
    with Session(new) as session:
        wrong = list(islice(mismatches(session), _SHOWN))
    if wrong:
        raise TrackerError(
            "The register does not agree with itself; nothing was moved. “tracker verify” tells"
            " more:\n%(lines)s",
            lines="\n".join(wrong),
        )


def _note(new: Connection, rows: int) -> None:
    with Session(new, join_transaction_mode="rollback_only") as session, transaction(session):
        journal.note(session, None, MOVED, f"{rows} rows")
