"""Logging petitions and following one to its end, through the pages, on both engines."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.dialogues.models import Department
from tracker.petitions.lifecycle import LIFECYCLE, Channel, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.service import MoveRequest, move_petition

TODAY = clock.today()
SHOWN_TODAY = clock.shown_date(TODAY)


def _typed(make, **given):
    """Give what a clerk types into the form for logging, as the browser sends it."""
    usual = {
        "key": f"key-{given.pop('number', 1)}",
        "citizen_name": "Nguyễn Thị Hường",
        "petitioner": "person",
        "people": "1",
        "place": str(make.home.id),
        "content": "Đường liên thôn hỏng nặng,\nđề nghị sửa trước mùa mưa.",
        "category": str(given.pop("category", None) or make.category().id),
        "kind": "recommendation",
        "level": "commune",
        "channel": "village_visit",
        "received_on": SHOWN_TODAY,
    }
    return usual | given


def _petitions(session):
    """Read what is kept on a session of its own, which holds no lock afterwards."""
    with Session(session.get_bind(), expire_on_commit=False) as reading:
        return list(reading.scalars(select(Petition).order_by(Petition.id)))


def _kept(session, petition):
    return next(row for row in _petitions(session) if row.id == petition.id)


def _count_of_steps(session):
    with Session(session.get_bind()) as reading:
        return reading.scalar(select(func.count(PetitionStep.id)))


def _value(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


# Logging


def test_a_petition_is_logged_and_its_page_shows_it(visit, make, session):
    staff = visit()
    answer = staff.post("/petitions/new", **_typed(make))

    assert answer.status_code == 303
    (petition,) = _petitions(session)
    assert answer.location == f"/petitions/{petition.code}"
    page = staff.get(answer.location).text
    assert "Nguyễn Thị Hường" in page
    assert "Đường liên thôn hỏng nặng,\nđề nghị sửa trước mùa mưa." in page
    assert petition.channel is Channel.VILLAGE_VISIT


def test_save_and_next_keeps_the_circumstances_and_nothing_of_the_person(visit, make, session):
    staff, category = visit(), make.category()
    typed = _typed(
        make,
        next="yes",
        category=category.id,
        channel="letter",
        kind="question",
        citizen_phone="09",
    )
    answer = staff.post("/petitions/new", **typed)

    (petition,) = _petitions(session)
    assert "H%C6%B0%E1%BB%9Dng" not in answer.location
    assert "phone" not in answer.location
    page = staff.get(answer.location).text
    assert petition.code in page
    assert f'<option selected value="{category.id}"' in page
    assert '<option selected value="letter"' in page
    assert '<option selected value="question"' in page
    assert "Hường" not in page
    assert re.search(r'<input[^>]*autofocus[^>]*name="citizen_name"', page)


def test_a_dialogues_petition_takes_its_channel_place_and_date(visit, make, session):
    staff = visit()
    held_on = TODAY - timedelta(days=3)
    dialogue = make.dialogue(held_on=held_on)
    page = staff.get("/petitions/new", dialogue=dialogue.code).text
    assert f'value="{clock.shown_date(held_on)}"' in page
    assert 'name="channel"' not in page
    assert page.index('name="next"') < page.index('name="save"')

    typed = _typed(make, received_on=clock.shown_date(held_on))
    answer = staff.post(f"/petitions/new?dialogue={dialogue.code}", **typed)

    (petition,) = _petitions(session)
    assert answer.location == f"/dialogues/{dialogue.code}"
    assert (petition.channel, petition.dialogue_id) == (Channel.DIALOGUE, dialogue.id)
    assert petition.received_on == held_on


def test_a_dialogue_still_to_come_does_not_date_its_petitions_ahead(visit, make):
    dialogue = make.dialogue(held_on=TODAY + timedelta(days=9))
    page = visit().get("/petitions/new", dialogue=dialogue.code).text
    assert _value(page, "received_on") == SHOWN_TODAY


def test_a_dialogues_page_shows_what_was_raised_and_how_many_stand_behind_it(visit, make):
    dialogue = make.dialogue()
    several = make.petition(dialogue_id=dialogue.id, petitioner="group", people=34)
    make.petition(dialogue_id=dialogue.id, petitioner="group", people=None)
    outside = make.petition()
    page = visit().get(f"/dialogues/{dialogue.code}").text

    assert several.code in page
    assert outside.code not in page
    for words in ("2 kiến nghị", "34 người", "1 nhóm không rõ số người"):
        assert words in page
    assert f"/petitions/new?dialogue={dialogue.code}" in page


def test_a_foreign_dialogue_is_as_unknown_as_none(visit, make):
    staff = visit()
    foreign = make.dialogue(place=make.place())
    answers = {staff.get("/petitions/new", dialogue=c).text for c in (foreign.code, "DT-2026-9999")}
    assert len({_without_tokens(page) for page in answers}) == 1


def _without_tokens(page):
    page = re.sub(r"(DT|KN)-\d{4}-\d+", "", page)
    return re.sub(r'(value|nonce)="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("petitioner", "people", "name", "kept"),
    [
        ("person", "1", "Trần Văn Bình", 1),
        ("group", "35", "Lê Thị Tư", 35),
        ("group", "", "Các hộ dân thôn Chằm", None),
        ("unnamed", "1", "", 1),
    ],
)
def test_one_person_a_group_and_an_unnamed_one_are_logged(
    visit, make, session, petitioner, people, name, kept
):
    typed = _typed(make, petitioner=petitioner, people=people, citizen_name=name)
    assert visit().post("/petitions/new", **typed).status_code == 303
    (petition,) = _petitions(session)
    assert (petition.petitioner, petition.people, petition.citizen_name) == (petitioner, kept, name)


WRONG = [
    ({"content": ""}, "content"),
    ({"content": " \n "}, "content"),
    ({"content": "có ký tự \x00 lạ"}, "content"),
    ({"content": "ồ" * 700_000}, "content"),
    ({"category": ""}, "category"),
    ({"category": "999999"}, "category"),
    ({"category": "abc"}, "category"),
    ({"place": ""}, "place"),
    ({"kind": "denunciation"}, "kind"),
    ({"received_on": "31/02/2026"}, "received_on"),
    ({"received_on": clock.shown_date(TODAY + timedelta(days=1))}, "received_on"),
    ({"due_on": "01/01/2020"}, "due_on"),
    ({"due_on": "mai"}, "due_on"),
    ({"petitioner": "group", "people": "1"}, "people"),
    ({"petitioner": "person", "people": "4"}, "people"),
    ({"people": "0"}, "people"),
    ({"people": "mười"}, "people"),
    ({"petitioner": "unnamed"}, "petitioner"),
    ({"citizen_name": "A" * 201}, "citizen_name"),
    ({"citizen_phone": "1" * 41}, "citizen_phone"),
]


@pytest.mark.parametrize(
    ("wrong", "field"), WRONG, ids=[f"{field}-{at}" for at, (_, field) in enumerate(WRONG)]
)
def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(
    visit, make, session, wrong, field
):
    typed = _typed(make, answer="Đã trả lời ngay", citizen_phone="0912 000 111") | wrong
    answer = visit().post("/petitions/new", **typed)

    assert answer.status_code in (200, 409)
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    for name, text in typed.items():
        if name in ("citizen_name", "citizen_phone", "received_on", "due_on", "people", "key"):
            assert f'value="{text}"' in answer.text, name
    if len(typed["content"].strip()) in range(1, 1000) and "\x00" not in typed["content"]:
        assert typed["content"] in answer.text
    assert "Đã trả lời ngay" in answer.text
    assert _petitions(session) == []


def test_a_double_click_makes_one_petition(visit, make, session):
    staff, typed = visit(), _typed(make)
    first, second = (staff.post("/petitions/new", **typed) for _ in range(2))

    assert first.location == second.location
    assert len(_petitions(session)) == 1


def test_text_is_composed_and_marks_that_turn_it_round_are_dropped(visit, make, session):
    visit().post(
        "/petitions/new",
        **_typed(make, citizen_name="Đặng Thị Hường", content="Bến \u202ePhà\u202c\r\nxóm 2"),
    )
    (petition,) = _petitions(session)
    assert petition.citizen_name == "Đặng Thị Hường"
    assert petition.content == "Bến Phà\nxóm 2"


def test_only_what_the_form_offers_is_written(visit, make, session):
    staff, foreign = visit(), make.place()
    assert staff.post("/petitions/new", **_typed(make, place=str(foreign.id))).status_code == 200
    staff.post("/petitions/new", **_typed(make, status="resolved", code="KN-1", version="9"))

    (petition,) = _petitions(session)
    assert petition.status is Status.RECEIVED
    assert petition.code == f"KN-{TODAY.year}-000001"


def test_an_answer_on_the_spot_is_explained(visit, make, session):
    visit().post("/petitions/new", **_typed(make, answer="Chủ tịch đã giải thích tại hội nghị."))
    assert [petition.status for petition in _petitions(session)] == [Status.EXPLAINED]


def test_leaders_and_administrators_do_not_log(visit, make):
    for role in (Role.LEADER, Role.ADMIN):
        person = visit(role=role)
        assert person.get("/petitions/new").status_code == 403
        assert person.post("/petitions/new", **_typed(make)).status_code == 403


def test_nonsense_in_the_address_of_a_new_form_is_no_trouble(visit):
    strange = {"place": "x", "category": "-1", "kind": "🐉", "received_on": "hôm qua"}
    assert visit().get("/petitions/new", **strange).status_code == 200


# Steps


def _moved(visitor, petition, move, **fields):
    fields.setdefault("version", _version(visitor, petition))
    return visitor.post(f"/petitions/{petition.code}/moves", move=move, **fields)


def _version(visitor, petition):
    found = re.search(
        r'name="version"[^>]*value="(\d+)"', visitor.get(f"/petitions/{petition.code}").text
    )
    return found[1] if found else ""


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
        assert _moved(staff, petition, before, **_everything(master)).status_code == 303

    page = leader.get(f"/petitions/{petition.code}").text
    assert f'id="move-{move.name}"' in page
    answer = _moved(
        leader, petition, move.name, version=_value(page, "version"), **_everything(master)
    )

    assert answer.status_code == 303
    assert _kept(session, petition).status is move.target
    assert ledger_mismatches(session) == []


def test_only_the_moves_of_this_person_stand_on_the_page(visit, make, session):
    petition = make.petition()
    staff, leader, admin = visit(), visit(role=Role.LEADER), visit(role=Role.ADMIN)
    _moved(staff, petition, "propose", note="Đã sửa xong", document_number="1/BC")

    address = f"/petitions/{petition.code}"
    assert 'id="move-resolve"' not in staff.get(address).text
    assert 'id="move-resolve"' in leader.get(address).text
    assert 'id="move-' not in admin.get(address).text
    assert _moved(admin, petition, "withdraw", note="x").status_code == 403


def test_a_refused_step_comes_back_open_with_everything_typed(visit, make, session):
    petition, staff = make.petition(), visit()
    answer = _moved(staff, petition, "defer", note="Chưa có kinh phí", plan_on="01/01/2020")

    assert answer.status_code == 409
    assert 'id="defer-plan_on-error"' in answer.text
    assert re.search(r'id="move-defer" open', answer.text)
    assert "Chưa có kinh phí" in answer.text
    assert 'value="01/01/2020"' in answer.text
    assert _count_of_steps(session) == 1


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
    answer = _moved(visit(), make.petition(), move, **fields)
    assert answer.status_code in (200, 409)
    assert f'id="{move}-{field}-error"' in answer.text
    assert f'href="#{move}-{field}"' in answer.text


def test_the_second_of_two_tabs_is_told_what_happened_and_keeps_its_note(visit, make, session):
    petition, staff, leader = make.petition(), visit(), visit(role=Role.LEADER)
    seen = _value(staff.get(f"/petitions/{petition.code}").text, "version")
    _moved(leader, petition, "start", version=seen)

    same = _moved(
        staff, petition, "defer", version=seen, note="Chờ vốn", plan_on=f"01/01/{TODAY.year + 2}"
    )
    assert same.status_code == 409
    assert "Đang giải quyết" in same.text
    assert re.search(r'id="move-defer" open', same.text)
    assert "Chờ vốn" in same.text

    gone = _moved(staff, petition, "start", version=seen, note="Bắt tay vào việc")
    assert gone.status_code == 409
    assert "Bắt tay vào việc" in gone.text
    assert _count_of_steps(session) == 2

    again = _moved(
        staff,
        petition,
        "defer",
        note="Chờ vốn",
        plan_on=f"01/01/{TODAY.year + 2}",
        version=_value(same.text, "version"),
    )
    assert again.status_code == 303


def test_a_step_that_there_is_not_is_refused(visit, make):
    for move in ("", "explode", "resolve"):
        answer = _moved(visit(role=Role.LEADER), make.petition(), move, note="Giữ lời này")
        assert answer.status_code == 409
        assert "Giữ lời này" in answer.text


def test_assigning_shows_the_department_and_the_due_date_on_the_timeline(visit, make, session):
    department = Department(code="kt", name_vi="Phòng Kinh tế", name_en="Economy")
    session.add(department)
    session.commit()
    petition, staff = make.petition(), visit()
    due_on = clock.shown_date(TODAY + timedelta(days=15))

    _moved(staff, petition, "assign", department=str(department.id), due_on=due_on)

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
            pages.append(_without_tokens(answer.text))
        assert pages[0] == pages[1]
    for path in ("/moves", "/corrections", "/edit", "/files", "/files/1/remove"):
        answer = staff.post(f"/petitions/{foreign.code}{path}", move="start", reason="x")
        assert answer.status_code == 404


def test_duplicates_keep_counting_on_the_page_of_the_one_they_are_joined_to(visit, make):
    master = make.petition(petitioner="group", people=20)
    joined, staff = make.petition(petitioner="group", people=15), visit()
    _moved(staff, joined, "join", note="Cùng nội dung", master=master.code)

    page = staff.get(f"/petitions/{master.code}").text
    assert joined.code in page
    assert "35 người" in page
    assert f'href="/petitions/{master.code}"' in staff.get(f"/petitions/{joined.code}").text


def test_what_was_typed_is_shown_as_text_never_as_a_page(visit, make):
    evil = "<script>alert(1)</script>"
    petition = make.petition(content=evil, citizen_name=evil, petitioner="person")
    staff = visit()
    _moved(staff, petition, "explain", note=evil, document_number=evil)
    for path in ("/petitions", f"/petitions/{petition.code}", f"/petitions/{petition.code}/edit"):
        page = staff.get(path, q="script" if path == "/petitions" else None).text
        assert evil not in page
        assert "&lt;script&gt;" in page


# Corrections


def test_a_step_taken_back_stays_visible_with_its_reason(visit, make, session):
    petition, staff = make.petition(), visit()
    assert "/corrections" not in staff.get(f"/petitions/{petition.code}").text
    _moved(staff, petition, "start")
    address = f"/petitions/{petition.code}"

    empty = staff.post(f"{address}/corrections", reason=" ")
    assert 'id="reason-error"' in empty.text
    assert staff.post(f"{address}/corrections", reason="Bấm nhầm").status_code == 409
    seen = {"version": _version(staff, petition)}
    assert staff.post(f"{address}/corrections", reason="Bấm nhầm", **seen).status_code == 303

    page = staff.get(address).text
    assert "is-voided" in page
    assert "Bấm nhầm" in page
    assert _kept(session, petition).status is Status.RECEIVED


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
    assert _kept(session, petition).content == "Lời của người thứ nhất"

    again = before | {"content": "Lời chung", "version": _value(answer.text, "version")}
    assert second.post(address, **again).status_code == 303


# The list


def test_the_list_tells_late_unknown_and_who(visit, make, session):
    make.petition(
        due_on=TODAY - timedelta(days=1), citizen_name="Hoàng Văn Đức", petitioner="person"
    )
    make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    page = visit().get("/petitions").text

    assert "2 kiến nghị" in page
    assert "status--late" in page
    assert "không rõ ngày" in page
    assert "Hoàng V. Đ." in page
    assert "Hoàng" not in visit(role=Role.ADMIN).get("/petitions").text


def test_filters_stand_in_the_address_by_names_that_stay(visit, make, session):
    land, road = make.category(code="dat"), make.category(code="duong")
    wanted = make.petition(category=land, content="Cấp giấy chứng nhận")
    make.petition(category=road)
    make.petition(category=land, content="Việc khác")

    staff = visit()
    page = staff.get("/petitions", category="dat", q="cap giay").text
    assert wanted.code in page
    assert "1 kiến nghị" in page
    assert staff.get("/petitions?category=dat&q=&status=").location == "/petitions?category=dat"


NONSENSE = {
    "category": "khong-co",
    "status": "done",
    "kind": "to_cao",
    "place": "9",
    "department": "-",
    "dialogue": "DT",
    "received_from": "31/02/2026",
    "received_to": "x",
    "overdue": "maybe",
    "sort": "name",
    "after": "%%%",
    "group": "x",
    "level": "x",
    "channel": "x",
    "timeliness": "x",
    "cell": "received",
    "cell_from": "2026-01-01",
    "open": "2",
    "lang": "xx",
}


def test_nonsense_in_the_address_is_left_out_and_told(visit, make):
    petition, staff = make.petition(), visit()
    every = staff.get("/petitions", **NONSENSE)
    assert every.status_code == 200
    assert petition.code in every.text
    assert "note--warning" in every.text
    for name, text in NONSENSE.items():
        assert staff.get("/petitions", **{name: text}).status_code == 200
        assert staff.get("/petitions.csv", **{name: text}).status_code == 200
    for text in ("%_\\'\"", "‮", "ồ" * 5000):
        assert staff.get("/petitions", q=text).status_code == 200


def test_a_number_of_a_report_opens_exactly_its_rows(visit, make):
    staff = visit()
    inside, outside = make.petition(), make.petition(received_on=TODAY - timedelta(days=90))
    flow = {"cell": "received", "cell_to": TODAY.isoformat()}
    flow["cell_from"] = (TODAY - timedelta(days=40)).isoformat()
    page = staff.get("/petitions", **flow).text
    assert inside.code in page
    assert outside.code not in page
    assert "Đây là 1 kiến nghị" in page

    stock = staff.get("/petitions", cell="outstanding", cell_to=flow["cell_from"]).text
    assert outside.code in stock
    assert inside.code not in stock


def test_the_list_goes_on_page_by_page(visit, make):
    category = make.category()
    codes = {make.petition(category=category).code for _ in range(55)}
    staff = visit()
    first = staff.get("/petitions", sort="code").text
    address = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = staff.get(address).text

    shown = [set(re.findall(r'href="/petitions/(KN-[\d-]+)"', page)) for page in (first, second)]
    assert [len(page) for page in shown] == [50, 5]
    assert shown[0] | shown[1] == codes
    assert 'rel="prev"' in second


def test_the_list_asks_the_database_as_often_for_five_rows_as_for_fifty(visit, make, app):
    staff, category = visit(), make.category()

    def statements():
        counted = []
        count = lambda *_: counted.append(1)  # noqa: E731
        event.listen(app.extensions["engine"], "before_cursor_execute", count)
        staff.get("/petitions")
        event.remove(app.extensions["engine"], "before_cursor_execute", count)
        return len(counted)

    for _ in range(5):
        make.petition(category=category)
    statements()  # what seldom changes is read once, for all requests that follow
    few = statements()
    for _ in range(55):
        make.petition(category=category)
    assert statements() == few


def test_an_empty_list_says_what_it_is_for(visit):
    assert "empty" in visit().get("/petitions").text
    assert "empty" in visit().get("/petitions", q="không có gì").text


def test_every_page_speaks_english_too(visit, make, session):
    petition, staff = make.petition(), visit(role=Role.STAFF)
    move_petition(session, None, petition, MoveRequest("start"))
    for path in ("", "/new", f"/{petition.code}", f"/{petition.code}/edit"):
        page = staff.get(f"/petitions{path}", lang="en").text
        assert 'lang="en"' in page
        assert "Petition" in page
