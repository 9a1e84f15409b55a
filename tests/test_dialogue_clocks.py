"""The limits of a dialogue: real cases, laws that always hold, and the same answer in SQL."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar.models import DeadlineRule
from tracker.calendar.queries import forget_clockwork
from tracker.calendar.rules import Calendar, Choices, Clockwork, Limit, Rule, SpecialDay, Unit
from tracker.calendar.service import seed_calendar, seed_limits, write_choices
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.dialogues.lifecycle import HAPPENED, Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.queries import (
    DialogueFilter,
    clocks_by_id,
    dialogue_count,
    pressing_rows,
    stands_as,
    terms_of,
    year_of,
)
from tracker.dialogues.rules import (
    Course,
    Duty,
    Pressing,
    Standing,
    Terms,
    Yearly,
    clocks_of,
    due_of,
    first_day_due_from,
    pressing,
    yearly,
)
from tracker.dialogues.service import DialogueRefused, move_dialogue
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind
from tracker.seeding import seed_file
from tracker.today.queries import paper_piles, year_in_question

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
            units_reported_on=sent if random.random() < 0.5 and stage in HAPPENED else None,
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
        rows = pressing_rows(session, scope, wanted.standings, terms, most=1000)
        assert {row.id for row in rows} == found
        assert dialogue_count(session, scope, DialogueFilter(clock=wanted), terms) == len(found)
    assert found


def _of(clocks, duty):
    return next(c for c in clocks if c.duty is duty)


def test_each_commune_owes_one_dialogue_a_year_and_takes_over_its_past(session, make):
    province = make.place(name="Tỉnh Mẫu", kind=PlaceKind.PROVINCE)
    names = ("Xã Một", "Xã Hai", "Xã Ba")
    first, second, third = (make.place(name=name, parent_id=province.id) for name in names)
    former = make.place(name="Xã Cũ", successor_id=first.id, valid_to=date(2025, 6, 30))
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=former.id)
    at = {"held_on": date(2025, 3, 1), "date_precision": Precision.MONTH}
    make.dialogue(place=village, stage=Stage.HELD, requested_by_voters=True, **at)
    make.dialogue(place=second, held_on=date(2025, 12, 31))
    make.dialogue(place=third, held_on=date(2026, 1, 1))
    make.dialogue(place=third, held_on=None, date_precision=Precision.UNKNOWN, stage=Stage.HELD)

    year = year_of(session, scope_ids(session, province.id), 2025)

    assert [(row.name, row.standing) for row in year.rows] == [
        ("Xã Ba", Yearly.MISSING),
        ("Xã Hai", Yearly.FORETOLD),
        ("Xã Một", Yearly.HELD),
    ]
    assert (year.rows[2].held, year.rows[2].requested) == (1, 1)
    assert year.rows[1].next_on == date(2025, 12, 31)
    assert [year.count(standing) for standing in Yearly] == [1, 1, 1]


@pytest.mark.parametrize(
    ("held", "foretold", "owed", "standing"),
    [
        (1, 0, 1, Yearly.HELD),
        (1, 0, 2, Yearly.MISSING),
        (1, 1, 2, Yearly.FORETOLD),
        (2, 0, 2, Yearly.HELD),
        (0, 0, 1, Yearly.MISSING),
    ],
)
def test_how_many_dialogues_a_year_are_owed_is_chosen(held, foretold, owed, standing):
    assert yearly(held, foretold, owed) is standing


def test_from_which_month_a_missing_dialogue_is_told_is_chosen(session, make):
    scope = scope_ids(session, make.home.id)
    for month, is_told in ((1, True), (13, False)):  # no month of the year is the thirteenth
        with transaction(session):
            write_choices(session, Choices(yearly_from_month=month))
        assert (year_in_question(session, scope) is not None) is is_told


def test_publishing_may_tell_when_the_results_were_sent_but_not_before_the_dialogue(session, make):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    today = clock.today()
    dialogue = make.dialogue(held_on=today - timedelta(days=4))
    for move in ("announce", "hold", "conclude"):
        move_dialogue(session, None, dialogue, move, document_number="12/TB-UBND")
    asked = {"document_number": "15/TB-UBND", "happened_on": today}
    with pytest.raises(DialogueRefused):
        move_dialogue(
            session,
            None,
            dialogue,
            "publish",
            sent_to_village_heads_on=today - timedelta(days=5),
            **asked,
        )
    move_dialogue(session, None, dialogue, "publish", sent_to_village_heads_on=today, **asked)

    clocks = {c.duty: c for c in clocks_by_id(session, [dialogue.id])[dialogue.id]}
    assert clocks[Duty.NOTICE].standing is Standing.DONE_LATE
    assert (clocks[Duty.RESULT].standing, clocks[Duty.RESULT].proof) == (
        Standing.DONE,
        "15/TB-UBND",
    )
    assert clocks[Duty.VILLAGE_HEADS].standing is Standing.DONE


def test_the_page_shows_each_limit_and_the_list_narrows_to_what_is_late(visit, make, session):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    today = clock.today()
    late = make.dialogue(topic="Thông báo muộn", held_on=today + timedelta(days=5))
    make.dialogue(topic="Còn xa", held_on=today + timedelta(days=60))
    make.dialogue(topic="Hôm nay", stage=Stage.HELD, requested_by_voters=True)
    staff = visit()

    page = staff.get(f"/dialogues/{late.code}").text
    for words in ("Thời hạn của buổi đối thoại", "quá hạn", "Luật 72/2025/QH15 điều 43"):
        assert words in page
    assert f"{today - timedelta(days=2):%d/%m/%Y}" in page
    listed = staff.get("/dialogues", clock="late").text
    assert "Thông báo muộn" in listed
    assert "Còn xa" not in listed
    due = staff.get("/dialogues", clock="due", duty="notice").text
    assert "Còn xa" in due
    assert "Thông báo muộn" not in due
    assert "theo yêu cầu của cử tri" in due
    for year in ("", "2025", "x", "99999"):
        for language in ("vi", "en"):
            assert staff.get("/dialogues/yearly", year=year, lang=language).status_code == 200


def test_the_first_page_counts_what_is_owed_and_leads_to_exactly_that(visit, make, session):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    today = clock.today()
    for ahead in (30, 31):
        make.dialogue(held_on=today + timedelta(days=ahead))
    make.dialogue(held_on=today, stage=Stage.HELD)
    make.dialogue(held_on=today - timedelta(days=30), stage=Stage.HELD)
    scope = scope_ids(session, make.home.id)
    counts = {pile.paper.value: pile.count for pile in paper_piles(session, scope)}
    assert counts == {"late": 1, "notice": 2, "result": 1}

    page = visit().get("/").text
    for words in ("clock=late", "clock=due&amp;duty=notice", "clock=due&amp;duty=result"):
        assert words in page
