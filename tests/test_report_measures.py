"""What stands beside the balance: days, punctuality, ages; each number opens exactly its rows."""

import re
from datetime import timedelta

from sqlalchemy import update

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.ledger.models import LedgerEntry
from tracker.petitions.models import Petition
from tracker.petitions.rules import Timeliness
from tracker.petitions.service import MoveRequest, move_petition
from tracker.places.queries import scope_ids
from tracker.reports.queries import measures as asked_measures
from tracker.reports.queries import place_tree, resolution_report
from tracker.reports.queries.cuts import Asked
from tracker.reports.queries.measures import measures
from tracker.reports.queries.pictures import trend
from tracker.reports.rules import Cut, Form, Period, named_period

TODAY = clock.today()
PAGE = "/reports/resolution"
AROUND = Period(TODAY - timedelta(days=120), TODAY)


def _days_ago(days):
    return TODAY - timedelta(days=days)


def _asked(session, make, period=AROUND, typed_by=None):
    place = make.home
    return Asked(place_tree(session, place.id, scope_ids(session, place.id)), period, typed_by)


def _measured(session, make, period=AROUND, typed_by=None, **given):
    asked = _asked(session, make, period, typed_by)
    report = resolution_report(session, asked.tree, period, Cut.CATEGORY, typed_by)
    return measures(session, asked, report.total, **given)


def _explain(session, petition, day):
    asked = MoveRequest("explain", happened_on=day, note="Đã trả lời tại hội nghị")
    move_petition(session, None, petition, asked)


def _resolve(session, make, petition, day):
    move_petition(
        session, None, petition, MoveRequest("assign", day, department_id=make.department().id)
    )
    move_petition(session, None, petition, MoveRequest("start", day))
    done = MoveRequest("propose", day, note="Đã làm xong", document_number="12/UBND")
    move_petition(session, None, petition, done)
    approved = MoveRequest("resolve", day, note="Đồng ý", document_number="12/UBND")
    move_petition(session, make.user(role=Role.LEADER), petition, approved)


def test_days_are_counted_from_receipt_to_each_end(session, make):
    for took in (3, 10, 20):
        _explain(session, make.petition(received_on=_days_ago(40)), _days_ago(40 - took))
    _resolve(session, make, make.petition(received_on=_days_ago(40)), _days_ago(8))
    vague = make.petition(received_on=_days_ago(60).replace(day=1), date_precision=Precision.MONTH)
    _explain(session, vague, _days_ago(5))

    found = _measured(session, make)

    answered, resolved = found.to_answer, found.to_resolve
    assert (answered.count, answered.median, answered.ninetieth) == (4, 10, 32)
    assert (resolved.count, resolved.median, resolved.ninetieth) == (1, 32, 32)
    assert found.resolved is not None
    assert sum(found.resolved.values()) == 1


def test_the_outstanding_lies_in_bands_of_age_as_it_stood_on_the_day(session, make):
    for age in (0, 10, 11, 30, 31, 45, 46, 90, 91, 100):
        make.petition(received_on=_days_ago(age))
    ended = make.petition(received_on=_days_ago(50))
    _explain(session, ended, _days_ago(2))

    now = _measured(session, make)
    before = _measured(session, make, Period(_days_ago(120), _days_ago(3)))

    assert [band.count for band in now.bands] == [2, 2, 2, 2, 2]
    assert sum(band.count for band in before.bands) == 10


def test_too_many_petitions_are_counted_only_when_asked(session, make, monkeypatch):
    monkeypatch.setattr(asked_measures, "MOST_COUNTED", 1)
    make.petition()
    make.petition()

    found = _measured(session, make)

    assert not found.is_counted
    assert found.petitions == 2
    assert _measured(session, make, of_any_number=True).is_counted


def test_by_what_had_been_typed_everything_else_is_as_if_it_never_happened(session, make):
    petition = make.petition(received_on=_days_ago(50))
    with transaction(session):  # as if it had been typed two days ago
        session.execute(update(LedgerEntry).values(recorded_at=clock.now() - timedelta(days=2)))
    _explain(session, petition, _days_ago(20))

    found = _measured(session, make, typed_by=_days_ago(1))

    assert found.to_answer.count == 0
    assert [band.count for band in found.bands] == [0, 0, 0, 1, 0]
    assert found.resolved is None


def test_the_trend_shows_twelve_months_beside_those_a_year_before(session, make):
    make.petition(received_on=TODAY)
    make.petition(received_on=_days_ago(365))

    months = trend(session, _asked(session, make))
    inspected = trend(
        session, _asked(session, make, named_period(f"{TODAY.year}", Form.INSPECTION))
    )

    assert len(months) == 12
    assert months[-1].last == TODAY
    assert (months[-1].now.received, months[-1].before.received) == (1, 1)
    assert all(month.first.day == 15 for month in inspected)
    assert [month.called.month for month in inspected] == [
        month.first.month % 12 + 1 for month in inspected
    ]
    for month, following in zip(months, months[1:], strict=False):
        assert month.last + timedelta(days=1) == following.first


