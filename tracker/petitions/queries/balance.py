"""Recounting: do the steps, the postings and the ledger's movements say the same?"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain, islice

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.core.clock import shown_date
from tracker.core.i18n import gettext
from tracker.ledger.models import NO_DEPARTMENT, Movement
from tracker.petitions.models import Petition, PetitionPosting, PetitionStep
from tracker.petitions.rules import Postings, StepFact, postings

BATCH = 500
MOST_LINES = 200
"""So many differences are enough to know that the ledger must be rebuilt."""


def histories(session: Session) -> Iterator[dict[int, list[StepFact]]]:
    """Give the histories of all petitions, a batch at a time, so that memory stays bounded."""
    after = 0
    while ids := _next_ids(session, after):
        rows = session.execute(
            select(
                PetitionStep.petition_id,
                PetitionStep.status,
                PetitionStep.happened_on,
                PetitionStep.due_on,
                PetitionStep.move,
                PetitionStep.id,
                PetitionStep.voids_id,
                PetitionStep.department_id,
            )
            .where(PetitionStep.petition_id.between(ids[0], ids[-1]))
            .order_by(PetitionStep.petition_id, PetitionStep.id)
        )
        batch: dict[int, list[StepFact]] = {petition_id: [] for petition_id in ids}
        for petition_id, status, happened_on, due_on, move, step_id, voids_id, department in rows:
            fact = StepFact(
                status, happened_on, due_on, move, step_id, voids_id, department_id=department
            )
            batch[petition_id].append(fact)
        yield batch
        after = ids[-1]


def postings_missing(session: Session) -> bool:
    """Tell whether there are movements but no postings: the schema was just brought up to date."""
    has_movements = session.scalar(select(Movement.id).limit(1)) is not None
    return has_movements and session.scalar(select(PetitionPosting.id).limit(1)) is None


def ledger_mismatches(session: Session) -> list[str]:
    """Recount the postings from the steps and the movements from the postings.

    Gives a line for each that differs, at most MOST_LINES of them.
    """
    found = chain(_posting_mismatches(session), _movement_mismatches(session))
    return list(islice(found, MOST_LINES))


def _posting_mismatches(session: Session) -> Iterator[str]:
    for batch in histories(session):
        held = _held(session, min(batch), max(batch))
        for petition_id, history in batch.items():
            wanted = postings(history)
            kept = held[petition_id]
            for day, measure in sorted(wanted.keys() | kept.keys()):
                if wanted[day, measure] != kept[day, measure]:
                    yield gettext(
                        "%(day)s petition %(petition)s %(measure)s:"
                        " postings %(held)s, steps %(wanted)s",
                        day=shown_date(day),
                        petition=petition_id,
                        measure=measure,
                        held=kept[day, measure],
                        wanted=wanted[day, measure],
                    )


def _movement_mismatches(session: Session) -> Iterator[str]:
    posted = select(
        Petition.place_id.label("place"),
        Petition.category_id.label("category"),
        func.coalesce(Petition.department_id, NO_DEPARTMENT).label("department"),
        PetitionPosting.measure.label("measure"),
        PetitionPosting.day.label("day"),
        PetitionPosting.quantity.label("wanted"),
        literal(0).label("held"),
    ).join(Petition, Petition.id == PetitionPosting.petition_id)
    moved = select(
        Movement.place_id,
        Movement.category_id,
        Movement.department_id,
        Movement.measure,
        Movement.day,
        literal(0),
        Movement.quantity,
    )
    both = union_all(posted, moved).subquery()
    wanted, held = func.sum(both.c.wanted), func.sum(both.c.held)
    cell = (both.c.day, both.c.place, both.c.category, both.c.department, both.c.measure)
    rows = session.execute(
        select(*cell, held, wanted).group_by(*cell).having(wanted != held).order_by(*cell)
    )
    for day, place, category, department, measure, held_sum, wanted_sum in rows:
        yield gettext(
            "%(day)s place %(place)s category %(category)s department %(department)s"
            " %(measure)s: ledger %(held)s, postings %(wanted)s",
            day=shown_date(day),
            place=place,
            category=category,
            department=department,
            measure=measure,
            held=held_sum,
            wanted=wanted_sum,
        )


def _next_ids(session: Session, after: int) -> list[int]:
    asked = select(Petition.id).where(Petition.id > after).order_by(Petition.id)
    return list(session.scalars(asked.limit(BATCH)))


def _held(session: Session, first_id: int, last_id: int) -> defaultdict[int, Postings]:
    rows = session.execute(
        select(
            PetitionPosting.petition_id,
            PetitionPosting.day,
            PetitionPosting.measure,
            PetitionPosting.quantity,
        ).where(PetitionPosting.petition_id.between(first_id, last_id))
    )
    held: defaultdict[int, Postings] = defaultdict(Counter)
    for petition_id, day, measure, quantity in rows:
        held[petition_id][day, measure] += quantity
    return held
