"""Papers of dialogues and reports: who may have them, what they tell, what the journal keeps."""

import io
import re
from datetime import timedelta

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import select

from tracker.accounts.permissions import Role
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.service import Attendance, move_dialogue
from tracker.journal.models import JournalEntry
from tracker.petitions.lifecycle import Petitioner
from tracker.petitions.service import move_petition
from tracker.petitions.service.requests import MoveRequest

NAME, PHONE = "Nguyễn Thị Hoài Thương", "0912 345 678"
FILES = ("announcement", "minutes", "conclusions", "results")


@pytest.fixture
def held(session, make):
    """Give a dialogue that was held, with two petitions, one of a named citizen."""
    day = clock.today() - timedelta(days=3)
    dialogue = make.dialogue(
        held_on=day, topic="Đường làng & <nước> sạch", starts_at="07:30", venue="Nhà văn hóa"
    )
    move_dialogue(
        session,
        make.user(),
        dialogue,
        "hold",
        happened_on=day,
        attendance=Attendance(invited=None, present=42, speakers=5),
    )
    make.petition(
        dialogue_id=dialogue.id,
        received_on=day,
        content="Cũng như nguyễn thị hoài thương đã nói, nước đục, thư hoai.thuong@xa.vn",
    )
    make.petition(
        dialogue_id=dialogue.id,
        received_on=day,
        citizen_name=NAME,
        petitioner=Petitioner.PERSON,
        content=f"Bà {NAME}, điện thoại {PHONE}, hỏi về đường làng",
    )
    return dialogue


def text_of(answer):
    """Read every word of a Word file, headers and footers too."""
    assert answer.status_code == 200, answer.text[:300]
    assert answer.mimetype.endswith("wordprocessingml.document")
    document = Document(io.BytesIO(answer.data))
    parts = [document.element]
    for section in document.sections:
        parts += [
            part._element
            for part in (
                section.header,
                section.first_page_header,
                section.footer,
                section.first_page_footer,
            )
        ]
    words = ["".join(node.text or "" for node in part.iter(qn("w:t"))) for part in parts]
    return " ".join(words).replace("\u00a0", " ")


def test_the_papers_of_a_dialogue_tell_what_is_known_and_leave_the_rest_open(visit, held):
    staff = visit()
    minutes = text_of(staff.get(f"/dialogues/{held.code}/minutes.docx"))
    assert "BIÊN BẢN" in minutes
    assert "07 giờ 30 phút" in minutes
    assert "Đường làng & <nước> sạch" in minutes
    assert "Số người được mời: ……; số người có mặt: 42" in minutes
    assert "05 lượt phát biểu với 02 ý kiến, kiến nghị" in minutes
    assert "kết thúc vào …… giờ …… phút" in minutes
    notice = text_of(staff.get(f"/dialogues/{held.code}/conclusions.docx"))
    assert "Số: ……/TB-UBND" in notice
    assert "PHỤ LỤC" in notice


@pytest.mark.parametrize("name", FILES)
def test_the_public_paper_names_no_citizen(visit, held, name):
    text = text_of(visit().get(f"/dialogues/{held.code}/{name}.docx"))
    assert NAME not in text
    assert "hoài" not in text.lower()
    assert "hoai" not in text.lower()
    assert "345 678" not in text


def test_only_minutes_and_report_have_names_and_say_who_took_them_out(visit, held):
    staff = visit()
    minutes = text_of(staff.get(f"/dialogues/{held.code}/minutes.docx", profile="internal"))
    assert NAME in minutes
    assert f"{staff.user.full_name} xuất lúc" in minutes
    results = staff.get(f"/dialogues/{held.code}/results.docx", profile="internal")
    assert NAME not in text_of(results)
    report = text_of(staff.get("/reports/resolution.docx", profile="internal"))
    assert NAME in report


