"""Promises written down, led to their end, corrected in sight: the same on both engines."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tracker.accounts.permissions import Role
from tracker.commitments.lifecycle import Outcome, Result, State
from tracker.commitments.models import Commitment, CommitmentStep, HouseholdVisit, WorkingGroup
from tracker.commitments.queries import CommitmentFilter, commitment_count, commitment_for
from tracker.commitments.queries.groups import group_for, tally, visits_of
from tracker.commitments.queries.ledger import ledger
from tracker.commitments.queries.one import timeline
from tracker.commitments.queries.register import stands_as
from tracker.commitments.rules import By, state_of
from tracker.commitments.service import (
    CommitmentChange,
    CommitmentMoveRefused,
    CommitmentRefused,
    MoveRequest,
    NewCommitment,
    NewGroup,
    NewVisit,
    Person,
    add_member,
    amend_commitment,
    correct_commitment,
    log_visit,
    make_commitment,
    move_commitment,
    set_up_group,
    void_visit,
)
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.journal.models import JournalEntry

TODAY = clock.today()
DAY = timedelta(days=1)
CHAIR = Person("Chủ tịch UBND xã")


def new(make, **given):
    usual = {
        "place_id": make.home.id,
        "promise": "Sửa xong rãnh thoát nước trước mùa mưa",
        "promised_by": CHAIR,
        "promised_on": TODAY - 30 * DAY,
        "promised_precision": Precision.DAY,
    }
    return NewCommitment(**usual | given)


def promised(session, make, **given):
    return make_commitment(session, None, new(make, **given))


def state(commitment):
    return state_of(commitment.outcome, commitment.due_on, commitment.ended_on, clock.today())


def keep(**given):
    usual = {"note": "Đã nạo vét 300 m", "document_number": "12/BB-UBND"}
    return MoveRequest("keep", **usual | given)


def test_a_promise_gets_its_number_and_its_first_step(session, make):
    leader = make.user(role=Role.LEADER)
    made = make_commitment(session, leader, new(make, dialogue_id=make.dialogue().id))

    assert made.code == f"CK-{(TODAY - 30 * DAY).year}-0001"
    assert state(made) is State.OPEN
    assert made.due_on is None
    (step,) = timeline(session, made)
    assert (step.move, step.happened_on) == ("make", TODAY - 30 * DAY)
    actions = set(session.scalars(select(JournalEntry.action)))
    assert "commitment:make" in actions


def test_the_same_key_makes_one_promise(session, make):
    staff = make.user()
    first, again = (make_commitment(session, staff, new(make), "khoa") for _ in range(2))
    assert first.code == again.code
    assert session.scalar(select(func.count(Commitment.id))) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"promise": " "}, "promise"),
        ({"promised_by": Person(" ")}, "promised_by"),
        ({"due_on": TODAY - 31 * DAY}, "due_on"),
        ({"due_on": date(2999, 1, 1)}, "due_on"),
        ({"promised_on": TODAY + DAY}, "promised_on"),
        ({"handler": Person("Trần A"), "monitor": Person("trần  a")}, "monitor"),
        ({"handler": Person("Trần A", 5), "monitor": Person("Trưởng phòng", 5)}, "monitor"),
        ({"department_id": 999_999}, "department"),
    ],
)
def test_facts_that_contradict_each_other_are_refused_and_nothing_is_kept(
    session, make, wrong, field
):
    with pytest.raises(CommitmentRefused) as refused:
        make_commitment(session, None, new(make, **wrong))
    assert refused.value.field == field
    assert session.scalar(select(func.count(Commitment.id))) == 0


def test_another_communes_place_dialogue_and_promise_do_not_exist(session, make):
    elsewhere = make.place()
    staff = make.user()
    for foreign in (
        {"place_id": elsewhere.id},
        {"dialogue_id": make.dialogue(place=elsewhere).id},
        {"petition_id": make.petition(place=elsewhere).id},
    ):
        with pytest.raises(NotFound):
            make_commitment(session, staff, new(make, **foreign))
    theirs = promised(session, make, place_id=elsewhere.id)
    with pytest.raises(NotFound):
        commitment_for(session, staff, theirs.code)


def test_keeping_needs_proof_and_another_person_than_who_promised(session, make):
    leader = make.user(role=Role.LEADER)
    made = promised(session, make, promised_by=Person("Bí thư", leader.id), due_on=TODAY + DAY)
    with pytest.raises(CommitmentMoveRefused) as refused:
        move_commitment(session, None, made, keep(document_number=""))
    assert refused.value.field == "document_number"
    with pytest.raises(CommitmentMoveRefused):
        move_commitment(session, leader, made, keep())

    move_commitment(session, make.user(), made, keep())
    assert state(made) is State.KEPT
    assert made.ended_on == TODAY


def test_a_promise_kept_after_its_date_is_kept_late_and_a_broken_one_may_still_be_kept(
    session, make
):
    leader = make.user(role=Role.LEADER)
    made = promised(session, make, due_on=TODAY - 3 * DAY)
    assert state(made) is State.OVERDUE
    move_commitment(session, leader, made, MoveRequest("break", note="Hết vốn"))
    assert state(made) is State.BROKEN
    move_commitment(session, leader, made, keep())
    assert state(made) is State.KEPT_LATE


def test_only_leaders_judge_and_an_ended_promise_moves_no_more(session, make):
    made = promised(session, make)
    for name in ("break", "withdraw"):
        with pytest.raises(NotAllowed):
            move_commitment(session, make.user(), made, MoveRequest(name, note="Lý do"))
    leader = make.user(role=Role.LEADER)
    with pytest.raises(CommitmentMoveRefused):
        move_commitment(session, leader, made, MoveRequest("withdraw"))
    move_commitment(session, leader, made, MoveRequest("withdraw", note="Trùng"))
    with pytest.raises(CommitmentMoveRefused):
        move_commitment(session, leader, made, MoveRequest("progress", note="…"))


def test_a_date_is_set_once_and_then_only_extended_with_reason_and_document(session, make):
    made = promised(session, make)
    with pytest.raises(CommitmentMoveRefused):
        move_commitment(session, None, made, MoveRequest("extend", note="x", due_on=TODAY))
    move_commitment(session, None, made, MoveRequest("date", due_on=TODAY + 5 * DAY))
    with pytest.raises(CommitmentMoveRefused):
        move_commitment(session, None, made, MoveRequest("date", due_on=TODAY + 9 * DAY))
    for missing in ({"note": ""}, {"document_number": ""}, {"due_on": TODAY + 5 * DAY}):
        given = {"note": "Mưa", "document_number": "7/TB", "due_on": TODAY + 9 * DAY} | missing
        with pytest.raises(CommitmentMoveRefused):
            move_commitment(session, None, made, MoveRequest("extend", **given))
    move_commitment(
        session,
        None,
        made,
        MoveRequest("extend", note="Mưa", document_number="7/TB", due_on=TODAY + 9 * DAY),
    )
    assert made.due_on == TODAY + 9 * DAY
    step = timeline(session, made)[-1]
    assert (step.due_before, step.due_on) == (TODAY + 5 * DAY, TODAY + 9 * DAY)


def test_a_step_entered_by_mistake_is_taken_back_in_sight(session, make):
    made = promised(session, make, due_on=TODAY + DAY)
    move_commitment(session, None, made, keep())
    correct_commitment(session, None, made, "Nhầm cam kết khác")

    assert (made.outcome, made.ended_on, made.due_on) == (Outcome.OPEN, None, TODAY + DAY)
    assert [row.is_voided for row in timeline(session, made)] == [False, True, False]
    with pytest.raises(CommitmentMoveRefused):
        correct_commitment(session, None, made, "Không còn gì")


def test_a_correction_tells_what_stood_before_and_is_no_way_to_a_later_date(session, make):
    made = promised(session, make, due_on=TODAY + DAY)

    def change(**given):
        facts = {
            "place_id": made.place_id,
            "promise": made.promise,
            "promised_by": CHAIR,
            "promised_on": made.promised_on,
            "promised_precision": made.promised_precision,
            "due_on": made.due_on,
            "reason": "Ghi sai",
        }
        return CommitmentChange(**facts | given)

    for later in (TODAY + 2 * DAY, None):
        with pytest.raises(CommitmentRefused):
            amend_commitment(session, None, made, change(due_on=later))
    with pytest.raises(CommitmentRefused):
        amend_commitment(session, None, made, change(promise="Làm mới rãnh", reason=""))
    assert amend_commitment(session, None, made, change(promise="Làm mới rãnh")) == ["promise"]
    assert "Sửa xong rãnh thoát nước" in timeline(session, made)[-1].note
    assert amend_commitment(session, None, made, change()) == []


def test_two_tabs_do_not_overwrite_each_other(session, make):
    made = promised(session, make)
    seen = made.version
    move_commitment(session, None, made, MoveRequest("progress", note="Đã đo", seen_version=seen))
    with pytest.raises(Stale):
        move_commitment(session, None, made, keep(seen_version=seen))
    assert session.scalar(select(func.count(CommitmentStep.id))) == 2


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(Outcome),
    st.none() | st.dates(TODAY - 40 * DAY, TODAY + 40 * DAY),
    st.none() | st.dates(TODAY - 60 * DAY, TODAY),
    st.dates(TODAY - 50 * DAY, TODAY + 50 * DAY),
)
def test_the_database_and_the_rule_tell_the_same_state(
    session, make, outcome, due_on, ended_on, today
):
    made = promised(session, make, promised_on=None, promised_precision=Precision.UNKNOWN)
    made.outcome, made.due_on = outcome, due_on
    made.ended_on = None if outcome is Outcome.OPEN else ended_on
    made.ended_precision = Precision.DAY if made.ended_on else Precision.UNKNOWN
    with transaction(session):
        session.add(made)

    told = [
        wanted
        for wanted in State
        if session.scalar(
            select(Commitment.id).where(Commitment.id == made.id, stands_as(wanted, today))
        )
    ]
    assert told == [state_of(made.outcome, made.due_on, made.ended_on, today)]


def test_the_ledger_balances_and_each_number_counts_its_rows(session, make):
    dialogue = make.dialogue()
    scope = frozenset({make.home.id})
    secretary = Person("Bí thư Đảng ủy")
    promised(session, make, due_on=TODAY - DAY, dialogue_id=dialogue.id)
    promised(session, make, promised_by=secretary)
    kept = promised(session, make, promised_by=secretary, due_on=TODAY)
    move_commitment(session, None, kept, keep())
    old = promised(session, make, promised_on=TODAY - 400 * DAY)
    move_commitment(session, None, old, MoveRequest("break", note="Không đủ vốn"))

    for by in By:
        book = ledger(session, scope, CommitmentFilter(), by)
        assert book.total.made == 4
        for line in [*book.lines, book.total]:
            assert sum(line.states.values()) == line.made
    by_leader = ledger(session, scope, CommitmentFilter(promised_from=TODAY - 60 * DAY), By.LEADER)
    assert by_leader.total.made == 3
    for line in by_leader.lines:
        for wanted, number in line.states.items():
            asked = CommitmentFilter(state=wanted, leader=line.key, promised_from=TODAY - 60 * DAY)
            assert commitment_count(session, scope, asked) == number


def test_a_working_group_counts_each_household_by_what_it_said_last(session, make):
    staff = make.user()
    made = promised(session, make)
    asked = NewGroup(
        name="Tổ công tác vận động GPMB",
        place_id=make.home.id,
        commitment_id=made.id,
        set_up_on=TODAY - 9 * DAY,
        members=(("Trần Văn A", "tổ trưởng"),),
    )
    group, again = (set_up_group(session, staff, asked, "khoa-to") for _ in range(2))
    assert group.code == again.code == f"TCT-{(TODAY - 9 * DAY).year}-0001"
    add_member(session, staff, group, "Lê B; Hội Phụ nữ")

    def visit(household, ago, result, key="", **given):
        new_visit = NewVisit(
            household=household,
            place_id=make.home.id,
            visited_on=TODAY - ago * DAY,
            result=result,
            **given,
        )
        log_visit(session, staff, group, new_visit, key)

    visit("Hộ A", 8, Result.NOT_YET, reason="Chờ giá đền bù")
    visit("hộ  a", 2, Result.AGREES, agreed_option="Nhận tiền")
    visit("Hộ B", 5, Result.AGREES)
    visit("Hộ B", 1, Result.NOT_HOME)
    for _ in range(2):
        visit("Hộ C", 3, Result.NOT_HOME, key="hai lan")
    visits = visits_of(session, group.id)
    assert len(visits) == 5
    assert tally(visits) == {Result.AGREES: 2, Result.NOT_YET: 0, Result.NOT_HOME: 1}

    void_visit(session, staff, group, visits[-1].id, "Nhầm hộ")
    agreed = next(row for row in visits if row.agreed_option)
    void_visit(session, staff, group, agreed.id, "Nhầm hộ")
    assert tally(visits_of(session, group.id))[Result.AGREES] == 1
    assert [person.name for person in group_for(session, staff, group.code).members] == [
        "Trần Văn A",
        "Lê B",
    ]


def test_a_visit_in_the_future_before_the_group_or_without_its_reason_is_refused(session, make):
    dialogue = make.dialogue()
    asked = NewGroup(
        name="Tổ", place_id=make.home.id, dialogue_id=dialogue.id, set_up_on=TODAY - 5 * DAY
    )
    group = set_up_group(session, None, asked)
    right = {
        "household": "Hộ A",
        "place_id": make.home.id,
        "visited_on": TODAY,
        "result": Result.NOT_YET,
        "reason": "Chờ",
    }
    for wrong, field in (
        ({"visited_on": TODAY + DAY}, "visited_on"),
        ({"visited_on": TODAY - 6 * DAY}, "visited_on"),
        ({"household": ""}, "household"),
        ({"reason": ""}, "reason"),
    ):
        with pytest.raises(CommitmentRefused) as refused:
            log_visit(session, None, group, NewVisit(**right | wrong))
        assert refused.value.field == field
    with pytest.raises(NotFound):
        log_visit(session, None, group, NewVisit(**right | {"place_id": make.place().id}))
    with pytest.raises(NotFound):
        group_for(session, make.user(place=make.place()), group.code)
    assert session.scalar(select(func.count(HouseholdVisit.id))) == 0
    assert session.scalar(select(func.count(WorkingGroup.id))) == 1
