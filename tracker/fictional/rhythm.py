"""The invented rhythm: visits to villages and Party cells, two ended briefings and an open one."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.models import Briefing, GrassrootsVisit
from tracker.briefing.queries import items_of, proposals
from tracker.briefing.service import (
    Chosen,
    NewBriefing,
    NewVisit,
    Recording,
    TypedText,
    choose_items,
    end_briefing,
    log_visit,
    open_briefing,
    promise_of_decision,
    promise_of_instruction,
    record,
)
from tracker.commitments.service import NewCommitment, Person
from tracker.core.dates import Precision
from tracker.core.db import batch
from tracker.fictional.commune import Commune, Village
from tracker.places.queries import scope_ids
from tracker.seeding import seed_file

VILLAGE_VISITS, CELL_MEETINGS = 22, 8
ENDED_DAYS_AGO = (16, 7)
CHOSEN = 5


def make_rhythm(session: Session, commune: Commune, random: Random, today: date) -> None:
    """Make the commune's visits and briefings, unless it has some already."""
    known = select(GrassrootsVisit.id).where(GrassrootsVisit.source == commune.source).limit(1)
    if session.scalar(known) is not None:
        return
    blocks = seed_file("fictional_visits")
    with batch(session):
        visits = [
            log_visit(session, commune.staff, visit)
            for visit in sorted(
                (
                    *_to_villages(commune, random, blocks, today),
                    *_to_cells(commune, random, blocks, today),
                ),
                key=lambda visit: visit.visited_on,
            )
        ]
    told = next(visit for visit in reversed(visits) if visit.instruction)
    promised = _promise(commune, told.instruction, told.visitor, told.visited_on, told.place_id)
    promise_of_instruction(session, commune.staff, told, promised)
    for number, ago in enumerate(ENDED_DAYS_AGO):
        _hold(session, commune, random, blocks, number, today - timedelta(days=ago))
    _prepare(session, commune, blocks, today)


def _to_villages(
    commune: Commune, random: Random, blocks: dict[str, Any], today: date
) -> list[NewVisit]:
    """Give visits of the last weeks; the last village has had none for long, one none at all."""
    *often, seldom, _never = commune.villages
    visits = []
    for number in range(VILLAGE_VISITS):
        village = seldom if number % 11 == 10 else often[number % len(often)]
        ago = 20 + number if village is seldom else number * 2 + random.randint(0, 1)
        text = random.choice(blocks["heard_in_village"])
        visits.append(
            _visit(commune, random, blocks, number, village, today - timedelta(days=ago), text)
        )
    return visits


def _to_cells(
    commune: Commune, random: Random, blocks: dict[str, Any], today: date
) -> list[NewVisit]:
    visits = []
    for number in range(CELL_MEETINGS):
        village = commune.villages[number % (len(commune.villages) - 1)]
        day = today - timedelta(days=5 + number * 29)
        text = random.choice(blocks["heard_in_cell"])
        visit = _visit(commune, random, blocks, number, village, day, text)
        cell = blocks["cell"].replace("{thon}", village.name)
        visits.append(replace(visit, kind=VisitKind.PARTY_CELL, cell=cell))
    return visits


def _visit(
    commune: Commune,
    random: Random,
    blocks: dict[str, Any],
    number: int,
    village: Village,
    day: date,
    text: str,
) -> NewVisit:
    instruction = random.choice(blocks["instructions"]) if number % 3 == 0 else ""
    return NewVisit(
        kind=VisitKind.VILLAGE_VISIT,
        visited_on=day,
        place_id=village.id,
        visitor=blocks["leaders"][number % len(blocks["leaders"])],
        heard=text.replace("{thon}", village.name),
        instruction=instruction.replace("{thon}", village.name),
        source=commune.source,
    )


def _hold(
    session: Session,
    commune: Commune,
    random: Random,
    blocks: dict[str, Any],
    number: int,
    day: date,
) -> None:
    """Hold a briefing to its end, and follow its first decision as a commitment."""
    briefing = _open(session, commune, blocks, day)
    _choose(session, commune, briefing, blocks["subjects"][number])
    decisions = {
        item.id: TypedText(random.choice(blocks["decisions"]))
        for item in items_of(session, briefing)
    }
    notes = TypedText(blocks["notes"])
    record(session, commune.staff, briefing, Recording(decisions, notes))
    first = items_of(session, briefing)[0]
    promised = _promise(commune, first.decision, briefing.chair, day, first.place_id)
    promise_of_decision(session, commune.staff, briefing, first.id, promised)
    end_briefing(session, commune.leader, briefing)


def _prepare(session: Session, commune: Commune, blocks: dict[str, Any], today: date) -> None:
    """Leave the next briefing open, with its first decision written down."""
    briefing = _open(session, commune, blocks, today)
    _choose(session, commune, briefing, blocks["subjects"][-1])
    first = items_of(session, briefing)[0]
    decision = TypedText(blocks["decisions"][0])
    record(session, commune.staff, briefing, Recording({first.id: decision}))


def _open(session: Session, commune: Commune, blocks: dict[str, Any], day: date) -> Briefing:
    new = NewBriefing(commune.home_id, day, blocks["chair"], commune.source)
    return open_briefing(session, commune.staff, new)


def _choose(session: Session, commune: Commune, briefing: Briefing, subject: str) -> None:
    piles = proposals(session, scope_ids(session, commune.home_id), None, ())
    of_petitions = [row.code for pile in piles if pile.is_of_petitions for row in pile.rows[:2]]
    of_promises = [row.code for pile in piles if not pile.is_of_petitions for row in pile.rows[:1]]
    chosen = Chosen(tuple(of_petitions[: CHOSEN - 2]), tuple(of_promises[:2]), subject)
    choose_items(session, commune.staff, briefing, chosen)


def _promise(commune: Commune, text: str, leader: str, day: date, place_id: int) -> NewCommitment:
    return NewCommitment(
        place_id=place_id,
        promise=text,
        promised_by=Person(leader),
        promised_on=day,
        promised_precision=Precision.DAY,
        due_on=day + timedelta(days=21),
        source=commune.source,
    )
