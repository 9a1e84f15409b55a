"""Counting everything anew from the steps."""

from sqlalchemy import Insert, delete, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.calendar.queries import clockwork
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.ledger.models import NO_DEPARTMENT, Movement
from tracker.petitions.models import Petition, PetitionPosting
from tracker.petitions.queries import histories
from tracker.petitions.rules import ack_due, postings


def rebuild_ledger(session: Session) -> None:
    """Write the postings of all petitions and all movements anew, as the steps say."""
    with transaction(session):
        session.execute(delete(Movement))
        session.execute(delete(PetitionPosting))
        for batch in histories(session):
            rows = [
                {"petition_id": petition_id, "day": day, "measure": measure, "quantity": quantity}
                for petition_id, history in batch.items()
                for (day, measure), quantity in sorted(postings(history).items())
            ]
            if rows:
                session.execute(insert(PetitionPosting), rows)
        session.execute(_sum_into_movements())


def fill_ack_dates(session: Session) -> None:
    """Give petitions that have none yet the day by which their citizens are to be told."""
    missing = (Petition.ack_due_on.is_(None), Petition.date_precision == Precision.DAY)
    with transaction(session):
        works = clockwork(session)
        for day in session.scalars(select(Petition.received_on).where(*missing).distinct()).all():
            due_on = ack_due(day, Precision.DAY, works)
            if due_on is not None:
                session.execute(
                    update(Petition)
                    .where(*missing, Petition.received_on == day)
                    .values(ack_due_on=due_on)
                )


def _sum_into_movements() -> Insert:
    cell = (
        Petition.place_id,
        Petition.category_id,
        func.coalesce(Petition.department_id, NO_DEPARTMENT),
        PetitionPosting.measure,
        PetitionPosting.day,
    )
    counted = (
        select(*cell, func.sum(PetitionPosting.quantity))
        .join(Petition, Petition.id == PetitionPosting.petition_id)
        .group_by(*cell)
    )
    columns = ["place_id", "category_id", "department_id", "measure", "day", "quantity"]
    return insert(Movement).from_select(columns, counted)
