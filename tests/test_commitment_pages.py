"""The pages of commitments, as people and programs meet them."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tracker.accounts.permissions import Role
from tracker.calendar.rules import Choices
from tracker.calendar.service import write_choices
from tracker.commitments.columns import COLUMNS
from tracker.commitments.lifecycle import Outcome, State
from tracker.commitments.models import Commitment, HouseholdVisit, WorkingGroup
from tracker.commitments.service import MoveRequest, NewCommitment, Person, make_commitment
from tracker.commitments.service import move_commitment as move
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.dialogues.service import move_dialogue
from tracker.journal.models import JournalEntry
from tracker.petitions.lifecycle import Petitioner
from tracker.places.rules import PlaceKind

TODAY = clock.today()
DAY = timedelta(days=1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def typed(make, **given):
    """Give what a clerk types into a new commitment's form."""
    usual = {
        "promise": "Sửa xong rãnh thoát nước",
        "promised_by": "Chủ tịch UBND xã",
        "promised_on": f"{TODAY - 20 * DAY:%d/%m/%Y}",
        "place": str(make.home.id),
        "handler": "Trưởng phòng Kinh tế",
        "monitor": "Chánh Văn phòng",
        "due_on": f"{TODAY + 10 * DAY:%d/%m/%Y}",
        "key": "khoa cua cam ket",
    }
    return usual | given


def promised(session, make, **given):
    usual = {
        "place_id": make.home.id,
        "promise": "Lắp đèn đường thôn Đông",
        "promised_by": Person("Chủ tịch UBND xã"),
        "promised_on": TODAY - 20 * DAY,
        "promised_precision": Precision.DAY,
    }
    return make_commitment(session, None, NewCommitment(**usual | given))


def held(session, make, **given):
    dialogue = make.dialogue(held_on=TODAY - 20 * DAY, chair="Bí thư Đảng ủy", **given)
    move_dialogue(session, None, dialogue, "hold", happened_on=TODAY - 20 * DAY)
    return dialogue


def test_a_promise_of_a_dialogue_is_written_down_once_and_stands_on_both_pages(
    visit, make, session
):
    staff, dialogue = visit(), held(session, make)
    address = f"/commitments/new?dialogue={dialogue.code}"
    assert 'value="Bí thư Đảng ủy"' in staff.get(address).text
    first, again = (staff.post(address, **typed(make)) for _ in range(2))

    assert first.status_code == 303
    assert first.location == again.location
    made = session.scalars(select(Commitment)).one()
    for page in (first.location, f"/dialogues/{dialogue.code}", "/commitments"):
        text = staff.get(page).text
        assert made.code in text
        assert "Sửa xong rãnh thoát nước" in text


