"""A server that is allowed hardly more memory than it has, and large files asked of it."""

import resource
import threading
import time
from collections import Counter
from pathlib import Path

from tests.bench.serving import Client
from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import Server, register
from tests.faults.writers import CUT, Writers

MORE = (0, 1, 4)
"""So many MiB of address space may the server take beyond what it has once it serves, in turn."""
ROWS = 300
LARGE = ("/petitions.xlsx", "/petitions.zip", "/dialogues.xlsx", "/reports/resolution.xlsx")
ASKING = 6


def out_of_memory(bench: Bench) -> Outcome:
    """Take the memory away while people write and others ask for large files, and give it back."""
    with register(bench.engine, bench.folder, petitions=ROWS) as place:
        server = place.serve()
        writers = Writers(place, server)
        writers.put_off_by |= {500}  # where there was none for the page that asks to try again
        _ask(server, writers, Counter(), 2)  # what only large files need is read in before
        answers: Counter[str] = Counter()
        for number in range(bench.rounds):
            usual = _bounded(server, MORE[number % len(MORE)])
            writers.start(server)
            _ask(server, writers, answers, bench.moment())
            has_ended = server.process.poll() is not None
            if not has_ended:
                resource.prlimit(server.process.pid, resource.RLIMIT_AS, usual)
            writers.stop()
            if has_ended:
                answers["the server ended"] += 1
                server = place.serve()
            writers.settle(server)
        counted = writers.counted()
        if (pages := writers.statuses(server)) != {200}:
            counted.wrong.append(f"with memory again pages answer {sorted(pages)}")
        told = ", ".join(f"{answer}: {number}" for answer, number in sorted(answers.items()))
        notes = [f"large files: {told}"]
        return Outcome("out of memory", bench.engine, bench.rounds, counted, notes)


def _bounded(server: Server, more: int) -> tuple[int, int]:
    told = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    most = int(told[0]) * resource.getpagesize() + more * 1024 * 1024
    usual = resource.prlimit(server.process.pid, resource.RLIMIT_AS)
    resource.prlimit(server.process.pid, resource.RLIMIT_AS, (most, usual[1]))
    return usual


def _ask(server: Server, writers: Writers, answers: Counter[str], seconds: float) -> None:
    until = time.monotonic() + seconds

    def one(number: int) -> None:
        client = Client(server.port, dict(writers.cookies[number]))
        while time.monotonic() < until:
            try:
                answers[str(client.get(LARGE[number % len(LARGE)]).status)] += 1
            except CUT:
                client.close()
                answers["cut off"] += 1
                time.sleep(0.2)
        client.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(ASKING)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
