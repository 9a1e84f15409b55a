"""Changing the calendar and the limits: what the preview names is exactly what moves."""

import random
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tracker.accounts.permissions import Role
from tracker.calendar.models import CalendarException, DeadlineRule
from tracker.calendar.queries import calendar_of, choices_of
from tracker.calendar.rules import Act, CalendarRefused, Change, Choices, NewReading, Unit
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.errors import NotAllowed, Stale, TrackerError
from tracker.journal.models import JournalEntry
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches, steps_of
from tracker.petitions.service import (
    MoveRequest,
    Moving,
    apply_change,
    move_petition,
    preview_change,
)
from tracker.seeding import seed_basics

TODAY = clock.today()
KEY = "k" * 20


def _days(number):
    return timedelta(days=number)


@pytest.fixture
def admin(session, make):
    """Give the administrator of a register with its calendar and its limits."""
    seed_basics(session)
    return make.user(role=Role.ADMIN)


@pytest.fixture
def holiday(session, admin):
    """Give a working day a few days ahead, to be taken off."""
    day = TODAY + _days(4)
    while not calendar_of(session).is_working(day):
        day += _days(1)
    return Change(Act.DAY_OFF, day, None, "Nghỉ theo quyết định", "15/QĐ-TTg")


def _kept(session, petition):
    session.expire_all()
    return session.get(Petition, petition.id)


def _due(session, petition_id):
    """Read what the application wrote, and leave the database free for it."""
    due_on = session.scalar(select(Petition.due_on).where(Petition.id == petition_id))
    session.rollback()
    return due_on


def test_only_counted_dates_of_open_petitions_move_and_leave_a_visible_step(
    session, make, admin, holiday
):
    ten = make.category(due_days=10)
    counted = make.petition(category=ten, received_on=TODAY)
    typed = make.petition(category=ten, received_on=TODAY, due_on=TODAY + _days(14))
    ended = make.petition(category=ten, received_on=TODAY, answer_on_spot="Đã trả lời")
    extended = make.petition(category=ten, received_on=TODAY)
    late = TODAY + _days(40)
    move_petition(session, None, extended, MoveRequest("extend", TODAY, "Chờ", "1/QĐ", due_on=late))
    before = counted.due_on

    preview = preview_change(session, admin, holiday)
    assert {(one.code, one.what) for one in preview.moved} == {
        (counted.code, Moving.DUE),
        *((one.code, Moving.ACK) for one in (counted, typed, extended)),
    }
    assert session.get(CalendarException, holiday.day) is None
    assert apply_change(session, admin, holiday, KEY, preview.seal) == len(preview.moved)

    (moved,) = (one for one in preview.moved if one.what is Moving.DUE)
    assert _kept(session, counted).due_on == moved.after > moved.before == before
    assert _kept(session, typed).due_on == TODAY + _days(14)
    assert _kept(session, extended).due_on == late
    assert _kept(session, ended).due_on == before
    step = steps_of(session, counted.id)[-1]
    assert (step.move, step.actor_id) == ("recalculate", admin.id)
    assert "15/QĐ-TTg" in step.note
    assert ledger_mismatches(session) == []


def test_a_change_is_one_journal_entry_and_the_same_form_applies_it_once(
    session, make, admin, holiday
):
    for _ in range(3):
        make.petition(category=make.category(due_days=10), received_on=TODAY)
    preview = preview_change(session, admin, holiday)
    before = session.scalar(select(func.count(JournalEntry.id)))

    assert apply_change(session, admin, holiday, KEY, preview.seal) == 6
    assert apply_change(session, admin, holiday, KEY, preview.seal) == 0

    assert session.scalar(select(func.count(JournalEntry.id))) == before + 1
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert (entry.action, entry.subject) == ("calendar:day_off", holiday.day.isoformat())
    assert '"moved": 6' in entry.detail


def test_what_is_refused_writes_nothing(session, make, admin, holiday):
    make.petition(category=make.category(due_days=10), received_on=TODAY)
    seal = preview_change(session, admin, holiday).seal

    with pytest.raises(Stale):
        apply_change(session, admin, holiday, KEY, "another seal")
    with pytest.raises(NotAllowed):
        preview_change(session, make.user(), holiday)
    assert session.get(CalendarException, holiday.day) is None
    apply_change(session, admin, holiday, KEY, seal)
    with pytest.raises(CalendarRefused, match="a day off already"):
        apply_change(session, admin, holiday, "another key", seal)