def test_who_does_not_see_names_gets_no_paper_with_them(visit, held):
    admin = visit(role=Role.ADMIN)
    for path in (f"/dialogues/{held.code}/minutes.docx", "/reports/resolution.docx"):
        assert admin.get(path, profile="internal").status_code == 403
        assert NAME not in text_of(admin.get(path))


def test_another_communes_dialogue_has_no_papers(visit, make, held):
    stranger = visit(place=make.place())
    for name in FILES:
        for ending in (".docx", ""):
            answer = stranger.get(f"/dialogues/{held.code}/{name}{ending}")
            missing = stranger.get(f"/dialogues/DT-1999-0001/{name}{ending}")
            assert answer.status_code == missing.status_code == 404
            assert _plain(answer) == _plain(missing)


def _plain(answer):
    """Give a page without its tokens, which are new each time."""
    return re.sub(r'value="[^"]+"|DT-\d+-\d+', "", answer.text)


def test_a_paper_is_offered_when_the_register_has_what_it_tells(visit, make, held):
    staff, planned = visit(), make.dialogue(held_on=clock.today() + timedelta(days=20))
    page = staff.get(f"/dialogues/{planned.code}").text
    assert re.findall(rf"{planned.code}/(\w+)\.docx", page) == ["announcement", "invitation"]
    assert staff.get(f"/dialogues/{planned.code}/minutes.docx").status_code == 409
    page = staff.get(f"/dialogues/{held.code}").text
    assert tuple(re.findall(rf"{held.code}/(\w+)\.docx", page)) == FILES


def test_nobody_writes_papers_of_a_dialogue_that_a_newspaper_told_of(visit, session, held):
    held.source = "Báo Bắc Giang [article]"
    session.commit()
    staff = visit()
    assert ".docx" not in staff.get(f"/dialogues/{held.code}").text
    assert staff.get(f"/dialogues/{held.code}/minutes.docx").status_code == 409


def test_the_journal_keeps_which_paper_was_taken_and_no_name(visit, session, held):
    staff = visit()
    staff.get(f"/dialogues/{held.code}/minutes.docx", profile="internal", issuer="party")
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "export")).one()
    assert entry.subject == f"dialogues/{held.code}/minutes.docx"
    assert entry.actor_id == staff.user.id
    assert entry.detail == "issuer=party; profile=internal; 2 petitions"


def test_names_read_on_the_screen_are_journaled_as_those_of_a_file(visit, session, held):
    staff, path = visit(), f"dialogues/{held.code}/minutes"
    seen = select(JournalEntry.subject, JournalEntry.detail).where(JournalEntry.action == "export")
    staff.get(f"/{path}")
    assert session.execute(seen).all() == []
    session.rollback()

    assert NAME in staff.get(f"/{path}", profile="internal", issuer="party").text
    assert NAME in staff.get("/reports/resolution/paper", profile="internal").text

    dialogue, report = session.execute(seen.order_by(JournalEntry.id)).all()
    assert dialogue == (path, "issuer=party; profile=internal; 2 petitions")
    assert report.subject == "reports/resolution/paper"
    assert "profile=internal" in report.detail


def test_an_english_screen_still_gives_the_vietnamese_paper(visit, held):
    staff = visit()
    page = staff.get(f"/dialogues/{held.code}/minutes", lang="en").text
    assert "Download as Word" in page
    assert "BIÊN BẢN" in page
    assert "BIÊN BẢN" in text_of(staff.get(f"/dialogues/{held.code}/minutes.docx", lang="en"))


def test_a_recorded_number_and_day_stand_in_the_head(visit, session, make, held):
    leader = make.user()
    move_dialogue(
        session,
        leader,
        held,
        "conclude",
        happened_on=clock.today(),
        document_number="7/TB-UBND",
        conclusion="Giao Phòng Kinh tế.\nBáo cáo trước Tết.",
    )
    assert held.stage is Stage.CONCLUDED
    text = text_of(visit().get(f"/dialogues/{held.code}/conclusions.docx"))
    assert "Số: 07/TB-UBND" in text
    assert f"năm {clock.today().year}" in text
    assert "Báo cáo trước Tết." in text


