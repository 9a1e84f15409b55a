"""Pages of visits and briefings: found, typed, refused in words, taken along to the table."""

import csv
import io
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.models import Briefing, GrassrootsVisit
from tracker.briefing.queries import items_of
from tracker.briefing.rules import fingerprint
from tracker.briefing.service import (
    Chosen,
    NewBriefing,
    NewVisit,
    choose_items,
    end_briefing,
    log_visit,
    open_briefing,
)
from tracker.commitments.models import Commitment
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.journal.models import JournalEntry
from tracker.petitions.lifecycle import Petitioner
from tracker.places.rules import PlaceKind

TODAY = clock.today()
DAY = timedelta(days=1)


def visited(session, make, **given):
    usual = {
        "kind": VisitKind.VILLAGE_VISIT,
        "visited_on": TODAY,
        "place_id": make.home.id,
        "visitor": "Bí thư Đảng ủy xã",
        "heard": "- Đường vào thôn hỏng\n- Nước sạch yếu",
    }
    return log_visit(session, None, NewVisit(**usual | given))


def typed_visit(make, **given):
    usual = {
        "key": "khoa",
        "kind": "village_visit",
        "visited_on": shown_date(TODAY),
        "place": str(make.home.id),
        "visitor": "Chủ tịch UBND xã",
        "heard": "Đường hỏng",
        "instruction": "Sửa trước Tết",
    }
    return usual | given


def opened(session, make, *subjects):
    briefing = open_briefing(session, None, NewBriefing(make.home.id, TODAY, "Bí thư"))
    for subject in subjects:
        choose_items(session, None, briefing, Chosen(subject=subject))
    return briefing


def matters(session, briefing):
    """Read the matters, and give the write lock back that a session of the tests takes."""
    found = items_of(session, briefing)
    session.commit()
    return found


def sheet(briefing, **given):
    """What the page of an open briefing sends besides its decisions."""
    usual = {
        "version": str(briefing.version),
        "held_on": shown_date(briefing.held_on),
        "chair": briefing.chair,
        "notes": briefing.notes,
        "seen-notes": fingerprint(briefing.notes),
        "act": "save",
    }
    return usual | given


def test_a_visit_is_logged_once_and_each_thing_heard_leads_to_a_petition(session, make, visit):
    staff = visit()
    answers = [staff.post("/visits/new", **typed_visit(make)) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert session.scalar(select(func.count(GrassrootsVisit.id))) == 1
    session.commit()

    page = staff.get(answers[0].location).text
    assert "Sửa trước Tết" in page
    address = re.search(r'href="(/petitions/new\?[^"]+)"', page)[1].replace("&amp;", "&")
    assert "channel=village_visit" in address
    assert f"place={make.home.id}" in address
    assert "hỏng" not in address
    form = staff.get(address).text
    assert f'value="{shown_date(TODAY)}"' in form
    assert re.search(r'<option selected value="village_visit"', form)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"visited_on": shown_date(TODAY + DAY)}, "Chỉ ghi lượt đã đi: ngày không thể sau hôm nay"),
        ({"heard": "  "}, "Nhập nội dung nắm được"),
        ({"place": "999999"}, "Chọn một"),
        ({"kind": "party_cell"}, "Nhập tên chi bộ"),
    ],
)
def test_a_wrong_visit_is_told_beside_its_field_and_stays_as_typed(
    session, make, visit, wrong, sentence
):
    answer = visit().post("/visits/new", **typed_visit(make, visitor="Người đi riêng", **wrong))
    assert answer.status_code in (200, 409)
    assert sentence in answer.text
    assert "Người đi riêng" in answer.text
    assert session.scalar(select(func.count(GrassrootsVisit.id))) == 0


