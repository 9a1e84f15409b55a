"""The journal: one chain a place, which neither the program nor raw SQL can bend unseen."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.core import migrate
from tracker.core.db import at_the_end, batch, engine_for, transaction
from tracker.journal.models import JournalEntry, JournalHead
from tracker.journal.queries import journal_breaks, journal_heads
from tracker.journal.rules import WHOLE_REGISTER
from tracker.journal.service import note


@pytest.fixture
def here(session, make):
    """Give the chain of a place with five entries, beside one of the whole register."""
    for at in range(5):
        with transaction(session):
            note(session, None, "petition:assign", f"KN-2026-00000{at}", make.home.id, "fields")
            note(session, None, "register:installed", "quantri")
    return make.home.id


def _kept(session, chain):
    asked = select(JournalEntry).where(JournalEntry.chain == chain).order_by(JournalEntry.number)
    return session.scalars(asked).all()


def test_each_place_has_a_chain_of_its_own_numbered_from_one(session, here):
    assert [entry.number for entry in _kept(session, here)] == [1, 2, 3, 4, 5]
    assert [entry.number for entry in _kept(session, WHOLE_REGISTER)] == [1, 2, 3, 4, 5]
    assert journal_heads(session, frozenset({here})) == {here: _kept(session, here)[-1].digest}
    assert list(journal_breaks(session)) == []


TAMPERINGS = {
    "altered": ("UPDATE journal SET detail = 'other' WHERE chain = :c AND number = 3", 3),
    "re-dated": ("UPDATE journal SET recorded_at = :m WHERE chain = :c AND number = 2", 2),
    "given to another": ("UPDATE journal SET subject = 'KN-9' WHERE chain = :c AND number = 1", 1),
    "taken from the middle": ("DELETE FROM journal WHERE chain = :c AND number = 3", 3),
    "cut at the end": ("DELETE FROM journal WHERE chain = :c AND number >= 4", 4),
    "emptied": ("DELETE FROM journal WHERE chain = :c", 1),
    "swapped": (
        "UPDATE journal SET number = CASE number WHEN 2 THEN -3 ELSE -2 END"
        " WHERE chain = :c AND number IN (2, 3)",
        2,
    ),
    "put in": (
        "INSERT INTO journal (chain, number, recorded_at, action, subject, detail, digest)"
        " SELECT chain, 6, recorded_at, action, subject, detail, digest FROM journal"
        " WHERE chain = :c AND number = 5",
        6,
    ),
    "given another end": ("UPDATE journal_heads SET number = 3 WHERE chain = :c", 5),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_what_raw_sql_bends_is_named_at_its_first_entry(session, here, how):
    statement, number = TAMPERINGS[how]
    given = {"c": here}
    if ":m" in statement:
        given["m"] = "2020-01-01 00:00:00.000000"
    session.execute(text(statement), given)
    if how == "swapped":
        session.execute(text("UPDATE journal SET number = -number WHERE number < 0"))
    session.commit()

    found = list(journal_breaks(session))

    assert found
    assert (found[0].chain, found[0].number) == (here, number)


def test_the_database_itself_refuses_to_change_or_delete_an_entry(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    with Session(engine) as session:
        with transaction(session):
            note(session, None, "register:installed", "quantri")
        for statement in ("UPDATE journal SET detail = 'x'", "DELETE FROM journal"):
            with pytest.raises(DBAPIError, match="never changed or deleted"):
                session.execute(text(statement))
            session.rollback()
        assert list(journal_breaks(session)) == []
    engine.dispose()


def test_an_entry_is_lost_together_with_the_change_it_tells_of(session, make):
    def fail():
        with transaction(session):
            note(session, None, "petition:assign", "KN-2026-000001", make.home.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with transaction(session):
        pass

    assert session.scalar(select(func.count()).select_from(JournalEntry)) == 0
    assert session.scalar(select(func.count()).select_from(JournalHead)) == 0


def test_a_batch_chains_all_its_entries_at_its_end(session, make):
    with batch(session):
        for _ in range(3):
            with transaction(session):
                note(session, None, "petition:receive", "KN-2026-000001", make.home.id)
        assert _kept(session, make.home.id) == []

    assert len(_kept(session, make.home.id)) == 3
    assert list(journal_breaks(session)) == []


def test_what_is_left_for_the_end_is_done_once_and_forgotten_after_a_failure(session):
    done = []

    def act(_session, items):
        done.append(items)

    def fail():
        with transaction(session):
            at_the_end(session, act, 3)
            raise ZeroDivisionError

    with transaction(session):
        at_the_end(session, act, 1)
        at_the_end(session, act, 2)
    with pytest.raises(ZeroDivisionError):
        fail()
    with transaction(session):
        pass

    assert done == [[1, 2]]


def test_writers_side_by_side_leave_one_chain_without_gaps(engine, make):
    places = [make.home.id, make.place(name="Xã B").id]
    failures = []

    def write(order):
        try:
            with Session(engine) as session:
                for _ in range(15):
                    with transaction(session):
                        for place_id in order:
                            note(session, None, "petition:assign", "KN-2026-000001", place_id)
        except Exception as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write, args=(places[::step],)) for step in (1, -1, 1, -1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failures == []
    with Session(engine) as session:
        for place_id in places:
            assert [entry.number for entry in _kept(session, place_id)] == list(range(1, 61))
        assert list(journal_breaks(session)) == []
