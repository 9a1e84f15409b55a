"""`make fuzz`: sends hostile input to every form and address, on both engines."""

import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from tests.clusters import Cluster
from tests.fuzz.registers import Register, on_postgresql, on_sqlite
from tests.fuzz.tries import Found, Fuzzer
from tracker.app import close_databases


@click.command()
@click.option("--tries", default=20_000, show_default=True, help="Tries on each engine.")
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--engine", type=click.Choice(["sqlite", "postgres", "both"]), default="both", show_default=True
)
def main(tries: int, seed: int, engine: str) -> None:
    """Send the tries, tell each kind of failure once, and end with 1 if there was any."""
    logging.getLogger("tracker").setLevel(logging.CRITICAL)
    failed = False
    with tempfile.TemporaryDirectory() as made:
        for name in ("sqlite", "postgres") if engine == "both" else (engine,):
            with opened(name, Path(made) / name) as register:
                began = time.perf_counter()
                fuzzer = Fuzzer(register.app, seed, register.reset)
                with suppress(KeyboardInterrupt):  # what was found so far is told as well
                    fuzzer.run(tries)
                close_databases(register.app)
            found = fuzzer.found
            told(name, found, time.perf_counter() - began)
            failed = failed or bool(found.failures)
    sys.exit(1 if failed else 0)


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Register]:
    """Open a register on the named engine."""
    if name == "sqlite":
        yield on_sqlite(folder)
        return
    cluster = Cluster.make("-c fsync=off -c full_page_writes=off")
    try:
        yield on_postgresql(cluster.url(), folder)
    finally:
        cluster.remove()


def told(name: str, found: Found, seconds: float) -> None:
    """Print what the tries showed."""
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(found.statuses.items()))
    click.echo(
        f"{name}: {found.tries} tries in {seconds:.0f} s, {len(found.failures)} kinds of failure;"
        f" {len(found.taken)} pages and acts were reached. Answers: {statuses}"
    )
    for failure in found.failures.values():
        click.echo(f"\n== {failure.what}\n{failure.request[:2000]}\n{failure.trace}")


if __name__ == "__main__":
    main()
