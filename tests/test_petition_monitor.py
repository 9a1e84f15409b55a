"""Someone other than who handles a petition watches over it, and is told when it stays late."""

from datetime import timedelta

import pytest

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.petitions.queries import at_work, petition_for, steps_of
from tracker.petitions.service import (
    Amendment,
    MoveRequest,
    PetitionRefused,
    amend_petition,
    correct_step,
    move_petition,
)
from tracker.reminders.service import digests_on

TODAY = clock.today()


def watched_by(petition, monitor, **changed):
    kept = {
        name: getattr(petition, name)
        for name in Amendment.__dataclass_fields__
        if name not in ("reason", "seen_version", "monitor_id")
    }
    monitor_id = monitor.id if monitor else None
    return Amendment(**kept | changed, monitor_id=monitor_id, reason="Phân công theo dõi")


def move(session, actor, petition, name, **given):
    asked = {"note": "Theo biên bản", "document_number": "05/TB-UBND"} | given
    move_petition(session, actor, petition, MoveRequest(name, **asked))


def test_who_works_on_a_petition_does_not_watch_over_it(session, make):
    giver, worker, other = (make.user() for _ in range(3))
    leader = make.user(role=Role.LEADER)
    petition, department = make.petition(), make.department()
    move(session, giver, petition, "assign", department_id=department.id)
    assert at_work(steps_of(session, petition.id)) == {giver.id}
    with pytest.raises(PetitionRefused):
        amend_petition(session, other, petition, watched_by(petition, giver))

    move(session, worker, petition, "start")
    move(session, worker, petition, "propose")
    move(session, leader, petition, "return")
    move(session, other, petition, "propose")
    assert at_work(steps_of(session, petition.id)) == {other.id}

    correct_step(session, other, petition, "Nhầm")
    assert at_work(steps_of(session, petition.id)) == {worker.id}
    with pytest.raises(PetitionRefused):
        amend_petition(session, other, petition, watched_by(petition, worker))

    amend_petition(session, other, petition, watched_by(petition, leader))
    assert petition_for(session, other, petition.code).monitor == leader
    assert leader.full_name in steps_of(session, petition.id)[-1].note

    amend_petition(session, other, petition, watched_by(petition, None))
    assert petition.monitor_id is None


def test_the_monitor_is_a_person_who_signs_in_for_the_place(session, make):
    staff, petition = make.user(), make.petition()
    stranger = make.user(place=make.place())

    for wrong in (stranger.id, 987_654):
        asked = watched_by(petition, stranger)
        object.__setattr__(asked, "monitor_id", wrong)
        with pytest.raises(PetitionRefused):
            amend_petition(session, staff, petition, asked)
    assert petition.monitor_id is None


def test_a_petition_that_stays_late_reaches_its_monitor(session, make):
    monitor = make.user(role=Role.ADMIN)
    long_late, just_late, unwatched = (
        make.petition(due_on=TODAY - timedelta(days=days)) for days in (6, 3, 6)
    )
    for petition in (long_late, just_late):
        amend_petition(session, None, petition, watched_by(petition, monitor))

    told = {d.person.id: {m.code for m in d.matters} for d in digests_on(session, TODAY)}

    assert told[monitor.id] == {long_late.code}
    assert unwatched.code not in told[monitor.id]


def test_the_monitor_is_chosen_in_the_form_and_shown_on_the_page(visit, make, session):
    staff, leader = visit(), make.user(role=Role.LEADER)
    petition = make.petition(due_on=TODAY + timedelta(days=9))
    address = f"/petitions/{petition.code}"
    assert leader.full_name not in staff.get(address).text
    form = {
        "version": str(petition.version),
        "content": petition.content,
        "place": petition.place_id,
        "category": petition.category_id,
        "kind": petition.kind.value,
        "level": petition.level.value,
        "channel": petition.channel.value,
        "petitioner": petition.petitioner.value,
        "people": "1",
        "received_on": clock.shown_date(petition.received_on),
        "due_on": clock.shown_date(petition.due_on),
        "reason": "Phân công theo dõi",
    }

    wrong = staff.post(f"{address}/edit", **form, monitor="987654")
    assert wrong.status_code == 200
    sent = staff.post(f"{address}/edit", **form, monitor=str(leader.id))

    assert sent.status_code == 303
    assert f"<dd>{leader.full_name}</dd>" in staff.get(address).text
    assert f'selected value="{leader.id}"' in staff.get(f"{address}/edit").text


def test_the_account_of_the_due_date_is_on_the_printed_page(visit, make):
    staff, dated, undated = visit(), make.petition(due_on=TODAY), make.petition()

    page = staff.get(f"/petitions/{dated.code}").text

    assert 'class="print-only"' in page
    assert page.count("<caption>") == 1
    assert "print-only" not in staff.get(f"/petitions/{undated.code}").text