def test_the_reports_numbers_are_those_of_its_page(visit, session, make):
    land, roads = make.category(name_vi="Đất đai"), make.category(name_vi="Giao thông")
    staff = visit()
    for category, count in ((land, 3), (roads, 2)):
        for _ in range(count):
            petition = make.petition(category=category)
    request = MoveRequest("explain", happened_on=clock.today(), note="Đã giải thích")
    move_petition(session, staff.user, petition, request)
    year = str(clock.today().year)
    page = staff.get("/reports/resolution", period=year).text
    answer = staff.get("/reports/resolution.docx", period=year)

    tables = [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in Document(io.BytesIO(answer.data)).tables
    ]
    whole = next(rows for rows in tables if len(rows[0]) == 16)
    for row in whole[1:]:
        shown = re.search(rf"<tr><th scope=\"row\">{row[0]}</th>(.*?)</tr>", page, re.S)
        if shown is None:
            assert row[0] == "Tổng cộng"
            continue
        cells = re.findall(r"<td[^>]*>(.*?)</td>", shown[1], re.S)
        assert [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells] == row[1:]
    listed = next(rows for rows in tables if rows[0][-1] == "Tiến độ, kết quả")
    assert len(listed) - 1 == int(whole[-1][10]) == 4


def test_a_report_that_makes_no_sense_makes_no_paper(visit):
    staff = visit()
    for query in ({"from": "2026-05-01", "to": "2026-01-01"}, {"as_at": "2999-01-01"}):
        for path in ("/reports/resolution.docx", "/reports/resolution/paper"):
            assert staff.get(path, **query).status_code == 400


def test_an_invented_commune_is_marked_on_every_paper(visit, make):
    place = make.place(name="Xã Minh Hòa (hư cấu)", is_fictional=True)
    dialogue = make.dialogue(place=place, held_on=clock.today() + timedelta(days=20))
    answer = visit(place=place).get(f"/dialogues/{dialogue.code}/announcement.docx")
    assert "HƯ CẤU – dữ liệu minh họa" in text_of(answer)
    assert "-hu-cau.docx" in answer.headers["Content-Disposition"]


def test_the_annex_of_a_report_bears_the_number_and_symbol_of_its_head(visit, make):
    make.petition()
    text = text_of(visit().get("/reports/resolution.docx"))
    assert "Số: ……/BC-UBND" in text
    assert text.count("(Kèm theo Báo cáo số ……/BC-UBND ngày …… tháng …… năm …… của") == 2


def test_of_nothing_that_ended_a_report_tells_no_share(visit):
    text = text_of(visit().get("/reports/resolution.docx", period="2019"))
    assert "Đã giải quyết xong: 00." in text


def test_the_minutes_tell_until_when_something_was_promised(visit, session, held):
    due = clock.today() + timedelta(days=9)
    promised = NewCommitment(
        promise="Sửa đường làng.",
        promised_by=Person("Chủ tịch xã"),
        due_on=due,
        place_id=held.place_id,
        dialogue_id=held.id,
    )
    staff = visit()
    make_commitment(session, staff.user, promised)
    text = text_of(staff.get(f"/dialogues/{held.code}/minutes.docx"))
    told = f"- Chủ tịch xã: Sửa đường làng (chậm nhất {due:%d/%m/%Y})."
    assert re.search(rf"Cam kết tại Hội nghị:\s*{re.escape(told)}", text)


def test_a_notices_title_breaks_before_the_dialogue_or_before_its_day(visit, held):
    for name in ("conclusions", "results"):
        answer = visit().get(f"/dialogues/{held.code}/{name}.docx")
        words = [part.text for part in Document(io.BytesIO(answer.data)).paragraphs]
        title = next(text for text in words if "đối\u00a0thoại" in text)
        assert re.search(r"Hội\u00a0nghị\u00a0đối\u00a0thoại ngày(\u00a0[^ ]+){5}$", title)
