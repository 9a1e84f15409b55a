"""Dates that account for themselves: the laws of counting, and cases from Vietnam's calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tracker.calendar.queries import calendar_of
from tracker.calendar.rules import (
    Act,
    Calendar,
    CalendarRefused,
    Change,
    KeptDay,
    Limit,
    Pause,
    Rule,
    SetDate,
    SpecialDay,
    Unit,
    Why,
    account,
    days_after,
    due_under,
    rule_on,
    told,
    with_days,
)
from tracker.calendar.service import seed_calendar
from tracker.core.db import Base
from tracker.core.i18n import speaking

TODAY = date(2026, 11, 25)
STARTS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
LIMITS = st.builds(Limit, st.integers(1, 60), st.sampled_from(Unit))
CALENDARS = st.builds(
    Calendar,
    st.dictionaries(
        st.dates(date(2025, 12, 1), date(2027, 6, 30)),
        st.builds(SpecialDay, st.booleans()),
        max_size=40,
    ),
    st.booleans(),
)


@st.composite
def events(draw):
    """Draw pauses and dates set by people, in the order of their days."""
    day, found = draw(STARTS), []
    for _ in range(draw(st.integers(0, 4))):
        day += timedelta(days=draw(st.integers(0, 15)))
        if draw(st.booleans()):
            until = day + timedelta(days=draw(st.integers(0, 20)))
            found.append(Pause(day, until))
            day = until
        else:
            set_to = day + timedelta(days=draw(st.integers(0, 60)))
            found.append(SetDate(day, set_to, draw(st.sampled_from([Why.EXTENDED, Why.ASSIGNED]))))
    return found


@given(STARTS, st.none() | LIMITS, CALENDARS, events())
def test_the_lines_of_an_account_add_up_from_day_zero_to_the_date(start, limit, calendar, happened):
    given_account = account(start, limit, calendar, happened)

    moved = sum(line.moves_by for line in given_account.lines)
    if given_account.due_on is not None:
        assert start + timedelta(days=moved) == given_account.due_on
        assert given_account.lines[-1].day == given_account.due_on


@given(STARTS, LIMITS, CALENDARS, events())
def test_the_account_says_the_date_that_is_counted(start, limit, calendar, happened):
    pauses = [event for event in happened if isinstance(event, Pause)]

    assert account(start, limit, calendar, pauses).due_on == due_under(
        start, limit, calendar, pauses
    )


@given(STARTS, LIMITS, st.integers(0, 30), CALENDARS)
def test_a_longer_limit_never_ends_earlier(start, limit, more, calendar):
    longer = replace(limit, days=limit.days + more)

    assert longer.due(start, calendar) >= limit.due(start, calendar)


@given(STARTS, LIMITS, CALENDARS, events())
def test_a_counted_date_is_never_on_a_day_off(start, limit, calendar, happened):
    pauses = [event for event in happened if isinstance(event, Pause) and event.until > event.since]
    due = due_under(start, limit, calendar, pauses)

    if limit.unit is Unit.WORKING or calendar.rolls:
        assert calendar.is_working(due)


@given(STARTS, LIMITS, CALENDARS, st.dates(date(2026, 1, 1), date(2027, 3, 1)), events())
def test_one_more_day_off_never_makes_a_date_earlier(start, limit, calendar, day, happened):
    pauses = [event for event in happened if isinstance(event, Pause)]
    off = replace(calendar, special={**calendar.special, day: SpecialDay(False)})

    assert due_under(start, limit, off, pauses) >= due_under(start, limit, calendar, pauses)


@pytest.mark.parametrize(
    ("start", "days", "unit", "due"),
    [
        # Ten working days across the new holiday of 24 November.
        (date(2026, 11, 20), 10, Unit.WORKING, date(2026, 12, 7)),
        # Across a year, with 1 and 2 January off and 10 January worked instead.
        (date(2025, 12, 31), 2, Unit.WORKING, date(2026, 1, 6)),
        (date(2025, 12, 31), 7, Unit.WORKING, date(2026, 1, 12)),
        # The Saturday 10 January 2026 is worked: it counts.
        (date(2026, 1, 8), 2, Unit.WORKING, date(2026, 1, 10)),
        # 22 August is worked for 31 August; 1 and 2 September are off.
        (date(2026, 8, 21), 1, Unit.WORKING, date(2026, 8, 22)),
        (date(2026, 8, 28), 1, Unit.WORKING, date(2026, 9, 3)),
        # Tet of the year of the horse.
        (date(2026, 2, 13), 1, Unit.WORKING, date(2026, 2, 23)),
        # A calendar limit that ends on a Saturday moves to Monday; one inside the week stays.
        (date(2026, 11, 14), 7, Unit.CALENDAR, date(2026, 11, 23)),
        (date(2026, 11, 16), 7, Unit.CALENDAR, date(2026, 11, 23)),
        # Ten days after a dialogue of 14 November end on 24 November, which is off.
        (date(2026, 11, 14), 10, Unit.CALENDAR, date(2026, 11, 25)),
        (date(2026, 10, 11), 45, Unit.CALENDAR, date(2026, 11, 25)),
    ],
)
def test_cases_of_the_vietnamese_calendar(seeded, start, days, unit, due):
    assert Limit(days, unit).due(start, seeded) == due


def test_without_the_setting_a_calendar_limit_stays_on_its_day_off(seeded):
    limit = Limit(7, Unit.CALENDAR)

    assert limit.due(date(2026, 11, 14), replace(seeded, rolls=False)) == date(2026, 11, 21)


def test_each_skipped_day_says_why_with_its_document(seeded):
    lines = account(date(2025, 12, 31), Limit(2, Unit.WORKING), seeded).lines
    by_day = {line.day: line for line in lines}

    assert [line.why for line in lines] == [
        Why.START,
        Why.COUNTED,
        Why.DAY_OFF,
        Why.DAY_OFF,
        Why.WEEKEND,
        Why.WEEKEND,
        Why.RESULT,
    ]
    assert by_day[date(2026, 1, 2)].document.startswith("12729/VPCP-KGVX")
    with speaking("en"):
        assert told(by_day[date(2026, 1, 3)], None) == "weekend"
        assert "12729/VPCP-KGVX" in told(by_day[date(2026, 1, 2)], None)


def test_a_date_in_a_year_not_yet_announced_is_provisional(seeded):
    limit = Limit(10, Unit.WORKING)

    assert not account(date(2026, 12, 1), limit, seeded).is_provisional
    across = account(date(2026, 12, 25), limit, seeded)
    assert across.is_provisional
    assert any(line.is_provisional for line in across.lines[:-1])
    assert not account(date(2026, 12, 25), limit, replace(seeded, announced_to=2027)).is_provisional


def test_the_reading_of_a_limit_is_chosen_by_the_day_of_the_trigger():
    old = Rule("ACK", 10, Unit.WORKING, date(2014, 7, 1), True, id=1)
    new = Rule("ACK", 7, Unit.WORKING, date(2026, 7, 1), True, id=2)
    off = Rule("ACK", 7, Unit.WORKING, date(2027, 1, 1), False, id=3)
    rules = [off, old, new]

    assert rule_on(rules, "ACK", date(2014, 6, 30)) is None
    assert rule_on(rules, "ACK", date(2026, 6, 30)) is old
    assert rule_on(rules, "ACK", date(2026, 7, 1)) is new
    assert rule_on(rules, "ACK", date(2027, 1, 1)) is None
    assert rule_on(rules, "STALE", date(2027, 1, 1)) is None
    again = replace(new, days=5, id=9)
    assert rule_on([*rules, again], "ACK", date(2026, 8, 1)) is again


def _kept(calendar):
    return {day: KeptDay(day, special) for day, special in calendar.special.items()}


@pytest.mark.parametrize(
    ("change", "told_as"),
    [
        (Change(Act.DAY_OFF), "Enter the day."),
        (Change(Act.DAY_OFF, date(2026, 12, 7)), "Enter the reason."),
        (Change(Act.DAY_OFF, date(2026, 11, 24), None, "Lễ"), "a day off already"),
        (Change(Act.DAY_OFF, date(2026, 12, 5), None, "Lễ"), "off anyway"),
        (Change(Act.DAY_OFF, date(2026, 8, 22), None, "Lễ"), "take that swap out first"),
        (Change(Act.DAY_OFF, date(2019, 9, 2), None, "Lễ"), "kept from 2020"),
        (Change(Act.DAY_OFF, date(2045, 9, 4), None, "Lễ"), "kept from 2020"),
        (Change(Act.WORKED, date(2026, 12, 7), None, "Bù"), "no weekend day"),
        (Change(Act.WORKED, date(2026, 8, 22), None, "Bù"), "worked already"),
        (Change(Act.SWAP, date(2026, 12, 7)), "two sides"),
        (Change(Act.SWAP, date(2026, 12, 7), date(2026, 12, 8)), "no weekend day"),
        (Change(Act.LIFT, date(2026, 12, 7)), "no such day"),
        (Change(Act.RESTORE, date(2026, 11, 24)), "in the calendar already"),
    ],
)
def test_what_contradicts_the_calendar_is_refused_in_words(seeded, change, told_as):
    with pytest.raises(CalendarRefused, match=told_as):
        days_after(change, _kept(seeded), TODAY)


def test_a_swap_is_taken_out_and_put_back_with_both_its_sides(seeded):
    kept = _kept(seeded)
    swap = days_after(Change(Act.SWAP, date(2026, 12, 7), date(2026, 12, 12)), kept, TODAY)
    kept |= {row.day: row for row in swap}
    swapped = with_days(seeded, swap)
    assert not swapped.is_working(date(2026, 12, 7))
    assert swapped.is_working(date(2026, 12, 12))

    lifted = days_after(Change(Act.LIFT, date(2026, 12, 12)), kept, TODAY)
    assert with_days(swapped, lifted).special == seeded.special
    kept |= {row.day: row for row in lifted}
    restored = days_after(Change(Act.RESTORE, date(2026, 12, 7)), kept, TODAY)
    assert with_days(seeded, restored).special == swapped.special


@pytest.fixture(scope="module")
def seeded():
    """Give the calendar that every register starts with."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        seed_calendar(session)
        calendar = calendar_of(session)
    engine.dispose()
    return calendar
