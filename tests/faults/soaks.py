"""Hours in short: people who read and write steadily, and figures that must stay flat."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, quantiles

from tests.bench.serving import Client
from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import Register, Server, register
from tests.faults.writers import CUT, PEOPLE, Writers

READERS, WRITERS = 18, 2
A_SECOND = 5.0
CROWDED, PAUSE = 30.0, 0.1
"""Seconds at the start in which everybody comes at once: so many connections and threads are needed
at some time or other, and what each takes is no growth."""
PAGES = (
    "/",
    "/petitions",
    "/petitions?q=%C4%91%C6%B0%E1%BB%9Dng",
    "/dialogues",
    "/reports/resolution",
    "/commitments",
)
FILES = ("/petitions.csv", "/petitions.xlsx")
WARM = 0.3
"""The first part of the time, in which pages are read in and kept; figures are taken after it."""
MOST_LOG = 64 * 1024 * 1024
STEEPEST = 5.0
"""MiB of memory an hour."""


@dataclass(slots=True)
class Watch:
    """What a server holds, noted every second."""

    server: Server
    place: Register
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    log: int = 0

    def note(self, at: float) -> None:
        """Look once."""
        process = Path(f"/proc/{self.server.process.pid}")
        told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        self.seconds.append(at)
        self.memory.append(int(told["RssAnon"].split()[0]) / 1024)
        self.handles.append(len(os.listdir(process / "fd")))
        log = self.place.instance / "tracker.db-wal"
        self.log = max(self.log, log.stat().st_size if log.exists() else 0)

    def slope(self) -> float:
        """Give how many MiB of memory were added in an hour, after the first part."""
        warm = int(len(self.seconds) * WARM)
        return linear_regression(self.seconds[warm:], self.memory[warm:]).slope * 3600


class People:
    """Twenty people at a steady pace: most read, and now and then take a file."""

    def __init__(self, writers: Writers, server: Server) -> None:
        self.writers, self.server = writers, server
        self.taken: list[float] = []
        self.wrong: list[str] = []
        self.is_over = threading.Event()
        self.began = time.monotonic()
        self.threads = [
            threading.Thread(target=self._one, args=(number,))
            for number in range(READERS + WRITERS)
        ]

    def stop(self) -> None:
        """End when what is under way was answered."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _one(self, number: int) -> None:
        client, turn = Client(self.server.port, dict(self.writers.cookies[number % PEOPLE])), number
        while not self.is_over.wait(self._pause()):
            turn += 1
            try:
                if number < WRITERS:
                    self.writers.one(self.server)
                else:
                    self._read(client, turn)
            except CUT:
                client.close()
                self.wrong.append("somebody was cut off")
        client.close()

    def _pause(self) -> float:
        is_crowded = time.monotonic() - self.began < CROWDED
        return PAUSE if is_crowded else len(self.threads) / A_SECOND

    def _read(self, client: Client, turn: int) -> None:
        page = FILES[turn // 25 % 2] if turn % 25 == 0 else PAGES[turn % len(PAGES)]
        answer = client.get(page)
        self.taken.append(answer.seconds)
        if answer.status >= 500:
            self.wrong.append(f"{page} answered {answer.status}")


def soak(bench: Bench) -> Outcome | None:
    """Serve twenty people for some minutes, and see that nothing grows."""
    if not Path("/proc/self/status").exists():
        return None
    seconds = bench.minutes * 60
    with register(bench.engine, bench.folder) as place:
        server = place.serve()
        writers, watch = Writers(place, server), Watch(server, place)
        people, began = People(writers, server), time.monotonic()
        for thread in people.threads:
            thread.start()
            time.sleep(1 / A_SECOND)
        while time.monotonic() - began < seconds:
            time.sleep(1)
            watch.note(time.monotonic() - began)
        people.stop()
        counted = writers.counted()
        counted.wrong += [*people.wrong, *_not_flat(watch, seconds)]
        notes = [
            f"{seconds / 60:.0f} minutes, {len(people.taken):,} pages and files, 19 of 20 within"
            f" {quantiles(people.taken, n=20)[-1]:.2f} s",
            f"memory {watch.memory[0]:.0f} to {watch.memory[-1]:.0f} MiB,"
            f" {watch.slope():+.1f} MiB an hour",
            f"open files {watch.handles[0]} to {watch.handles[-1]}",
        ]
        if bench.engine == "sqlite":
            notes.append(f"log at most {watch.log / 1024**2:.0f} MiB")
        return Outcome("served for long", bench.engine, 1, counted, notes)


def _not_flat(watch: Watch, seconds: float) -> list[str]:
    found = []
    # In little time the steps in which memory is taken look like a slope.
    if (slope := watch.slope()) > STEEPEST and slope * seconds / 3600 > 2:
        found.append(f"memory grows by {slope:.1f} MiB an hour")
    half = len(watch.handles) // 2
    if max(watch.handles[half:]) > max(watch.handles[:half]) + 5:
        found.append(f"open files grow to {max(watch.handles)}")
    if watch.log > MOST_LOG:
        found.append(f"the log grew to {watch.log / 1024**2:.0f} MiB")
    return found
