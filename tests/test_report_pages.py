"""The report's page and files, for each role, in both languages."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tracker.accounts.permissions import Role
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Department
from tracker.journal.models import JournalEntry
from tracker.ledger.models import LedgerSum
from tracker.petitions.service import MoveRequest, move_petition
from tracker.reports.columns import COLUMNS
from tracker.reports.models import PublishedFigure
from tracker.reports.rules import Cut

TODAY = clock.today()
PAGE, FILE = "/reports/resolution", "/reports/resolution.csv"
AROUND = {"from": f"{TODAY - timedelta(days=90):%d/%m/%Y}", "to": f"{TODAY:%d/%m/%Y}"}


def _register(session, make):
    """Log four petitions: one late, one explained, one without a due date, one of no known day."""
    land = make.category(name_vi="Giải phóng mặt bằng", name_en="Land clearance")
    other = make.category(name_vi="Môi trường", name_en="Environment")
    make.petition(category=land, due_on=TODAY - timedelta(days=2))
    make.petition(category=land)
    explained = make.petition(category=other)
    make.petition(category=other, received_on=None, date_precision=Precision.UNKNOWN)
    asked = MoveRequest("explain", happened_on=TODAY, note="Đã trả lời tại hội nghị")
    move_petition(session, None, explained, asked)


def _shown(answer):
    """Give a page without its token, which is another in the next second."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


def _table(answer):
    text = answer.text.removeprefix("\ufeff")
    separator = ";" if text.startswith('"Địa bàn";') else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


@pytest.mark.parametrize("role", Role)
def test_everyone_signed_in_reads_the_report(visit, role):
    assert visit(role=role).get(PAGE).status_code == 200


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("cut", Cut)
def test_every_cut_renders_with_and_without_petitions(visit, session, make, language, cut):
    reader = visit(role=Role.LEADER)
    empty = reader.get(PAGE, by=cut, lang=language, **AROUND)
    _register(session, make)

    full = reader.get(PAGE, by=cut, lang=language, **AROUND)

    assert empty.status_code == full.status_code == 200
    assert 'class="empty"' in empty.text
    assert "report-table" not in empty.text
    assert 'role="img"' in full.text
    assert full.text.count("<h1") == 1
    assert "style=" not in full.text


def test_the_page_says_its_finding_its_balance_and_leads_to_rows(visit, session, make):
    _register(session, make)

    page = visit(role=Role.LEADER).get(PAGE, **AROUND).text

    assert "Giải phóng mặt bằng tồn đọng nhiều nhất: 2 kiến nghị, trong đó 1 quá hạn." in page
    assert "0 kỳ trước chuyển sang + 3 tiếp nhận + 0 mở lại = 1 kết thúc + 2 tồn đọng" in page
    assert "Không cân đối" not in page
    assert "/petitions?date_unknown=yes" in page
    assert re.search(
        r'href="/petitions\?category=lv\d+&amp;cell=late&amp;cell_to=[\d-]+">1</a>', page
    )


def test_tampered_sums_are_told_with_both_numbers(visit, session, make):
    make.petition()
    session.execute(update(LedgerSum).where(LedgerSum.cut == "category").values(received=2))
    session.commit()

    page = visit().get(PAGE, **AROUND).text

    assert "Không cân đối: cộng các dòng còn tồn đọng 2, sổ cái của toàn địa bàn là 1" in page
    assert "Cân đối" not in page


def test_each_link_of_the_page_opens_a_list_of_as_many_rows(visit, session, make):
    _register(session, make)
    reader = visit(role=Role.LEADER)

    for cut in Cut:
        page = reader.get(PAGE, by=cut, **AROUND).text
        links = set(re.findall(r'href="(/petitions\?[^"]*cell=[^"]+)">(\d+)</a>', page))
        assert links
        for address, number in links:
            rows = reader.get(address.replace("&amp;", "&")).text
            codes = set(re.findall(r'href="/petitions/(KN-[\d-]+)"', rows))
            assert len(codes) == int(number)


