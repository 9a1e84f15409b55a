"""The power fails: all that was answered had been synced before, and is there afterwards."""

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tests.clusters import Cluster
from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import Register, Server, register
from tests.faults.power import Disk, Luck
from tests.faults.recording import Call, calls, recorder
from tests.faults.told import Counted
from tests.faults.writers import Writers

ACTS = 30
KEPT_BY_LOG = {"sqlite": "tracker.db-wal", "postgresql": "/pg_wal/"}
CUTS = 7
"""So many moments a round."""
FRESH_LOG = "-c wal_init_zero=off -c wal_recycle=off"
"""A new file of the log holds nothing yet: it need not be recorded zero by zero."""


@dataclass(slots=True)
class Recorded:
    """A register at work whose disks are watched."""

    server: Server
    disks: list[Disk]
    traces: list[Path] = field(default_factory=list)

    def calls(self) -> list[list[Call]]:
        """Give what each disk was told; the register must have ended."""
        pairs = zip(self.traces, self.disks, strict=True)
        return [calls(trace, disk.folder) for trace, disk in pairs]


@contextmanager
def recorded(place: Register, words: list[str]) -> Iterator[Recorded]:
    """Serve a register whose processes are recorded, database server and all."""
    disks, traces = [Disk(place.instance)], [place.instance.parent / "trace"]
    if place.cluster:
        place.cluster.stop()
        disks.append(Disk(place.cluster.data))
        traces.append(place.cluster.folder / "trace")
        place.cluster.settings += f" {FRESH_LOG}"
        place.cluster.start_under([*words, str(traces[-1])])
    place.before_serving = [*words, str(traces[0])]
    server = place.serve()
    try:
        yield Recorded(server, disks, traces)
    finally:
        server.kill()
        if place.cluster:
            place.cluster.stop("immediate")


def synced_before_answer(bench: Bench) -> Outcome | None:
    """See of each answer that the log was synced between the asking and it."""
    if (words := recorder()) is None:
        return None
    with register(bench.engine, bench.folder) as place:
        with recorded(place, words) as record:
            writers = Writers(place, record.server, people=1)
            moments = [moment for _ in range(ACTS) if (moment := writers.one(record.server))]
        syncs = [
            call
            for told in record.calls()
            for call in told
            if call.is_sync and KEPT_BY_LOG[bench.engine] in call.path
        ]
        if place.cluster:
            place.cluster.start()
        counted = writers.counted()
        late = [
            asked
            for asked, answered in moments
            if not any(asked <= call.began and call.ended <= answered for call in syncs)
        ]
        if late:
            counted.wrong.append(f"{len(late)} were answered before the log was synced")
        return Outcome("synced before the answer", bench.engine, len(moments), counted)


def power_failures(bench: Bench) -> Outcome | None:
    """Cut the power at moments of a recorded time, and see what each disk would hold then."""
    if (words := recorder()) is None:
        return None
    with register(bench.engine, bench.folder) as place:
        with recorded(place, words) as record:
            writers = Writers(place, record.server)
            writers.start(record.server)
            time.sleep(bench.seconds * 2)
            writers.stop()
        told = record.calls()
        if place.cluster:
            place.cluster.start()
        counted = writers.counted()
        answered = sorted(writers.told.moments.values())
        times = CUTS * bench.rounds
        moments = sorted(random.uniform(answered[0], answered[-1] + 0.1) for _ in range(times))
        lucks = cycle((Luck.NOTHING, Luck.SOME, Luck.ALL, Luck.SOME))
        waiting = [list(reversed(some)) for some in told]
        for number, (moment, luck) in enumerate(zip(moments, lucks, strict=False)):
            for disk, some in zip(record.disks, waiting, strict=True):
                while some and some[-1].ended <= moment:
                    disk.tell(some.pop())
            with _left(place, record.disks, luck, bench.folder / f"cut-{number}") as again:
                try:
                    _compare(again, writers, moment, counted)
                except DBAPIError as error:
                    counted.wrong.append(f"after a cut it cannot be read: {error.orig}")
        syncs = sum(call.is_sync for some in told for call in some)
        notes = [f"{sum(map(len, told)):,} calls to the disk and {syncs:,} syncs recorded"]
        return Outcome("power cut", bench.engine, times, counted, notes)


@contextmanager
def _left(place: Register, disks: list[Disk], luck: Luck, folder: Path) -> Iterator[Register]:
    """Open the register that would be found on the disks."""
    instance = folder / "instance"
    disks[0].leave(instance, luck)
    again = Register(place.engine_name, f"sqlite:///{instance / 'tracker.db'}", instance)
    if place.cluster:
        again.cluster = Cluster.of(lambda data: disks[1].leave(data, luck))
        again.url = again.cluster.url()
    try:
        yield again
    finally:
        again.close()
        shutil.rmtree(folder)


def _compare(again: Register, writers: Writers, moment: float, counted: Counted) -> None:
    texts, files = again.kept(), again.kept_files()
    for act in writers.told.acknowledged:
        found = (files if act.is_file else texts).get(act.mark, 0)
        if writers.told.moments[act.mark] <= moment and not found:
            counted.lost.append(act.mark)
        elif found > 1:
            counted.doubled.append(act.mark)
    counted.wrong += again.wrong()
