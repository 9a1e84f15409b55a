"""Counting everything anew from the steps."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Insert, delete, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.calendar.queries import clockwork
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.ledger.models import NO_DEPARTMENT, Movement
from tracker.petitions.lifecycle import AMEND, RECEIVE
from tracker.petitions.models import Petition, PetitionPosting, PetitionStep
from tracker.petitions.queries import facts, histories, steps_of
from tracker.petitions.rules import ack_due, postings, spot_answer
from tracker.petitions.service.recording import searched, summary

BATCH = 500


def rebuild_ledger(session: Session) -> None:
    """Write the postings of all petitions and all movements anew, as the steps say.

    So too what rows keep for lists and for searching.
    """
    with transaction(session):
        for petitions in _some_at_a_time(session):
            _mend(session, petitions)
        session.expire_all()
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


def _some_at_a_time(session: Session) -> Iterator[Sequence[Petition]]:
    after = 0
    while True:
        asked = select(Petition).where(Petition.id > after).order_by(Petition.id).limit(BATCH)
        petitions = session.scalars(asked).all()
        if not petitions:
            return
        yield petitions
        after = petitions[-1].id


def _mend(session: Session, petitions: Sequence[Petition]) -> None:
    """Bring rows of an older version to what is written today; the version seen stays."""
    for petition in petitions:
        recorded = steps_of(session, petition.id)
        if petition.date_precision is not Precision.DAY:
            _forget_invented_days(session, recorded)
        mended = summary(petition, recorded) | {"search_text": searched(petition)}
        if any(getattr(petition, name) != value for name, value in mended.items()):
            row = update(Petition).where(Petition.id == petition.id).values(mended)
            session.execute(row, execution_options={"synchronize_session": False})


def _forget_invented_days(session: Session, recorded: Sequence[PetitionStep]) -> None:
    """Take from steps the first day that stood for a month, a quarter or a year."""
    spot = spot_answer(facts(recorded))
    for step in recorded:
        if step.move in (RECEIVE, AMEND) or step.id == spot:
            step.happened_on = None
    session.flush()


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