def test_an_instruction_on_a_petition_stands_on_its_page(visit, make, session):
    leader, petition = visit(role=Role.LEADER), make.petition()
    leader.post(f"/commitments/new?petition={petition.code}", **typed(make))
    page = leader.get(f"/petitions/{petition.code}").text
    assert "Chỉ đạo, cam kết về kiến nghị này" in page
    assert session.scalars(select(Commitment.code)).one() in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"monitor": "trưởng phòng  kinh tế"}, "Người theo dõi phải khác người thực hiện."),
        ({"due_on": f"{TODAY - 21 * DAY:%d/%m/%Y}"}, "Thời hạn không thể trước ngày cam kết."),
        ({"due_on": "31/02/2027"}, "Không có ngày này"),
        ({"promised_on": f"{TODAY + DAY:%d/%m/%Y}"}, "Ngày"),
        ({"promise": " "}, "Nhập điều đã cam kết"),
        ({"place": "999999"}, "Chọn một mục trong danh sách."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_everything_typed_stays(
    visit, make, session, wrong, sentence
):
    answer = visit().post("/commitments/new", **typed(make, **wrong))
    assert answer.status_code in (200, 409)
    assert sentence in answer.text
    assert 'value="Chủ tịch UBND xã"' in answer.text
    assert session.scalar(select(func.count(Commitment.id))) == 0


def test_the_monitor_is_recognised_by_account_even_under_another_spelling(visit, make, session):
    person = make.user(full_name="Nguyễn Thị Hạnh")
    answer = visit().post(
        "/commitments/new", **typed(make, handler="nguyễn thị hạnh", monitor="Nguyễn Thị  Hạnh")
    )
    assert "Người theo dõi phải khác người thực hiện." in answer.text
    visit().post("/commitments/new", **typed(make, handler="nguyễn thị hạnh"))
    assert session.scalars(select(Commitment.handler_id)).one() == person.id


def test_kept_needs_proof_and_a_file_is_proof(visit, make, session):
    staff, made = visit(), promised(session, make)
    step = {
        "move": "keep",
        "version": str(made.version),
        "happened_on": f"{TODAY:%d/%m/%Y}",
        "note": "Đã lắp 12 bóng",
    }
    refused = staff.post(f"/commitments/{made.code}/moves", **step)
    assert refused.status_code == 409
    assert "Đã lắp 12 bóng" in refused.text

    file = (io.BytesIO(PDF), "bien-ban.pdf")
    assert staff.post(f"/commitments/{made.code}/moves", **step, evidence=file).status_code == 303
    session.refresh(made)
    assert made.outcome is Outcome.KEPT
    page = staff.get(f"/commitments/{made.code}").text
    assert "bien-ban.pdf" in page
    link = re.search(r"/commitments/[\w-]+/files/\d+", page)[0]
    assert staff.get(link).data == PDF


def test_a_second_tab_is_told_and_loses_nothing(visit, make, session):
    staff, made = visit(), promised(session, make)
    seen = str(made.version)
    move(session, None, made, MoveRequest("progress", note="Đã khảo sát"))
    step = {"move": "progress", "version": seen, "note": "Gõ ở thẻ thứ hai"}
    answer = staff.post(f"/commitments/{made.code}/moves", **step)
    assert answer.status_code == 409
    assert "Gõ ở thẻ thứ hai" in answer.text

    edited = typed(make, promise="Lời khác", version=seen, reason="Sửa")
    answer = staff.post(f"/commitments/{made.code}/edit", **edited)
    assert answer.status_code == 409
    assert "Lời khác" in answer.text
    assert "Lắp đèn đường thôn Đông" in answer.text
    session.refresh(made)
    assert made.promise == "Lắp đèn đường thôn Đông"


def test_another_communes_records_are_as_if_they_did_not_exist(visit, make, session):
    made = promised(session, make)
    dialogue = held(session, make)
    stranger = visit(place=make.place())
    for address in (
        f"/commitments/{made.code}",
        f"/commitments/{made.code}/edit",
        f"/commitments/{made.code}/working-groups/new",
        f"/commitments/new?dialogue={dialogue.code}",
        f"/dialogues/{dialogue.code}/agenda",
    ):
        assert stranger.get(address).status_code == 404
    missing = stranger.get("/commitments/CK-2026-9999")
    assert missing.status_code == 404
    assert missing.text.count("<h1") == 1
    assert made.code not in stranger.get("/commitments").text


def test_every_number_of_the_ledger_opens_its_rows(visit, make, session):
    dialogue = held(session, make)
    promised(session, make, due_on=TODAY - DAY, dialogue_id=dialogue.id)
    promised(session, make, promised_by=Person("Bí thư Đảng ủy"))
    kept = promised(session, make, due_on=TODAY - 5 * DAY)
    move(session, None, kept, MoveRequest("keep", note="Xong", document_number="1/BB"))
    reader = visit(role=Role.LEADER)
    period = f"&promised_from={TODAY - 30 * DAY:%d/%m/%Y}"
    for by in ("leader", "department", "dialogue", "year"):
        page = reader.get(f"/commitments/ledger?by={by}{period}").text
        cells = re.findall(r'<a href="(/commitments\?[^"]*)">(\d+)</a>', page)
        assert len(cells) > 8
        for address, number in cells:
            rows = reader.get(address.replace("&amp;", "&")).text.count('<th scope="row">')
            assert rows == int(number), address
    assert "Bí thư" not in " ".join(address for address, _ in cells)


def test_the_list_is_narrowed_by_its_address_and_taken_along_as_a_file(visit, make, session):
    promised(session, make, due_on=TODAY - DAY)
    late = promised(session, make, promise="=HYPERLINK(1)", due_on=TODAY + DAY)
    staff = visit()
    page = staff.get("/commitments?state=overdue&leader=khongco&due_to=30/13/2026").text
    assert "Địa chỉ" in page or "bỏ qua" in page
    assert late.code not in page
    answer = staff.get("/commitments.csv", variant="machine")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert rows[0] == [column.name for column in COLUMNS]
    assert len(rows) == 3
    assert {row[13] for row in rows[1:]} == {State.OVERDUE.value, State.OPEN.value}
    for_excel = staff.get("/commitments.csv", separator=";").get_data(as_text=True)
    assert "'=HYPERLINK(1)" in for_excel


def test_visits_are_logged_one_after_another_and_never_ahead(visit, make, session):
    staff, made = visit(), promised(session, make)
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=make.home.id, name="Thôn Đông")
    address = f"/commitments/{made.code}/working-groups/new"
    group = {"name": "Tổ công tác", "place": str(make.home.id), "members": "Trần A; tổ trưởng"}
    answer = staff.post(address, **group, key="khoa to")
    home = answer.location
    told = {"household": "Hộ ông Tám", "place": str(village.id), "result": "not_yet"}
    ahead = staff.post(
        f"{home}/visits", **told, reason="Chờ", visited_on=f"{TODAY + DAY:%d/%m/%Y}", key="k1"
    )
    assert ahead.status_code == 409
    assert 'value="Hộ ông Tám"' in ahead.text
    without_reason = staff.post(f"{home}/visits", **told, visited_on=f"{TODAY:%d/%m/%Y}", key="k2")
    assert "Nêu lý do hộ chưa đồng thuận." in without_reason.text
    for _ in range(2):
        right = {"reason": "Chờ", "visited_on": f"{TODAY:%d/%m/%Y}", "key": "k3"}
        assert staff.post(f"{home}/visits", **told, **right).status_code == 303
    assert session.scalar(select(func.count(HouseholdVisit.id))) == 1
    assert session.scalar(select(func.count(WorkingGroup.id))) == 1
    page = staff.get(home).text
    assert "Hộ ông Tám" in page
    assert "Hộ ông Tám" not in visit(role=Role.ADMIN).get(home).text


