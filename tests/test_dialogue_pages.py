"""The pages of dialogues, as people and programs meet them."""

import csv
import io
import re
import unicodedata
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.dialogues import columns
from tracker.dialogues.lifecycle import LIFECYCLE, NOTICE_AFTERWARDS, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.rules import MINUTES_LIMIT
from tracker.dialogues.service import move_dialogue
from tracker.journal.models import JournalEntry

TODAY = clock.today()
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def typed(make, **given):
    """Give what a clerk types into a new dialogue's form."""
    usual = {
        "form": "thematic",
        "stage": "planned",
        "topic": "Gỡ vướng giải phóng mặt bằng",
        "place": str(make.home.id),
        "held_on": f"{TODAY:%d/%m/%Y}",
        "starts_at": "7h30",
        "chair": "Bí thư Đảng ủy",
        "invited": "1.200",
        "key": "khoa cua mau",
    }
    return usual | given


def fields_of(page):
    """Give the values of a page's last long form, by name."""
    inputs = re.findall(r"<input [^>]*>", page)
    pairs = [
        (re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in inputs
    ]
    return {name[1]: value[1] if value else "" for name, value in pairs if name}


def test_a_dialogue_is_logged_and_its_page_shows_what_is_known(visit, make, session):
    staff = visit()
    answer = staff.post("/dialogues/new", **typed(make))

    assert answer.status_code == 303
    page = staff.get(answer.location).text
    for words in ("Gỡ vướng giải phóng mặt bằng", f"{TODAY:%d/%m/%Y}", "07:30", "Bí thư Đảng ủy"):
        assert words in page
    assert "không rõ" in page
    dialogue = session.scalars(select(Dialogue)).one()
    assert (dialogue.invited, dialogue.present) == (1200, None)
    assert f"/petitions/new?dialogue={dialogue.code}" in page


def test_the_form_sent_twice_makes_one_dialogue(visit, make, session):
    staff = visit()
    first, again = (staff.post("/dialogues/new", **typed(make)) for _ in range(2))
    assert first.location == again.location
    assert session.scalar(select(func.count(Dialogue.id))) == 1


def test_a_new_form_starts_with_today_and_the_persons_place(visit, make):
    page = visit().get("/dialogues/new").text
    assert f'value="{TODAY:%d/%m/%Y}"' in page
    assert re.search(rf'<option selected value="{make.home.id}">Xã Mẫu', page)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"topic": " "}, "Nhập chủ đề."),
        ({"held_on": "31/02/2026"}, "Không có ngày này"),
        ({"held_on": "05/06/0202"}, "Năm phải từ 1945"),
        ({"starts_at": "25h"}, "Không có giờ này"),
        ({"present": "nhiều"}, "Nhập số nguyên"),
        ({"speakers": "-1"}, "Nhập số nguyên"),
        ({"place": "999999"}, "Chọn một mục trong danh sách."),
        ({"form": "bịa"}, "Chọn"),
        ({"stage": "published"}, "Chọn một mục trong danh sách."),
        ({"venue": "a\x00b"}, "ký tự điều khiển"),
        ({"venue": "a" * 201}, "201 ký tự; chỉ nhận tối đa 200"),
        ({"stage": "held", "held_on": f"{TODAY + timedelta(days=1):%d/%m/%Y}"}, "sau hôm nay"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(visit, make, session, wrong, sentence):
    answer = visit().post("/dialogues/new", **typed(make, secretary="Văn phòng", **wrong))

    assert answer.status_code in (200, 409)
    assert sentence in answer.text
    assert "error-summary" in answer.text
    assert 'value="Văn phòng"' in answer.text
    assert session.scalar(select(func.count(Dialogue.id))) == 0


def test_a_place_of_another_commune_is_not_offered(visit, make, session):
    other = make.place()
    answer = visit().post("/dialogues/new", **typed(make, place=str(other.id)))
    assert answer.status_code == 200
    assert session.scalar(select(func.count(Dialogue.id))) == 0


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ("", "không rõ ngày"),
        ("2023", "năm 2023"),
        ("3/2024", "tháng 03/2024"),
        ("quý II/2024", "quý II/2024"),
    ],
)
def test_a_date_is_shown_as_exactly_as_it_is_known(visit, make, known, shown):
    staff = visit()
    address = staff.post("/dialogues/new", **typed(make, held_on=known)).location
    assert shown in staff.get(address).text
    assert shown in staff.get("/dialogues").text


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMIN])
def test_leaders_and_administrators_read_only(visit, make, role):
    dialogue, reader = make.dialogue(), visit(role=role)

    assert reader.get("/dialogues/new").status_code == 403
    assert reader.post(f"/dialogues/{dialogue.code}/moves", move="hold").status_code == 403
    assert reader.post(f"/dialogues/{dialogue.code}/files").status_code == 403
    page = reader.get(f"/dialogues/{dialogue.code}").text
    for words in ("/moves", "/edit", "/petitions/new", 'type="file"'):
        assert words not in page


