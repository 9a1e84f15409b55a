"""What a report reads to tell the ages of what stood on a day: those petitions, and no others."""

from datetime import timedelta

import pytest
from sqlalchemy.dialects import sqlite

from tracker.core import clock
from tracker.reports.queries.measures import _standing_now

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The other planner chooses by what it knows of a full register."""


def test_what_ended_long_ago_is_not_read_to_tell_ages(session, make):
    before = clock.today() - timedelta(days=30)
    statement = _standing_now(is_of_today=False).params(unit=make.home.id, end=before)
    asked = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()

    of_petitions = [str(step[-1]) for step in plan if "petitions USING" in str(step[-1])]
    assert len(of_petitions) == 2
    assert all("ix_petitions_place_ended" in step for step in of_petitions)