@pytest.mark.parametrize("layout", ["", "?by=village"])
def test_the_next_dialogue_opens_with_what_was_told_and_names_nobody(visit, make, session, layout):
    last = held(session, make)
    kept = promised(session, make, dialogue_id=last.id, promise="Lát lại sân nhà văn hóa")
    move(session, None, kept, MoveRequest("keep", note="Bà Sáu xác nhận", document_number="1/BB"))
    promised(session, make, dialogue_id=last.id, due_on=TODAY - DAY, promise="Nạo vét mương")
    make.petition(
        content="Ông Nguyễn Văn Tám hỏi giá đất, máy 0912345678. " + "Xin sớm trả lời. " * 30,
        received_on=TODAY - 5 * DAY,
        petitioner=Petitioner.PERSON,
        citizen_name="Nguyễn Văn Tám",
        citizen_phone="0912345678",
    )
    make.petition(content="Đất giáp nhà nguyễn văn tám bị ngập", received_on=TODAY - 4 * DAY)
    make.petition(content="Việc cũ đã lâu", received_on=TODAY - 90 * DAY)
    coming = make.dialogue(held_on=TODAY + 5 * DAY)
    staff = visit()
    assert f"/dialogues/{coming.code}/agenda" in staff.get(f"/dialogues/{coming.code}").text

    page = staff.get(f"/dialogues/{coming.code}/agenda{layout}").text
    for words in (
        "Lát lại sân nhà văn hóa",
        "Nạo vét mương",
        "Quá hạn",
        "hỏi giá đất",
        "bị ngập",
        "đọc kỹ từng dòng",
    ):
        assert words in page
    for secret in (
        "Tám",
        "tám",
        "0912345678",
        "Bà Sáu",
        "Việc cũ đã lâu",
        "Xin sớm trả lời. " * 15,
    ):
        assert secret not in page


