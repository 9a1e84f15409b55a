"""Workbooks: days are days, telephones keep their nought, nothing runs, every row is there."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.service import NewVisit, log_visit
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock, xlsxout, xlsxsums
from tracker.core.columns import Kind
from tracker.core.dates import Precision
from tracker.core.xlsxout import Sheet, SheetColumn, write_workbook
from tracker.core.xlsxsums import Total
from tracker.journal.models import JournalEntry
from tracker.petitions.columns import COLUMNS as PETITIONS
from tracker.petitions.lifecycle import Kind as LegalKind
from tracker.petitions.lifecycle import Level, Petitioner, Status
from tracker.petitions.service import MoveRequest, move_petition

TODAY = clock.today()
COLUMNS = [
    SheetColumn("Mã", width=8),
    SheetColumn("Ngày", Kind.DAY, 12),
    SheetColumn("Số", Kind.NUMBER, 8, has_total=True),
]


def read(data):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def table(data, header="STT"):
    """Give the rows below the header of the only sheet, by its headers."""
    (rows,) = read(data).values()
    at = next(place for place, row in enumerate(rows) if row[0] == header)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]


def test_cells_are_what_they_say_and_text_stays_text(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = [["=1+1", date(2026, 3, 5), 3], ["0912000111", "tháng 3/2026", 4], ["+84\n@", None, 0]]
    assert write_workbook(path, [Sheet("Tờ", ["Danh sách"], COLUMNS, iter(rows))]) == 3
    (found,) = read(path.read_bytes()).values()
    assert found[0][0] == "Danh sách"
    assert found[2:6] == [["Mã", "Ngày", "Số"], *[[x, y or "", z] for x, y, z in rows]]
    assert (found[6][0], found[6][2]) == ("Tổng cộng", 7)


def test_an_empty_table_keeps_its_header(tmp_path):
    path = tmp_path / "a.xlsx"
    assert write_workbook(path, [Sheet("Tờ", [], COLUMNS[:2], iter([]))]) == 0
    assert read(path.read_bytes())["Tờ"][0] == ["Mã", "Ngày"]


def test_what_one_sheet_cannot_hold_stands_in_further_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsxout, "MOST_ROWS", 14)
    path = tmp_path / "a.xlsx"
    rows = ([f"{number:04}", None, number] for number in range(25))
    sheet = Sheet("Tờ", ["Danh sách"], COLUMNS, rows, most=25)
    assert write_workbook(path, [sheet]) == 25
    found = read(path.read_bytes())
    assert list(found) == ["Tờ", "Tờ (2)", "Tờ (3)"]
    codes = [row[0] for rows in found.values() for row in rows if row[0].isdecimal()]
    assert codes == [f"{number:04}" for number in range(25)]
    assert [rows[-1][2] for rows in found.values()] == [45, 145, 110]


def test_a_sum_is_worked_out_by_excel_and_shown_before_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsxsums, "PIECE", 7)
    path = tmp_path / "a.xlsx"
    many = [SheetColumn(f"Số {at}", Kind.NUMBER, 8, at > 0) for at in range(30)]
    with path.open("wb+") as held:
        write_workbook(path, [Sheet("Tờ", [], many, iter([range(30), [None] * 30]))])
        held.seek(0)
        data = held.read()
    told = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>SUM(AD2:AD3)</f><v>29</v>" in told
    assert b"<v></v>" not in told
    assert read(data)["Tờ"][-1][1:] == list(range(1, 30))


def test_a_formula_stands_below_a_column_as_its_own_and_as_a_share(tmp_path):
    path = tmp_path / "a.xlsx"
    part, whole = (SheetColumn(name, Kind.NUMBER, 8, has_total=True) for name in ("Xong", "Cả"))
    last = SheetColumn("Tồn", Kind.NUMBER, 8, total=Total("D{last}", 7))
    rate = Total('IF(C{row}=0,"",B{row}/C{row})', 0.25, is_share=True)
    share = SheetColumn("Tỷ lệ", Kind.SHARE, 8, total=rate)
    columns = [SheetColumn("Dòng", width=8), part, whole, share, last]
    rows = [["a", 1, 4, 0.25, 9], ["b", 1, 4, 0.25, 7]]
    write_workbook(path, [Sheet("Tờ", [], columns, iter(rows))])
    with zipfile.ZipFile(path) as book:
        told = book.read("xl/worksheets/sheet1.xml").decode()
        looks = re.search("<cellXfs.*?</cellXfs>", book.read("xl/styles.xml").decode())[0]
        percent = re.search(
            r'numFmtId="(\d+)" formatCode="0.0%"', book.read("xl/styles.xml").decode()
        )
    look, formula, shown = re.search(r'<c r="D4" s="(\d+)"><f>(.*?)</f><v>(.*?)</v>', told).groups()
    assert (formula, shown) == ('IF(C4=0,"",B4/C4)', "0.25")
    assert f'numFmtId="{percent[1]}"' in re.findall("<xf [^>]*>", looks)[int(look)]
    assert re.search(r'<c r="E4" s="\d+"><f>D3</f><v>7</v>', told)
    assert read(path.read_bytes())["Tờ"][-1][1:] == [2, 8, 0.25, 7]


def test_the_list_goes_into_a_workbook_with_all_its_rows_in_its_order(visit, make, session):
    for days in (3, 1, 2):
        make.petition(
            content='=HYPERLINK("x"); một\nhai',
            citizen_name="Nguyễn Thị Hường",
            citizen_phone="0912000111",
            petitioner="person",
            received_on=TODAY - timedelta(days=days),
            due_on=TODAY,
        )
    make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    staff = visit()
    answer = staff.get("/petitions.xlsx", sort="oldest", profile="internal")
    rows = table(answer.data)

    assert [row["STT"] for row in rows] == [1, 2, 3, 4]
    days = [TODAY - timedelta(days=days) for days in (3, 2, 1)]
    assert [row["Ngày tiếp nhận"] for row in rows] == [*days, "không rõ ngày"]
    assert rows[0]["Điện thoại"] == "0912000111"
    assert rows[0]["Thời hạn"] == TODAY
    assert rows[0]["Nội dung ý kiến, kiến nghị"] == '=HYPERLINK("x"); một\nhai'
    assert rows[0]["Người, đơn vị kiến nghị (họ tên, thôn/TDP)"] == "Nguyễn Thị Hường, Xã Mẫu"
    assert rows[0]["Trạng thái"] == "Tiếp nhận"
    assert answer.headers["X-Row-Count"] == "4"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with Session(session.get_bind()) as reading:
        told = reading.execute(
            select(JournalEntry.action, JournalEntry.detail).where(
                JournalEntry.subject == "petitions.xlsx"
            )
        ).all()
    assert told == [("export", "profile=internal; sort=oldest"), ("exported", "4 rows")]


def test_names_stay_out_of_a_workbook_for_those_who_do_not_work_with_them(visit, make):
    make.petition(citizen_name="Hoàng Văn Đức", petitioner="person", citizen_phone="0912000111")
    (row,) = table(visit(role=Role.ADMIN).get("/petitions.xlsx").data)
    assert "Hoàng Văn Đức" not in str(row)
    assert "0912000111" not in str(row)
    assert visit(role=Role.ADMIN).get("/petitions/register.xlsx").status_code == 403


def test_the_register_of_citizen_reception_has_its_thirteen_columns(visit, make):
    make.petition(
        kind=LegalKind.COMPLAINT,
        level=Level.COMMUNE,
        people=7,
        petitioner=Petitioner.GROUP,
        citizen_name="Tổ 3",
    )
    (row,) = table(visit().get("/petitions/register.xlsx").data)
    assert len(row) == 13
    assert row["Ngày tiếp"] == TODAY - timedelta(days=30)
    assert (row["Loại đơn (KN, TC, KN-PA)"], row["Thuộc thẩm quyền (x)"]) == ("KN", "x")
    assert row["Số người cùng nội dung"] == 7


def test_what_was_sent_on_to_another_body_is_not_within_competence(visit, make, session):
    sent_on = make.petition(level=Level.COMMUNE)
    asked = MoveRequest(
        "transfer", happened_on=TODAY, note="Chuyển Sở Xây dựng", document_number="45/UBND-VP"
    )
    move_petition(session, None, sent_on, asked)
    (row,) = table(visit().get("/petitions/register.xlsx").data)
    assert row["Thuộc thẩm quyền (x)"] == ""
    assert "45/UBND-VP" in row["Cơ quan thụ lý, số văn bản chuyển đơn"]


def test_the_sheet_of_the_register_of_citizen_reception_is_called_by_its_name(visit, make):
    make.petition()
    assert list(read(visit().get("/petitions/register.xlsx").data)) == ["Sổ tiếp công dân"]


OTHERS = ("dialogues", "commitments", "visits")


def fill_other_lists(make, session, **given):
    place = make.place(**given)
    dialogue = make.dialogue(place=place, topic="=Đối thoại", present=84)
    make.dialogue(place=place, held_on=None, date_precision=Precision.UNKNOWN)
    of = {"place_id": place.id, "dialogue_id": dialogue.id}
    promised = NewCommitment(promise="=Lời hứa", promised_by=Person("Chủ tịch"), **of)
    make_commitment(session, make.user(place=place), promised)
    visited = {"kind": VisitKind.VILLAGE_VISIT, "visited_on": TODAY, "visitor": "Bí thư"}
    log_visit(session, None, NewVisit(**visited, place_id=place.id, heard="=Đường hỏng"))
    return place


def test_other_lists_go_into_workbooks_too_and_say_what_they_are(visit, make, session):
    staff = visit(place=fill_other_lists(make, session, name="Xã Minh Hòa", is_fictional=True))
    for name, counted in zip(OTHERS, ("2 buổi", "1 cam kết", "1 lượt"), strict=True):
        answer = staff.get(f"/{name}.xlsx")
        (rows,) = read(answer.data).values()
        assert counted in rows[1][0]
        assert rows[2][0] == "Hư cấu, để minh họa"
        assert "-hu-cau-" in answer.headers["Content-Disposition"]
        answer = staff.get(f"/{name}.csv")
        assert "-hu-cau-" in answer.headers["Content-Disposition"]
        assert "Hết tệp" in answer.text
    narrowed = staff.get("/dialogues.xlsx", q="doi", stage="planned", held_from=TODAY).data
    assert "Giai đoạn: Dự kiến" in str(read(narrowed))


def test_a_file_without_invented_records_is_not_called_so(visit, make, session):
    staff = visit(place=fill_other_lists(make, session))
    for name in OTHERS:
        answer = staff.get(f"/{name}.xlsx")
        assert "hu-cau" not in answer.headers["Content-Disposition"]


def test_asking_for_the_head_alone_takes_nothing_out(visit, make, session):
    make.petition()
    assert visit().client.head("/petitions.xlsx").status_code == 200
    with Session(session.get_bind()) as reading:
        taken = select(JournalEntry).where(JournalEntry.subject == "petitions.xlsx")
        assert reading.scalars(taken).all() == []


# What programs read


def test_frictionless_accepts_the_packages_of_the_other_lists(visit, make, session, tmp_path):
    import frictionless

    staff = visit(place=fill_other_lists(make, session))
    for name in OTHERS:
        with zipfile.ZipFile(io.BytesIO(staff.get(f"/{name}.zip").data)) as package:
            package.extractall(tmp_path / name)
        report = frictionless.validate(str(tmp_path / name / "datapackage.json"))
        assert report.flatten(["code", "message"]) == []
        assert report.tasks[0].stats["rows"] > 0
        # Loose or packed, what a program reads is the same, and begins with its header.
        loose = staff.get(f"/{name}.csv", variant="machine").data
        assert loose == (tmp_path / name / f"{name}.csv").read_bytes()
        assert loose.startswith(b'"number","code"')
        assert staff.get(f"/{name}.csv").data.startswith(b"\xef\xbb\xbf")


def test_frictionless_accepts_the_package_for_programs(visit, make, tmp_path):
    import frictionless

    for number in range(3):
        make.petition(
            content="=một; “hai”\nba", petitioner=Petitioner.GROUP, people=number + 2, due_on=TODAY
        )
    make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    (tmp_path / "a.zip").write_bytes(visit().get("/petitions.zip").data)
    with zipfile.ZipFile(tmp_path / "a.zip") as package:
        assert package.testzip() is None
        package.extractall(tmp_path / "a")
    report = frictionless.validate(str(tmp_path / "a" / "datapackage.json"))
    assert report.flatten(["code", "message"]) == []
    told = json.loads((tmp_path / "a" / "datapackage.json").read_text())["resources"][0]
    assert told["rows"] == 4
    fields = {field["name"]: field for field in told["schema"]["fields"]}
    assert list(fields) == [column.name for column in PETITIONS]
    assert fields["due_on"]["type"] == "date"
    assert fields["status"]["constraints"]["enum"] == [status.value for status in Status]
    assert fields["code"]["description"] == "Mã số / Code"
    assert (tmp_path / "a" / "petitions.csv").read_bytes().startswith(b'"number","code"')


def test_a_rows_own_number_stands_in_the_middle_and_headers_do_both_ways(tmp_path):
    path = tmp_path / "a.xlsx"
    columns = [SheetColumn("STT", Kind.NUMBER, 6), SheetColumn("Số", Kind.NUMBER, 8)]
    write_workbook(path, [Sheet("Tờ", ["Danh sách"], columns, iter([[1, 5]]))])
    header, row = stands(path, 3), stands(path, 4)
    assert header == [("center", "center")] * 2
    assert row == [("center", "top"), (None, "top")]


def stands(path, number):
    """Tell where the words of a row's cells stand, across and upright."""
    with zipfile.ZipFile(path) as file:
        styles, sheet = (file.read(f"xl/{name}.xml") for name in ("styles", "worksheets/sheet1"))
    looks = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", styles.decode().partition("<cellXfs")[2])
    cells = re.search(rf'<row r="{number}".*?</row>', sheet.decode())[0]
    found = []
    for style in re.findall(r'<c r="[^"]+" s="(\d+)"', cells):
        told = dict(re.findall(r'(horizontal|vertical)="(\w+)"', looks[int(style)]))
        found.append((told.get("horizontal"), told.get("vertical")))
    return found


def test_the_reports_sheet_names_what_its_lines_stand_for(visit, make):
    make.petition()
    for cut, header in (("category", "Lĩnh vực"), ("month", "Tháng"), ("level", "Thẩm quyền")):
        answer = visit().get("/reports/resolution.xlsx", by=cut)
        rows = next(iter(read(answer.data).values()))
        assert header in [row[0] for row in rows]
        assert re.search(r"-\d{8}-theo-[a-z-]+\.xlsx", answer.headers["Content-Disposition"])


def test_what_a_source_says_of_an_invented_record_is_not_said_again(visit, make):
    place = make.place(name="Xã Minh Hòa (hư cấu)", is_fictional=True)
    make.dialogue(place=place, source="Hư cấu, chỉ để minh họa")
    (row,) = table(visit(place=place).get("/dialogues.xlsx").data)
    assert row["Ghi chú nguồn"] == "Hư cấu, chỉ để minh họa"
