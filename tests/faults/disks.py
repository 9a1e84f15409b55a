"""Disks that are full, cannot be written or take no log, and a file that another holds."""

import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import register, small_disk
from tests.faults.told import Counted
from tests.faults.writers import Writers
from tracker.core.db import opened_sqlite


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
        writers.settle(server)
        counted = writers.counted()
        return Outcome("file locked by another process", bench.engine, len(lengths), counted)


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
            reading |= writers.statuses(server)
            (disk / "filler").unlink()
            healed = max(healed, writers.seconds_until_told())
            writers.stop()
            writers.settle(server)
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
            place.command("files").communicate(timeout=60)  # makes the secret
        return Outcome("disk read-only", bench.engine, 2, counted, [f"told in {slowest:.1f} s"])


def unwritable_log(bench: Bench) -> Outcome:
    """Let every line of the log fail: people are served all the same."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve(log="/dev/full")
        writers = Writers(place, server)
        writers.start(server)
        time.sleep(bench.seconds)
        writers.stop()
        writers.settle(server)
        return Outcome("log cannot be written", bench.engine, 1, writers.counted())


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    filler.write(b"\0" * size)