def test_the_first_page_shows_promises_past_their_date_and_due_soon(visit, make, session):
    overdue = promised(session, make, due_on=TODAY - DAY)
    soon = promised(session, make, due_on=TODAY + 3 * DAY)
    later = promised(session, make, due_on=TODAY + 60 * DAY)
    for role in (Role.STAFF, Role.LEADER):
        page = visit(role=role).get("/").text
        assert overdue.code in page
        assert soon.code in page
        assert later.code not in page

    with transaction(session):
        write_choices(session, Choices(commitment_soon_days=2))
    assert soon.code not in visit().get("/").text


def test_nonsense_in_an_address_is_told_or_left_out(visit, make, session):
    promised(session, make)
    staff = visit()
    for address in (
        "/commitments/ledger?by=nonsense&promised_from=31/02/2026&place=nowhere",
        "/commitments?state=lost&sort=up&after=~&department=x&dialogue=DT-1&petition=KN-1",
        "/commitments?q=%25_%00",
    ):
        answer = staff.get(address)
        assert answer.status_code == 200, address
        assert answer.text.count("<h1") == 1


def test_the_ledger_comes_as_a_file_with_the_filters_of_its_page(visit, make, session):
    promised(session, make, due_on=TODAY - DAY, promise="Nạo vét mương")
    promised(session, make, promised_on=TODAY - 400 * DAY)
    session.rollback()
    leader, since = visit(role=Role.LEADER), f"{TODAY - 100 * DAY:%d/%m/%Y}"

    page = leader.get("/commitments/ledger", promised_from=since).text
    assert "/commitments/ledger.csv?" in page
    excel = leader.get("/commitments/ledger.csv", promised_from=since)
    head, line, total = excel.text.splitlines()
    assert "attachment" in excel.headers["Content-Disposition"]
    assert "Quá hạn" in head
    assert line.split(";")[3] == total.split(";")[3] == "1"
    assert '"Tổng cộng"' in total

    machine = leader.get("/commitments/ledger.csv", variant="machine", promised_from=since)
    row = next(csv.DictReader(machine.text.splitlines()))
    assert (row["by"], row["made"], row["overdue"]) == ("leader", "1", "1")
    rows = leader.client.get(row["rows"]).text
    assert "Nạo vét mương" in rows
    assert rows.count("data-label") >= 1
    exports = select(JournalEntry.detail).where(JournalEntry.subject == "commitments/ledger.csv")
    assert all("by=leader" in detail for detail in session.scalars(exports))


def test_the_ledger_by_year_tells_what_is_not_known_to_the_year(visit, make, session):
    promised(session, make, promised_on=None, promised_precision=Precision.UNKNOWN)
    promised(session, make, promised_on=date(2025, 1, 1), promised_precision=Precision.YEAR)
    reader = visit(role=Role.LEADER)
    page = reader.get("/commitments/ledger?by=year").text

    assert page.index(">2025<") < page.index("chưa rõ năm")
    assert reader.get("/commitments?year=2025").text.count('<th scope="row">') == 1
    assert reader.get("/commitments?year=none").text.count('<th scope="row">') == 1
    assert "Năm cam kết" in reader.get("/commitments?year=1x").text
