"""Following a petition to its end through its page, and putting right what was typed wrongly."""

import re
from datetime import timedelta

import pytest

from tests.petition_pages import (
    SHOWN_TODAY,
    TODAY,
    count_of_steps,
    kept,
    moved,
    value_in,
    version_of,
    without_tokens,
)
from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.dialogues.models import Department
from tracker.petitions.lifecycle import LIFECYCLE, Status
from tracker.petitions.queries import ledger_mismatches


def _everything(master, **given):
    return {
        "note": "Theo biên bản làm việc",
        "document_number": "05/TB-UBND",
        "plan_on": clock.shown_date(TODAY + timedelta(days=60)),
        "due_on": clock.shown_date(TODAY + timedelta(days=10)),
        "master": master.code,
        "ground": "unclear",
        "happened_on": SHOWN_TODAY,
    } | given


WAYS = {
    Status.AWAITING_CITIZEN: ["ask_citizen"],
    Status.DEFERRED: ["defer"],
    Status.AWAITING_APPROVAL: ["propose"],
    Status.EXPLAINED: ["explain"],
}


@pytest.mark.parametrize("move", LIFECYCLE, ids=lambda move: move.name)
def test_every_step_is_offered_and_taken_through_the_page(visit, make, session, move):
    staff, leader, master = visit(), visit(role=Role.LEADER), make.petition()
    petition = make.petition(department_id=make.department().id)
    source = next(status for status in Status if status in move.sources)
    for before in WAYS.get(source, []):
        assert moved(staff, petition, before, **_everything(master)).status_code == 303

    page = leader.get(f"/petitions/{petition.code}").text
    assert f'id="move-{move.name}"' in page
    answer = moved(
        leader, petition, move.name, version=value_in(page, "version"), **_everything(master)
    )

    assert answer.status_code == 303
    assert kept(session, petition).status is move.target
    assert ledger_mismatches(session) == []


def test_only_the_moves_of_this_person_stand_on_the_page(visit, make, session):
    petition = make.petition()
    staff, leader, admin = visit(), visit(role=Role.LEADER), visit(role=Role.ADMIN)
    moved(staff, petition, "propose", note="Đã sửa xong", document_number="1/BC")

    address = f"/petitions/{petition.code}"
    assert 'id="move-resolve"' not in staff.get(address).text
    assert 'id="move-resolve"' in leader.get(address).text
    assert 'id="move-' not in admin.get(address).text
    assert moved(admin, petition, "withdraw", note="x").status_code == 403


def test_a_refused_step_comes_back_open_with_everything_typed(visit, make, session):
    petition, staff = make.petition(), visit()
    answer = moved(staff, petition, "defer", note="Chưa có kinh phí", plan_on="01/01/2020")

    assert answer.status_code == 409
    assert 'id="defer-plan_on-error"' in answer.text
    assert re.search(r'id="move-defer" open', answer.text)
    assert "Chưa có kinh phí" in answer.text
    assert 'value="01/01/2020"' in answer.text
    assert count_of_steps(session) == 1


@pytest.mark.parametrize(
    ("move", "fields", "field"),
    [
        ("defer", {"note": "x"}, "plan_on"),
        ("defer", {"note": "x", "plan_on": "30/02/2027"}, "plan_on"),
        ("defer", {"plan_on": f"30/03/{TODAY.year + 2}"}, "note"),
        ("transfer", {"note": "x"}, "document_number"),
        ("decline", {"note": "x"}, "ground"),
        ("decline", {"note": "x", "ground": "bored"}, "ground"),
        ("join", {"note": "x"}, "master"),
        ("join", {"note": "x", "master": "KN-2026-999999"}, "master"),
        ("propose", {"note": "x"}, "document_number"),
        ("explain", {"note": "a\x00b"}, "note"),
        ("assign", {"happened_on": clock.shown_date(TODAY + timedelta(days=1))}, "happened_on"),
        ("assign", {"due_on": "01/01/2001"}, "due_on"),
        ("assign", {"department": "999999"}, "department"),
    ],
)
def test_what_a_step_lacks_is_told_beside_its_field(visit, make, move, fields, field):
    answer = moved(visit(), make.petition(), move, **fields)
    assert answer.status_code in (200, 409)
    assert f'id="{move}-{field}-error"' in answer.text
    assert f'href="#{move}-{field}"' in answer.text


def test_the_second_of_two_tabs_is_told_what_happened_and_keeps_its_note(visit, make, session):
    petition, staff, leader = make.petition(), visit(), visit(role=Role.LEADER)
    seen = value_in(staff.get(f"/petitions/{petition.code}").text, "version")
    moved(leader, petition, "start", version=seen)

    same = moved(
        staff, petition, "defer", version=seen, note="Chờ vốn", plan_on=f"01/01/{TODAY.year + 2}"
    )
    assert same.status_code == 409
    assert "Đang giải quyết" in same.text
    assert re.search(r'id="move-defer" open', same.text)
    assert "Chờ vốn" in same.text

    gone = moved(staff, petition, "start", version=seen, note="Bắt tay vào việc")
    assert gone.status_code == 409
    assert "Bắt tay vào việc" in gone.text
    assert count_of_steps(session) == 2

    again = moved(
        staff,
        petition,
        "defer",
        note="Chờ vốn",
        plan_on=f"01/01/{TODAY.year + 2}",
        version=value_in(same.text, "version"),
    )
    assert again.status_code == 303


