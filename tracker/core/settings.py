"""What the environment says: database, instance folder, secret. Nothing else is needed to start."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tracker.core.db import sqlite_file_url
from tracker.core.errors import TrackerError

SHORTEST_SECRET, FEWEST_SIGNS = 32, 8
FILES = "files"
"""The folder of attachments, in the instance folder and never below the web's root."""
LONGEST_LAG = 24 * 3600
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process must know before it opens the register.

    `old_secret_keys` are former secrets: what they signed or sealed is still read, nothing new is.
    `hosts` are the names under which the server answers; `is_behind_tls` says that a reverse proxy
    on this machine speaks HTTPS to the outside. Reminders leave by the server of `smtp_url`, which
    may hold a password, from `mail_from`, and lead to `base_url`. Reports, exports and lists are
    read from the replica of `reports_url` while it is at most `reports_most_lag` behind. Uploads
    are looked at by `scan_command`, or by clamd at `scan_socket`, where either is named.
    """

    database_url: str
    instance: Path
    secret_key: str = field(repr=False)
    old_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    hosts: tuple[str, ...] = LOCAL_HOSTS
    is_behind_tls: bool = False
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    base_url: str = ""
    reports_url: str = field(default="", repr=False)
    reports_most_lag: timedelta = timedelta(minutes=1)
    scan_command: str = ""
    scan_socket: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret that counts, and the former ones."""
        return (self.secret_key, *self.old_secret_keys)


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; create the instance folder (0700) and its secret (0600) when missing."""
    instance = Path(environ.get("TRACKER_INSTANCE", "instance")).resolve()
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise _not_writable(instance) from None
    default_url = sqlite_file_url(instance / "tracker.db")
    database_url = environ.get("TRACKER_DATABASE_URL") or default_url
    return Settings(
        database_url=database_url,
        instance=instance,
        secret_key=environ.get("TRACKER_SECRET_KEY") or _kept_secret(instance / "secret"),
        old_secret_keys=_listed(environ.get("TRACKER_OLD_SECRET_KEYS", "")),
        hosts=_hosts(environ.get("TRACKER_HOSTS", "")),
        is_behind_tls=environ.get("TRACKER_BEHIND_TLS", "") == "1",
        smtp_url=environ.get("TRACKER_SMTP_URL", "").strip(),
        mail_from=environ.get("TRACKER_MAIL_FROM", "").strip(),
        base_url=environ.get("TRACKER_BASE_URL", "").strip().rstrip("/"),
        reports_url=_replica_of(database_url, environ.get("TRACKER_REPORTS_DATABASE_URL", "")),
        reports_most_lag=_seconds(environ, "TRACKER_REPORTS_MOST_LAG", 60),
        scan_command=environ.get("TRACKER_SCAN_COMMAND", "").strip(),
        scan_socket=environ.get("TRACKER_SCAN_SOCKET", "").strip(),
    )


def check_secret(secret: str) -> None:
    """Refuse a secret that is too short to guard anything, or so plain that it is none."""
    if len(secret) < SHORTEST_SECRET:
        raise TrackerError("TRACKER_SECRET_KEY needs at least 32 characters.")
    if len(set(secret)) < FEWEST_SIGNS:
        raise TrackerError(
            "TRACKER_SECRET_KEY is easy to guess; leave it out, and a random one is made and kept."
        )


def _hosts(listed: str) -> tuple[str, ...]:
    return (*LOCAL_HOSTS, *_listed(listed))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in map(str.strip, text.split(",")) if part)


def _replica_of(database_url: str, reports_url: str) -> str:
    url = reports_url.strip()
    if url and not (_is_postgresql(url) and _is_postgresql(database_url)):
        raise TrackerError(
            "TRACKER_REPORTS_DATABASE_URL names a read replica: it needs PostgreSQL in both places."
        )
    return url


def _is_postgresql(url: str) -> bool:
    return url.startswith("postgresql+psycopg:")


def _seconds(environ: Mapping[str, str], name: str, usual: int) -> timedelta:
    given = environ.get(name, "").strip() or str(usual)
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= LONGEST_LAG):
        raise TrackerError("%(name)s is a number of seconds, at most 86400.", name=name)
    return timedelta(seconds=int(given))


def _kept_secret(path: Path) -> str:
    if not path.exists():
        _make_secret(path)
    if path.stat().st_mode & 0o077:
        raise TrackerError(
            "Others may read the file of the secret key; run: chmod 600 %(path)s", path=path
        )
    return path.read_text(encoding="ascii").strip()


def _make_secret(path: Path) -> None:
    """Make the secret whole or not at all; where two processes begin at once, one's counts."""
    arriving = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        os.link(arriving, path)
    except FileExistsError:
        pass
    except OSError:
        raise _not_writable(path.parent) from None
    finally:
        with suppress(OSError):
            arriving.unlink()


def _not_writable(folder: Path) -> TrackerError:
    return TrackerError("The instance folder %(path)s cannot be written.", path=folder)
