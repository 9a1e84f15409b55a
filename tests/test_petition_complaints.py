"""A complaint is accepted or refused within its own limit; its resolution is then due by law."""

from datetime import timedelta

import pytest

from tracker.accounts.permissions import Role
from tracker.calendar.queries import clockwork
from tracker.calendar.rules import Act, Change, NewReading, Unit, Why
from tracker.core import clock
from tracker.petitions.lifecycle import Kind
from tracker.petitions.models import Petition
from tracker.petitions.queries import facts, ledger_mismatches, steps_of
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.rules import Acknowledgement, counted_due, effective
from tracker.petitions.service import (
    MoveRefused,
    MoveRequest,
    Moving,
    PetitionRefused,
    apply_change,
    correct_step,
    move_petition,
    offered_moves,
    preview_change,
)
from tracker.seeding import seed_basics

TODAY = clock.today()


def _days(number):
    return timedelta(days=number)


@pytest.fixture
def admin(session, make):
    """Give the administrator of a register with its calendar and its limits."""
    seed_basics(session)
    return make.user(role=Role.ADMIN)


def _complaint(make, days_ago=8, **given):
    return make.petition(kind=Kind.COMPLAINT, received_on=TODAY - _days(days_ago), **given)


def _accept(session, complaint, days_ago=2):
    asked = MoveRequest("accept", TODAY - _days(days_ago), "Giao công an xã", "3/TB-UBND")
    move_petition(session, None, complaint, asked)


def _law(session, start, code):
    works = clockwork(session)
    return works.rule(code, start).limit().due(start, works.calendar)


def test_a_complaint_is_accepted_within_its_own_limit_and_is_then_due_by_law(session, make, admin):
    complaint, staff = _complaint(make), make.user()
    assert complaint.ack_due_on == _law(session, complaint.received_on, "KN_ACCEPT")
    assert complaint.due_on is None
    clocks = clocks_of(session, complaint, steps_of(session, complaint.id))
    assert clocks.ack_account.limit.code == "KN_ACCEPT"
    assert [own.limit.code for own in clocks.limits] == ["KN_RESOLVE"]
    names = [move.name for move in offered_moves(staff, complaint, None)]
    assert "accept" in names
    assert "acknowledge" not in names

    _accept(session, complaint)

    law = _law(session, TODAY - _days(2), "KN_RESOLVE")
    steps = steps_of(session, complaint.id)
    clocks = clocks_of(session, complaint, steps)
    assert complaint.due_on == clocks.due.due_on == law
    assert clocks.due.start == TODAY - _days(2)
    assert clocks.due.limit.code == "KN_RESOLVE"
    assert counted_due(effective(facts(steps)), clockwork(session)) == law
    assert clocks.ack is Acknowledgement.DONE_IN_TIME
    assert clocks.limits == ()
    assert ledger_mismatches(session) == []
    with pytest.raises(MoveRefused, match="accepted already"):
        _accept(session, complaint)

    correct_step(session, staff, complaint, "Ghi nhầm")
    assert (complaint.due_on, complaint.acknowledged_on) == (None, None)


def test_a_pause_after_the_acceptance_is_told_in_the_account(session, make, admin):
    complaint = _complaint(make, 20)
    _accept(session, complaint, 12)
    for name, days_ago in (("ask_citizen", 9), ("resume", 4)):
        move_petition(session, None, complaint, MoveRequest(name, TODAY - _days(days_ago), "Hỏi"))

    steps = steps_of(session, complaint.id)
    account = clocks_of(session, complaint, steps).due
    assert account.due_on == complaint.due_on
    assert Why.PAUSED in [line.why for line in account.lines]
    assert counted_due(effective(facts(steps)), clockwork(session)) == complaint.due_on


def test_only_a_document_sets_a_date_beyond_the_law(session, make, admin):
    complaint, leader = _complaint(make), make.user(role=Role.LEADER)
    _accept(session, complaint)
    law, unit = complaint.due_on, make.department().id

    def take(name, due_on, document=""):
        asked = MoveRequest(name, TODAY, "Giao", document, department_id=unit, due_on=due_on)
        move_petition(session, leader, complaint, asked)

    for due_on in (law - _days(1), law):
        take("assign", due_on)
        with pytest.raises(PetitionRefused, match="By law this complaint is due by"):
            take("assign", law + _days(1))
        assert complaint.due_on == due_on
    take("extend", law + _days(15), "9/QĐ-UBND")
    take("assign", law + _days(10))
    assert complaint.due_on == law + _days(10)


def test_an_earlier_date_that_a_person_set_stays_and_others_have_no_such_step(session, make, admin):
    soon = TODAY + _days(3)
    complaint, other = _complaint(make, due_on=soon), make.petition(received_on=TODAY)

    _accept(session, complaint)

    assert (complaint.due_on, complaint.due_basis) == (soon, "assigned")
    for petition, name in ((other, "accept"), (_complaint(make), "acknowledge")):
        with pytest.raises(MoveRefused, match="is not for this kind"):
            move_petition(session, None, petition, MoveRequest(name, TODAY, "Báo", "1/TB"))


def test_a_changed_calendar_moves_both_dates_of_a_complaint(session, make, admin):
    waits, accepted = _complaint(make, 0), _complaint(make, 5)
    _accept(session, accepted, 1)
    due_on = accepted.due_on
    days = (waits.ack_due_on, due_on)
    for number, day in enumerate(days):
        change = Change(Act.DAY_OFF, day, None, "Nghỉ theo quyết định")
        preview = preview_change(session, admin, change)
        what = Moving.DUE if day == due_on else Moving.ACK
        code = accepted.code if day == due_on else waits.code
        assert (code, what) in {(one.code, one.what) for one in preview.moved}
        apply_change(session, admin, change, f"key of a complaint {number}", preview.seal)

    session.expire_all()
    kept = session.get(Petition, accepted.id)
    assert kept.due_on > due_on
    account = clocks_of(session, kept, steps_of(session, kept.id)).due
    assert account.due_on == kept.due_on
    shorter = NewReading("KN_ACCEPT", 5, Unit.CALENDAR, "Luật mới", TODAY)
    moved = preview_change(session, admin, shorter).moved
    assert [(one.code, one.what) for one in moved] == [(waits.code, Moving.ACK)]
    assert ledger_mismatches(session) == []


def test_the_page_of_a_complaint_leads_to_the_acceptance(visit, make, session, admin):
    complaint = _complaint(make)
    address, version = f"/petitions/{complaint.code}", str(complaint.version)
    staff, keeper = visit(), visit(user=admin)
    session.rollback()
    page = staff.get(address).text
    assert "Khiếu nại: thụ lý, hoặc từ chối và nêu rõ lý do" in page
    assert "Thụ lý khiếu nại" in page

    sent = {"move": "accept", "version": version, "note": "", "happened_on": ""}
    without = staff.post(f"{address}/moves", **sent)
    assert "Nhập số văn bản" in without.text
    done = staff.post(f"{address}/moves", **sent | {"document_number": "3/TB-UBND"})
    assert done.status_code == 303
    page = staff.get(address).text
    assert f"{_law(session, TODAY, 'KN_RESOLVE'):%d/%m/%Y}" in page
    session.rollback()
    rules = keeper.get("/settings/rules").text
    assert "chỉ để tra cứu" in rules
    assert "Tố cáo không ghi vào sổ này" in staff.get("/petitions/new").text
