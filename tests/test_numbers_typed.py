"""The rows behind a number by what had been typed: page by page, they are the whole list."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.conftest import Maker
from tracker.core import clock
from tracker.core.db import batch
from tracker.ledger.queries import sums
from tracker.ledger.rules import Span, end_of_day
from tracker.petitions.queries import PetitionFilter, Sort, petition_page
from tracker.petitions.queries.cells import pieces_of
from tracker.petitions.queries.filters import Flow
from tracker.petitions.queries.register import petition_count_shown, petition_export_rows
from tracker.places.queries import scope_ids

TODAY = clock.today()
SINCE = TODAY - timedelta(days=400)
DAYS = (0, 0, 1, 2, 3, 3, 3, 15, 40, 41, 300)
CELL = Flow("received", SINCE, TODAY, typed_by=TODAY)


@pytest.fixture
def scope(session, make: Maker):
    category = make.category()
    with batch(session):
        for days in DAYS:
            make.petition(category=category, received_on=TODAY - timedelta(days=days))
    return scope_ids(session, make.home.id)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_pages_forward_and_back_are_the_whole_list(session, scope, sort):
    asked = PetitionFilter(cell=CELL)
    whole = [row.id for row in petition_export_rows(session, scope, asked, sort)]
    assert len(whole) == len(DAYS)
    pages = [petition_page(session, scope, asked, sort, size=2)]
    while (key := pages[-1].next) is not None:
        pages.append(petition_page(session, scope, asked, sort, after=key, size=2))
    assert [row.id for page in pages for row in page.rows] == whole
    for page, before in zip(pages[:0:-1], pages[-2::-1], strict=True):
        back = petition_page(session, scope, asked, sort, after=page.previous, size=2)
        assert [row.id for row in back.rows] == [row.id for row in before.rows]
    assert pages[0].previous is None


def test_narrowed_by_two_things_the_rows_are_counted_in_pieces_to_the_last(session, scope, make):
    narrowed = PetitionFilter(cell=CELL, open=True, without_names=True)
    assert petition_count_shown(session, scope, narrowed) == len(DAYS)
    pieces = list(pieces_of(CELL))
    assert (pieces[0].day_to, pieces[-1].day_from) == (TODAY, SINCE)
    for later, earlier in zip(pieces, pieces[1:], strict=False):
        assert earlier.day_to == later.day_from - timedelta(days=1)


def test_the_first_page_adds_up_no_more_days_than_it_needs(session, scope):
    days = []

    def note(_connection, _cursor, _statement, parameters, *_):
        given = parameters.values() if isinstance(parameters, dict) else parameters
        days.append({str(one)[:10] for one in given})

    event.listen(session.get_bind(), "before_cursor_execute", note)
    petition_page(session, scope, PetitionFilter(cell=CELL), size=2)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    assert not any(SINCE.isoformat() in some for some in days)


def test_what_was_typed_since_is_found_by_when_it_was_typed(session, scope, make):
    asked = []

    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    sums(session, [make.home.id], [Span(SINCE, TODAY)], typed_before=end_of_day(TODAY))
    event.remove(session.get_bind(), "before_cursor_execute", note)
    statement, parameters = asked[-1]
    if session.get_bind().dialect.name == "sqlite":
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        told = " ".join(row[3] for row in plan)
        assert "ix_ledger_entries_place_recorded" in told
