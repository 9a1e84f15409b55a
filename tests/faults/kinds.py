"""The faults: each makes a register, does its worst, and gives what was counted."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.bench.serving import Client
from tests.faults.places import Register, Server, empty, register, small_disk
from tests.faults.writers import Counted, Writers
from tracker.accounts.models import User
from tracker.core import migrate
from tracker.core.db import engine_for, opened_sqlite

BOTH = ("sqlite", "postgresql")


@dataclass(slots=True)
class Outcome:
    """What came of one fault on one engine."""

    fault: str
    engine: str
    times: int
    counted: Counted
    notes: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """Say what must not have happened."""
        one = self.counted
        found = [f"lost: {mark}" for mark in one.lost]
        found += [f"doubled: {mark}" for mark in one.doubled]
        return [f"{self.fault} on {self.engine}: {line}" for line in (*found, *one.wrong)]


@dataclass(slots=True)
class Bench:
    """Where a fault is tried: on which engine, how often, how long each time."""

    engine: str
    folder: Path
    rounds: int
    seconds: float

    def moment(self) -> float:
        """Draw how long to let people work before something happens."""
        return self.seconds * random.uniform(0.4, 1.0)


def killed_server(bench: Bench) -> Outcome:
    """Kill -9 the server and all its children while eight people write."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve()
        writers = Writers(place, server)
        for _ in range(bench.rounds):
            writers.start(server)
            time.sleep(bench.moment())
            server.kill()
            writers.stop()
            server = place.serve()
            writers.send_again(server)
        return Outcome("server killed (kill -9)", bench.engine, bench.rounds, writers.counted())


def stopped_server(bench: Bench) -> Outcome:
    """Send TERM while people write: what was begun is answered."""
    with register(bench.engine, bench.folder) as place:
        server, slowest, unanswered = place.serve(), 0.0, 0
        writers = Writers(place, server)
        for _ in range(bench.rounds):
            writers.start(server)
            time.sleep(bench.moment())
            slowest = max(slowest, server.stop())
            writers.stop()
            server = place.serve()
            unanswered += len(writers.told.unsure)
            writers.send_again(server)
        counted = writers.counted()
        notes = [f"stops within {slowest:.1f} s"]
        return Outcome("server stopped (TERM)", bench.engine, bench.rounds, counted, notes)


def killed_database(bench: Bench) -> Outcome:
    """Kill PostgreSQL's first process while people write; the server goes on."""
    with register(bench.engine, bench.folder) as place:
        assert place.cluster
        server = place.serve()
        writers = Writers(place, server)
        for _ in range(bench.rounds):
            writers.start(server)
            time.sleep(bench.moment())
            place.cluster.kill()
            time.sleep(1)
            place.cluster.start()
            time.sleep(bench.seconds / 2)
            writers.stop()
            _settled(writers, server)
        return Outcome("database server killed", bench.engine, bench.rounds, writers.counted())


def cut_connections(bench: Bench) -> Outcome:
    """End PostgreSQL's connections in the middle of transactions, again and again."""
    cuts = 0
    with register(bench.engine, bench.folder) as place:
        server = place.serve()
        writers = Writers(place, server)
        writers.start(server)
        until = time.monotonic() + bench.seconds * bench.rounds
        engine = engine_for(place.url)
        with engine.connect() as connection:
            while time.monotonic() < until:
                cuts += len(connection.execute(text(_CUT)).all())
                connection.rollback()
                time.sleep(random.uniform(0.02, 0.2))
        engine.dispose()
        writers.stop()
        _settled(writers, server)
        return Outcome("connection cut within a transaction", bench.engine, cuts, writers.counted())


_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND datname = current_database() AND xact_start IS NOT NULL ORDER BY random() LIMIT 1"
)


def locked_file(bench: Bench) -> Outcome:
    """Let another process hold SQLite's write lock: short, and longer than anybody waits."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve()
        writers = Writers(place, server)
        writers.start(server)
        lengths = (2.0, 12.0)[: bench.rounds]
        for seconds in lengths:
            other = opened_sqlite(place.instance / "tracker.db")
            other.isolation_level = None
            other.execute("PRAGMA busy_timeout=20000")
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
            other.close()
            time.sleep(bench.seconds / 2)
        writers.stop()
        _settled(writers, server)
        counted = writers.counted()
        return Outcome("file locked by another process", bench.engine, len(lengths), counted)


def two_servers(bench: Bench) -> Outcome:
    """Serve one register by two processes, and kill one of them."""
    with register(bench.engine, bench.folder) as place:
        first, second = place.serve(), place.serve()
        writers = Writers(place, first)
        for _ in range(bench.rounds):
            writers.start(first, second)
            time.sleep(bench.moment())
            second.kill()
            writers.stop()
            second = place.serve()
            writers.send_again(first)
        return Outcome("two servers, one killed", bench.engine, bench.rounds, writers.counted())


def full_disk(bench: Bench) -> Outcome | None:
    """Fill the disk under SQLite, the files and the log, and make room again."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(48))
        if disk is None:
            return None
        place = stack.enter_context(register(bench.engine, disk))
        server = place.serve(log=str(place.instance / "log"))
        writers = Writers(place, server)
        healed, reading = 0.0, set[int]()
        for _ in range(bench.rounds):
            writers.start(server)
            time.sleep(bench.moment())
            _fill(disk)
            time.sleep(bench.moment())
            reading |= _statuses(server, writers)
            (disk / "filler").unlink()
            healed = max(healed, _seconds_until_written(writers))
            writers.stop()
            _settled(writers, server)
        notes = [f"pages while full: {sorted(reading)}", f"writes again after {healed:.1f} s"]
        counted = writers.counted()
        if not reading <= {200, 303}:
            counted.wrong.append(f"pages did not open on a full disk: {sorted(reading)}")
        return Outcome("disk full", bench.engine, bench.rounds, counted, notes)


