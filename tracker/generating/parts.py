"""A register's petitions part by part, as rows ready to be written; other processes may help."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, fields
from operator import attrgetter
from threading import Thread
from typing import cast

from tracker.evidence.rules import digest_of
from tracker.generating.lives import Step
from tracker.generating.loading import Plain, plain, plain_rows
from tracker.generating.petitions import Raised, petitions
from tracker.generating.world import World
from tracker.ledger.rules import MEASURES, Cell, Entry
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import facts
from tracker.petitions.rules import entries
from tracker.petitions.rules.lookup import LookupRow, lookup_row

IN_ONE_PART = 2_000
ALONE_BELOW = 10_000
"""So few are drawn faster than another process starts."""
HELPERS = 2

PETITION = tuple(f.name for f in fields(Raised) if f.name in Petition.__table__.columns)
STEP = (
    "id",
    "voids_id",
    "petition_id",
    "move",
    "status_before",
    "status",
    "happened_on",
    "due_on",
    "due_basis",
    "plan_on",
    "department_id",
    "master_id",
    "cooperating",
    "monitor_id",
    "ground",
    "place_id",
    "category_id",
    "channel",
    "kind",
    "level",
    "recorded_at",
    "actor_id",
    "note",
    "document_number",
)
ENTRY = ("petition_id", "number", "recorded_at", "day", *Cell._fields, *MEASURES)
LOOKUP = tuple(f.name for f in fields(LookupRow))
EVIDENCE = ("kind", "key", "digest")
MOMENTS = ("logged_at", "recorded_at")
MOST_STEPS = 16
"""So many numbers are kept free for the steps of each petition: no part waits for another's."""
_petition_row = plain_rows(PETITION)
_step_row = plain_rows(STEP[3:])
_lookup_row: Callable[[LookupRow], tuple[Plain, ...]] = attrgetter(*LOOKUP)

Rows = list[tuple[Plain, ...]]


@dataclass(slots=True)
class Part:
    """Rows of some petitions and of what belongs to them."""

    petitions: Rows = field(default_factory=list)
    steps: Rows = field(default_factory=list)
    entries: Rows = field(default_factory=list)
    lookups: Rows = field(default_factory=list)
    digests: Rows = field(default_factory=list)


def part_of(world: World, first: int, end: int) -> Part:
    """Draw one part into rows."""
    part, first_step = Part(), world.first_step + first * MOST_STEPS
    for raised, steps in petitions(world, first, end):
        row = _petition_row(raised)
        rows = list(_step_rows(first_step + len(part.steps), raised.id, steps))
        part.petitions.append(row)
        part.steps.extend(rows)
        part.digests.append(_digest(world, raised.id, row, rows))
        for entry in entries(facts(cast(list[PetitionStep], steps))):
            part.entries.append(_entry_row(raised.id, entry))
        part.lookups.append(_lookup_row(lookup_row(raised, world.units[raised.place_id])))
    return part


def parts(world: World) -> Iterator[Part]:
    """Give all parts in order; those of a large register are drawn by several processes."""
    starts = range(0, world.number, IN_ONE_PART)
    if world.number < ALONE_BELOW:
        for first in starts:
            yield part_of(world, first, min(first + IN_ONE_PART, world.number))
        return
    helpers = min(HELPERS, os.cpu_count() or 1)
    # Begun anew, not forked: the open database is not theirs.
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(helpers, anew, _begin, (world,)) as pool:
        waiting: deque[Future[Part]] = deque()
        try:
            for first in starts:
                waiting.append(pool.submit(_part, first))
                if len(waiting) > 2 * helpers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _entry_row(petition_id: int, entry: Entry) -> tuple[Plain, ...]:
    """Give an entry's row in the order of ENTRY: its cell and its quantities are plain already."""
    changed = [entry.changes.get(name, 0) for name in MEASURES]
    moment, day = plain(entry.recorded_at), entry.day.isoformat()
    return petition_id, entry.number, moment, day, *entry.cell, *changed


_kept: list[World] = []
"""The world of a helping process."""


def _begin(world: World) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that writes ends the others
    Thread(target=_end_with_the_first, daemon=True).start()
    _kept.append(world)


def _end_with_the_first() -> None:
    """End when the process that writes is gone, however it ended: nobody waits for us then."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os._exit(1)


def _part(first: int) -> Part:
    world = _kept[0]
    return part_of(world, first, min(first + IN_ONE_PART, world.number))


def _step_rows(first: int, petition_id: int, steps: Sequence[Step]) -> Iterator[tuple[Plain, ...]]:
    """Give the rows of steps that are numbered from 1 for themselves."""
    for step in steps:
        voids_id = first - 1 + step.voids_id if step.voids_id else None
        yield first - 1 + step.id, voids_id, petition_id, *_step_row(step)


def _digest(
    world: World, petition_id: int, row: tuple[Plain, ...], steps: Rows
) -> tuple[Plain, ...]:
    """Give the evidence of a petition, by the rows as they will be read."""
    own = [(Petition.__tablename__, [_named(PETITION, row)])]
    its = [(PetitionStep.__tablename__, [_named(STEP, step) for step in steps])]
    digest = digest_of([*own, *its], world.evidence_key)
    return Petition.__tablename__, str(petition_id), digest


def _named(names: Sequence[str], row: tuple[Plain, ...]) -> dict[str, Plain]:
    named = dict(zip(names, row, strict=True))
    for name in MOMENTS:
        if name in named:
            named[name] = f"{named[name]}+00:00".replace(" ", "T")
    return named
