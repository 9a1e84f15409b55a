"""The file of a list: the same rows as the list, read right by Excel and by machines."""

import csv
import io
import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.i18n import gettext, speaking
from tracker.journal.models import JournalEntry
from tracker.petitions.columns import COLUMNS
from tracker.petitions.lifecycle import Kind, Level, Status
from tracker.petitions.queries import Flow, PetitionFilter, Sort, Stock
from tracker.petitions.queries.addresses import NOBODY, asked_in, petitions_address
from tracker.petitions.rules import Timeliness
from tracker.petitions.service import MoveRequest, move_petition

TODAY = clock.today()
MEETING = [
    "STT",
    "Nội dung ý kiến, kiến nghị",
    "Người, đơn vị kiến nghị (họ tên, thôn/TDP)",
    "Lĩnh vực",
    "Thẩm quyền",
    "Cơ quan chủ trì",
    "Cơ quan phối hợp",
    "Thời hạn",
    "Kết quả, tiến độ giải quyết (số văn bản)",
    "Phân loại kết quả",
    "Nguyên nhân chưa giải quyết",
]


def _rows(answer, delimiter=None):
    text = answer.data.decode("utf-8")
    is_for_machines = text.startswith('"number"')
    assert is_for_machines or text.startswith("\ufeff")
    delimiter = delimiter or (";" if '";"' in text.splitlines()[0] else ",")
    text = text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not is_for_machines:
        last = next(iter(rows.pop().values()))
        assert last in (f"Hết tệp: {len(rows)} dòng", f"End of the file: {len(rows)} rows")
    return rows


