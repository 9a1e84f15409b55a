"""What a history of steps amounts to: the state it leads to, the quantities it posts.

One set of rules, for writing and for recounting.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from tracker.core.dates import Precision
from tracker.ledger.rules import Cell, Entry
from tracker.petitions.lifecycle import (
    ACKNOWLEDGE,
    AMEND,
    CORRECT,
    ENDED,
    MEANINGS,
    OPEN,
    RECALCULATE,
    Clock,
    Status,
)

CONTENT_LIMIT = 20_000
NOTE_LIMIT = 20_000
NAME_LIMIT = 200
PHONE_LIMIT = 40
MOST_PEOPLE = 1_000_000
WORK = (frozenset({"assign", "start", "propose"}), frozenset({"propose"}))
"""The steps of those whose work a petition is: the last of the first, the last of the second."""

RECEIVED = "received"
REOPENED = "reopened"
LATE = "late"
UNDATED = "undated"
OUTSTANDING = "outstanding"
IN_TIME = "in_time"

RUNNING = frozenset(s for s, meaning in MEANINGS.items() if meaning.clock is Clock.RUNS)
PAUSED = frozenset(s for s, meaning in MEANINGS.items() if meaning.clock is Clock.PAUSES)

Postings = Counter[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step as the rules see it: what was done, when, and how the petition stood after it.

    The day of an `amend` step is the day of receipt as corrected by it. `recorded_at` and `cell`,
    where the petition is counted after it, are needed for `entries` alone.
    """

    status: Status
    happened_on: date | None
    due_on: date | None
    move: str = ""
    id: int = 0
    voids_id: int | None = None
    plan_on: date | None = None
    department_id: int | None = None
    master_id: int | None = None
    due_basis: str = ""
    recorded_at: datetime | None = None
    cell: Cell | None = None
    cooperating: str = ""
    monitor_id: int | None = None


def ended_as(status: Status) -> str:
    """Name the measure that counts petitions ended in this status."""
    return f"ended_{status}"


STOCKS: dict[str, dict[str, int]] = {
    OUTSTANDING: {RECEIVED: 1, REOPENED: 1} | {ended_as(status): -1 for status in ENDED},
    LATE: {LATE: 1},
    UNDATED: {UNDATED: 1},
}
STOCKS[IN_TIME] = STOCKS[OUTSTANDING] | {LATE: -1, UNDATED: -1}
"""What stands on a day: for each stock, how the measures posted up to that day add up to it."""


CAME_IN, ANSWERED = "came_in", "answered"
ENDED_AT_ALL, ENDED_OTHERWISE = "ended", "ended_otherwise"
MATTERS = "matters"
HAPPENED: dict[str, tuple[str, ...]] = {
    CAME_IN: (RECEIVED, REOPENED),
    ANSWERED: (ended_as(Status.RESOLVED), ended_as(Status.EXPLAINED)),
    ENDED_AT_ALL: tuple(ended_as(status) for status in ENDED),
    ENDED_OTHERWISE: tuple(ended_as(status) for status in ENDED if status is not Status.RESOLVED),
    MATTERS: (RECEIVED,),
}
"""Numbers of a period that are the sum of several measures.

Of what was received, matters are those that are not joined to another at its end.
"""


def weights_of(measure: str) -> dict[str, int]:
    """Give how the measures add up to a number of a report."""
    return STOCKS.get(measure) or dict.fromkeys(HAPPENED.get(measure, (measure,)), 1)


def effective(history: Iterable[StepFact]) -> list[StepFact]:
    """Give the steps that count, in order, with what later corrections say of them.

    A voided step never happened. A correction of details is no step of the life: its day replaces
    the day of receipt (and of an answer given on the spot); a due date, department, monitor or
    cooperating units that it changed are replaced in the steps that carried the former ones last.
    A due date counted anew is replaced likewise; a notice to the citizen changes nothing that is
    counted here.
    """
    recorded = list(history)
    voided = {step.voids_id for step in recorded if step.voids_id is not None}
    on_spot = spot_answer(recorded)
    counted: list[StepFact] = []
    before: StepFact | None = None
    for step in recorded:
        if step.move == AMEND and before is not None:
            counted = _amended(counted, before, step, on_spot)
        elif step.move == RECALCULATE and before is not None:
            counted = _replaced_last(counted, _DUE, before, step)
        elif step.move not in (CORRECT, ACKNOWLEDGE) and step.id not in voided:
            counted.append(step)
        before = step
    return counted


def spot_answer(recorded: Sequence[StepFact]) -> int | None:
    """Give the id of the answer that was recorded for the very day of receipt, if there is one."""
    if len(recorded) < 2 or recorded[1].move != "explain":
        return None
    on_spot = recorded[1].happened_on == recorded[0].happened_on
    return recorded[1].id if on_spot else None


