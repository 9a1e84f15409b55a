"""The list of petitions as a page: who is shown, what narrows it, and how it goes on."""

import re
from datetime import timedelta

from sqlalchemy import event

from tests.petition_pages import (
    TODAY,
)
from tracker.accounts.permissions import Role
from tracker.core.dates import Precision
from tracker.petitions.service import MoveRequest, move_petition


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