def read_only_disk(bench: Bench) -> Outcome | None:
    """Start on a disk that cannot be written: one sentence, and the end."""
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(64))
        if disk is None:
            return None
        place = stack.enter_context(register(bench.engine, disk))
        counted, slowest = Counted(), 0.0
        for _ in ("without a secret", "with one"):
            if os.system(f"mount -o remount,ro {disk}"):
                return None
            began = time.monotonic()
            ended = place.command("serve", "--port", "0")
            told, _unread = ended.communicate(timeout=60)
            slowest = max(slowest, time.monotonic() - began)
            if ended.returncode in (0, None) or "Traceback" in told or not told.strip():
                counted.wrong.append(f"a read-only disk is told by {told!r}")
            os.system(f"mount -o remount,rw {disk}")
            place.command("people").communicate(timeout=60)  # makes the secret
        return Outcome("disk read-only", bench.engine, 2, counted, [f"told in {slowest:.1f} s"])


def unwritable_log(bench: Bench) -> Outcome:
    """Let every line of the log fail: people are served all the same."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve(log="/dev/full")
        writers = Writers(place, server)
        writers.start(server)
        time.sleep(bench.seconds)
        writers.stop()
        _settled(writers, server)
        return Outcome("log cannot be written", bench.engine, 1, writers.counted())


def changed_secret(bench: Bench) -> Outcome:
    """Start with another secret: everybody signs in again, and nothing breaks."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve(TRACKER_SECRET_KEY="một bí mật thứ nhất đủ dài để dùng 1234")
        writers = Writers(place, server)
        server.stop()
        server = place.serve(TRACKER_SECRET_KEY="một bí mật thứ hai đủ dài để dùng 5678")
        counted = Counted()
        statuses = _statuses(server, writers)
        if statuses != {303}:
            counted.wrong.append(f"with another secret pages answer {sorted(statuses)}")
        counted.wrong += place.wrong()
        return Outcome("secret changed", bench.engine, 1, counted)


def clock_set_back(bench: Bench) -> Outcome:
    """Let the machine's clock jump back and forth between starts."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve()
        writers = Writers(place, server)
        shifts = (-10, -3600, -86_400, 0)
        for seconds in shifts:
            server.stop()
            server = place.serve(TEST_CLOCK=str(seconds))
            if seconds != -10:  # a large jump may end what was signed in; a small one may not
                writers.sign_in(server)
            writers.start(server)
            time.sleep(bench.seconds / 2)
            writers.stop()
            writers.send_again(server)
        times = len(shifts)
        return Outcome("clock set back, and right again", bench.engine, times, writers.counted())


def begun_twice(bench: Bench) -> Outcome:
    """Install a register by two commands at once: one makes it, the other says why not."""
    counted = Counted()
    for number in range(bench.rounds):
        with empty(bench.engine, bench.folder / str(number)) as place:
            words = ("init", "--admin", "quantri", "--name", "Người Quản Trị", "--place", HOME)
            both = [place.command(*words) for _ in range(2)]
            told = [process.communicate(timeout=300)[0] for process in both]
            ended = sorted(process.returncode for process in both)
            if ended != [0, 1] or any("Traceback" in text for text in told):
                counted.wrong.append(f"two installations end with {ended}: {told}")
            with place.opened() as engine, Session(engine) as session:
                if session.scalar(select(func.count(User.id))) != 1:
                    counted.wrong.append("there is not one administrator")
    return Outcome("installed twice at once", bench.engine, bench.rounds, counted)


def interrupted_migration(bench: Bench) -> Outcome:
    """Kill an upgrade of the whole schema at any moment, and run it again."""
    counted = Counted()
    with register(bench.engine, bench.folder) as place:
        before = place.kept()
        for _ in range(bench.rounds):
            with place.opened() as engine:
                migrate.downgrade(engine, OLD_REVISION)
            upgrade = place.command("upgrade")
            time.sleep(random.uniform(0.6, 2.5))
            _kill(upgrade)
            again = place.command("upgrade")
            told, _ = again.communicate(timeout=300)
            if again.returncode:
                counted.wrong.append(f"a second upgrade says {told!r}")
        with place.opened() as engine:
            if not migrate.is_at_head(engine):
                counted.wrong.append("the schema is not the newest")
        if place.kept() != before:
            counted.wrong.append("petitions differ after the upgrades")
        counted.wrong += place.wrong()
    return Outcome("migration killed and run again", bench.engine, bench.rounds, counted)


HOME = "toan-he-thong"
OLD_REVISION = "0008"


def backups_under_load(bench: Bench) -> Outcome:
    """Back up while people write, kill some backups and restores, and bring the last one back."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve()
        writers, kept = Writers(place, server), bench.folder / "kept"
        kept.mkdir()
        writers.start(server)
        time.sleep(bench.moment())
        for _ in range(bench.rounds):
            cut_off = place.command("backup", str(kept))
            time.sleep(random.uniform(0.5, 2.0))
            _kill(cut_off)
        for left in kept.iterdir():
            os.utime(left, (0, 0))  # as if it was days ago
        sure = {act.mark for act in writers.told.acknowledged if not act.is_file}
        whole = place.command("backup", str(kept))
        told, _ = whole.communicate(timeout=300)
        writers.stop()
        counted = writers.counted()
        if whole.returncode:
            counted.wrong.append(f"the backup says {told!r}")
        names = [path.name for path in kept.iterdir()]
        if len([name for name in names if name.startswith(".")]):
            counted.wrong.append(f"a killed backup left {names}")
        newest = max(kept.glob("tracker-*"), key=lambda path: path.stat().st_mtime)
        counted.wrong += _brought_back(bench, place, newest, sure)
        return Outcome("backup under load, killed, restored", bench.engine, bench.rounds, counted)


