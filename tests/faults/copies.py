"""Backups made while people write, and restores: killed, and made whole."""

import os
import random
import shutil
import time
from pathlib import Path

from sqlalchemy import text

from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import Register, killed, register
from tests.faults.writers import Writers
from tracker.core import migrate
from tracker.core.db import engine_for


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
            killed(cut_off)
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
        cut_off = again.command("restore", str(backup))
        time.sleep(random.uniform(0.4, 1.2))
        killed(cut_off)
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