def test_a_petition_logged_between_preview_and_change_makes_it_stale(session, make, admin, holiday):
    seal = preview_change(session, admin, holiday).seal
    make.petition(category=make.category(due_days=10), received_on=TODAY)

    with pytest.raises(Stale, match="look at the list again"):
        apply_change(session, admin, holiday, KEY, seal)
    assert ledger_mismatches(session) == []


def test_a_day_taken_out_and_put_back_moves_the_dates_there_and_back(session, make, admin, holiday):
    petition = make.petition(category=make.category(due_days=10), received_on=TODAY)
    before = petition.due_on
    for number, change in enumerate(
        (holiday, Change(Act.LIFT, holiday.day), Change(Act.RESTORE, holiday.day))
    ):
        preview = preview_change(session, admin, change)
        apply_change(session, admin, change, f"key {number} {KEY}", preview.seal)
        assert (_kept(session, petition).due_on == before) is (change.act is Act.LIFT)
    seed_basics(session)
    assert session.get(CalendarException, holiday.day).reason == holiday.reason
    assert ledger_mismatches(session) == []


def test_random_lives_and_changes_keep_preview_result_and_ledger_agreed(session, make, admin):
    chance = random.Random(292)
    categories = [make.category(due_days=days) for days in (5, 12)]
    categories.append(make.category(due_days=20, due_days_are_working=False))
    petitions = []
    for _ in range(14):
        received = TODAY - _days(chance.randint(0, 40))
        petition = make.petition(category=chance.choice(categories), received_on=received)
        for name in chance.choice((["ask_citizen"], ["ask_citizen", "resume"], ["start"], [])):
            last = steps_of(session, petition.id)[-1].happened_on
            day = min(TODAY, last + _days(chance.randint(0, 6)))
            move_petition(session, None, petition, MoveRequest(name, day, "Theo biên bản"))
        petitions.append(petition)
    for number in range(8):
        day = TODAY + _days(chance.randint(-30, 30))
        act = Act.DAY_OFF if day.weekday() < 5 else Act.WORKED
        change = Change(act, day, None, "Điều chỉnh")
        if number == 7:
            change = Choices(calendar_rolls=False)
        try:
            preview = preview_change(session, admin, change)
        except CalendarRefused:
            continue
        before = {one.id: _kept(session, one).due_on for one in petitions}
        apply_change(session, admin, change, f"key {number} {KEY}", preview.seal)

        due = {one.petition_id: one.after for one in preview.moved if one.what is Moving.DUE}
        after = {one.id: _kept(session, one).due_on for one in petitions}
        assert after == before | due
        assert preview_change(session, admin, Choices(**_chosen(session))).moved == ()
        assert ledger_mismatches(session) == []


def _chosen(session):
    kept = choices_of(session)
    return {"calendar_rolls": kept.calendar_rolls, "announced_to": kept.announced_to}


def test_a_changed_limit_is_a_new_reading_from_a_day_on(session, make, admin):
    old = make.petition(received_on=TODAY - _days(3))
    new = make.petition(received_on=TODAY)
    reading = NewReading("ACK", 5, Unit.WORKING, "Quy chế của xã", TODAY)

    preview = preview_change(session, admin, reading)
    assert [(one.code, one.what) for one in preview.moved] == [(new.code, Moving.ACK)]
    before = old.ack_due_on
    apply_change(session, admin, reading, KEY, preview.seal)

    assert _kept(session, old).ack_due_on == before
    assert _kept(session, new).ack_due_on == preview.moved[0].after
    rows = session.scalars(
        select(DeadlineRule).where(DeadlineRule.code == "ACK").order_by(DeadlineRule.valid_from)
    ).all()
    assert [row.days for row in rows] == [10, 5]
    for wrong in (
        NewReading("ACK", 0, Unit.WORKING, "Quy chế", TODAY),
        NewReading("ACK", 5, Unit.WORKING, " ", TODAY),
        NewReading("ACK", 5, Unit.WORKING, "Quy chế", None),
        NewReading("ACK", 5, Unit.WORKING, "Quy chế của xã", TODAY),
        NewReading("NONE", 5, Unit.WORKING, "Quy chế", TODAY),
    ):
        with pytest.raises(TrackerError):
            preview_change(session, admin, wrong)


def test_choices_are_kept_and_a_year_that_is_announced_is_no_longer_provisional(session, admin):
    asked = Choices(due_soon_days=7, announced_to=2027)
    apply_change(session, admin, asked, KEY, preview_change(session, admin, asked).seal)

    assert choices_of(session) == asked
    assert not calendar_of(session).special[date(2027, 9, 2)].is_provisional
    with pytest.raises(TrackerError):
        preview_change(session, admin, Choices(due_soon_days=999))


def _hidden(page):
    return dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))