def _brought_back(bench: Bench, place: Register, backup: Path, sure: set[str]) -> list[str]:
    """Restore into an empty place, after restores that were killed; say what is missing."""
    wrong = []
    instance = bench.folder / "again"
    instance.mkdir(mode=0o700)
    url = f"sqlite:///{instance / 'tracker.db'}"
    if place.cluster:
        server = engine_for(place.url).execution_options(isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("CREATE DATABASE again"))
        server.dispose()
        url = place.cluster.url("again")
    again = Register(bench.engine, url, instance)
    secret = place.instance / "secret"
    if secret.exists():
        shutil.copy(secret, instance)
    for _ in range(bench.rounds):
        killed = again.command("restore", str(backup))
        time.sleep(random.uniform(0.4, 1.2))
        _kill(killed)
        if (instance / "files").exists() or _has_tables(again):
            break  # it was done already
    else:
        for left in instance.glob(".restoring-*"):
            os.utime(left, (0, 0))
        whole = again.command("restore", str(backup))
        told, _ = whole.communicate(timeout=300)
        if whole.returncode:
            wrong.append(f"the restore says {told!r}")
    if left := [path.name for path in instance.glob(".restoring-*") if not path.stat().st_mtime]:
        wrong.append(f"a killed restore left {left}")
    kept = again.kept()
    wrong += [f"not in the backup: {mark}" for mark in sure if kept.get(mark) != 1]
    return [*wrong, *again.wrong()]


def _has_tables(place: Register) -> bool:
    if place.engine_name == "sqlite":
        return (place.instance / "tracker.db").exists()
    with place.opened() as engine:
        return migrate.revision_of(engine) is not None


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _settled(writers: Writers, server: Server) -> None:
    """Send again what was put off, until all of it was told; a minute at most."""
    until = time.monotonic() + 60
    while writers.told.unsure and time.monotonic() < until:
        writers.send_again(server)
        time.sleep(0.5)
    if writers.told.unsure:
        writers.told.unexpected.append(f"{len(writers.told.unsure)} are refused for a minute")


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    filler.write(b"\0" * size)


def _statuses(server: Server, writers: Writers) -> set[int]:
    client = Client(server.port, dict(writers.cookies[0]))
    try:
        return {client.get(path).status for path in ("/", "/petitions", "/dialogues")}
    finally:
        client.close()


def _seconds_until_written(writers: Writers) -> float:
    began, before = time.monotonic(), len(writers.told.acknowledged)
    while len(writers.told.acknowledged) == before and time.monotonic() - began < 60:
        time.sleep(0.05)
    return time.monotonic() - began


Fault = Callable[[Bench], "Outcome | None"]
FAULTS: tuple[tuple[Fault, tuple[str, ...]], ...] = (
    (killed_server, BOTH),
    (stopped_server, BOTH),
    (killed_database, ("postgresql",)),
    (cut_connections, ("postgresql",)),
    (locked_file, ("sqlite",)),
    (two_servers, BOTH),
    (full_disk, ("sqlite",)),
    (read_only_disk, ("sqlite",)),
    (unwritable_log, ("sqlite",)),
    (changed_secret, ("sqlite",)),
    (clock_set_back, BOTH),
    (begun_twice, BOTH),
    (interrupted_migration, BOTH),
    (backups_under_load, BOTH),
)
"""Each fault, and the engines on which it can happen."""