def test_another_communes_dialogue_answers_like_one_that_does_not_exist(visit, make):
    foreign, staff = make.dialogue(place=make.place(), topic="Của xã khác"), visit()
    for path in ("", "/edit", "/files/1"):
        hidden = staff.get(f"/dialogues/{foreign.code}{path}")
        missing = staff.get(f"/dialogues/DT-1999-0001{path}")
        assert hidden.status_code == missing.status_code == 404
        plain = [re.sub(r"DT-\d{4}-\d{4}", "", answer.text) for answer in (hidden, missing)]
        assert re.sub(r'value="[^"]+"', "", plain[0]) == re.sub(r'value="[^"]+"', "", plain[1])
    for path in ("moves", "edit", "files", "files/1/remove"):
        assert staff.post(f"/dialogues/{foreign.code}/{path}", move="hold").status_code == 404
    assert "Của xã khác" not in staff.get("/dialogues").text
    assert "Của xã khác" not in staff.get("/dialogues.csv").text


def test_everything_can_be_edited_and_line_breaks_stay(visit, make, session):
    dialogue, staff = make.dialogue(stage=Stage.HELD), visit()
    address = f"/dialogues/{dialogue.code}"
    sent = typed(
        make, version=str(dialogue.version), minutes="Mở đầu\r\nKết thúc", outcome_on="2023"
    )
    sent |= {"topic": unicodedata.normalize("NFD", "Đường tỉnh 292"), "outcome": "Đường xong"}

    assert staff.post(f"{address}/edit", **sent).status_code == 303

    page = staff.get(address).text
    assert "Mở đầu\nKết thúc" in page
    assert "năm 2023" in page
    assert "Đường tỉnh 292" in page
    assert staff.get("/dialogues?q=duong+tinh").text.count(dialogue.code) >= 1


def test_a_stale_edit_shows_both_texts_and_saves_nothing_until_decided(visit, make, session):
    dialogue, first, second = make.dialogue(), visit(), visit()
    address = f"/dialogues/{dialogue.code}/edit"
    opened = fields_of(second.get(address).text)["version"]
    saved = first.post(address, **typed(make, version=opened, chair="Chủ tịch UBND"))
    assert saved.status_code == 303

    answer = second.post(address, **typed(make, version=opened, chair="Bí thư", minutes="Dài"))

    assert answer.status_code == 409
    assert "Chủ tịch UBND" in answer.text
    assert 'value="Bí thư"' in answer.text
    assert ">\r\nDài</textarea>" in answer.text
    assert session.scalars(select(Dialogue.chair)).one() == "Chủ tịch UBND"
    session.commit()  # a reader of the test's own would hold the lock
    decided = fields_of(answer.text)["version"]
    assert second.post(address, **typed(make, version=decided, chair="Bí thư")).status_code == 303


@pytest.mark.parametrize("version", ["", "0", "-1", "một", "9" * 30])
def test_an_edit_without_a_true_version_saves_nothing(visit, make, session, version):
    dialogue = make.dialogue()
    sent = typed(make, version=version, topic="Khác")
    assert visit().post(f"/dialogues/{dialogue.code}/edit", **sent).status_code == 409
    session.expire_all()
    assert session.scalars(select(Dialogue.topic)).one() != "Khác"


def test_a_paste_of_two_megabytes_is_told_its_limit_and_kept_in_the_form(visit, make, session):
    dialogue, pasted = make.dialogue(), "biên bản " * 222_222
    sent = typed(make, version=str(dialogue.version), minutes=pasted)

    answer = visit().post(f"/dialogues/{dialogue.code}/edit", **sent)

    assert f"tối đa {MINUTES_LIMIT} ký tự" in answer.text
    assert pasted.strip() in answer.text
    session.expire_all()
    assert session.scalars(select(Dialogue.minutes)).one() == ""


def test_the_page_offers_exactly_the_moves_of_the_stage(visit, make):
    staff = visit()
    for stage in Stage:
        dialogue = make.dialogue(stage=stage)
        page = staff.get(f"/dialogues/{dialogue.code}").text
        offered = set(re.findall(r'name="move"[^>]* value="(\w+)"', page))
        steps = (*LIFECYCLE, NOTICE_AFTERWARDS)
        assert offered == {move.name for move in steps if stage in move.sources}


