"""Someone other than who handles a petition watches over it, and is told when it stays late."""

from datetime import timedelta

import pytest

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.petitions.queries import at_work, petition_for, steps_of
from tracker.petitions.rules import Team
from tracker.petitions.service import (
    Amendment,
    MoveRefused,
    MoveRequest,
    PetitionRefused,
    amend_petition,
    correct_step,
    move_petition,
    offered_moves,
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
    assert f"<dd>{leader.full_name}</dd>" not in staff.get(address).text
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


def test_whoever_gives_it_out_names_who_helps_and_who_watches_and_taking_it_back_restores(
    session, make
):
    giver, worker, monitor = make.user(), make.user(), make.user(role=Role.LEADER)
    petition, department = make.petition(cooperating="Công an xã"), make.department()
    for wrong in (giver.id, make.user(place=make.place()).id):
        with pytest.raises(PetitionRefused):
            move(
                session,
                giver,
                petition,
                "assign",
                department_id=department.id,
                team=Team("Mặt trận", wrong),
            )
    assert (petition.monitor_id, petition.cooperating) == (None, "Công an xã")

    team = Team("Mặt trận; Hội Nông dân", monitor.id)
    move(session, giver, petition, "assign", department_id=department.id, team=team)
    assert (petition.monitor_id, petition.cooperating) == (monitor.id, team.cooperating)
    move(session, worker, petition, "start")
    assert (petition.monitor_id, petition.cooperating) == (monitor.id, team.cooperating)

    for _ in range(2):
        correct_step(session, giver, petition, "Nhầm")
    assert (petition.monitor_id, petition.cooperating) == (None, "Công an xã")


def test_a_corrected_detail_is_not_lost_when_the_step_before_it_is_taken_back(session, make):
    giver, first, second = make.user(), make.user(), make.user()
    petition, department = make.petition(), make.department()
    team = Team("Mặt trận", first.id)
    move(session, giver, petition, "assign", department_id=department.id, team=team)
    move(session, giver, petition, "start")
    amend_petition(session, None, petition, watched_by(petition, second, cooperating="Y tế"))

    correct_step(session, giver, petition, "Nhầm")
    assert (petition.monitor_id, petition.cooperating) == (second.id, "Y tế")
    correct_step(session, giver, petition, "Nhầm")
    assert (petition.monitor_id, petition.cooperating) == (None, "")


def test_the_monitor_does_not_take_up_the_work_unless_another_is_named(session, make):
    monitor, other = make.user(), make.user(role=Role.LEADER)
    petition, department = make.petition(), make.department()
    amend_petition(session, None, petition, watched_by(petition, monitor))

    names = {one.name for one in offered_moves(monitor, petition, None)}
    assert "assign" in names
    assert not {"start", "propose"} & names
    for name in ("assign", "start", "propose"):
        with pytest.raises(MoveRefused, match="someone else handles it"):
            move(session, monitor, petition, name, department_id=department.id)
    move(session, monitor, petition, "acknowledge")

    team = Team(monitor_id=other.id)
    move(session, monitor, petition, "assign", department_id=department.id, team=team)
    move(session, monitor, petition, "start")
    assert petition.monitor_id == other.id


def test_the_list_is_narrowed_to_what_one_watches_and_files_name_the_monitor(visit, make, session):
    person, place = make.user(role=Role.LEADER), make.place()
    stranger = make.user(place=place)
    watched, other = make.petition(), make.petition()
    amend_petition(session, None, watched, watched_by(watched, person))
    username, name = person.username, person.full_name
    strangers = stranger.username
    session.rollback()
    leader = visit(user=person)

    page = leader.get("/petitions", monitor=username).text
    assert watched.code in page
    assert other.code not in page
    assert "Tôi theo dõi" in page
    assert f"Người theo dõi: {name}" in page
    lines = leader.get("/petitions.csv", variant="machine", monitor=username).text.splitlines()
    assert len(lines) == 2
    assert name in lines[1]
    assert "sổ không hiểu nên đã bỏ qua" in leader.get("/petitions", monitor=strangers).text


def test_the_form_of_a_step_asks_who_helps_and_who_watches(visit, make, session):
    petition, department, monitor = make.petition(), make.department(), make.user()
    given = {"department": department.id, "cooperating": "Công an xã", "monitor": monitor.id}
    sent = {"move": "assign", "version": petition.version, "happened_on": "", "note": "Giao việc"}
    code, name = petition.code, monitor.full_name
    session.rollback()
    staff = visit()

    assert staff.post(f"/petitions/{code}/moves", **given | sent).status_code == 303
    page = staff.get(f"/petitions/{code}").text
    assert page.count(name) >= 2
    assert page.count("Công an xã") >= 2
