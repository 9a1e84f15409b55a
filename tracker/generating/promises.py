"""What leaders promised at generated dialogues, and what came of it, by the commitments' moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, cast

from tracker.commitments.lifecycle import MAKE, MOVES, Outcome
from tracker.commitments.models import Commitment
from tracker.commitments.rules import leader_key
from tracker.commitments.service.recording import searched
from tracker.core.clock import VIETNAM
from tracker.core.dates import Precision
from tracker.generating.dialogues import Meeting
from tracker.generating.province import Commune
from tracker.generating.telling import name_of

SHARE = 0.5
"""Of so many dialogues a promise is kept in the register."""
WAYS = {"keep": 74, "break": 7, "withdraw": 4, "progress": 15}
"""How a promise whose date has passed went; one with progress alone is past its date."""


@dataclass(slots=True)
class Promise:
    """One commitment, under the names of the register's own columns."""

    id: int
    code: str
    dialogue_id: int
    place_id: int
    promise: str
    promised_by: str
    leader_key: str
    promised_on: date
    promised_precision: Precision
    department_id: int
    supporting: str
    handler: str
    monitor: str
    due_on: date
    outcome: Outcome
    ended_on: date | None
    ended_precision: Precision
    source: str
    logged_by_id: int
    logged_at: datetime
    version: int
    search_text: str = ""


@dataclass(slots=True)
class Step:
    """One step of a commitment, and how it stood after it."""

    commitment_id: int
    move: str
    outcome: Outcome
    due_on: date
    ended_on: date | None
    ended_precision: Precision
    happened_on: date
    happened_precision: Precision
    recorded_at: datetime
    actor_id: int
    note: str
    document_number: str


def promise_of(
    random: Random,
    meeting: Meeting,
    commune: Commune,
    id_: int,
    until: date,
    departments: dict[str, int],
    blocks: dict[str, Any],
) -> tuple[Promise, list[Step]]:
    """Draw one promise of a dialogue, not yet numbered, and its steps."""
    text, words = random.choice(blocks["promise"]), blocks["promises"]
    village = random.choice(commune.villages)
    by, made_on = random.choice(words["leaders"]), meeting.held_on
    due_on = made_on + timedelta(random.randint(20, 120))
    promise = Promise(
        id=id_,
        code="",
        dialogue_id=meeting.id,
        place_id=village.id,
        promise=text["text"].replace("{thon}", village.said),
        promised_by=by,
        leader_key=leader_key(by),
        promised_on=made_on,
        promised_precision=Precision.DAY,
        department_id=departments[text["department"]],
        supporting=text["supporting"],
        handler=name_of(random, blocks),
        monitor=words["monitor"],
        due_on=due_on,
        outcome=Outcome.OPEN,
        ended_on=None,
        ended_precision=Precision.UNKNOWN,
        source=meeting.source,
        logged_by_id=commune.staff_id,
        logged_at=_typed_at(made_on),
        version=1,
    )
    steps = [_step(promise, MAKE, made_on, commune.staff_id, "", words["conclusion"], random)]
    for name, on in _way(random, promise, until):
        note = words["withdrawn"] if name == "withdraw" else random.choice(words[NOTES[name]])
        proof = words["proof"] if MOVES[name].needs_proof else ""
        actor_id = commune.leader_id if name in ("break", "withdraw") else commune.staff_id
        promise.outcome = MOVES[name].target
        if promise.outcome is not Outcome.OPEN:
            promise.ended_on, promise.ended_precision = on, Precision.DAY
        steps.append(_step(promise, name, on, actor_id, note, proof, random))
    promise.version = len(steps)
    return promise, steps


NOTES = {"keep": "kept", "break": "broken", "progress": "progress"}


def _way(random: Random, promise: Promise, until: date) -> Iterator[tuple[str, date]]:
    name = random.choices(list(WAYS), list(WAYS.values()))[0]
    on = promise.due_on + timedelta(random.randint(-15, 12))
    if name != "progress" and promise.promised_on <= on <= until:
        yield name, on
    elif name == "progress" and promise.promised_on + timedelta(10) <= until:
        yield name, promise.promised_on + timedelta(10)


def numbered(promise: Promise, number: int) -> Promise:
    """Give the promise its code within its year."""
    promise.code = f"CK-{promise.promised_on.year}-{number:04d}"
    promise.search_text = searched(cast(Commitment, promise))
    return promise


def _step(
    promise: Promise, name: str, on: date, actor_id: int, note: str, form: str, random: Random
) -> Step:
    return Step(
        commitment_id=promise.id,
        move=name,
        outcome=promise.outcome,
        due_on=promise.due_on,
        ended_on=promise.ended_on,
        ended_precision=promise.ended_precision,
        happened_on=on,
        happened_precision=Precision.DAY,
        recorded_at=_typed_at(on),
        actor_id=actor_id,
        note=note,
        document_number=form.replace("{so}", f"{random.randint(1, 240):02d}"),
    )


def _typed_at(on: date) -> datetime:
    return datetime.combine(on, time(16, 50), VIETNAM)