def test_another_communes_visits_and_briefings_look_like_missing_ones(session, make, visit):
    elsewhere = make.place()
    theirs = visited(session, make, place_id=elsewhere.id)
    held = open_briefing(session, None, NewBriefing(elsewhere.id, TODAY, "Bí thư"))
    staff = visit()
    for path in (
        f"/visits/{theirs.code}",
        f"/briefing/{held.code}",
        f"/briefing/{held.code}/print",
    ):
        missing = re.sub(r"\d{4}$", "9999", path.removesuffix("/print"))
        foreign, none = staff.get(path), staff.get(missing)
        assert foreign.status_code == none.status_code == 404
        assert foreign.text.replace(path, "") == none.text.replace(missing, "")
    assert theirs.code not in staff.get("/visits").text
    assert held.code not in staff.get("/briefings").text


def test_a_stale_correction_shows_both_texts_and_saves_nothing(session, make, visit):
    staff, kept = visit(), visited(session, make)
    path = f"/visits/{kept.code}/edit"
    typed = typed_visit(make, version="1", heard="Của người thứ nhất", reason="Nghe lại")
    assert staff.post(path, **typed).status_code == 303
    answer = staff.post(path, **typed | {"heard": "Của người thứ hai"})

    assert answer.status_code == 409
    assert "Của người thứ nhất" in answer.text
    assert "Của người thứ hai" in answer.text
    page = staff.get(f"/visits/{kept.code}").text
    assert "Nghe lại" in page
    assert "Nước sạch yếu" in page  # what stood before
    assert (
        staff.post(f"/visits/{kept.code}/void", version="2", reason="Ghi hai lần").status_code
        == 303
    )
    assert kept.code not in staff.get("/visits").text
    assert kept.code in staff.get("/visits", with_voided="yes").text