def test_dialogues_and_commitments_of_the_period_open_exactly_their_rows(visit, session, make):
    stages = (Stage.HELD, Stage.PUBLISHED, Stage.PUBLISHED, Stage.CANCELLED)
    for stage in stages:
        make.dialogue(present=84, speakers=2).stage = stage
    # Known to its month alone, it may lie in the period, but counts by its first day.
    since = (TODAY - timedelta(days=60)).replace(day=15)
    vague = {"held_on": since.replace(day=1), "date_precision": Precision.MONTH}
    make.dialogue(**vague).stage = Stage.HELD
    session.commit()
    for due_on in (TODAY, TODAY + timedelta(days=9)):
        make_commitment(
            session,
            None,
            NewCommitment(
                promise="Sửa đường liên thôn",
                promised_by=Person("Chủ tịch UBND xã"),
                promised_on=TODAY,
                promised_precision=Precision.DAY,
                place_id=make.home.id,
                due_on=due_on,
            ),
        )
    reader = visit(role=Role.LEADER)
    days = {"from": f"{since:%d/%m/%Y}", "to": f"{TODAY:%d/%m/%Y}"}

    page = reader.get(PAGE, **days).text
    held = re.findall(r'href="(/dialogues\?[^"]*held_from=[^"]+)"[^>]*>(\d+)</a>', page)
    due = re.findall(r'href="(/commitments\?[^"]*due_from=[^"]+)">(\d+)</a>', page)

    assert [number for _, number in held] == ["3", "252", "6"]
    assert len({address for address, _ in held}) == 1
    assert [number for _, number in due] == ["1", "1"]
    for address, number in held[:1] + due:
        rows = reader.get(address.replace("&amp;", "&")).text
        codes = set(re.findall(r'href="/(?:dialogues|commitments)/([A-Z]+-[\d-]+)"', rows))
        assert len(codes) == int(number)


def test_what_is_joined_counts_as_an_opinion_and_is_no_matter_of_its_own(visit, session, make):
    first, again, before, back = (
        make.petition(received_on=day)
        for day in (TODAY, TODAY, TODAY - timedelta(days=200), TODAY - timedelta(days=3))
    )
    leader = make.user(role=Role.LEADER)
    for petition, day in ((again, 0), (before, 0), (back, 3)):
        day = TODAY - timedelta(days=day)
        joined = MoveRequest("join", happened_on=day, note="Trùng", master_code=first.code)
        move_petition(session, None, petition, joined)
    # Apart again since: a matter of its own.
    reopened = MoveRequest("reopen", happened_on=TODAY, note="Hai việc khác nhau")
    move_petition(session, leader, back, reopened)
    reader = visit(role=Role.LEADER)

    page = reader.get(PAGE, **AROUND).text

    told = (
        r'href="([^"]+cell=matters[^"]+)">2</a> <span class="small soft">\(tính theo lượt ý kiến:'
    )
    (matters,) = re.findall(told, page)
    rows = reader.get(matters.replace("&amp;", "&")).text
    assert {first.code, back.code} == set(re.findall(r'href="/petitions/(KN-[\d-]+)"', rows))
    assert "Tiếp nhận trong kỳ, không ghép vào kiến nghị khác" in rows


def test_a_reopened_petition_is_raised_once_in_the_picture_of_dialogues(visit, session, make):
    dialogue = make.dialogue(held_on=TODAY - timedelta(days=30))
    dialogue.stage = Stage.HELD
    session.commit()
    petition = make.petition(dialogue_id=dialogue.id)
    five_days_ago = TODAY - timedelta(days=5)
    asked = MoveRequest("explain", happened_on=five_days_ago, note="Đã trả lời tại hội nghị")
    move_petition(session, None, petition, asked)
    again = MoveRequest("reopen", happened_on=TODAY, note="Người dân chưa đồng ý")
    move_petition(session, make.user(role=Role.LEADER), petition, again)

    page = visit(role=Role.LEADER).get(PAGE, by=Cut.DIALOGUE, **AROUND).text

    assert "Trong kỳ tiếp nhận 1 kiến nghị từ đối thoại, trả lời 1 kiến nghị" in page


def test_another_communes_place_is_not_found_like_one_that_does_not_exist(visit, make):
    other = make.place(name="Xã Khác")
    reader = visit(role=Role.LEADER)

    for path in (PAGE, FILE):
        theirs, none = reader.get(path, place=other.key), reader.get(path, place="khong-co")
        assert theirs.status_code == none.status_code == 404
        assert _shown(theirs).replace(other.key, "") == _shown(none).replace("khong-co", "")


def test_another_communes_numbers_are_in_no_page_and_no_file(visit, session, make):
    _register(session, make)
    figure = PublishedFigure(
        key="f",
        place_id=make.home.id,
        label_vi="Hội nghị đối thoại",
        label_en="Dialogues",
        qualifier="below",
        value=190,
        source="Báo địa phương",
    )
    session.add(figure)
    session.commit()
    own, stranger = visit(role=Role.LEADER), visit(place=make.place(name="Xã Khác"))

    assert "gần 190" in own.get(PAGE, **AROUND).text
    page = stranger.get(PAGE, **AROUND).text
    assert "gần 190" not in page
    assert 'class="empty"' in page
    assert not [row for row in _table(stranger.get(FILE, **AROUND)) if "1" in row]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"from": "31/02/2026", "to": "01/03/2026"}, "Không có ngày này"),
        ({"from": "02/03/2026", "to": "01/03/2026"}, "Ngày cuối đứng trước ngày đầu"),
        ({"period": "2026-13"}, "không phải là kỳ báo cáo"),
        ({"period": "2099"}, "Kỳ báo cáo bắt đầu ngày 01/01/2099"),
        ({"as_at": "hôm nay"}, "Không có ngày này"),
    ],
)
def test_a_wrong_period_is_told_and_what_was_typed_stays(visit, arguments, sentence):
    reader = visit()
    page = reader.get(PAGE, **arguments)

    assert page.status_code == 400
    assert sentence in page.text
    for name, text in arguments.items():
        field = "year" if name == "period" else name
        assert re.search(rf'<input[^>]*name="{field}"[^>]*value="{text}"', page.text)
    assert reader.get(FILE, **arguments).status_code == 400


