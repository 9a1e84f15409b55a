"""The journal as administrators read it: their own places' entries, in words, and as a file."""

import csv
import io

import pytest
from sqlalchemy import select, text

from tracker.accounts.permissions import Role
from tracker.calendar.rules import Act
from tracker.commitments.lifecycle import STEP_WORDS as COMMITMENT_WORDS
from tracker.core.db import transaction
from tracker.core.i18n import speak, speaking
from tracker.dialogues.lifecycle import Stage
from tracker.fictional import make_fictional
from tracker.journal.models import JournalEntry
from tracker.journal.service import note
from tracker.petitions.lifecycle import STEP_WORDS
from tracker.places.rules import PlaceKind
from tracker.trail.queries import journal_mismatches
from tracker.trail.rules import act_of, facts_in, subject_of, told_in


@pytest.fixture
def entries(session, make):
    """Give entries of one commune, of another, and of the register itself."""
    other = make.place(name="Xã Khác")
    with transaction(session):
        note(session, None, "petition:assign", "KN-2026-000001", make.home.id)
        note(session, None, "place:renamed", "xa-a", make.home.id, '{"after": {"name": "Xã A"}}')
        note(session, None, "petition:assign", "KN-2026-000009", other.id)
        note(session, None, "register:installed", "quantri")


def test_an_administrator_reads_the_entries_of_their_places_only(visit, entries):
    page = visit(role=Role.ADMIN).get("/settings/journal").text

    assert "KN-2026-000001" in page
    assert "Tên địa bàn: Xã A" in page
    assert "KN-2026-000009" not in page
    assert "Cài đặt" not in page


def test_who_answers_for_the_whole_register_reads_what_belongs_to_no_place(visit, make, entries):
    whole = make.place(name="Cả sổ", kind=PlaceKind.REGISTER)

    assert "Cài đặt" in visit(role=Role.ADMIN, place=whole).get("/settings/journal").text


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_nobody_else_reads_it(visit, role):
    reader = visit(role=role)

    assert reader.get("/settings/journal").status_code == 403
    assert reader.get("/settings/journal.csv").status_code == 403


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("about=petition", True),
        ("about=dialogue", False),
        ("code=KN-2026-000001", True),
        ("code=KN-2026-00000", False),
        ("person=nobody", False),
        ("day_to=01/01/2020", False),
        ("day_from=01/01/2020", True),
    ],
)
def test_it_is_narrowed_by_every_filter(visit, entries, query, is_found):
    page = visit(role=Role.ADMIN).get(f"/settings/journal?{query}").text

    assert (">KN-2026-000001</td>" in page) is is_found


def test_an_impossible_day_is_told_and_left_out(visit, entries):
    page = visit(role=Role.ADMIN).get("/settings/journal?day_from=31/02/2026&about=x").text

    assert "31/02/2026" in page
    assert "KN-2026-000001" in page


def test_the_file_holds_the_list_and_its_taking_is_journaled(visit, entries, session):
    answer = visit(role=Role.ADMIN).get("/settings/journal.csv?about=petition&variant=machine")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert [row["subject"] for row in rows] == ["KN-2026-000001"]
    assert len(rows[0]["digest"]) == 64
    taken = session.scalars(select(JournalEntry).where(JournalEntry.action == "export")).one()
    assert (taken.subject, taken.detail) == ("journal.csv", "about=petition")


def test_signing_in_failing_and_signing_out_are_journaled_with_their_address(visit, session):
    visitor = visit(role=Role.STAFF)
    visitor.post("/sign-out")
    acts = session.execute(
        select(JournalEntry.action, JournalEntry.detail).where(
            JournalEntry.action.startswith("sign-in:")
        )
    ).all()

    assert ("sign-in:opened", "127.0.0.1") in acts
    assert ("sign-in:ended", "") in acts


def test_every_act_that_a_register_full_of_lives_holds_has_its_words(session):
    speak("en")
    make_fictional(session, petitions=60)
    acts = set(session.scalars(select(JournalEntry.action).distinct()))
    acts |= {f"petition:{move}" for move in STEP_WORDS}
    acts |= {f"commitment:{move}" for move in COMMITMENT_WORDS}
    acts |= {f"dialogue:{stage}" for stage in Stage}
    acts |= {f"calendar:{act}" for act in Act} | {"place:ending-undone"}

    wordless = {act for act in acts if subject_of(act) is None or act_of(act) == act.split(":")[-1]}
    assert wordless - {"export"} == set()


def test_a_detail_without_facts_is_no_mistake():
    for detail in ("", "3 rows", "[]", '"x"', '{"after": 3}', "{"):
        assert facts_in(detail) == []


@pytest.mark.parametrize(
    ("detail", "vietnamese", "english"),
    [
        ("3 rows", "3 dòng", "3 rows"),
        ("1 rows", "1 dòng", "1 row"),
        ("broke off after 2 rows", "bị ngắt sau khi đã gửi: 2 dòng", "broke off after: 2 rows"),
        (
            "profile=internal; status=resolved; open=yes; 1 petitions",
            "Dành cho: Nội bộ: có họ tên; Trạng thái: Đã giải quyết xong; Chưa kết thúc: có;"
            " 1 kiến nghị",
            "Profile: For the office: with names; Status: Resolved; Not ended: yes; 1 petition",
        ),
        ("issuer=party; by=category", "Cơ quan ban hành: Đảng ủy; Tính theo: Theo lĩnh vực", ""),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("x=y; 3 files", "x=y; 3 files", "x=y; 3 files"),
    ],
)
def test_how_a_file_was_asked_for_is_told_in_the_readers_language(detail, vietnamese, english):
    assert told_in(detail) == vietnamese
    with speaking("en"):
        assert not english or told_in(detail) == english


def test_verifying_says_where_a_chain_does_not_fit(session, make, entries):
    assert journal_mismatches(session) == []

    session.execute(text("UPDATE journal SET subject = 'x' WHERE action = 'place:renamed'"))
    session.execute(text("DELETE FROM journal WHERE chain = 0"))

    assert set(journal_mismatches(session)) == {
        "nhật ký của Toàn hệ thống: thiếu dòng số 1",
        f"nhật ký của {make.home.name}: dòng số 2 không đúng như đã ghi",
    }
