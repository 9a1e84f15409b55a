"""Counting everything anew from the steps."""

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    Insert,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from tracker.calendar.queries import clockwork
from tracker.core.bulk import set_aside
from tracker.core.dates import Precision
from tracker.core.db import roomy, transaction
from tracker.ledger import service as ledger
from tracker.ledger.models import LedgerEntry
from tracker.ledger.rules import MEASURES
from tracker.petitions.lifecycle import AMEND, RECEIVE
from tracker.petitions.models import (
    PERSON,
    UNNAMED,
    Petition,
    PetitionPosting,
    PetitionStep,
    unnamed_copy,
)
from tracker.petitions.queries import facts, histories, steps_of
from tracker.petitions.rules import ack_due, entries, spot_answer
from tracker.petitions.service.lookup import renew_lookups
from tracker.petitions.service.recording import summary
from tracker.places.service import renew_reach

BATCH = 500


def rebuild_ledger(session: Session) -> None:
    """Write the ledger's entries anew as the steps say, and everything that is summed from them.

    So too what units answer for, and what rows keep for lists. For a schema just brought up to
    date, or after `tracker verify` found what cannot be: otherwise no entry is ever written twice.
    """
    with transaction(session):
        for petitions in _some_at_a_time(session):
            _mend(session, petitions)
        session.expire_all()
        renew_reach(session)
        session.execute(delete(LedgerEntry))
        for batch in histories(session):
            rows = [
                entry.row(petition_id)
                for petition_id, history in batch.items()
                for entry in entries(history)
            ]
            if rows:
                session.execute(insert(LedgerEntry), rows)
        sum_up(session)


def sum_up(session: Session) -> None:
    """Write all postings and sums anew from the ledger's entries, in a few statements.

    For whoever inserts entries in bulk (`petitions.rules.entries`, `Entry.row`); in the caller's
    transaction.
    """
    with roomy(session):
        with set_aside(session.connection(), PetitionPosting.__tablename__):
            session.execute(delete(PetitionPosting))
            session.execute(_postings())
        ledger.rebuild(session)


def _postings() -> Insert:
    """Write down what entries add up to for each petition, place, day and measure."""
    sums = [func.sum(getattr(LedgerEntry, name)).label(name) for name in MEASURES]
    cell = (LedgerEntry.petition_id, LedgerEntry.place_id, LedgerEntry.day)
    net = select(*cell, *sums).group_by(*cell).cte("net")
    measures = union_all(*(select(literal(name).label("measure")) for name in MEASURES)).cte()
    measure = measures.c.measure
    quantity = case(*((measure == name, net.c[name]) for name in MEASURES))
    apart = select(net.c.petition_id, net.c.place_id, net.c.day, measure, quantity.label("by"))
    rows = apart.join_from(net, measures, true()).cte("apart")
    columns = ["petition_id", "place_id", "day", "measure", "quantity"]
    chosen = select(rows).where(rows.c.by != 0)
    # In the order in which they are unique: numbered alike each time, and indexed as they come.
    in_order = chosen.order_by(rows.c.petition_id, rows.c.measure, rows.c.day)
    return insert(PetitionPosting).from_select(columns, in_order)


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
        mended = summary(petition, recorded)
        person = petition.person
        mended["note_unnamed"] = unnamed_copy(mended["latest_note"], person)
        mended["content_unnamed"] = unnamed_copy(petition.content, person)
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


def fill_unnamed_copies(session: Session) -> None:
    """Make the copies of texts without their person where the schema was just brought up to date.

    Rows of before may tell their person in ways that were not looked for then.
    """
    columns = (Petition.id, *(getattr(Petition, name) for name in (*PERSON, *UNNAMED)))
    named = or_(*(getattr(Petition, name) != "" for name in PERSON))
    after = 0
    with transaction(session):
        while rows := session.execute(
            select(*columns).where(Petition.id > after, named).order_by(Petition.id).limit(BATCH)
        ).all():
            for petition_id, *told in rows:
                person, texts = tuple(told[: len(PERSON)]), told[len(PERSON) :]
                copies = [unnamed_copy(text, person) for text in texts]
                if any(copy is not None for copy in copies):
                    kept = dict(zip(UNNAMED.values(), copies, strict=True))
                    session.execute(update(Petition).where(Petition.id == petition_id).values(kept))
            after = rows[-1].id


def fill_ack_dates(session: Session) -> None:
    """Give petitions that have none yet the day by which their citizens are to be told."""
    missing = (Petition.ack_due_on.is_(None), Petition.date_precision == Precision.DAY)
    with transaction(session):
        works = clockwork(session)
        asked = select(Petition.received_on, Petition.kind).where(*missing).distinct()
        for day, kind in session.execute(asked).all():
            due_on = ack_due(day, Precision.DAY, works, kind)
            if due_on is not None:
                theirs = (*missing, Petition.received_on == day, Petition.kind == kind)
                ids = session.scalars(select(Petition.id).where(*theirs)).all()
                session.execute(update(Petition).where(*theirs).values(ack_due_on=due_on))
                renew_lookups(session, ids)
