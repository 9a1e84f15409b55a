"""What must hold before the register is served; every failure is one plain sentence."""

import os
import shutil
import stat
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from tracker.core import clock, migrate
from tracker.core.db import WAL_IS_SAFE_FROM
from tracker.core.i18n import N_, Message

LEAST_FREE = 500 * 1024 * 1024
OLDEST_SQLITE = (3, 35, 0)
"""First release whose UPDATE gives back the row, which running numbers rely on."""
CLOCK_LEEWAY = timedelta(minutes=2)
"""Several machines' clocks differ a little."""

MOUNTS = Path("/proc/self/mounts")
NETWORKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "davfs"}
    | {
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.davfs",
        "fuse.rclone",
        "fuse.sshfs",
        "beegfs",
        "ocfs2",
        "gfs2",
    }
)
"""File systems on which SQLite's locks are not to be relied on."""


def schema_problem(engine: Engine) -> Message | None:
    """Tell when the schema is not the one this program was written for."""
    if migrate.is_at_head(engine):
        return None
    return Message(N_("The database is not up to date: run “tracker upgrade”."))


def problems(
    engine: Engine, instance: Path, newest_entry: datetime | None, least_free: int = LEAST_FREE
) -> list[Message]:
    """Give what keeps an up-to-date register from being served safely; nothing when all is well."""
    found = [
        _instance_problem(instance),
        _space_problem(instance, least_free),
        _clock_problem(newest_entry),
    ]
    if engine.dialect.name == "sqlite":
        found += [_network_problem(Path(engine.url.database or "")), *_sqlite_problems(engine)]
    return [problem for problem in found if problem is not None]


def _instance_problem(instance: Path) -> Message | None:
    try:
        with tempfile.TemporaryFile(dir=instance) as probe:
            probe.write(b"probe")
            os.fsync(probe.fileno())
    except OSError:
        return Message(N_("The instance folder %(path)s cannot be written."), {"path": instance})
    if os.name == "posix" and stat.S_IMODE(instance.stat().st_mode) & 0o027:
        return Message(
            N_("The instance folder %(path)s is open to others: run “chmod 700 %(path)s”."),
            {"path": instance},
        )
    secret = instance / "secret"
    if os.name == "posix" and secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        return Message(
            N_("The secret %(path)s can be read by others: run “chmod 600 %(path)s”."),
            {"path": secret},
        )
    return None


def _space_problem(instance: Path, least_free: int) -> Message | None:
    if not instance.is_dir() or shutil.disk_usage(instance).free >= least_free:
        return None
    return Message(
        N_("Less than %(megabytes)s MB are free where %(path)s lies: make room first."),
        {"megabytes": least_free // 1024**2, "path": instance},
    )


def _clock_problem(newest_entry: datetime | None) -> Message | None:
    if newest_entry is None or newest_entry <= clock.now() + CLOCK_LEEWAY:
        return None
    return Message(
        N_("The machine's clock stands before the newest entry of the register (%(moment)s)."),
        {"moment": clock.shown_moment(newest_entry)},
    )


def _network_problem(database: Path) -> Message | None:
    kind = kind_of_disk(database.resolve(), _mounts())
    if kind not in NETWORKS:
        return None
    return Message(
        N_(
            "The database %(path)s lies on a network file system (%(kind)s), where SQLite may"
            " damage it: keep it on a disk of this machine, or use PostgreSQL."
        ),
        {"path": database, "kind": kind},
    )


def _mounts() -> str:
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def kind_of_disk(path: Path, mounts: str) -> str:
    """Give the kind of file system that a path lies on, by the system's table of what is mounted.

    >>> kind_of_disk(Path("/srv/so/tracker.db"), "d / ext4 rw 0 0\\nh:/x /srv/so nfs4 rw 0 0")
    'nfs4'
    """
    found, longest = "", -1
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        place = parts[1].replace("\\040", " ")
        if path.is_relative_to(place) and len(place) >= longest:  # the last one covers others
            found, longest = parts[2], len(place)
    return found


def _sqlite_problems(engine: Engine) -> list[Message | None]:
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        has_foreign_keys = connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one()
    numbers = tuple(int(number) for number in version.split("."))
    if numbers < OLDEST_SQLITE:
        too_old = N_("SQLite %(version)s is too old: 3.35 or newer is needed.")
        return [Message(too_old, {"version": version})]
    wanted = "wal" if numbers >= WAL_IS_SAFE_FROM else "delete"
    found: list[Message | None] = []
    if mode not in (wanted, "memory"):
        found.append(
            Message(
                N_("SQLite's journal is in mode “%(mode)s” instead of “%(wanted)s”."),
                {"mode": mode, "wanted": wanted},
            )
        )
    if not has_foreign_keys:
        found.append(Message(N_("SQLite does not check foreign keys.")))
    return found
