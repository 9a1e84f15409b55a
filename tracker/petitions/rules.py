"""What a history of steps posts to the ledger: one rule, for writing and for recounting."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.petitions.lifecycle import OPEN, Status

RECEIVED = "received"
REOPENED = "reopened"
LATE = "late"
Postings = Counter[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class StepFact:
    """What one step says for the count; `due_on` is the due date in force after it."""

    status: Status
    happened_on: date | None
    due_on: date | None


def ended_as(status: Status) -> str:
    """Name the measure that counts petitions ended in this status."""
    return f"ended_{status}"


def postings(history: Iterable[StepFact]) -> Postings:
    """Give the quantities a petition's history adds to each day and measure.

    A petition without a known day of receipt is in the register but in no period's balance.
    Lateness is posted ahead, on the day after the due date, and taken back when the petition ends.
    """
    posted: Postings = Counter()
    was: StepFact | None = None
    for step in history:
        if step.happened_on is None:
            return Counter()
        if was is None:
            posted[step.happened_on, RECEIVED] += 1
        elif was.status not in OPEN and step.status in OPEN:
            posted[step.happened_on, REOPENED] += 1
        if step.status not in OPEN and (was is None or was.status in OPEN):
            posted[step.happened_on, ended_as(step.status)] += 1
        _move_lateness(posted, was, step)
        was = step
    return Counter({key: quantity for key, quantity in posted.items() if quantity})


def _move_lateness(posted: Postings, was: StepFact | None, step: StepFact) -> None:
    """Take back what the former state posted from this day on, and post what the new one says."""
    if was is not None and was.status in OPEN and was.due_on:
        posted[_late_from(was, step), LATE] -= 1
    if step.status in OPEN and step.due_on:
        posted[_late_from(step, step), LATE] += 1


def _late_from(state: StepFact, step: StepFact) -> date:
    if state.due_on is None or step.happened_on is None:
        raise ValueError("Lateness needs a due date and a day.")
    return max(step.happened_on, state.due_on + timedelta(days=1))
