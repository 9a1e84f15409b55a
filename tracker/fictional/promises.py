"""The invented promises: some in every state, and one working group with its visits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.commitments.lifecycle import Result, State
from tracker.commitments.models import Commitment
from tracker.commitments.service import (
    MoveRequest,
    NewCommitment,
    NewGroup,
    NewVisit,
    Person,
    log_visit,
    make_commitment,
    move_commitment,
    set_up_group,
)
from tracker.core.dates import Precision
from tracker.core.db import batch
from tracker.fictional.commune import Commune, Village
from tracker.fictional.dialogues import Held
from tracker.petitions.models import Petition

HOUSEHOLDS = 14
ON_PETITIONS = (4, 11, 17)
"""Which of the promises are a leader's instruction on a petition."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a promise went: its state, how long ago it was made at least, and its term in days."""

    state: State
    least_days: int
    term: int | None
    is_extended: bool = False


PLANS = (
    *(Plan(State.KEPT, 40, 30),) * 7,
    *(Plan(State.KEPT_LATE, 60, 20),) * 3,
    *(Plan(State.OPEN, 0, None),) * 2,
    *(Plan(State.OPEN, 0, 45),) * 6,
    Plan(State.OPEN, 10, 30, is_extended=True),
    *(Plan(State.OVERDUE, 30, 20),) * 4,
    *(Plan(State.BROKEN, 60, 30),) * 2,
    Plan(State.WITHDRAWN, 30, 60),
)


def make_promises(
    session: Session, commune: Commune, random: Random, held: Iterable[Held], today: date
) -> None:
    """Make the promises of the commune's dialogues, unless it has some already."""
    dialogues = list(held)
    known = select(Commitment.id).where(Commitment.source == commune.source).limit(1)
    if not dialogues or session.scalar(known) is not None:
        return
    petitions = session.execute(
        select(Petition.id, Petition.place_id)
        .where(Petition.source == commune.source)
        .order_by(Petition.id)
        .limit(len(PLANS))
    ).all()
    with batch(session):
        made = []
        for number, plan in enumerate(PLANS):
            old = [d for d in dialogues if (today - d.day).days >= plan.least_days]
            # What is still open was mostly promised lately.
            near = old[-4:] if plan.state in (State.OPEN, State.OVERDUE) else old
            dialogue = random.choice(near or dialogues)
            on = petitions[number] if number in ON_PETITIONS and number < len(petitions) else None
            made.append(_make(session, commune, random, number, plan, dialogue, on, today))
        _set_up(session, commune, random, made[19], today)


def _make(
    session: Session,
    commune: Commune,
    random: Random,
    number: int,
    plan: Plan,
    dialogue: Held,
    petition: Any,
    today: date,
) -> Commitment:
    blocks, texts = commune.blocks["promises"], commune.blocks["promise"]
    text = texts[number % len(texts)]
    village = random.choice(commune.villages)
    due_on = _due_on(random, plan, dialogue.day, today)
    commitment = make_commitment(
        session,
        commune.staff,
        NewCommitment(
            place_id=petition.place_id if petition else village.id,
            dialogue_id=None if petition else dialogue.id,
            petition_id=petition.id if petition else None,
            promise=text["text"].replace("{thon}", village.name),
            promised_by=Person(random.choice(blocks["leaders"])),
            promised_on=dialogue.day,
            promised_precision=Precision.DAY,
            department_id=commune.department_ids[text["department"]],
            supporting=text["supporting"],
            handler=Person(commune.person(random)),
            monitor=Person(blocks["monitor"]) if number % 5 else Person(),
            due_on=due_on,
            document_number=_numbered(random, blocks["conclusion"]),
            source=commune.source,
        ),
    )
    for move in _steps(random, commune, plan, dialogue.day, due_on, today):
        actor = commune.leader if move.move_name in ("break", "withdraw") else commune.staff
        move_commitment(session, actor, commitment, move)
    return commitment


