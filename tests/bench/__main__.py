"""`make bench`: measures registers of several sizes, the floor and the engines, side by side."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import click

from tests.bench import measures
from tests.bench.keeping import begun, forget, keeper
from tests.bench.measures import FLOOR, Times
from tests.bench.pages import Logged, Page, pages
from tests.bench.registers import LEADER, PASSWORD, STAFF, Register, cache, postgresql, register
from tests.bench.serving import Client, NotServed, Server, program, served
from tests.bench.table import LATEST, Results, written

CSV = "/petitions.csv?variant=machine"
XLSX = "/petitions.xlsx"
MOST_XLSX = 100_000


@click.command()
@click.option("--sizes", default="10k,100k,1M", show_default=True, help="Registers to measure.")
@click.option(
    "--engine", type=click.Choice(["sqlite", "postgres", "both"]), default="both", show_default=True
)
@click.option("--quick", is_flag=True, help="Few rounds.")
@click.option("--rounds", type=int, help="Rounds of each page.")
@click.option("--only", default="", help="Only pages whose name holds this; no files, no start.")
@click.option("--anew", is_flag=True, help="Do not go on with a run that was interrupted.")
@click.option("--cache", "kept", type=click.Path(path_type=Path), help="Where registers are kept.")
def main(
    sizes: str,
    engine: str,
    quick: bool,
    rounds: int | None,
    only: str,
    anew: bool,
    kept: Path | None,
) -> None:
    """Measure, print the table, and keep it as tests/bench/LATEST.md.

    What was measured of the same program before is not measured again until the table is written:
    the same command goes on where it was interrupted.
    """
    began = time.monotonic()
    folder, labels = kept or cache(), sizes.split(",")
    number = rounds or (8 if quick else 30)
    engines = ("sqlite", "postgres") if engine == "both" else (engine,)
    keep = (lambda _results, _name: None) if only else keeper(folder, number)
    results = []
    for name in engines:
        if anew or only:
            forget(folder, name)
        with ExitStack() as stack:
            server = stack.enter_context(postgresql(folder)) if name == "postgres" else ""
            registers = [register(folder, name, label, server) for label in labels]
            starts = 0 if only else 3 if quick else 7
            so_far = begun(folder, name, labels, number)
            measured(so_far, registers, number, only, starts, keep, files=not only)
            results.append(so_far)
    minutes = (time.monotonic() - began) / 60
    note = (
        f"Seed and sizes as named; medians of {number} alternating rounds, ratios within a round;"
        f" {minutes:.0f} minutes."
    )
    table = written(results, note)
    click.echo(table)
    if not only:
        LATEST.write_text(table, encoding="utf-8")
        for name in engines:
            forget(folder, name)


def measured(
    results: Results,
    registers: list[Register],
    rounds: int,
    only: str,
    starts: int,
    keep: Callable[[Results, str], None],
    *,
    files: bool,
) -> None:
    """Measure registers of one engine side by side, whatever is not measured yet."""
    opened = {one.label: pages(one.url) for one in registers}
    first = registers[0]
    chosen = [page for page in opened[first.label][0] if only in page.name]
    with ExitStack() as stack:
        floor = stack.enter_context(
            served(measures.floor_words(opened[first.label][0]), first.environment(), "/floor")
        )
        servers = {
            one.label: stack.enter_context(
                served([*program(), "serve"], one.environment(), "/healthz")
            )
            for one in registers
        }
        clients = {label: _clients(server) for label, server in servers.items()}
        bare = Client(floor.port)
        for client in (bare, *chain(*(people.values() for people in clients.values()))):
            stack.callback(client.close)
        acts: dict[str, Callable[[], None]] = {
            page.key: partial(_page, results, page, opened, clients, bare, rounds)
            for page in chosen
        }
        acts["logging"] = partial(_logging, results, opened, clients, bare, rounds)
        acts["statements"] = partial(_statements, results, registers, opened, only)
        for one in registers if files else ():
            server, theirs = servers[one.label], clients[one.label]
            acts[f"files of {one.label}"] = partial(_files, results, one, server, theirs)
        _each(results, acts, keep)
    if starts:
        _each(results, {"start": partial(_start, results, first, starts)}, keep)


def _each(
    results: Results, acts: dict[str, Callable[[], None]], keep: Callable[[Results, str], None]
) -> None:
    for name, act in acts.items():
        if name in results.done:
            continue
        click.echo(f"  {results.engine}: {name}", err=True)
        try:
            act()
        except (NotServed, OSError) as refusal:
            results.failed.append(f"{results.engine}: {name}: {refusal}")
        keep(results, name)


def _start(results: Results, first: Register, starts: int) -> None:
    results.ours = measures.start([*program(), "serve"], first.environment(), starts)
    results.bare = measures.start(measures.bare_words(), dict(os.environ), starts)


def _statements(
    results: Results,
    registers: list[Register],
    opened: dict[str, tuple[list[Page], Logged]],
    only: str,
) -> None:
    for one in registers:
        chosen = [page for page in opened[one.label][0] if only in page.name]
        results.statements[one.label] = measures.statements(one, chosen)


def _clients(server: Server) -> dict[str, Client]:
    clients = {}
    for person in (STAFF, LEADER):
        clients[person] = Client(server.port)
        clients[person].sign_in(person, PASSWORD)
    return clients


def _page(
    results: Results,
    page: Page,
    opened: dict[str, tuple[list[Page], Logged]],
    clients: dict[str, dict[str, Client]],
    floor: Client,
    rounds: int,
) -> None:
    acts = {}
    for label, (theirs, _logged) in opened.items():
        same = next(one for one in theirs if one.key == page.key)
        acts[label] = measures.opening(clients[label][page.person], same.path)
    acts[FLOOR] = measures.opening(floor, f"/floor/{quote(page.key)}")
    results.times.append(measures.in_turn(rounds, acts, Times(page.name, page.person)))


def _logging(
    results: Results,
    opened: dict[str, tuple[list[Page], Logged]],
    clients: dict[str, dict[str, Client]],
    floor: Client,
    rounds: int,
) -> None:
    acts = {
        label: measures.logging(clients[label][STAFF], logged, date.today())
        for label, (_pages, logged) in opened.items()
    }
    form = next(page for page in next(iter(opened.values()))[0] if page.path == "/petitions/new")
    acts[FLOOR] = measures.logging_floor(floor, quote(form.key))
    results.times.append(measures.in_turn(rounds, acts, Times("log one (GET + POST)", STAFF)))


def _files(results: Results, one: Register, server: Server, clients: dict[str, Client]) -> None:
    client = clients[LEADER]
    engines, csvs = [], []
    for _ in range(3 if one.petitions <= 200_000 else 1):
        engines.append(measures.by_the_engine(one))
        csvs.append(measures.taken(server, client, CSV, "CSV", one.petitions))
    found = [min(engines, key=lambda e: e.seconds), min(csvs, key=lambda e: e.seconds)]
    if one.petitions <= MOST_XLSX:
        try:
            found.append(measures.taken(server, client, XLSX, "XLSX", one.petitions))
        except NotServed as refusal:
            results.failed.append(str(refusal))
    results.exports[one.label] = found
    if one.petitions >= 10_000:
        results.beside[one.label] = measures.while_exporting(server, clients[STAFF], client, CSV)


if __name__ == "__main__":
    main()
