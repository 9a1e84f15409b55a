"""`make bench`: measures registers of several sizes, the floor and the engines, side by side."""

import os
from contextlib import ExitStack
from datetime import date
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import click

from tests.bench import measures
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
@click.option("--cache", "kept", type=click.Path(path_type=Path), help="Where registers are kept.")
def main(
    sizes: str, engine: str, quick: bool, rounds: int | None, only: str, kept: Path | None
) -> None:
    """Measure, print the table, and keep it as tests/bench/LATEST.md."""
    folder, labels = kept or cache(), sizes.split(",")
    number = rounds or (8 if quick else 30)
    results = []
    for name in ("sqlite", "postgres") if engine == "both" else (engine,):
        with ExitStack() as stack:
            server = stack.enter_context(postgresql(folder)) if name == "postgres" else ""
            registers = [register(folder, name, label, server) for label in labels]
            starts = 0 if only else 3 if quick else 7
            results.append(measured(name, registers, number, only, starts, files=not only))
    note = f"Seed and sizes as named; medians of {number} alternating rounds."
    table = written(results, note)
    click.echo(table)
    if not only:
        LATEST.write_text(table, encoding="utf-8")


def measured(
    name: str, registers: list[Register], rounds: int, only: str, starts: int, *, files: bool
) -> Results:
    """Measure registers of one engine side by side."""
    results = Results(name, [one.label for one in registers])
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
        for page in chosen:
            click.echo(f"  {name}: {page.name} ({page.person})", err=True)
            try:
                results.times.append(_page(page, opened, clients, bare, rounds))
            except NotServed as refusal:
                results.failed.append(str(refusal))
        results.times.append(_logging(opened, clients, bare, rounds))
        results.statements = {
            one.label: measures.statements(one, [p for p in opened[one.label][0] if only in p.name])
            for one in registers
        }
        for one in registers if files else ():
            click.echo(f"  {name}: files of {one.label}", err=True)
            try:
                _files(results, one, servers[one.label], clients[one.label])
            except (NotServed, OSError) as refusal:
                results.failed.append(f"files of {one.label}: {refusal}")
    if starts:
        results.ours = measures.start([*program(), "serve"], first.environment(), starts)
        results.bare = measures.start(measures.bare_words(), dict(os.environ), starts)
    return results


def _clients(server: Server) -> dict[str, Client]:
    clients = {}
    for person in (STAFF, LEADER):
        clients[person] = Client(server.port)
        clients[person].sign_in(person, PASSWORD)
    return clients


def _page(
    page: Page,
    opened: dict[str, tuple[list[Page], Logged]],
    clients: dict[str, dict[str, Client]],
    floor: Client,
    rounds: int,
) -> Times:
    acts = {}
    for label, (theirs, _logged) in opened.items():
        same = next(one for one in theirs if one.key == page.key)
        acts[label] = measures.opening(clients[label][page.person], same.path)
    acts[FLOOR] = measures.opening(floor, f"/floor/{quote(page.key)}")
    return measures.in_turn(rounds, acts, Times(page.name, page.person))


def _logging(
    opened: dict[str, tuple[list[Page], Logged]],
    clients: dict[str, dict[str, Client]],
    floor: Client,
    rounds: int,
) -> Times:
    acts = {
        label: measures.logging(clients[label][STAFF], logged, date.today())
        for label, (_pages, logged) in opened.items()
    }
    form = next(page for page in next(iter(opened.values()))[0] if page.path == "/petitions/new")
    acts[FLOOR] = measures.logging_floor(floor, quote(form.key))
    return measures.in_turn(rounds, acts, Times("log one (GET + POST)", STAFF))


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