def test_pages_add_a_day_with_a_preview_refuse_nonsense_and_take_it_out(
    session, make, visit, admin, holiday
):
    petition = make.petition(category=make.category(due_days=10), received_on=TODAY)
    petition_id, code, before = petition.id, petition.code, petition.due_on
    day = shown_date(holiday.day)
    person = visit(user=admin)
    typed = {"act": "day_off", "day": day, "reason": "Nghỉ bù", "document": "15/QĐ", "other": ""}

    wrong = person.post("/settings/calendar/new", **typed | {"act": "swap"})
    assert "Hoán đổi gồm hai ngày" in wrong.text
    assert f'value="{day}"' in wrong.text
    shown = person.post("/settings/calendar/new", **typed)
    assert code in shown.text
    assert shown_date(before) in shown.text
    assert _due(session, petition_id) == before

    sent = {name: text for name, text in _hidden(shown.text).items() if name != "csrf_token"}
    assert person.post("/settings/calendar/apply", **sent | {"seal": "x"}).status_code == 409
    assert person.post("/settings/calendar/apply", **sent).status_code == 303
    assert person.post("/settings/calendar/apply", **sent).status_code == 303
    assert _due(session, petition_id) > before
    year = person.get("/settings/calendar", year=holiday.day.year)
    assert "15/QĐ" in year.text
    twice = person.post("/settings/calendar/new", **typed)
    assert "đã là ngày nghỉ" in twice.text

    turned = person.post("/settings/calendar/turn", act="lift", day=day)
    assert code in turned.text
    sent = {name: text for name, text in _hidden(turned.text).items() if name != "csrf_token"}
    assert person.post("/settings/calendar/turn/apply", **sent).status_code == 303
    assert _due(session, petition_id) == before


def test_pages_change_a_limit_and_the_choices(session, make, visit, admin):
    person = visit(user=admin)
    assert "Luật Tiếp công dân" in person.get("/settings/rules").text
    typed = {
        "days": "7",
        "unit": "working",
        "legal_basis": "Quy chế của xã",
        "valid_from": shown_date(TODAY),
        "is_active": "y",
    }
    assert (
        "Nhập căn cứ pháp lý"
        in person.post("/settings/rules/ACK", **typed | {"legal_basis": ""}).text
    )
    shown = person.post("/settings/rules/ACK", **typed)
    sent = {name: text for name, text in _hidden(shown.text).items() if name != "csrf_token"}
    assert person.post("/settings/rules/ACK/apply", **sent).status_code == 303
    assert "Quy chế của xã" in person.get("/settings/rules/ACK").text
    assert person.get("/settings/rules/NONE").status_code == 404

    chosen = {
        "due_soon_days": "5",
        "commitment_soon_days": "10",
        "leader_after_days": "1",
        "monitor_after_days": "5",
        "announced_to": "2026",
        "dialogues_a_year": "2",
        "yearly_from_month": "6",
    }
    shown = person.post("/settings/choices", **chosen)
    sent = {name: text for name, text in _hidden(shown.text).items() if name != "csrf_token"}
    assert person.post("/settings/choices/apply", **sent).status_code == 303
    session.expire_all()
    session.rollback()
    assert choices_of(session) == Choices(
        calendar_rolls=False,
        due_soon_days=5,
        commitment_soon_days=10,
        dialogues_a_year=2,
        yearly_from_month=6,
    )


def test_a_petitions_page_leads_to_the_account_of_its_date(session, make, visit, admin):
    petition = make.petition(category=make.category(due_days=10), received_on=TODAY)
    reader = visit(role=Role.STAFF)
    page = reader.get(f"/petitions/{petition.code}").text
    assert f"/petitions/{petition.code}/due" in page

    account = reader.get(f"/petitions/{petition.code}/due", lang="en")
    assert account.status_code == 200
    assert shown_date(petition.due_on) in account.text
    assert "10 working days" in account.text
    assert "weekend" in account.text
    assert "Luật Tiếp công dân" in account.text
    stranger = visit(place=make.place())
    assert stranger.get(f"/petitions/{petition.code}/due").status_code == 404


def test_lists_and_the_first_page_show_who_was_not_told_and_what_lies_unprocessed(
    session, make, visit, admin
):
    old = make.petition(received_on=TODAY - _days(46))
    make.petition(received_on=TODAY)
    person = visit()
    for arguments in ({"ack": "late"}, {"ageing": "30"}, {"ageing": "45"}):
        page = person.get("/petitions", **arguments).text
        assert page.count("petitions__code") == 1
        assert old.code in page
    first = person.get("/").text
    assert "/petitions?ack=late" in first
    assert "/petitions?ageing=30" in first