def _opened(reader, page, pattern):
    """Give how many rows each link of a page opens, and the number that it stands on."""
    for address, number in re.findall(rf'href="(/petitions\?[^"]*{pattern}[^"]*)">(\d+)</a>', page):
        rows = reader.get(address.replace("&amp;", "&")).text
        yield len(re.findall(r'class="petitions__code" href="/petitions/KN-', rows)), int(number)


def test_every_measure_opens_exactly_its_rows(visit, session, make):
    for age in (5, 20, 40, 60, 100):
        make.petition(received_on=_days_ago(age))
    vague = make.petition(received_on=_days_ago(99).replace(day=1), date_precision=Precision.MONTH)
    _resolve(session, make, make.petition(received_on=_days_ago(30)), _days_ago(3))
    reader = visit(role=Role.LEADER)
    days = {"from": f"{_days_ago(150):%d/%m/%Y}", "to": f"{TODAY:%d/%m/%Y}"}

    page = reader.get(PAGE, **days).text
    opened = list(_opened(reader, page, "received_to=")) + list(
        _opened(reader, page, f"timeliness={Timeliness.DONE_IN_TIME}")
    )

    assert len(opened) >= 5
    assert all(rows == number for rows, number in opened)
    assert vague.code


def test_days_open_the_petitions_that_they_are_reckoned_from(visit, session, make):
    for took in (3, 10):
        _explain(session, make.petition(received_on=_days_ago(40)), _days_ago(40 - took))
    _resolve(session, make, make.petition(received_on=_days_ago(40)), _days_ago(8))
    reader = visit(role=Role.LEADER)
    page = reader.get(PAGE, **{"from": f"{_days_ago(45):%d/%m/%Y}", "to": f"{TODAY:%d/%m/%Y}"}).text

    table = page[page.index('aria-label="Số ngày từ khi tiếp nhận') :].split("</table>")[0]
    links = re.findall(r'href="([^"]+)"(?: title="Tính từ . kiến nghị")?>(\d+)</a>', table)

    assert [number for _, number in links] == ["3", "10", "32", "1", "32", "32"]
    for address, rows in ((links[0][0], 3), (links[3][0], 1)):
        listed = reader.get(address.replace("&amp;", "&")).text
        assert len(set(re.findall(r'href="/petitions/(KN-[\d-]+)"', listed))) == rows
    assert (
        "Đã trả lời trong kỳ: giải quyết xong hoặc giải trình"
        in reader.get(links[0][0].replace("&amp;", "&")).text
    )


def test_sums_before_and_by_month_open_exactly_their_rows(visit, session, make):
    for received, ended in ((370, None), (130, 5), (40, 3), (35, None)):
        petition = make.petition(received_on=_days_ago(received))
        if ended:
            _explain(session, petition, _days_ago(ended))
    again = make.petition(received_on=_days_ago(30))
    _resolve(session, make, again, _days_ago(20))
    reopened = MoveRequest("reopen", _days_ago(10), note="Người dân chưa đồng ý")
    move_petition(session, make.user(role=Role.LEADER), again, reopened)
    session.execute(update(Petition).where(Petition.id == again.id).values(due_on=None))
    session.commit()
    reader = visit(role=Role.LEADER)

    page = reader.get(PAGE, **{"from": f"{_days_ago(45):%d/%m/%Y}", "to": f"{TODAY:%d/%m/%Y}"}).text
    apart, months = page[page.index('class="comparison ') :].split('id="trend', 1)
    open_again = list(_opened(reader, apart, "open=yes"))
    cells = list(_opened(reader, apart, "cell=")) + list(_opened(reader, months, "cell="))

    assert open_again == [(1, 1)]
    assert len(cells) > 12
    assert all(rows == number for rows, number in cells)


def test_numbers_by_what_had_been_typed_open_their_rows_too(visit, session, make):
    first, other = make.petition(), make.petition()
    with transaction(session):
        session.execute(
            update(LedgerEntry)
            .where(LedgerEntry.petition_id == first.id)
            .values(recorded_at=clock.now() - timedelta(days=3))
        )
    reader = visit(role=Role.LEADER)

    page = reader.get(PAGE, period=f"{TODAY.year}", typed_by=_days_ago(1).isoformat()).text
    opened = list(_opened(reader, page, "cell_typed_by="))

    assert "theo những gì đã nhập đến hết ngày" in page
    assert opened
    assert opened == [(1, 1)] * len(opened)
    assert other.code not in page
