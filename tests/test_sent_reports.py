"""Reports as they were sent: they stay, whoever tampers is told of, and what changed is shown."""

import io
import json
import re
import threading
import zipfile
from datetime import timedelta

import pytest
from docx import Document
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.db import reading, transaction
from tracker.core.errors import NotFound
from tracker.journal.models import JournalEntry
from tracker.journal.queries import entry_on_paper, head_of
from tracker.ledger.models import LedgerEntry
from tracker.petitions.service import MoveRequest, move_petition
from tracker.places.queries import scope_ids
from tracker.reports.models import SentFile, SentReport
from tracker.reports.queries import place_tree, resolution_report
from tracker.reports.queries.cuts import Asked
from tracker.reports.queries.rows import report_rows
from tracker.reports.queries.sent import (
    changes_since,
    opened,
    sent_file,
    sent_mismatches,
    sent_report_for,
    sent_reports,
)
from tracker.reports.rules import Cut, Period, line_from, named_period, total
from tracker.reports.service import SendRefused, draft_report, send_report

TODAY = clock.today()
AROUND = Period(TODAY - timedelta(days=90), TODAY)


def _asked(session, make, period=AROUND, typed_by=None):
    place = make.home
    return Asked(place_tree(session, place.id, scope_ids(session, place.id)), period, typed_by)


def _explain(session, petition, day=TODAY):
    asked = MoveRequest("explain", happened_on=day, note="Đã trả lời tại hội nghị")
    move_petition(session, None, petition, asked)


def _sent(session, make, **given):
    leader = make.user(role=Role.LEADER)
    draft = draft_report(session, _asked(session, make, **given), Cut.CATEGORY)
    return send_report(session, leader, draft)[0]


def test_a_sent_report_is_opened_and_given_again_byte_for_byte(session, make):
    make.petition()
    _explain(session, make.petition())
    draft = draft_report(session, _asked(session, make), Cut.CATEGORY)
    report, is_new = send_report(session, make.user(role=Role.LEADER), draft)
    session.expire_all()

    kept = opened(session, sent_report_for(session, scope_ids(session, make.home.id), report.code))

    assert is_new
    assert report.code == f"BC-{TODAY.year}-0001"
    assert kept.faults == []
    assert kept.total == total(line.numbers for line in kept.lines)
    assert (kept.total.received, kept.total.explained, kept.total.outstanding) == (2, 1, 1)
    for file in draft.files:
        assert sent_file(session, report, file.name)[0] == file.body
    assert changes_since(session, kept).is_none
    assert list(sent_mismatches(session)) == []


def test_rows_add_up_to_the_report_whatever_happened(session, make):
    moved = make.petition()
    _explain(session, make.petition())
    make.petition(received_on=TODAY - timedelta(days=200))
    move_petition(
        session, None, moved, MoveRequest("assign", TODAY, department_id=make.department().id)
    )
    _explain(session, moved)
    move_petition(session, None, moved, MoveRequest("reopen", TODAY, note="Có tình tiết mới"))
    for period in (AROUND, Period(TODAY, TODAY), named_period(f"{TODAY.year - 1}")):
        asked = _asked(session, make, period)
        rows = list(report_rows(session, asked))
        report = resolution_report(session, asked.tree, period, Cut.CATEGORY)

        assert total(line_from(row.numbers) for row in rows) == report.total
        assert len({row.code for row in rows}) == len(rows)


def test_what_changed_since_is_told_cell_by_cell_and_row_by_row(session, make):
    later = make.petition()
    make.petition()
    report = _sent(session, make)
    _explain(session, later, TODAY)
    new = make.petition()

    kept = opened(session, sent_report_for(session, scope_ids(session, make.home.id), report.code))
    changes = changes_since(session, kept)

    assert kept.faults == []
    told = {row.code: row for row in changes.rows}
    assert set(told) == {later.code, new.code}
    assert told[new.code].sent is None
    assert set(told[later.code].numbers) >= {"explained", "outstanding"}
    assert {(cell.number, cell.now - cell.sent) for cell in changes.cells} >= {("explained", 1)}


def test_a_report_by_what_was_typed_by_a_day_never_changes(session, make):
    petition = make.petition()
    with transaction(session):  # as if it had been typed the day before
        session.execute(update(LedgerEntry).values(recorded_at=clock.now() - timedelta(days=2)))
    report = _sent(session, make, typed_by=TODAY - timedelta(days=1))
    _explain(session, petition)
    make.petition()

    kept = opened(session, sent_report_for(session, scope_ids(session, make.home.id), report.code))

    assert kept.total.received == 1
    assert changes_since(session, kept).is_none


