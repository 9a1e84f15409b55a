"""Starts that meet another secret, another clock, a second start, or half an upgrade."""

import random
import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import empty, killed, register
from tests.faults.told import Counted
from tests.faults.writers import Writers
from tracker.accounts.models import User
from tracker.core import migrate


def changed_secret(bench: Bench) -> Outcome:
    """Start with another secret: everybody signs in again, and nothing breaks."""
    with register(bench.engine, bench.folder) as place:
        server = place.serve(TRACKER_SECRET_KEY="một bí mật thứ nhất đủ dài để dùng 1234")
        writers = Writers(place, server)
        server.stop()
        server = place.serve(TRACKER_SECRET_KEY="một bí mật thứ hai đủ dài để dùng 5678")
        counted = Counted()
        statuses = writers.statuses(server)
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
            killed(upgrade)
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
