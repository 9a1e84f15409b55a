"""Many writers at once, and a tree of places that changes under them, lose and double no sum."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.ledger.models import LedgerSum
from tracker.ledger.queries import sums
from tracker.ledger.rules import By, Span
from tracker.ledger.service import follow_places, rebuild
from tracker.petitions.lifecycle import Channel, Kind
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.service import MoveRequest, NewPetition, log_petition, move_petition
from tracker.places.models import Place
from tracker.places.rules import PlaceKind

TODAY = clock.today()
EACH = 6


def _write(engine, places, categories, failures):
    """Log petitions in turn here and there and begin to work on each."""
    try:
        with Session(engine) as session:
            for number in range(EACH):
                new = NewPetition(
                    place_id=places[number % len(places)],
                    category_id=categories[number % len(categories)],
                    channel=Channel.LETTER,
                    kind=Kind.FEEDBACK,
                    content="Đường hỏng",
                    received_on=TODAY - timedelta(days=number),
                    date_precision=Precision.DAY,
                )
                petition = log_petition(session, None, new)
                move_petition(session, None, petition, MoveRequest("explain", note="Đã rõ"))
    except Exception as failure:
        failures.append(failure)


def _merge(engine, former_id, heir_id, failures):
    """Let one commune take over the other and give it back, again and again."""
    try:
        with Session(engine) as session:
            for _ in range(EACH):
                with transaction(session):
                    asked = select(Place).order_by(Place.id).with_for_update(key_share=True)
                    places = {place.id: place for place in session.scalars(asked)}
                    former = places[former_id]
                    former.successor_id = None if former.successor_id else heir_id
                    follow_places(session)
    except Exception as failure:
        failures.append(failure)


def test_sums_are_right_after_writers_and_a_changing_tree_worked_at_once(engine, session, make):
    province = make.place(kind=PlaceKind.PROVINCE)
    here, there = (make.place(parent_id=province.id) for _ in range(2))
    villages = [
        make.place(kind=PlaceKind.VILLAGE, parent_id=commune.id).id for commune in (here, there)
    ]
    categories = [make.category().id, make.category().id]
    failures = []
    writers = [
        threading.Thread(target=_write, args=(engine, order, kinds, failures))
        for order, kinds in (
            (villages, categories),
            (villages[::-1], categories[::-1]),
            ([here.id, *villages], categories),
        )
    ]
    writers.append(threading.Thread(target=_merge, args=(engine, there.id, here.id, failures)))

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failures == []
    session.rollback()
    assert ledger_mismatches(session) == []
    found = sums(session, [province.id], [Span(None, TODAY)])
    assert found[0, province.id, ""]["received"] == 3 * EACH
    assert found[0, province.id, ""]["ended_explained"] == 3 * EACH


def test_sums_rebuilt_from_the_entries_are_those_that_were_kept(session, make):
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    for place in (village, make.home, village):
        make.petition(place=place)
    asked = select(LedgerSum).order_by(*LedgerSum.__table__.primary_key)
    kept = [_values(row) for row in session.scalars(asked)]

    with transaction(session):
        rebuild(session)
    session.expire_all()

    assert [_values(row) for row in session.scalars(asked)] == kept


def _values(row):
    return {column.name: getattr(row, column.name) for column in LedgerSum.__table__.columns}


def test_a_unit_is_summed_by_day_and_month_and_a_village_by_month_alone(session, make):
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    petition = make.petition(place=village)
    rows = session.execute(
        select(LedgerSum.unit_id, LedgerSum.cut, LedgerSum.grain).distinct()
    ).all()
    assert {(row.cut, row.grain) for row in rows if row.unit_id == village.id} == {("all", "month")}
    assert {(row.cut, row.grain) for row in rows if row.unit_id == make.home.id} == {
        (str(by), grain) for by in By for grain in ("day", "month")
    }

    # What a village's sums do not hold is read from its own entries.
    day = Span(petition.received_on, petition.received_on)
    for by in By:
        (found,) = sums(session, [village.id], [day], by).values()
        assert found["received"] == 1
    assert sums(session, [], [day]) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_statement_of_the_ledger_reads_it_from_end_to_end(session, make):
    """By the plans of SQLite: entries and sums are searched by their keys, never scanned."""
    make.petition()
    seen = []
    note = lambda *asked: seen.append(asked[2:4])  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", note)
    for by in By:
        sums(session, [make.home.id], [Span(None, TODAY), Span(TODAY, TODAY)], by, clock.now())
    make.petition()
    event.remove(session.get_bind(), "before_cursor_execute", note)

    plans = [
        row.detail
        for statement, values in seen
        if "ledger_" in statement and "SELECT" in statement
        for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    assert any("SEARCH ledger_sums USING PRIMARY KEY" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN ledger_")] == []