def test_a_dialogue_goes_its_way_by_the_pages_buttons(visit, make, session):
    dialogue, staff = make.dialogue(), visit()
    address = f"/dialogues/{dialogue.code}"
    steps = [
        {"move": "announce", "document_number": "12/TB-UBND"},
        {"move": "hold", "present": "84", "speakers": "12", "happened_on": f"{TODAY:%d/%m/%Y}"},
        {"move": "conclude", "document_number": "15/TB-UBND", "note": "Dòng 1\r\nDòng 2"},
        {"move": "publish", "document_number": "16/TB-UBND"},
    ]
    for step in steps:
        version = fields_of(staff.get(address).text)["version"]
        assert staff.post(f"{address}/moves", version=version, **step).status_code == 303

    page = staff.get(address).text
    for words in (
        "12/TB-UBND",
        "15/TB-UBND",
        "16/TB-UBND",
        "Dòng 1\nDòng 2",
        "Đã công khai kết quả",
    ):
        assert words in page
    session.expire_all()
    kept = session.scalars(select(Dialogue)).one()
    assert (kept.stage, kept.present, kept.speakers) == (Stage.PUBLISHED, 84, 12)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"move": "cancel"}, "lý do."),
        ({"move": "announce", "note": "Đã dán thông báo"}, "Nhập số văn bản."),
        (
            {"move": "hold", "happened_on": "31/02/2026", "note": "Đã dán thông báo"},
            "Không có ngày",
        ),
        ({"move": "hold", "happened_on": "01/01/2199", "note": "Đã dán thông báo"}, "sau hôm nay"),
        ({"move": "conclude", "note": "Đã dán thông báo"}, "Đã dán thông báo"),
        ({"move": "bay"}, "Không có bước này."),
        ({}, "Không có bước này."),
    ],
)
def test_a_move_that_lacks_something_comes_back_with_what_was_typed(
    visit, make, session, sent, sentence
):
    dialogue = make.dialogue()
    answer = visit().post(f"/dialogues/{dialogue.code}/moves", **sent)
    assert answer.status_code in (200, 409)
    assert sentence in answer.text
    assert sent.get("note", "") in answer.text
    session.expire_all()
    assert session.scalars(select(Dialogue.stage)).one() is Stage.PLANNED


def test_of_two_tabs_the_second_is_told_what_happened_and_keeps_its_note(visit, make, session):
    dialogue, second = make.dialogue(), visit()
    seen = str(dialogue.version)
    move_dialogue(session, make.user(full_name="Lê Minh Sơn"), dialogue, "hold")

    answer = second.post(
        f"/dialogues/{dialogue.code}/moves", move="cancel", version=seen, note="Hoãn vì mưa bão"
    )

    assert answer.status_code == 409
    assert "Lê Minh Sơn vừa chuyển bước" in answer.text
    assert "Đã tổ chức" in answer.text
    assert "Hoãn vì mưa bão" in answer.text


def test_the_list_says_what_to_do_when_it_is_empty(visit, make):
    staff = visit()
    assert "/dialogues/new" in staff.get("/dialogues").text
    assert "Chưa có cuộc nào" in staff.get("/dialogues").text
    make.dialogue()
    assert "không có buổi đối thoại nào khớp" in staff.get("/dialogues?q=xyz").text.lower()


@pytest.mark.parametrize(
    "arguments",
    [
        "form=bịa",
        "stage=x",
        "place=999",
        "held_from=31/02/2024",
        "after=!!!",
        "after=W10",
        "sort=x",
        "clock=x&duty=y",
        "date_unknown=x",
        "q=" + "a" * 3000,
    ],
)
def test_an_address_that_makes_no_sense_is_still_a_page(visit, make, arguments):
    make.dialogue()
    assert visit().get(f"/dialogues?{arguments}").status_code == 200


def test_filters_live_in_the_address(visit, make):
    make.dialogue(topic="Đúng cuộc này", stage=Stage.HELD)
    make.dialogue(topic="Cuộc khác")
    page = visit().get(f"/dialogues?stage=held&place={make.home.key}&held_from=01/01/2020").text
    assert "Đúng cuộc này" in page
    assert "Cuộc khác" not in page
    assert '<option selected value="held">' in page