def test_an_unknown_cut_is_no_report(visit):
    assert visit().get(PAGE, by="colour").status_code == 404


def test_the_file_for_excel_holds_the_table_and_its_total(visit, session, make):
    _register(session, make)

    answer = visit(role=Role.LEADER).get(FILE, **AROUND)
    header, *rows = _table(answer)

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert header[0:2] == ["Địa bàn", "Từ ngày"]
    assert rows[-1][header.index("Nội dung")] == "Tổng cộng"
    assert rows[-1][header.index("Tiếp nhận trong kỳ")] == "3"
    assert {row[header.index("Đến ngày")] for row in rows} == {f"{TODAY:%d/%m/%Y}"}
    assert rows[-1][header.index("Tỷ lệ đã trả lời trên tổng phải xử lý (%)")] == "33,3"


def test_commas_go_with_decimal_points(visit, session, make):
    _register(session, make)

    last = visit().get(FILE, separator="comma", **AROUND).text.splitlines()[-1]

    assert "33.3" in last.split(",")


def test_the_machines_file_has_stable_names_iso_days_and_no_total(visit, session, make):
    _register(session, make)

    header, *rows = _table(visit().get(FILE, variant="machine", lang="vi", **AROUND))

    assert header == [column.name for column in COLUMNS]
    assert sum(int(row[header.index("received")]) for row in rows) == 3
    assert {row[header.index("period_to")] for row in rows} == {TODAY.isoformat()}
    assert "0.3333" not in {row[header.index("resolved_share")] for row in rows}


def test_a_name_that_is_a_formula_is_disarmed_in_the_file(visit, session, make):
    make.petition(category=make.category(name_vi="=CMD()", name_en="=CMD()"))

    rows = _table(visit().get(FILE, **AROUND))

    assert "'=CMD()" in [row[4] for row in rows]


def test_a_fictional_commune_is_labelled_in_every_row_of_the_file(visit, make):
    invented = make.place(name="Xã Hư Cấu", is_fictional=True)
    make.petition(place=invented)
    reader = visit(place=invented)

    for cut in Cut:
        header, *rows = _table(reader.get(FILE, by=cut, **AROUND))
        place, note = header.index("Địa bàn"), header.index("Ghi chú")
        assert {row[place] for row in rows} == {"Xã Hư Cấu"}
        assert all("Xã Hư Cấu là hư cấu" in row[note] for row in rows)
    assert "Xã Hư Cấu là hư cấu" in reader.get(PAGE, **AROUND).text


def test_an_export_is_written_down_and_a_refused_one_is_not(visit, session, make):
    staff = make.user()
    visit(staff).get(FILE, period="2026-13")
    visit(staff).get(FILE, by="place", **AROUND)

    entries = session.scalars(select(JournalEntry).where(JournalEntry.action == "export")).all()

    assert [(entry.actor_id, entry.subject) for entry in entries] == [
        (staff.id, "reports/resolution.csv")
    ]
    assert "by=place" in entries[0].detail


def test_the_form_keeps_the_cut_and_the_links_keep_the_place(visit, session, make):
    village = make.place(name="Thôn Chằm", parent_id=make.home.id)
    make.petition(place=village)

    page = visit().get(PAGE, by="month", place=village.key, **AROUND).text

    assert 'name="by" type="hidden" value="month"' in page
    assert f"by=place&amp;place={village.key}" in page
    assert re.search(rf'href="/petitions\?place={village.key}&amp;cell=received', page)
    assert f'<option selected value="{village.key}">' in page


def test_the_report_reads_a_department_that_is_no_longer_used(visit, session, make):
    row = Department(code="cu", name_vi="Phòng cũ", name_en="Former office")
    session.add(row)
    session.commit()
    asked = MoveRequest("assign", happened_on=TODAY, department_id=row.id)
    move_petition(session, None, make.petition(), asked)
    row.is_retired = True
    session.commit()

    page = visit().get(PAGE, by="department", **AROUND).text

    assert "Phòng cũ" in page
    assert "(không còn dùng)" in page