def _due_on(random: Random, plan: Plan, day: date, today: date) -> date | None:
    """A promise to be kept is due soon or later; one past its date was due in the last weeks."""
    if plan.term is None:
        return None
    if plan.is_extended:
        return max(day, today - timedelta(days=2))
    if plan.state is State.OPEN:
        return today + timedelta(days=random.choice((1, 3, 6, 12, 25, 40)))
    if plan.state is State.OVERDUE:
        return max(day, today - timedelta(days=random.randint(1, 25)))
    return day + timedelta(days=plan.term)


def _steps(
    random: Random, commune: Commune, plan: Plan, day: date, due_on: date | None, today: date
) -> list[MoveRequest]:
    blocks = commune.blocks["promises"]
    steps = []
    if plan.state in (State.OPEN, State.OVERDUE, State.KEPT_LATE) and day < today:
        between = day + (today - day) / 3
        steps.append(MoveRequest("progress", between, note=random.choice(blocks["progress"])))
    if plan.is_extended:
        later, number = today + timedelta(days=20), _numbered(random, blocks["extension"])
        note = blocks["extended"]
        steps.append(MoveRequest("extend", today, note=note, document_number=number, due_on=later))
    return [*steps, *_end(random, blocks, plan, day, due_on, today)]


def _end(
    random: Random, blocks: dict[str, Any], plan: Plan, day: date, due_on: date | None, today: date
) -> list[MoveRequest]:
    if plan.state in (State.KEPT, State.KEPT_LATE) and due_on is not None:
        is_late = plan.state is State.KEPT_LATE
        offset = timedelta(days=random.randint(2, 20))
        on = min(today, due_on + offset if is_late else max(day, due_on - offset))
        note, number = random.choice(blocks["kept"]), _numbered(random, blocks["proof"])
        return [MoveRequest("keep", on, note=note, document_number=number)]
    if plan.state is State.BROKEN:
        on = min(today, (due_on or day) + timedelta(days=random.randint(3, 20)))
        return [MoveRequest("break", on, note=random.choice(blocks["broken"]))]
    if plan.state is State.WITHDRAWN:
        on = min(today, day + timedelta(days=15))
        return [MoveRequest("withdraw", on, note=blocks["withdrawn"])]
    return []


def _set_up(
    session: Session, commune: Commune, random: Random, commitment: Commitment, today: date
) -> None:
    blocks = commune.blocks["promises"]
    first = commitment.promised_on or today
    group = set_up_group(
        session,
        commune.staff,
        NewGroup(
            name=blocks["group"],
            place_id=commune.home_id,
            commitment_id=commitment.id,
            set_up_on=first,
            document_number=blocks["group_document"],
            members=tuple(tuple(line.split("; ", 1)) for line in blocks["members"]),
            source=commune.source,
        ),
    )
    for _ in range(HOUSEHOLDS):
        name, village = commune.person(random), random.choice(commune.villages)
        results = random.choice(
            (
                (Result.AGREES,),
                (Result.NOT_YET, Result.AGREES),
                (Result.NOT_HOME, Result.AGREES),
                (Result.NOT_YET,),
                (Result.NOT_HOME,),
            )
        )
        for round_, result in enumerate(results, 1):
            on = first + (today - first) * round_ / 3
            log_visit(
                session, commune.staff, group, _visit(random, blocks, name, village, on, result)
            )


def _visit(
    random: Random, blocks: dict[str, Any], name: str, village: Village, on: date, result: Result
) -> NewVisit:
    return NewVisit(
        household=name,
        place_id=village.id,
        visited_on=on,
        result=result,
        reason=random.choice(blocks["not_yet"]) if result is Result.NOT_YET else "",
        agreed_option=random.choice(blocks["agreed"]) if result is Result.AGREES else "",
        visitors=blocks["visitors"],
    )


def _numbered(random: Random, form: str) -> str:
    return form.replace("{so}", f"{random.randint(1, 240):02d}")
