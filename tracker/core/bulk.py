"""Writing very many rows: what checks and finds each row is put away, and made over all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from tracker.core.db import is_sqlite

_IN_POSTGRESQL = text(
    "SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', CAST(:table AS text), conname) AS away,"
    " format('ALTER TABLE %I ADD CONSTRAINT %I %s', CAST(:table AS text), conname,"
    " pg_get_constraintdef(oid)) AS back"
    " FROM pg_constraint WHERE conrelid = CAST(:table AS regclass) AND contype = 'f'"
    " UNION ALL SELECT format('DROP INDEX %I', relname), pg_get_indexdef(indexrelid)"
    " FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " WHERE indrelid = CAST(:table AS regclass) AND NOT indisprimary"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
)
_IN_SQLITE = text(
    "SELECT 'DROP INDEX \"' || name || '\"' AS away, sql AS back FROM sqlite_master"
    " WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
)
"""How a table's foreign keys and indexes are put away and brought back, in the engine's own words.

SQLite keeps no foreign keys apart from their table.
"""
_AS_WRITTEN = {"no_parameters": True}


@contextmanager
def set_aside(connection: Connection, *tables: str) -> Iterator[None]:
    """Put away the indexes and foreign keys of tables, and bring them back when all is written.

    All of it is part of the caller's transaction; nobody else reads the tables meanwhile.
    """
    asked = _IN_SQLITE if connection.dialect.name == "sqlite" else _IN_POSTGRESQL
    found = [row for table in tables for row in connection.execute(asked, {"table": table})]
    for row in found:
        connection.exec_driver_sql(row.away, execution_options=_AS_WRITTEN)
    yield
    for row in reversed(found):
        connection.exec_driver_sql(row.back, execution_options=_AS_WRITTEN)


def take_stock(session: Session) -> None:
    """Let PostgreSQL know how much there is of what, as its own housekeeping would in time."""
    if not is_sqlite(session):
        session.execute(text("ANALYZE"))
