"""A primary that is killed for good, and a standby that takes its place."""

import shutil
import time

from sqlalchemy import create_engine, text

from tests.clusters import Cluster
from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import register
from tests.faults.writers import Writers

LONGEST = 30.0
"""So many seconds after the primary's end somebody must have been served again."""


def promoted_standby(bench: Bench) -> Outcome:
    """Kill the primary under load, promote what followed it, and make the former its follower."""
    healed = 0.0
    with register(bench.engine, bench.folder) as place:
        assert place.cluster
        primary, standby = place.cluster, place.cluster.replica()
        try:
            hosts = f"{primary.folder},{standby.folder}"
            place.url = (
                f"postgresql+psycopg://postgres@/postgres?host={hosts}"
                "&target_session_attrs=read-write"
            )
            _keep_in_step(primary)
            server = place.serve()
            writers = Writers(place, server)
            for _ in range(bench.rounds):
                writers.start(server)
                time.sleep(bench.moment())
                primary.kill()
                began = time.monotonic()
                standby.promote()
                writers.seconds_until_told()
                healed = max(healed, time.monotonic() - began)
                time.sleep(bench.moment() / 2)
                writers.stop()
                writers.settle(server)
                shutil.rmtree(primary.data)
                primary, standby = standby, standby.replica(folder=primary.folder)
                _keep_in_step(primary)
            counted = writers.counted()
        finally:
            for one in (primary, standby):
                one.remove()
        if healed > LONGEST:
            counted.wrong.append(f"after a promotion nobody was served for {healed:.0f} s")
        notes = [f"served again within {healed:.1f} s"]
        return Outcome("standby promoted", bench.engine, bench.rounds, counted, notes)


def _keep_in_step(primary: Cluster) -> None:
    """Let nothing be acknowledged that the follower has not, and wait until it follows."""
    engine = create_engine(primary.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("synchronous_commit = remote_apply", "synchronous_standby_names = '*'"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
        until = time.monotonic() + 60
        while time.monotonic() < until and not connection.scalar(text(_IN_STEP)):
            time.sleep(0.1)
    engine.dispose()


_IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
