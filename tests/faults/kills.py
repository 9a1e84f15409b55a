"""Servers and databases that are killed or stopped, and connections that are cut."""

import random
import time

from sqlalchemy import text

from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import register
from tests.faults.writers import Writers
from tracker.core.db import engine_for


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
            writers.settle(server)
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
        writers.settle(server)
        return Outcome("connection cut within a transaction", bench.engine, cuts, writers.counted())


_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND datname = current_database() AND xact_start IS NOT NULL ORDER BY random() LIMIT 1"
)