def test_pages_follow_one_another(visit, make):
    for number in range(51):
        make.dialogue(topic=f"Cuộc số {number:03}")
    staff = visit()
    first = staff.get("/dialogues").text
    key = re.search(r"after=([\w%-]+)", first)[1]
    second = staff.get(f"/dialogues?after={key}").text
    assert "51 buổi đối thoại" in second
    assert len(re.findall(r"Cuộc số \d+", first)) == 50
    assert len(re.findall(r"Cuộc số \d+", second)) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_speaks_both_languages(visit, make, language):
    dialogue, staff = make.dialogue(), visit()
    paths = ("", "/new", f"/{dialogue.code}", f"/{dialogue.code}/edit")
    for path in paths:
        page = staff.get(f"/dialogues{path}?lang={language}").text
        assert f'<html lang="{language}"' in page
        assert page.count("<h1>") == 1


def read_file(answer):
    """Read a file the way Excel does."""
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    delimiter = ";" if '";"' in text.splitlines()[0] else ","
    *rows, last = csv.reader(io.StringIO(text[1:]), delimiter=delimiter)
    assert last == [f"Hết tệp: {len(rows) - 1} dòng"]
    return rows


def test_the_file_holds_the_rows_of_the_list(visit, make, session):
    make.dialogue(topic="=HYPERLINK()", chair="Bí thư", present=84)
    make.dialogue(topic="Cuộc cũ", held_on=None, date_precision=Precision.UNKNOWN)
    staff = visit()

    answer = staff.get("/dialogues.csv?separator=;")

    rows = read_file(answer)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="doi-thoai-')
    assert rows[0][:4] == ["STT", "Mã số", "Ngày đối thoại", "Giờ"]
    assert [row[2] for row in rows[1:]] == [f"{TODAY:%d/%m/%Y}", "không rõ ngày"]
    assert rows[1][4] == "'=HYPERLINK()"
    assert len(read_file(staff.get("/dialogues.csv?q=cuoc+cu"))) == 2
    entries = session.scalars(select(JournalEntry).where(JournalEntry.action == "export")).all()
    assert [entry.detail for entry in entries] == ["", "q"]


def test_a_machine_gets_stored_values_under_names_that_stay(visit, make):
    make.dialogue(held_on=TODAY.replace(month=1, day=1), date_precision=Precision.YEAR)
    answer = visit().get("/dialogues.csv?variant=machine")
    header, row = csv.reader(io.StringIO(answer.get_data(as_text=True)))
    assert header == [column.name for column in columns.COLUMNS]
    record = dict(zip(header, row, strict=True))
    assert record["held_on"] == f"{TODAY.year}-01-01"
    assert (record["date_precision"], record["stage"]) == ("year", "planned")
    assert record["present"] == ""


def test_a_file_is_kept_given_back_and_taken_out(visit, make):
    dialogue, staff = make.dialogue(), visit()
    address = f"/dialogues/{dialogue.code}"

    sent = staff.post(f"{address}/files", file=(io.BytesIO(PDF), "Biên bản số 1.pdf"))
    assert sent.status_code == 303
    page = staff.get(address).text
    assert "Biên bản số 1.pdf" in page
    path = re.search(rf"{address}/files/\d+", page)[0]
    given = staff.get(path)
    assert given.data == PDF
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in given.headers["Content-Security-Policy"]

    assert visit(place=make.place()).get(path).status_code == 404
    assert "lý do." in staff.post(f"{path}/remove", reason=" ").text
    assert staff.get(f"{path}/remove").status_code == 200
    assert staff.post(f"{path}/remove", reason="Nhầm tệp").status_code == 303
    assert staff.get(path).status_code == 404
    assert "Biên bản số 1.pdf" not in staff.get(address).text


@pytest.mark.parametrize(
    ("content", "name"), [(b"<script>", "a.pdf"), (PDF, "a.html"), (b"", "a.pdf"), (PDF, "")]
)
def test_a_file_that_is_not_what_it_says_is_refused(visit, make, content, name):
    dialogue, staff = make.dialogue(), visit()
    answer = staff.post(f"/dialogues/{dialogue.code}/files", file=(io.BytesIO(content), name))
    assert answer.status_code in (200, 409)
    assert "error-summary" in answer.text


def test_what_a_citizen_said_is_never_markup(visit, make):
    dialogue = make.dialogue(
        topic="<script>a</script>", minutes="<b>b</b>", outcome='"><img src=x>', stage=Stage.HELD
    )
    staff = visit()
    for path in (f"/dialogues/{dialogue.code}", f"/dialogues/{dialogue.code}/edit", "/dialogues"):
        page = staff.get(path).text
        for markup in ("<script>a", "<b>b", "<img src=x"):
            assert markup not in page