def _codes_in_list(visitor, **asked):
    page, codes = visitor.get("/petitions", **asked).text, []
    while True:
        codes += re.findall(r'class="petitions__code" href="/petitions/(KN-[\d-]+)"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        if more is None:
            return codes
        page = visitor.get(more[1].replace("&amp;", "&")).text


def test_the_excel_file_has_the_columns_of_a_meetings_table(visit, make, session):
    petition = make.petition(
        content='Dòng một\nDòng hai; có "ngoặc", phẩy',
        citizen_name="Nguyễn Thị Hường",
        petitioner="group",
        people=None,
        citizen_phone="0912000111",
        level=Level.PROVINCE,
        received_on=TODAY.replace(month=3, day=1),
        date_precision=Precision.MONTH,
        due_on=TODAY,
    )
    move_petition(
        session,
        None,
        petition,
        MoveRequest("propose", note="Đã sửa", document_number="05/BC-UBND"),
    )
    answer = visit().get("/petitions.csv", profile="internal")
    (row,) = _rows(answer)

    assert [name for name in row if name in MEETING] == MEETING
    assert row["STT"] == "1"
    assert row["Nội dung ý kiến, kiến nghị"] == petition.content
    assert row["Người, đơn vị kiến nghị (họ tên, thôn/TDP)"] == "Nguyễn Thị Hường, Xã Mẫu"
    assert row["Thời hạn"] == clock.shown_date(TODAY)
    assert row["Kết quả, tiến độ giải quyết (số văn bản)"] == "Đã sửa (05/BC-UBND)"
    assert row["Ngày tiếp nhận"] == f"tháng 03/{TODAY.year}"
    assert row["Số người"] == "không rõ"
    assert row["Điện thoại"] == "0912000111"
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "kien-nghi-noi-bo-2" in answer.headers["Content-Disposition"]


def test_the_machines_file_has_stable_names_iso_days_and_stored_words(visit, make):
    make.petition(people=7, petitioner="group", kind=Kind.FEEDBACK, due_on=TODAY)
    make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    unknown, known = sorted(
        _rows(visit().get("/petitions.csv", variant="machine")), key=lambda row: row["received_on"]
    )

    assert list(known) == [column.name for column in COLUMNS]
    assert known["due_on"] == TODAY.isoformat()
    assert (known["kind"], known["status"], known["people"]) == ("feedback", "received", "7")
    assert (unknown["received_on"], unknown["date_precision"]) == ("", "unknown")


def test_an_unknown_day_is_said_in_words(visit, make):
    make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    (row,) = _rows(visit().get("/petitions.csv"))
    assert row["Ngày tiếp nhận"] == "không rõ ngày"


@pytest.mark.parametrize("variant", ["excel", "machine"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝", " ="])
def test_no_cell_runs_as_a_formula(visit, make, variant, start):
    make.petition(content=f"{start}HYPERLINK(1)", citizen_name="=1+1", petitioner="person")
    (row,) = _rows(visit().get("/petitions.csv", variant=variant))
    assert not any(
        cell.lstrip(" \u00a0").startswith(("=", "+", "@", "＝")) for cell in row.values()
    )


def test_the_separator_is_chosen(visit, make):
    petition = make.petition()
    for asked, delimiter in ((";", ";"), ("semicolon", ";"), (",", ","), (None, ";")):
        (row,) = _rows(visit().get("/petitions.csv", separator=asked), delimiter=delimiter)
        assert row["Mã số"] == petition.code


def test_the_file_has_exactly_the_rows_of_the_list_in_its_order(visit, make, session):
    chance, staff = random.Random(7), visit()
    categories = [make.category(code=f"c{n}") for n in range(3)]
    for _ in range(60):
        days = chance.choice([None, chance.randint(0, 60)])
        petition = make.petition(
            category=chance.choice(categories),
            kind=chance.choice(list(Kind)),
            received_on=None if days is None else TODAY - timedelta(days=days),
            date_precision=Precision.UNKNOWN if days is None else Precision.DAY,
            due_on=chance.choice([None, TODAY + timedelta(days=chance.randint(0, 5))]),
        )
        if chance.random() < 0.4:
            move_petition(session, None, petition, MoveRequest("explain", note="Đã trả lời"))
    choices = {
        "category": ["c0", "c1", "c2"],
        "status": ["received", "explained"],
        "kind": [kind.value for kind in Kind],
        "group": ["in_progress", "explained"],
        "timeliness": [word.value for word in Timeliness],
        "open": ["yes", "no"],
        "received_from": [(TODAY - timedelta(days=40)).isoformat()],
        "received_to": [clock.shown_date(TODAY - timedelta(days=5))],
        "date_unknown": ["yes"],
        "q": ["giay chung nhan", "không có"],
        "sort": [sort.value for sort in Sort],
    }
    asked = [{}, *({name: text} for name, texts in choices.items() for text in texts)]
    for _ in range(12):
        names = chance.sample(sorted(choices), 2)
        asked.append({name: chance.choice(choices[name]) for name in names})
    for filters in asked:
        rows = _rows(staff.get("/petitions.csv", variant="machine", **filters))
        assert [row["code"] for row in rows] == _codes_in_list(staff, **filters), filters
        assert [row["number"] for row in rows] == [str(n + 1) for n in range(len(rows))]


def test_another_communes_rows_are_in_no_file(visit, make):
    make.petition(place=make.place())
    assert _rows(visit().get("/petitions.csv")) == []


def test_names_leave_the_register_only_with_those_who_work_with_them(visit, make):
    make.petition(citizen_name="Hoàng Văn Đức", petitioner="person", citizen_phone="0912000111")
    for variant in ("excel", "machine"):
        text = visit(role=Role.ADMIN).get("/petitions.csv", variant=variant).text
        assert "Hoàng Văn Đức" not in text
        assert "0912000111" not in text


def test_a_file_with_invented_records_says_so_in_its_name_and_in_its_rows(visit, make):
    place = make.place(name="Xã Minh Hòa", is_fictional=True)
    make.petition(place=place)
    answer = visit(place=place).get("/petitions.csv")

    assert "kien-nghi-hu-cau-" in answer.headers["Content-Disposition"]
    assert _rows(answer)[0]["Ghi chú"].startswith("Hư cấu")


def test_the_journal_tells_who_took_which_rows_but_not_what_was_searched(visit, make, session):
    make.petition(kind=Kind.FEEDBACK)
    staff = visit()
    assert staff.get("/petitions.csv", kind="feedback").data
    assert staff.get("/petitions.csv", kind="feedback", q="nguyen thi huong").data
    staff.client.head("/petitions.csv")

    with Session(session.get_bind()) as reading:
        begun, whole, searched, empty = reading.scalars(
            select(JournalEntry).where(JournalEntry.subject == "petitions.csv")
        )
        assert {entry.actor_id for entry in (begun, whole, searched, empty)} == {staff.user.id}
        assert (begun.action, begun.detail) == ("export", "profile=public; kind=feedback")
        assert (whole.action, whole.detail) == ("export:ended", "1 rows")
        assert (searched.detail, empty.detail) == ("profile=public; kind=feedback; q", "0 rows")


def test_every_column_has_a_name_of_its_own_and_a_header_in_both_languages():
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    for language in ("vi", "en"):
        with speaking(language):
            headers = [gettext(column.header) for column in COLUMNS if column.header]
            assert len(set(headers)) == len(headers)


# Addresses


FILTERS = [
    PetitionFilter(),
    PetitionFilter(status=Status.AWAITING_APPROVAL, kind=Kind.QUESTION),
    PetitionFilter(open=True, timeliness=Timeliness.LATE),
    PetitionFilter(open=False, overdue=True, date_unknown=True, only_here=True),
    PetitionFilter(q="đường & cầu; 100%", received_from=TODAY, received_to=TODAY),
    PetitionFilter(plan_has_come=True, cell=Flow("received", TODAY, TODAY)),
    PetitionFilter(cell=Flow("ended_resolved", TODAY - timedelta(days=9), TODAY)),
    PetitionFilter(cell=Stock("late", TODAY)),
]


@pytest.mark.parametrize("asked", FILTERS)
def test_an_address_is_read_back_as_the_filter_it_was_written_from(session, make, app, asked):
    category, home = make.category(code="dat-dai"), make.home
    address = petitions_address(
        asked, category="dat-dai", place=home.key, department=NOBODY, sort=Sort.DUE
    )
    with app.test_request_context(address) as context:
        read = asked_in(session, frozenset({home.id}), context.request.args)

    assert read.unknown == ()
    assert read.sort is Sort.DUE
    ids = {"category_id": category.id, "place_id": home.id, "department_id": 0}
    assert read.filter == PetitionFilter(
        **{name: getattr(asked, name) for name in asked.__dataclass_fields__} | ids
    )