def _amended(
    counted: list[StepFact], before: StepFact, amend: StepFact, on_spot: int | None
) -> list[StepFact]:
    counted = [
        replace(step, happened_on=amend.happened_on) if at == 0 or step.id == on_spot else step
        for at, step in enumerate(counted)
    ]
    for names in (_DUE, ("department_id",), ("cooperating",), ("monitor_id",)):
        counted = _replaced_last(counted, names, before, amend)
    return counted


_DUE = ("due_on", "due_basis")
"""A due date and why it is that day change together."""


def _replaced_last(
    counted: list[StepFact], names: tuple[str, ...], before: StepFact, amend: StepFact
) -> list[StepFact]:
    former, corrected = _values(before, names), _values(amend, names)
    if former == corrected:
        return counted
    kept = len(counted)
    while kept and _values(counted[kept - 1], names) == former:
        kept -= 1
    return counted[:kept] + [replace(step, **corrected) for step in counted[kept:]]


def _values(step: StepFact, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(step, name) for name in names}


def postings(history: Iterable[StepFact]) -> Postings:
    """Give the quantities a petition's history adds to each day and measure.

    The count is by days: what was undone on the day it was done leaves no trace, so that no
    measure counts a petition twice on a day. A petition without a known day of receipt is in the
    register but in no period's balance.
    """
    counted = effective(history)
    posted: Postings = Counter()
    if any(step.happened_on is None for step in counted):
        return posted
    was: StepFact | None = None
    for day, steps_of_day in groupby(counted, key=lambda step: step.happened_on or date.min):
        steps = list(steps_of_day)
        now = steps[-1]
        was_open = was is None or was.status in OPEN
        opened = any(step.status in OPEN for step in steps)
        if was is None:
            posted[day, RECEIVED] += 1
        elif not was_open and opened:
            posted[day, REOPENED] += 1
        if now.status in ENDED and (was_open or opened):
            posted[day, ended_as(now.status)] += 1
        _move_standing(posted, was, now, day)
        was = now
    return Counter({key: quantity for key, quantity in posted.items() if quantity})


def entries(history: Sequence[StepFact], after: int = 0) -> Iterator[Entry]:
    """Give what each step of a history changes in the ledger, in the order it was recorded.

    The entries recorded by a moment add up to the postings of the steps recorded by then, under
    the cell of then: when the cell changes, the whole history is taken back from the former one.
    Numbers count from 1; those of the first `after` steps are left out. The entries of a longer
    history begin with those of a shorter one, so nothing recorded ever changes.
    """
    number, former, before = 0, Postings(), None
    for at, step in enumerate(history, 1):
        if step.cell is None or step.recorded_at is None:
            raise ValueError("A step needs its cell and its moment to be entered in the ledger.")
        now = postings(history[:at])
        changes: dict[tuple[date, Cell], dict[str, int]] = {}
        if before == step.cell:
            _add_changes(changes, step.cell, now, former)
        else:
            if before is not None:
                _add_changes(changes, before, Postings(), former)
            _add_changes(changes, step.cell, now, Postings())
        for (day, cell), by_measure in sorted(changes.items(), key=lambda one: one[0]):
            number += 1
            if at > after:
                yield Entry(number, step.recorded_at, day, cell, by_measure)
        former, before = now, step.cell


def _add_changes(
    changes: dict[tuple[date, Cell], dict[str, int]], cell: Cell, now: Postings, former: Postings
) -> None:
    for day, measure in sorted(now.keys() | former.keys()):
        if by := now[day, measure] - former[day, measure]:
            changes.setdefault((day, cell), {})[measure] = by


def _move_standing(posted: Postings, was: StepFact | None, now: StepFact, day: date) -> None:
    """Take back what the former state posted from this day on, and post what the new one says."""
    for state, quantity in ((was, -1), (now, 1)):
        if state is not None and (standing := _standing(state)):
            measure, since = standing
            posted[max(since, day), measure] += quantity


def _standing(state: StepFact) -> tuple[str, date] | None:
    """Give the measure a state stands in while its clock runs, and from which day.

    Lateness is posted ahead, on the day after the due date, and taken back when the state ends.
    """
    if state.status not in RUNNING or state.happened_on is None:
        return None
    if state.due_on is None:
        return UNDATED, state.happened_on
    return LATE, max(state.happened_on, state.due_on + timedelta(days=1))


def due_after_pause(due_on: date | None, since: date | None, until: date | None) -> date | None:
    """Move a due date later by the calendar days that the clock stood still."""
    if due_on is None or since is None or until is None:
        return due_on
    return due_on + (until - since)


def paused_since(counted: Sequence[StepFact]) -> date | None:
    """Give the day on which the present pause began."""
    since = None
    for step in reversed(counted):
        if step.status not in PAUSED:
            break
        since = step.happened_on
    return since


def exact_day(day: date | None, precision: Precision) -> date | None:
    """Give the day a step counts for; one known less exactly is in no period's balance."""
    return day if precision is Precision.DAY else None


def statuses_of(groups: Collection[str]) -> frozenset[Status]:
    """Give the statuses that these report groups hold."""
    return frozenset(s for s, meaning in MEANINGS.items() if meaning.group in groups)