def test_a_step_that_there_is_not_is_refused(visit, make):
    for move in ("", "explode", "resolve"):
        answer = moved(visit(role=Role.LEADER), make.petition(), move, note="Giữ lời này")
        assert answer.status_code == 409
        assert "Giữ lời này" in answer.text


def test_assigning_shows_the_department_and_the_due_date_on_the_timeline(visit, make, session):
    department = Department(code="kt", name_vi="Phòng Kinh tế", name_en="Economy")
    session.add(department)
    session.commit()
    petition, staff = make.petition(), visit()
    due_on = clock.shown_date(TODAY + timedelta(days=15))

    moved(staff, petition, "assign", department=str(department.id), due_on=due_on)

    page = staff.get(f"/petitions/{petition.code}").text
    timeline = page.split('class="timeline"')[1]
    assert "Phòng Kinh tế" in timeline
    assert due_on in timeline


def test_another_communes_petition_is_as_unknown_as_none(visit, make):
    staff, foreign = visit(), make.petition(place=make.place())
    for path in ("", "/edit", "/files/1"):
        pages = []
        for code in (foreign.code, "KN-2026-999999"):
            answer = staff.get(f"/petitions/{code}{path}")
            assert answer.status_code == 404
            pages.append(without_tokens(answer.text))
        assert pages[0] == pages[1]
    for path in ("/moves", "/corrections", "/edit", "/files", "/files/1/remove"):
        answer = staff.post(f"/petitions/{foreign.code}{path}", move="start", reason="x")
        assert answer.status_code == 404


def test_duplicates_keep_counting_on_the_page_of_the_one_they_are_joined_to(visit, make):
    master = make.petition(petitioner="group", people=20)
    joined, staff = make.petition(petitioner="group", people=15), visit()
    moved(staff, joined, "join", note="Cùng nội dung", master=master.code)

    page = staff.get(f"/petitions/{master.code}").text
    assert joined.code in page
    assert "35 người" in page
    assert f'href="/petitions/{master.code}"' in staff.get(f"/petitions/{joined.code}").text


def test_what_was_typed_is_shown_as_text_never_as_a_page(visit, make):
    evil = "<script>alert(1)</script>"
    petition = make.petition(content=evil, citizen_name=evil, petitioner="person")
    staff = visit()
    moved(staff, petition, "explain", note=evil, document_number=evil)
    for path in ("/petitions", f"/petitions/{petition.code}", f"/petitions/{petition.code}/edit"):
        page = staff.get(path, q="script" if path == "/petitions" else None).text
        assert evil not in page
        assert "&lt;script&gt;" in page


def test_a_step_taken_back_stays_visible_with_its_reason(visit, make, session):
    petition, staff = make.petition(), visit()
    assert "/corrections" not in staff.get(f"/petitions/{petition.code}").text
    moved(staff, petition, "start")
    address = f"/petitions/{petition.code}"

    empty = staff.post(f"{address}/corrections", reason=" ")
    assert 'id="reason-error"' in empty.text
    assert staff.post(f"{address}/corrections", reason="Bấm nhầm").status_code == 409
    seen = {"version": version_of(staff, petition)}
    assert staff.post(f"{address}/corrections", reason="Bấm nhầm", **seen).status_code == 303

    page = staff.get(address).text
    assert "is-voided" in page
    assert "Bấm nhầm" in page
    assert kept(session, petition).status is Status.RECEIVED


def _amended(petition, **given):
    return {
        "citizen_name": petition.citizen_name,
        "petitioner": petition.petitioner,
        "people": str(petition.people or ""),
        "place": str(petition.place_id),
        "content": petition.content,
        "category": str(petition.category_id),
        "kind": petition.kind,
        "level": petition.level,
        "channel": petition.channel,
        "received_on": clock.shown_date(petition.received_on),
        "version": str(petition.version),
        "reason": "Ghi nhầm",
    } | given


def test_facts_are_corrected_by_a_visible_step(visit, make, session):
    petition, staff = make.petition(), visit()
    page = staff.get(f"/petitions/{petition.code}/edit").text
    assert petition.content in page

    typed = _amended(petition, content="Nội dung đúng", received_on="3/2026")
    assert staff.post(f"/petitions/{petition.code}/edit", **typed).status_code == 303
    shown = staff.get(f"/petitions/{petition.code}").text
    assert "Nội dung đúng" in shown
    assert "tháng 03/2026" in shown
    assert "Ghi nhầm" in shown
    assert ledger_mismatches(session) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"content": ""}, "content"),
        ({"received_on": "40/13/2026"}, "received_on"),
        ({}, "reason"),
    ],
)
def test_a_correction_that_cannot_be_kept_comes_back(visit, make, wrong, field):
    petition = make.petition()
    answer = visit().post(f"/petitions/{petition.code}/edit", **_amended(petition) | wrong)
    assert answer.status_code in (200, 409)
    assert f'id="{field}-error"' in answer.text


def test_a_stale_correction_saves_nothing_and_shows_both_texts(visit, make, session):
    petition, first, second = make.petition(), visit(), visit()
    address = f"/petitions/{petition.code}/edit"
    before = _amended(petition)
    first.post(address, **before | {"content": "Lời của người thứ nhất"})

    answer = second.post(address, **before | {"content": "Lời của người thứ hai"})

    assert answer.status_code == 409
    assert answer.text.count("Lời của người thứ nhất") == 1
    assert answer.text.count("Lời của người thứ hai") == 2
    assert kept(session, petition).content == "Lời của người thứ nhất"

    again = before | {"content": "Lời chung", "version": value_in(answer.text, "version")}
    assert second.post(address, **again).status_code == 303
