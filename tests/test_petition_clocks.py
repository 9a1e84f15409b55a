"""A petition's clocks: notice to the citizen, ageing, extension; one truth in SQL and in Python."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from tracker.accounts.permissions import Role
from tracker.calendar.rules import Calendar, Choices, Clockwork, Limit, Rule, Unit, Why
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotAllowed
from tracker.petitions.lifecycle import OPEN, Channel, Kind, Level, Petitioner, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches, steps_of, timeline
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.queries.standing import ages_as, stands_as, tells_as
from tracker.petitions.rules import (
    Acknowledgement,
    Ageing,
    StepFact,
    Terms,
    Timeliness,
    ack_due,
    acknowledged,
    acknowledgement,
    ageing,
    category_basis,
    counted_due,
    due_account,
    terms_on,
    timeliness,
)
from tracker.petitions.service import (
    MoveRefused,
    MoveRequest,
    correct_step,
    fill_ack_dates,
    move_petition,
    offered_moves,
)
from tracker.seeding import seed_basics, seed_clocks

TODAY = clock.today()
DAY = date(2026, 11, 20)


def _days(number):
    return timedelta(days=number)


def _take(session, petition, name, actor=None, **given):
    usual = {"note": "Theo biên bản", "document_number": "5/TB"}
    move_petition(session, actor, petition, MoveRequest(name, **usual | given))


WORKS = Clockwork(Calendar({}), (Rule("ACK", 10, Unit.WORKING, date(2014, 7, 1), True),))


@pytest.mark.parametrize(
    ("status", "told", "today", "wanted"),
    [
        (Status.RECEIVED, None, date(2026, 12, 4), Acknowledgement.DUE),
        (Status.RECEIVED, None, date(2026, 12, 5), Acknowledgement.LATE),
        (Status.AWAITING_CITIZEN, None, date(2026, 12, 5), Acknowledgement.LATE),
        (Status.ASSIGNED, date(2026, 12, 4), date(2027, 1, 1), Acknowledgement.DONE_IN_TIME),
        (Status.ASSIGNED, date(2026, 12, 5), date(2027, 1, 1), Acknowledgement.DONE_LATE),
        (Status.WITHDRAWN, None, date(2027, 1, 1), Acknowledgement.NO_LIMIT),
    ],
)
def test_the_citizen_is_told_within_ten_working_days(status, told, today, wanted):
    due_on = ack_due(DAY, Precision.DAY, WORKS)

    assert due_on == date(2026, 12, 4)
    assert acknowledgement(status, due_on, told, Terms(today)) is wanted


def test_without_a_known_day_or_a_rule_no_limit_counts():
    assert ack_due(None, Precision.UNKNOWN, WORKS) is None
    assert ack_due(DAY, Precision.MONTH, WORKS) is None
    assert ack_due(DAY, Precision.DAY, Clockwork(Calendar({}))) is None
    no_limit = acknowledgement(Status.RECEIVED, None, None, Terms(DAY))
    assert no_limit is Acknowledgement.NO_LIMIT


@pytest.mark.parametrize(
    ("age", "wanted"),
    [
        (29, None),
        (30, Ageing.FIRST),
        (39, Ageing.FIRST),
        (40, Ageing.SECOND),
        (44, Ageing.SECOND),
        (45, Ageing.LIMIT),
        (400, Ageing.LIMIT),
    ],
)
def test_what_lies_unprocessed_is_alerted_at_30_40_and_45_days(age, wanted):
    terms = Terms(DAY + _days(age))

    assert ageing(Status.RECEIVED, DAY, Precision.DAY, terms) is wanted
    assert ageing(Status.ASSIGNED, DAY, Precision.DAY, terms) is None
    assert ageing(Status.RECEIVED, DAY, Precision.MONTH, terms) is None


def test_an_alert_that_is_switched_off_is_not_raised():
    rules = (
        Rule("STALE_30", 20, Unit.CALENDAR, date(2020, 1, 1), True),
        Rule("STALE_45", 45, Unit.CALENDAR, date(2026, 7, 1), False),
    )
    terms = terms_on(DAY, Choices(due_soon_days=9), Clockwork(Calendar({}), rules))

    assert terms.ages == {Ageing.FIRST: 20}
    assert terms.soon_days == 9
    assert ageing(Status.RECEIVED, DAY - _days(60), Precision.DAY, terms) is Ageing.FIRST


def test_an_answer_voided_or_reopened_leaves_the_notice_that_stands():
    facts = [
        StepFact(Status.RECEIVED, DAY, None, "receive", id=1),
        StepFact(Status.RECEIVED, DAY + _days(4), None, "acknowledge", id=2),
        StepFact(Status.EXPLAINED, DAY + _days(2), None, "explain", id=3),
    ]
    assert acknowledged(facts) == DAY + _days(2)

    void = StepFact(Status.RECEIVED, None, None, "correct", id=4, voids_id=3)
    assert acknowledged([*facts, void]) == DAY + _days(4)
    void_both = StepFact(Status.RECEIVED, None, None, "correct", id=5, voids_id=2)
    assert acknowledged([*facts, void, void_both]) is None
    reopened = StepFact(Status.IN_PROGRESS, DAY + _days(9), None, "reopen", id=4)
    assert acknowledged([*facts, reopened]) == DAY + _days(2)


def test_an_account_tells_the_rule_the_pause_and_the_extension():
    basis = category_basis(10, working=True)
    due, after, longer = date(2026, 12, 4), date(2026, 12, 9), date(2026, 12, 31)
    facts = [
        StepFact(Status.RECEIVED, DAY, due, "receive", id=1, due_basis=basis),
        StepFact(Status.AWAITING_CITIZEN, date(2026, 11, 23), due, "ask", id=2, due_basis=basis),
        StepFact(Status.IN_PROGRESS, date(2026, 11, 28), after, "resume", id=3, due_basis=basis),
    ]
    assert counted_due(facts, WORKS) == after

    extended = StepFact(
        Status.IN_PROGRESS, date(2026, 12, 8), longer, "extend", id=4, due_basis="extension"
    )
    told = {4: ("Chờ kết quả đo đạc", "12/QĐ-UBND")}
    account = due_account([*facts, extended], told, WORKS)
    assert account.limit == Limit(10, Unit.WORKING)
    assert account.due_on == longer
    last = account.lines[-2]
    assert (last.why, last.until, last.document) == (Why.EXTENDED, longer, "12/QĐ-UBND")
    assert Why.PAUSED in {line.why for line in account.lines}
    assert counted_due([*facts, extended], WORKS) is None


@st.composite
def rows(draw):
    """Draw one petition as its row may stand, and nothing that a row may not."""
    status = draw(st.sampled_from([one for one in Status if one is not Status.JOINED]))
    near = st.none() | st.integers(-60, 60).map(lambda days: DAY + _days(days))
    received_on = draw(near)
    precision = draw(st.sampled_from([Precision.DAY, Precision.MONTH]))
    return {
        "status": status,
        "received_on": received_on,
        "date_precision": precision if received_on else Precision.UNKNOWN,
        "due_on": draw(near),
        "ended_on": None if status in OPEN else draw(near),
        "ack_due_on": draw(near),
        "acknowledged_on": draw(near),
    }


TERMS = st.builds(
    Terms,
    st.integers(-9, 9).map(lambda days: DAY + _days(days)),
    st.integers(0, 12),
    ages=st.dictionaries(st.sampled_from(Ageing), st.just(30) | st.just(41)),
)


def test_sql_and_python_judge_random_registers_alike(session, make):
    place, category = make.home.id, make.category().id

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(st.lists(rows(), min_size=1, max_size=25), TERMS)
    def judged(register, terms):
        session.execute(delete(Petition))
        session.execute(
            insert(Petition),
            [
                {
                    "id": number + 1,
                    "code": f"KN-{number}",
                    "place_id": place,
                    "category_id": category,
                    "channel": Channel.LETTER,
                    "kind": Kind.FEEDBACK,
                    "level": Level.UNKNOWN,
                    "petitioner": Petitioner.UNNAMED,
                    "content": "x",
                    "logged_at": clock.now(),
                    "version": 1,
                }
                | row
                for number, row in enumerate(register)
            ],
        )
        kept = session.scalars(select(Petition).execution_options(populate_existing=True)).all()

        def found(condition):
            return set(session.scalars(select(Petition.code).where(condition)))

        for state in Timeliness:
            wanted = {
                row.code
                for row in kept
                if timeliness(row.status, row.due_on, row.ended_on, terms) is state
            }
            assert found(stands_as(state, terms)) == wanted, state
        for told in Acknowledgement:
            wanted = {
                row.code
                for row in kept
                if acknowledgement(row.status, row.ack_due_on, row.acknowledged_on, terms) is told
            }
            assert found(tells_as(told, terms)) == wanted, told
        for reached in Ageing:
            wanted = {
                row.code
                for row in kept
                if (alert := ageing(row.status, row.received_on, row.date_precision, terms))
                and alert >= reached
            }
            assert found(ages_as(reached, terms)) == wanted, reached

    judged()


def test_a_notice_is_recorded_once_and_leaves_the_petition_where_it_stands(session, make):
    seed_basics(session)
    staff, petition = make.user(), make.petition(received_on=TODAY - _days(3))
    assert petition.ack_due_on is not None
    assert "acknowledge" in [move.name for move in offered_moves(staff, petition, None)]
    with pytest.raises(MoveRefused, match="how the citizen was told"):
        _take(session, petition, "acknowledge", staff, note=" ", document_number="")
    _take(session, petition, "start", staff, happened_on=TODAY)

    _take(session, petition, "acknowledge", staff, happened_on=TODAY - _days(1))

    assert petition.status is Status.IN_PROGRESS
    assert petition.acknowledged_on == TODAY - _days(1)
    assert "acknowledge" not in [move.name for move in offered_moves(staff, petition, None)]
    with pytest.raises(MoveRefused, match="already"):
        _take(session, petition, "acknowledge", staff)
    correct_step(session, staff, petition, "Ghi nhầm")
    assert (petition.acknowledged_on, petition.status) == (None, Status.IN_PROGRESS)
    assert ledger_mismatches(session) == []


def test_an_extension_needs_its_reason_its_document_and_a_later_date(session, make):
    petition = make.petition(due_on=TODAY - _days(2))
    undated = make.petition()
    for wrong in (
        {"note": ""},
        {"document_number": ""},
        {"due_on": None},
        {"due_on": TODAY - _days(2)},
    ):
        with pytest.raises(MoveRefused):
            _take(session, petition, "extend", **{"due_on": TODAY + _days(9), **wrong})
    with pytest.raises(MoveRefused, match="no due date to extend"):
        _take(session, undated, "extend", due_on=TODAY + _days(9))
    assert len(steps_of(session, petition.id)) == 1

    _take(session, petition, "extend", due_on=TODAY + _days(9))
    _take(session, petition, "extend", due_on=TODAY + _days(19))

    assert petition.status is Status.RECEIVED
    assert (petition.due_on, petition.due_basis) == (TODAY + _days(19), "extension")
    assert ledger_mismatches(session) == []
    correct_step(session, None, petition, "Nhầm")
    assert petition.due_on == TODAY + _days(9)
    clocks = clocks_of(session, petition, steps_of(session, petition.id))
    assert clocks.due.due_on == petition.due_on
    assert clocks.due.lines[-2].document == "5/TB"


def test_an_extension_does_not_hide_who_submitted_the_result(session, make):
    staff, leader = make.user(), make.user(role=Role.LEADER)
    petition = make.petition(due_on=TODAY)
    _take(session, petition, "propose", leader)
    _take(session, petition, "extend", staff, due_on=TODAY + _days(5))

    with pytest.raises(NotAllowed, match="does not approve"):
        _take(session, petition, "resolve", leader)


def test_reopening_keeps_the_day_of_the_first_resolution(session, make):
    petition = make.petition(due_on=TODAY)
    _take(session, petition, "propose", happened_on=TODAY - _days(9))
    _take(session, petition, "resolve", happened_on=TODAY - _days(8))
    _take(session, petition, "reopen", happened_on=TODAY - _days(4))
    _take(session, petition, "propose", happened_on=TODAY - _days(3))
    _take(session, petition, "resolve", happened_on=TODAY - _days(1))

    clocks = clocks_of(session, petition, steps_of(session, petition.id))
    assert clocks.first_resolved_on == TODAY - _days(8)
    assert petition.ended_on == TODAY - _days(1)
    assert petition.acknowledged_on == TODAY - _days(8)


def test_a_pause_leaves_a_counted_date_on_a_working_day(session, make):
    seed_basics(session)
    category = make.category(due_days=10)
    petition = make.petition(category=category, received_on=DAY - _days(30))
    for first, last in ((29, 26), (25, 23), (22, 21)):
        _take(session, petition, "ask_citizen", happened_on=DAY - _days(first))
        _take(session, petition, "resume", happened_on=DAY - _days(last))

    steps = steps_of(session, petition.id)
    clocks = clocks_of(session, petition, steps)
    assert petition.due_basis == "category:10w"
    assert clocks.due.due_on == petition.due_on
    assert petition.due_on.weekday() < 5
    assert len([line for line in clocks.due.lines if line.why is Why.PAUSED]) == 3


def test_petitions_from_before_the_limits_are_given_their_day(session, make):
    old = make.petition(received_on=DAY)
    unknown = make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    assert old.ack_due_on is None

    seed_basics(session)
    seed_clocks(session)
    fill_ack_dates(session)

    for petition in (old, unknown):
        session.refresh(petition)
    assert (old.ack_due_on, unknown.ack_due_on) == (date(2026, 12, 7), None)
    assert [row.move for row in timeline(session, frozenset(), steps_of(session, old.id))] == [
        "receive"
    ]


def test_the_day_changes_at_midnight_in_vietnam():
    due = DAY
    before, after = (clock.datetime(2026, 11, 20, hour, 59, tzinfo=clock.UTC) for hour in (16, 17))

    days = [moment.astimezone(clock.VIETNAM).date() for moment in (before, after)]
    states = [timeliness(Status.ASSIGNED, due, None, Terms(day)) for day in days]
    assert states == [Timeliness.DUE_SOON, Timeliness.LATE]
