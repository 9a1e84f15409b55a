"""Working days, and the seeded table of days that differ from the plain week."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tracker.calendar.models import CalendarException
from tracker.calendar.queries import exceptions, exceptions_of
from tracker.calendar.rules import (
    add_calendar_days,
    add_working_days,
    due_date,
    is_working_day,
)
from tracker.calendar.service import seed_calendar

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
TABLES = st.dictionaries(DAYS, st.booleans(), max_size=30)


@given(DAYS, st.integers(1, 60), TABLES)
def test_so_many_working_days_lie_after_the_start_up_to_the_due_day(start, number, table):
    due = add_working_days(start, number, table)

    counted = [start + timedelta(days=ahead + 1) for ahead in range((due - start).days)]
    assert sum(is_working_day(day, table) for day in counted) == number
    assert is_working_day(due, table)


@given(DAYS, st.integers(0, 60), TABLES)
def test_calendar_days_end_on_a_working_day_never_earlier(start, number, table):
    due = add_calendar_days(start, number, table)

    assert due >= start + timedelta(days=number)
    assert is_working_day(due, table)


def test_ten_working_days_from_20_11_2026_end_on_07_12_2026(session):
    seed_calendar(session)

    assert due_date(date(2026, 11, 20), 10, working=True, exceptions=exceptions(session)) == date(
        2026, 12, 7
    )


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 2), False),
        (date(2026, 1, 10), True),
        (date(2026, 8, 31), False),
        (date(2026, 8, 22), True),
        (date(2026, 11, 24), False),
        (date(2025, 11, 24), True),
        (date(2024, 4, 29), False),
        (date(2024, 5, 4), True),
        (date(2025, 4, 26), True),
        (date(2026, 2, 17), False),
    ],
)
def test_the_seeded_calendar_knows_holidays_and_swaps(session, day, worked):
    seed_calendar(session)

    assert is_working_day(day, exceptions(session)) is worked


def test_a_swap_names_its_document_and_later_years_are_provisional(session):
    seed_calendar(session)

    assert session.get(CalendarException, date(2026, 1, 2)).document.startswith("12729/VPCP-KGVX")
    assert {row.is_provisional for row in exceptions_of(session, 2027)} == {True}
    assert {row.is_provisional for row in exceptions_of(session, 2026)} == {False}


def test_seeding_again_adds_nothing_and_keeps_what_people_edited(session):
    seed_calendar(session)
    before = session.scalar(select(func.count()).select_from(CalendarException))
    session.get(CalendarException, date(2026, 1, 10)).reason = "Sửa tay"
    session.commit()

    seed_calendar(session)

    assert session.scalar(select(func.count()).select_from(CalendarException)) == before
    assert session.get(CalendarException, date(2026, 1, 10)).reason == "Sửa tay"
