"""Questions about petitions."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.errors import NotFound
from tracker.ledger.models import Movement
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.rules import StepFact, postings
from tracker.places.queries import scope_ids

Cell = tuple[date, int, int, str]
"""A movement's day, place, category and measure."""


def petition_for(session: Session, user: User, code: str) -> Petition:
    """Give the petition if the user's place answers for it; another's does not exist."""
    petition = session.scalar(select(Petition).where(Petition.code == code))
    if petition is None or petition.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such petition.")
    return petition


def steps_of(session: Session, petition_id: int) -> list[PetitionStep]:
    """Give a petition's steps in the order they were taken."""
    asked = select(PetitionStep).where(PetitionStep.petition_id == petition_id)
    return list(session.scalars(asked.order_by(PetitionStep.id)))


def ledger_mismatches(session: Session) -> list[str]:
    """Recount every movement from the steps; give a line for each that differs."""
    wanted = _recount(session)
    rows = session.execute(
        select(
            Movement.day,
            Movement.place_id,
            Movement.category_id,
            Movement.measure,
            Movement.quantity,
        )
    )
    held = {(day, place, category, measure): total for day, place, category, measure, total in rows}
    return [
        f"{cell[0]:%d/%m/%Y} place {cell[1]} category {cell[2]} {cell[3]}:"
        f" ledger {held.get(cell, 0)}, steps {wanted[cell]}"
        for cell in sorted(wanted.keys() | held.keys())
        if held.get(cell, 0) != wanted[cell]
    ]


def _recount(session: Session) -> Counter[Cell]:
    rows = session.execute(
        select(
            Petition.id,
            Petition.place_id,
            Petition.category_id,
            PetitionStep.status,
            PetitionStep.happened_on,
            PetitionStep.due_on,
        )
        .join(PetitionStep, PetitionStep.petition_id == Petition.id)
        .order_by(Petition.id, PetitionStep.id)
    )
    histories: dict[tuple[int, int, int], list[StepFact]] = defaultdict(list)
    for petition_id, place_id, category_id, status, happened_on, due_on in rows:
        fact = StepFact(status, happened_on, due_on)
        histories[petition_id, place_id, category_id].append(fact)
    return _summed(histories.items())


def _summed(histories: Iterable[tuple[tuple[int, int, int], list[StepFact]]]) -> Counter[Cell]:
    total: Counter[Cell] = Counter()
    for (_, place_id, category_id), history in histories:
        for (day, measure), quantity in postings(history).items():
            total[day, place_id, category_id, measure] += quantity
    return total