def test_the_log_is_narrowed_by_its_address_and_taken_along_whole(session, make, visit):
    village = make.place(name="Thôn Một", kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    visited(session, make, place_id=village.id)
    visited(session, make, kind=VisitKind.PARTY_CELL, cell="Chi bộ Hai", heard="=1+1")
    staff = visit()
    page = staff.get("/visits", kind="party_cell", q="chi bo").text
    assert "Chi bộ Hai" in page
    assert "Bí thư Đảng ủy xã" in page
    assert staff.get("/visits?kind=&q=").status_code == 303
    assert "Thôn Một" in staff.get("/visits", place=village.key).text

    answer = staff.get("/visits.csv", variant="machine")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["party_cell", "village_visit"]
    assert rows[0]["heard"] == "'=1+1"
    assert rows[0]["visited_on"] == TODAY.isoformat()
    excel = staff.get("/visits.csv").get_data().decode("utf-8-sig")
    assert shown_date(TODAY) in excel
    book = CalamineWorkbook.from_filelike(io.BytesIO(staff.get("/visits.xlsx").get_data()))
    found = book.get_sheet_by_index(0).to_python()
    assert [row[3] for row in found[-2:]] == [TODAY, TODAY]
    assert found[-2][7] == "=1+1"
    assert "/visits.xlsx" in staff.get("/visits").text
    entries = session.scalars(select(JournalEntry.subject).where(JournalEntry.action == "export"))
    assert set(entries) == {"visits.csv", "visits.xlsx"}


def test_coverage_says_who_is_late_and_an_administrator_sets_the_rhythm(session, make, visit):
    village = make.place(name="Thôn Một", kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    visited(session, make, place_id=village.id, visited_on=TODAY - 9 * DAY)
    page = visit().get("/visits/coverage").text
    assert "Quá hạn" in page
    assert "1 trên 1 nơi" in page
    assert "mỗi quý một lần" in page
    admin = visit(role=Role.ADMIN)
    path = "/visits/rhythm/village_visit"
    typed = {"version": "0", "every": "days", "days": "10", "basis": "Quy chế 05"}
    assert admin.post(path, **typed | {"days": "0"}).status_code == 200
    assert admin.post(path, **typed).status_code == 303
    assert admin.post(path, **typed | {"days": "14"}).status_code == 409
    page = admin.get("/visits/coverage", lang="en").text
    assert "once in 10 days" in page
    assert "Quy chế 05" in page
    assert "All were visited within the set time." in page


def test_a_briefing_is_opened_filled_decided_and_ended_by_hand(session, make, visit):
    petition = make.petition(petitioner=Petitioner.PERSON, citizen_name="Trần Thị Hoa")
    staff, leader = visit(), visit(role=Role.LEADER)
    assert petition.code in staff.get("/briefing").text
    opening = {"key": "khoa", "held_on": shown_date(TODAY), "chair": "Bí thư"}
    assert "Nhập người chủ trì" in staff.post("/briefing/open", **opening | {"chair": ""}).text
    first, again = (staff.post("/briefing/open", **opening) for _ in range(2))
    assert first.location == again.location
    path = first.location
    briefing = session.scalars(select(Briefing)).one()
    session.commit()

    chosen = {"act": "add", "petitions": [petition.code], "subject": "Giải phóng mặt bằng"}
    assert staff.post(path, **sheet(briefing, **chosen)).status_code == 303
    one, two = matters(session, briefing)
    decided = {f"decision-{one.id}": "Sửa trong tháng", f"seen-{one.id}": one.seen}
    answer = staff.post(path, **sheet(briefing, act=f"down:{one.id}", **decided))
    assert answer.location.endswith(f"#item-{one.id}")
    two_now, one_now = matters(session, briefing)
    assert (two_now.id, one_now.decision) == (two.id, "Sửa trong tháng")

    answer = staff.post(path, **sheet(briefing, act=f"promise:{one.id}"))
    form = staff.get(answer.location).text
    assert "Sửa trong tháng" in form
    made = {
        "key": "khoa 2",
        "promise": "Sửa trong tháng",
        "promised_by": "Bí thư",
        "promised_on": shown_date(TODAY),
        "place": str(petition.place_id),
    }
    sent = [staff.post(answer.location, **made) for _ in range(2)]
    assert {one.status_code for one in sent} == {303}
    commitment = session.scalars(select(Commitment)).one()
    session.commit()
    assert commitment.petition_id == petition.id

    session.refresh(briefing)
    session.commit()
    assert staff.post(path, **sheet(briefing, act="end")).status_code == 403
    assert leader.post(path, **sheet(briefing, act="end", version="1")).status_code == 409
    assert leader.post(path, **sheet(briefing, act="end")).status_code == 303
    page = staff.get(path).text
    assert "textarea" not in page
    assert commitment.code in page
    assert staff.post(path, **sheet(briefing)).status_code == 409
    # The next one begins with what was decided last time, and what became of it.
    for language in ("vi", "en"):
        start = staff.get("/briefing", lang=language).text
        assert "Sửa trong tháng" in start
        assert commitment.code in start


def test_a_decision_of_another_tab_is_shown_beside_what_was_typed(session, make, visit):
    briefing, staff = opened(session, make, "Một", "Hai"), visit()
    one, two = matters(session, briefing)
    path = f"/briefing/{briefing.code}"
    seen = {f"seen-{one.id}": one.seen, f"seen-{two.id}": two.seen, f"decision-{two.id}": ""}
    first = sheet(briefing, **seen, **{f"decision-{one.id}": "Giao phòng Kinh tế"})
    assert staff.post(path, **first).status_code == 303
    answer = staff.post(path, **first | {f"decision-{one.id}": "Giao phòng Văn hóa"})

    assert answer.status_code == 409
    assert "Giao phòng Kinh tế" in answer.text
    assert "Giao phòng Văn hóa" in answer.text
    assert [item.decision for item in matters(session, briefing)] == ["Giao phòng Kinh tế", ""]
    # Saved again, now that both were seen, it replaces what is kept.
    fresh = re.search(rf'name="seen-{one.id}" value="(\w+)"', answer.text)[1]
    again = first | {f"decision-{one.id}": "Giao phòng Văn hóa", f"seen-{one.id}": fresh}
    assert staff.post(path, **again).status_code == 303
    assert matters(session, briefing)[0].decision == "Giao phòng Văn hóa"


def test_what_is_refused_keeps_everything_that_was_typed(session, make, visit):
    briefing, staff = opened(session, make, "Một"), visit()
    (one,) = matters(session, briefing)
    path = f"/briefing/{briefing.code}"
    typed = {f"decision-{one.id}": "Giữ lại điều này", f"seen-{one.id}": one.seen}
    answer = staff.post(path, **sheet(briefing, held_on="31/02/2026", **typed))
    assert "Giữ lại điều này" in answer.text
    answer = staff.post(path, **sheet(briefing, **typed | {f"decision-{one.id}": "x" * 5_001}))
    assert answer.status_code == 409
    assert "5000" in answer.text
    assert "x" * 5_001 in answer.text
    missing = staff.post(path, **sheet(briefing, act="add", petitions=["KN-1999-000001"]))
    assert missing.status_code == 404
    assert matters(session, briefing)[0].decision == ""


def test_the_pack_holds_every_file_and_names_nobody(session, make, visit):
    petition = make.petition(
        petitioner=Petitioner.PERSON,
        citizen_name="Trần Thị Hoa",
        content="Bà Trần Thị Hoa đề nghị sửa đường",
    )
    briefing = opened(session, make, "Giải phóng mặt bằng")
    choose_items(session, None, briefing, Chosen((petition.code,)))
    staff = visit()
    paper = staff.get(f"/briefing/{briefing.code}/print").text
    assert "đề nghị sửa đường" in paper
    assert "Hoa" not in paper

    answer = staff.get(f"/briefing/{briefing.code}/pack.zip", separator=";")
    assert answer.mimetype == "application/zip"
    packed = ZipFile(io.BytesIO(answer.get_data()))
    names = packed.namelist()
    assert names[0] == "giao-ban.html"
    assert len(names) == 6
    assert all(name.isascii() for name in names)
    for name in names[1:]:
        held = packed.read(name)
        assert held.startswith(b"\xef\xbb\xbf"), name
        assert "Hoa" not in held.decode() or name.startswith("kien-nghi"), name
    rows = list(csv.reader(io.StringIO(packed.read(names[1]).decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["1", "2"]
    assert rows[2][1] == petition.code
    answer = staff.get(f"/briefing/{briefing.code}/pack.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))
    assert len(book.sheet_names) == 5
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert petition.code in {cell for row in sheets[0] for cell in row}
    assert not any("Hoa" in str(cell) for row in sheets[1] for cell in row)
    assert f"/briefing/{briefing.code}/pack.xlsx" in staff.get(f"/briefing/{briefing.code}").text
    taken = session.scalars(select(JournalEntry.subject).where(JournalEntry.action == "export"))
    assert set(taken) == {f"briefing/{briefing.code}/pack.{ending}" for ending in ("zip", "xlsx")}


def test_a_leader_above_reads_the_briefings_of_a_commune(session, make, visit):
    province = make.place(name="Tỉnh", kind=PlaceKind.PROVINCE)
    commune = make.place(name="Xã Dưới", parent_id=province.id)
    briefing = open_briefing(session, None, NewBriefing(commune.id, TODAY, "Bí thư"))
    choose_items(session, None, briefing, Chosen(subject="Một việc"))
    end_briefing(session, None, briefing)
    leader = visit(role=Role.LEADER, place=province)
    assert briefing.code in leader.get("/briefings").text
    assert briefing.code in leader.get("/briefing").text
    assert "Một việc" in leader.get(f"/briefing/{briefing.code}").text
    admin = visit(role=Role.ADMIN, place=commune)
    assert "textarea" not in admin.get(f"/briefing/{briefing.code}").text
