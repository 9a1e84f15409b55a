"""The limits of a dialogue: real cases, laws that always hold, and the same answer in SQL."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar.models import DeadlineRule
from tracker.calendar.queries import forget_clockwork
from tracker.calendar.rules import Calendar, Clockwork, Limit, Rule, SpecialDay, Unit
from tracker.calendar.service import seed_calendar, seed_limits
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.queries import (
    DialogueFilter,
    clocks_by_id,
    dialogue_count,
    pressing_rows,
    stands_as,
    terms_of,
)
from tracker.dialogues.rules import (
    Course,
    Duty,
    Pressing,
    Standing,
    Terms,
    clocks_of,
    due_of,
    first_day_due_from,
    pressing,
)
from tracker.seeding import seed_file

LAW = date(2025, 6, 16)
CALENDAR_DAYS, WORKING_DAYS = Unit.CALENDAR, Unit.WORKING
HELD = date(2025, 10, 29)  # a Wednesday: the dialogue of Chí Minh commune with three villages
PLAIN = Calendar({})


def works(*, rolls=True, local=False):
    rules = (
        Rule("DLG_NOTICE", 7, CALENDAR_DAYS, LAW, True, id=1),
        Rule("DLG_RESULT", 10, CALENDAR_DAYS, LAW, True, id=2),
        Rule("DLG_CONCLUSION", 10, CALENDAR_DAYS, LAW, local, id=3),
        Rule("DLG_UNIT_REPORT", 20, CALENDAR_DAYS, LAW, local, id=4),
    )
    return Clockwork(Calendar({}, rolls), rules)


def judged(duty, course, today, **given):
    clocks = {c.duty: c for c in clocks_of(course, Terms(today, works(**given)))}
    return clocks[duty]


@pytest.mark.parametrize(
    ("duty", "rolls", "due_on"),
    [
        (Duty.NOTICE, True, date(2025, 10, 22)),
        (Duty.NOTICE, False, date(2025, 10, 22)),
        (Duty.RESULT, False, date(2025, 11, 8)),  # a Saturday
        (Duty.RESULT, True, date(2025, 11, 10)),
        (Duty.VILLAGE_HEADS, True, date(2025, 11, 10)),
        (Duty.CONCLUSION, True, date(2025, 11, 10)),
        (Duty.UNIT_REPORT, True, date(2025, 11, 18)),
        (Duty.HOLDING, True, HELD),
    ],
)
def test_the_dialogue_of_29_10_2025_has_these_limits(duty, rolls, due_on):
    found = judged(duty, Course(Stage.PLANNED, HELD), LAW, rolls=rolls, local=True)
    assert found.due_on == due_on
    if found.account:
        moved = sum(line.moves_by for line in found.account.lines)
        assert found.account.start + timedelta(days=moved) == due_on


@pytest.mark.parametrize(
    ("duty", "stage", "done", "today", "standing"),
    [
        (Duty.NOTICE, Stage.PLANNED, None, "2025-10-18", Standing.DUE),
        (Duty.NOTICE, Stage.PLANNED, None, "2025-10-19", Standing.DUE_SOON),
        (Duty.NOTICE, Stage.PLANNED, None, "2025-10-22", Standing.DUE_SOON),
        (Duty.NOTICE, Stage.PLANNED, None, "2025-10-23", Standing.LATE),
        (Duty.NOTICE, Stage.ANNOUNCED, "2025-10-22", "2025-10-23", Standing.DONE),
        (Duty.NOTICE, Stage.ANNOUNCED, "2025-10-23", "2025-10-23", Standing.DONE_LATE),
        (Duty.NOTICE, Stage.HELD, None, "2025-10-30", Standing.UNTOLD),
        (Duty.HOLDING, Stage.ANNOUNCED, None, "2025-10-29", Standing.AHEAD),
        (Duty.HOLDING, Stage.ANNOUNCED, None, "2025-10-30", Standing.LATE),
        (Duty.HOLDING, Stage.HELD, None, "2025-10-30", Standing.DONE),
        (Duty.RESULT, Stage.ANNOUNCED, None, "2025-10-23", Standing.AHEAD),
        (Duty.RESULT, Stage.HELD, None, "2025-10-30", Standing.DUE),
        (Duty.RESULT, Stage.CONCLUDED, None, "2025-11-10", Standing.DUE_SOON),
        (Duty.RESULT, Stage.CONCLUDED, None, "2025-11-11", Standing.LATE),
        (Duty.RESULT, Stage.PUBLISHED, "2025-11-10", "2025-12-01", Standing.DONE),
        (Duty.RESULT, Stage.PUBLISHED, "2025-11-11", "2025-12-01", Standing.DONE_LATE),
        (Duty.RESULT, Stage.PUBLISHED, None, "2025-12-01", Standing.UNTOLD),
        (Duty.VILLAGE_HEADS, Stage.PUBLISHED, None, "2025-11-11", Standing.LATE),
        (Duty.VILLAGE_HEADS, Stage.PUBLISHED, "2025-11-05", "2025-11-11", Standing.DONE),
        (Duty.CONCLUSION, Stage.HELD, None, "2025-12-01", Standing.NOT_APPLICABLE),
        (Duty.RESULT, Stage.CANCELLED, None, "2025-12-01", Standing.NOT_APPLICABLE),
    ],
)
def test_how_a_duty_stands(duty, stage, done, today, standing):
    days = {duty: date.fromisoformat(done)} if done else {}
    assert judged(duty, Course(stage, HELD, days), date.fromisoformat(today)).standing is standing


def test_a_date_that_is_not_known_to_the_day_is_never_counted_from():
    for found in clocks_of(Course(Stage.HELD, None), Terms(HELD, works())):
        assert (found.standing, found.due_on) == (Standing.UNTOLD, None)


def test_a_dialogue_before_the_law_has_no_limits():
    course = Course(Stage.HELD, LAW - timedelta(days=1))
    assert judged(Duty.NOTICE, course, HELD).standing is Standing.NOT_APPLICABLE
    assert judged(Duty.RESULT, course, HELD).standing is Standing.NOT_APPLICABLE


def test_what_is_late_presses_before_what_is_due():
    clocks = clocks_of(Course(Stage.HELD, HELD), Terms(date(2025, 11, 11), works(local=True)))
    found = pressing(clocks)
    assert (found.duty, found.standing) == (Duty.CONCLUSION, Standing.LATE)
    assert pressing(clocks_of(Course(Stage.CANCELLED, HELD), Terms(HELD, works()))) is None


def test_a_notice_in_working_days_is_counted_back_over_days_off():
    off = Calendar({date(2026, 9, 2): SpecialDay(False, "Quốc khánh")})
    limit = Limit(3, WORKING_DAYS)
    # Friday 4/9: Friday and Thursday count, Wednesday is off, Tuesday counts.
    assert due_of(Duty.NOTICE, date(2026, 9, 4), limit, off) == date(2026, 8, 31)


duties = st.sampled_from([duty for duty in Duty if duty is not Duty.HOLDING])
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(
    duties,
    days,
    days,
    st.integers(1, 40),
    st.sampled_from(list(Unit)),
    st.booleans(),
    st.sets(days),
)
def test_the_day_that_sql_asks_for_divides_dialogues_by_their_due_dates(
    duty, wanted, day, number, unit, rolls, days_off
):
    calendar = Calendar({off: SpecialDay(False) for off in days_off}, rolls)
    limit = Limit(number, unit)
    first = first_day_due_from(duty, wanted, limit, calendar)
    assert (day >= first) == (due_of(duty, day, limit, calendar) >= wanted)


@given(days, st.integers(1, 40), st.sampled_from(list(Unit)))
def test_a_notice_is_due_before_and_results_after_the_dialogue(day, number, unit):
    limit = Limit(number, unit)
    assert due_of(Duty.NOTICE, day, limit, PLAIN) < day < due_of(Duty.RESULT, day, limit, PLAIN)


def _random_dialogues(session, make, random):
    """Log dialogues around today at every stage, with steps as people take them."""
    today, stages = clock.today(), list(Stage)
    for number in range(120):
        stage = random.choice(stages)
        day = today + timedelta(days=random.randint(-40, 40))
        precision = random.choice([Precision.DAY] * 5 + [Precision.MONTH])
        sent = day + timedelta(days=random.randint(0, 15)) if random.random() < 0.5 else None
        dialogue = Dialogue(
            code=f"DT-2026-{number:04d}",
            form="regular",
            stage=stage,
            topic="Đối thoại",
            place_id=make.home.id,
            held_on=day.replace(day=1) if precision is Precision.MONTH else day,
            date_precision=precision,
            sent_to_village_heads_on=sent if stage is Stage.PUBLISHED else None,
            logged_at=clock.now(),
        )
        session.add(dialogue)
        session.flush()
        course = [Stage.PLANNED, Stage.ANNOUNCED, Stage.HELD, Stage.CONCLUDED, Stage.PUBLISHED]
        taken = course[1 : course.index(stage) + 1] if stage in course else []
        for before, after in zip(course, taken, strict=False):
            offset = -random.randint(0, 14) if after is Stage.ANNOUNCED else random.randint(0, 14)
            session.add(
                DialogueStep(
                    dialogue_id=dialogue.id,
                    stage_before=before if random.random() < 0.9 else None,
                    stage=after,
                    happened_on=day + timedelta(days=offset),
                    recorded_at=clock.now(),
                )
            )
    session.commit()


@pytest.mark.parametrize("number", range(3))
def test_the_database_judges_a_dialogue_as_the_rules_do(session, make, number):
    random = Random(number)
    seed_calendar(session)
    seed_limits(session, seed_file("deadline_rules")["rule"])
    for local in session.query(DeadlineRule).filter(DeadlineRule.is_local):
        local.is_active = random.random() < 0.7
    later = clock.today() - timedelta(days=random.randint(0, 20))
    session.add(
        DeadlineRule(
            code="DLG_RESULT",
            name_vi="Công bố",
            name_en="Publish",
            days=random.randint(3, 20),
            unit=random.choice(list(Unit)),
            counted_from_vi="",
            counted_from_en="",
            legal_basis="",
            certainty="decided_here",
            valid_from=later,
        )
    )
    _random_dialogues(session, make, random)
    forget_clockwork(session)
    terms = terms_of(session)
    ids = list(session.scalars(Dialogue.__table__.select().with_only_columns(Dialogue.id)))
    clocks = clocks_by_id(session, ids, terms)
    scope = frozenset({make.home.id})

    for duty in Duty:
        for standing in (Standing.LATE, Standing.DUE_SOON, Standing.DUE):
            asked = session.query(Dialogue.id).filter(stands_as(duty, standing, terms))
            wanted = {key for key, own in clocks.items() if _of(own, duty).standing is standing}
            assert {row.id for row in asked} == wanted, (duty, standing)
    for wanted in Pressing:
        found = {
            key for key, own in clocks.items() if any(c.standing in wanted.standings for c in own)
        }
        rows = pressing_rows(session, scope, wanted, terms, most=1000)
        assert {row.id for row in rows} == found
        assert dialogue_count(session, scope, DialogueFilter(clock=wanted), terms) == len(found)
    assert found


def _of(clocks, duty):
    return next(c for c in clocks if c.duty is duty)