def test_the_same_report_is_sent_once_and_another_after_a_change(session, make):
    make.petition()
    first = _sent(session, make)
    again = _sent(session, make)
    make.petition()
    other = _sent(session, make)

    assert again.code == first.code
    assert other.code == f"BC-{TODAY.year}-0002"
    assert [row.code for row in sent_reports(session, scope_ids(session, make.home.id))] == [
        other.code,
        first.code,
    ]
    told = session.scalars(select(JournalEntry.detail).where(JournalEntry.action == "report:send"))
    assert sorted(told) == sorted([first.digest, other.digest])


def test_two_people_sending_the_same_report_at_once_make_one(session, make, engine):
    make.petition()
    people = [make.user(role=Role.LEADER) for _ in range(2)]
    asked, codes = _asked(session, make), []
    session.commit()
    ready = threading.Barrier(2)

    def send(person):
        with Session(reading(engine)) as source:
            draft = draft_report(source, asked, Cut.CATEGORY)
        ready.wait()
        with Session(engine, expire_on_commit=False) as writing:
            codes.append(send_report(writing, person, draft)[0].code)

    threads = [threading.Thread(target=send, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(codes) == 2
    assert len(set(codes)) == 1
    assert session.scalars(select(SentReport.code)).all() == codes[:1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sent_reports SET digest = ''",
        "DELETE FROM sent_files",
        "UPDATE sent_files SET size = 0",
        "DELETE FROM sent_reports",
    ],
)
def test_nothing_of_a_sent_report_is_changed_or_deleted(session, make, statement):
    make.petition()
    _sent(session, make)

    with pytest.raises(DBAPIError, match="stays as it is"):
        session.execute(text(statement))


def _disarm(session):
    """Do what whoever holds the database itself could do."""
    if session.get_bind().dialect.name == "sqlite":
        for table in ("sent_reports", "sent_files"):
            for act in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{act}"))
    else:
        for table in ("sent_reports", "sent_files"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def test_tampering_is_told(session, make):
    make.petition()
    report = _sent(session, make)
    _disarm(session)
    session.execute(update(SentFile).where(SentFile.name == "report.csv").values(body=b"x"))
    session.execute(update(SentReport).values(starts_on=TODAY))
    session.commit()
    session.expire_all()

    told = "\n".join(sent_mismatches(session))

    assert "report.csv" in told
    assert "không phải như khi gửi" in told
    session.execute(update(SentReport).values(body=b"no zip", digest="0" * 64))
    session.commit()
    session.expire_all()
    told = "\n".join(sent_mismatches(session))
    assert told.count(report.code) >= 2
    session.execute(text("DELETE FROM sent_files"))
    session.execute(text("DELETE FROM sent_reports"))
    session.commit()
    assert report.code in "\n".join(sent_mismatches(session))


def test_what_does_not_add_up_is_not_sent(session, make):
    make.petition()
    with transaction(session):
        session.execute(update(LedgerEntry).values(received=2))

    with pytest.raises(SendRefused, match="does not add up"):
        _sent(session, make)


def test_another_communes_report_is_not_found(session, make):
    make.petition()
    report = _sent(session, make)
    other = scope_ids(session, make.place().id)

    with pytest.raises(NotFound):
        sent_report_for(session, other, report.code)
    assert sent_reports(session, other) == []


PAGE, SEND = "/reports/resolution", "/reports/resolution/send"
ASKED = {"from": f"{AROUND.start:%d/%m/%Y}", "to": f"{AROUND.end:%d/%m/%Y}"}


def test_a_leader_sends_what_the_page_shows_and_reads_it_again(visit, session, make):
    later = make.petition()
    make.petition()
    leader = visit(role=Role.LEADER)
    assert SEND in leader.get(PAGE, **ASKED).text

    first, again = leader.post(SEND, **ASKED), leader.post(SEND, **ASKED)

    assert first.status_code == 303
    assert first.location == again.location
    page = leader.get(first.location).text
    assert "Đúng như khi gửi" in page
    assert "Không có gì: lập lại hôm nay" in page
    assert "BC-" in leader.get("/reports/sent").text
    _explain(session, later)
    page = leader.get(first.location, lang="en").text
    assert f'href="/petitions/{later.code}"' in page
    assert "What has changed since it was sent" in page
    assert "style=" not in page
    for name in re.findall(r'href="(/reports/sent/[^"]+/[^"]+)"', page):
        assert leader.get(name).data == leader.get(name).data != b""
    paper = Document(io.BytesIO(leader.get(f"{first.location}/report.docx").data))
    assert any("BÁO CÁO" in paragraph.text for paragraph in paper.paragraphs)
    kept = json.loads(leader.get(f"{first.location}/report.json").data)
    (proof,) = (text.text for text in paper.paragraphs if "Mã kiểm tra" in text.text)
    number, digest = re.search(r"mục số (\d+), mã (\w{64})", proof).groups()
    assert kept["content_key"] in proof
    assert session.scalar(select(JournalEntry.number).where(JournalEntry.digest == digest)) == int(
        number
    )
    told = session.scalars(select(JournalEntry.subject).where(JournalEntry.action == "export"))
    assert any(subject.startswith("reports/sent/BC-") for subject in told)


def test_only_leaders_send_and_only_their_own_place_reads(visit, session, make):
    make.petition()
    clerk, leader = visit(role=Role.STAFF), visit(role=Role.LEADER)
    stranger = visit(role=Role.LEADER, place=make.place(name="Xã Khác"))
    path = leader.post(SEND, **ASKED).location

    assert clerk.post(SEND, **ASKED).status_code == 403
    assert SEND not in clerk.get(PAGE, **ASKED).text
    assert clerk.get(path).status_code == 200
    for address in (path, f"{path}/report.csv"):
        theirs, none = stranger.get(address), stranger.get(address.replace("0001", "9999"))
        assert theirs.status_code == none.status_code == 404
    assert "BC-" not in stranger.get("/reports/sent").text
    assert stranger.post(SEND, place=make.home.key, **ASKED).status_code == 404
    assert leader.post(SEND, **{"from": "31/02/2026"}).status_code == 400


def test_a_page_tells_that_it_was_tampered_with(visit, session, make):
    make.petition()
    leader = visit(role=Role.LEADER)
    path = leader.post(SEND, **ASKED).location
    _disarm(session)
    session.execute(update(SentReport).values(body=b"no zip"))
    session.commit()

    page = leader.get(path)
    file = leader.get(f"{path}/report.csv")

    assert page.status_code == 200
    assert "Đây không còn là báo cáo đã gửi" in page.text
    assert file.status_code == 409
    assert "không còn là tệp đã gửi" in file.text
    assert "Đúng như khi gửi" not in page.text


def test_a_changed_file_of_a_sent_report_is_not_given_out(visit, session, make):
    make.petition()
    leader = visit(role=Role.LEADER)
    path = leader.post(SEND, **ASKED).location
    _disarm(session)
    session.execute(update(SentFile).where(SentFile.name == "report.csv").values(body=b"x"))
    session.commit()

    assert leader.get(f"{path}/report.csv").status_code == 409
    assert leader.get(f"{path}/report.xlsx").status_code == 200


def test_the_workbook_holds_the_pages_numbers_and_its_petitions(visit, session, make):
    land = make.category(name_vi="Đất đai")
    kept = [make.petition(category=land), make.petition()]
    _explain(session, kept[0])

    answer = visit(role=Role.STAFF).get("/reports/resolution.xlsx", **ASKED)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    table, rows = (book.get_sheet_by_index(at).to_python() for at in (0, 1))

    assert answer.status_code == 200
    assert table[0][0].startswith("BÁO CÁO KẾT QUẢ GIẢI QUYẾT")
    line = next(row for row in table if row[0] == "Đất đai")
    assert (line[2], line[5], line[10]) == (1, 1, 0)
    assert {row[0] for row in rows if str(row[0]).startswith("KN-")} == {p.code for p in kept}
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        assert "SUM(" in parts.read("xl/worksheets/sheet1.xml").decode()
    told = session.scalars(select(JournalEntry.subject).where(JournalEntry.action == "export"))
    assert told.all() == ["reports/resolution.xlsx"]


def test_a_sent_report_names_the_journals_last_entry_so_that_paper_guards_the_file(session, make):
    make.petition()
    before = head_of(session, make.home.id)
    report = _sent(session, make)
    told = opened(session, report).document["journal"]

    assert (told["number"], told["digest"]) >= before
    entry = entry_on_paper(session, f" {told['digest'][:16].upper()} ")
    assert (entry.chain, entry.number) == (make.home.id, told["number"])
    assert entry_on_paper(session, told["digest"][:8]) is None
    assert entry_on_paper(session, "f" * 64) is None
