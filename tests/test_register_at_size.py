"""A page of a large register reads about as much as a page of a small one, on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from tracker.core import clock
from tracker.petitions.lifecycle import Status
from tracker.petitions.queries import (
    PetitionFilter,
    Sort,
    cells,
    finding,
    petition_count_shown,
    petition_page,
)
from tracker.petitions.queries.filters import Flow, Stock
from tracker.petitions.rules import Timeliness
from tracker.places import queries
from tracker.places.queries import scope_ids

TODAY = clock.today()


@pytest.mark.parametrize("places", [0, 40])
@pytest.mark.parametrize(
    "cell",
    [
        Stock("outstanding", TODAY - timedelta(days=3)),
        Stock("undated", TODAY),
        Flow("received", TODAY - timedelta(days=9), TODAY),
        Flow("ended_explained", TODAY - timedelta(days=9), TODAY),
    ],
)
def test_rows_behind_a_number_are_the_same_whichever_way_they_are_met(
    session, make, monkeypatch, cell, places
):
    category = make.category()
    for ago in (1, 2, 4, 4, 8, 30):
        day = TODAY - timedelta(days=ago)
        make.petition(category=category, received_on=day)
    scope = scope_ids(session, make.home.id)
    asked = PetitionFilter(cell=cell)

    def ids(sort):
        found, page = [], petition_page(session, scope, asked, sort, size=2)
        found += [row.id for row in page.rows]
        while page.next:
            page = petition_page(session, scope, asked, sort, page.next, size=2)
            found += [row.id for row in page.rows]
        backwards = [row.id for row in page.rows]
        while page.previous:
            page = petition_page(session, scope, asked, sort, page.previous, size=2)
            backwards = [row.id for row in page.rows] + backwards
        assert backwards == found
        return found

    gathered = {sort: ids(sort) for sort in Sort}
    monkeypatch.setattr(cells, "MANY_STOOD", 0)
    for module in (cells, queries):
        monkeypatch.setattr(module, "FEW_PLACES", places)

    assert {sort: ids(sort) for sort in Sort} == gathered
    assert gathered[Sort.NEWEST] == gathered[Sort.OLDEST][::-1]
    assert set(gathered[Sort.DUE]) == set(gathered[Sort.NEWEST])


@pytest.mark.parametrize("sort", Sort)
def test_open_petitions_of_many_places_are_the_same_as_of_few(session, make, monkeypatch, sort):
    for ago in (1, 9, 40):
        make.petition(
            received_on=TODAY - timedelta(days=ago), due_on=TODAY + timedelta(days=9 - ago)
        )
    scope = scope_ids(session, make.home.id)
    open_alone = [
        PetitionFilter(open=True),
        PetitionFilter(overdue=True),
        PetitionFilter(status=Status.RECEIVED),
        PetitionFilter(timeliness=Timeliness.DUE_SOON),
    ]

    def found():
        return [
            ([row.id for row in petition_page(session, scope, asked, sort).rows], count)
            for asked in open_alone
            if (count := petition_count_shown(session, scope, asked)) is not None
        ]

    of_few = found()
    monkeypatch.setattr(finding, "FEW_PLACES", 0)

    assert found() == of_few
    assert of_few[0][1] == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("cell", [Stock("outstanding", TODAY), Flow("received", TODAY, TODAY)])
def test_rows_behind_a_number_of_many_places_are_read_in_the_order_of_an_index(
    session, make, monkeypatch, cell
):
    make.petition()
    for module in (cells, queries):
        monkeypatch.setattr(module, "FEW_PLACES", 0)
    monkeypatch.setattr(cells, "MANY_STOOD", 0)
    scope, seen = scope_ids(session, make.home.id), []
    note = lambda *asked: seen.append(asked[2:4])  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", note)
    petition_page(session, scope, PetitionFilter(cell=cell))
    event.remove(session.get_bind(), "before_cursor_execute", note)

    statement, values = next(one for one in seen if "substr(petitions.content" in one[0])
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    steps = [row.detail for row in plan]
    assert any("ix_petition_postings_measure_day" in step for step in steps)
    assert [step for step in steps if "FOR ORDER BY" in step or step.startswith("SCAN pet")] == []
