"""Personal data kept no longer than its time: taken out by two, counted as before; and what
citizens ask about their own.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tracker.accounts.permissions import Role
from tracker.attachments.models import Attachment
from tracker.calendar.service import seed_limits
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.journal.models import JournalEntry
from tracker.ledger.models import LedgerEntry
from tracker.petitions.lifecycle import LookReason
from tracker.petitions.models import PetitionPosting, PetitionStep
from tracker.petitions.queries import PetitionFilter, petition_page
from tracker.petitions.service import MoveRequest, move_petition, open_identity
from tracker.places.models import Place
from tracker.reports.queries import place_tree, resolution_report
from tracker.reports.rules import Cut, named_period
from tracker.retention import queries
from tracker.retention.lifecycle import Class, Decision, Proof, Right, Stage
from tracker.retention.rules import Redaction, marks_in, years_before
from tracker.retention.service import (
    Answer,
    NewRequest,
    RetentionRefused,
    answer_request,
    carry_out,
    log_request,
    propose,
    refuse,
    set_period,
)
from tracker.seeding import seed_file
from tracker.verifying import mismatches

TODAY = clock.today()
NAME, PHONE = "Hoàng Văn Đức", "0912000111"
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, st.integers(min_value=1, max_value=100))
def test_so_many_years_before_is_the_same_day_or_the_end_of_february(day, years):
    before = years_before(day, years)
    assert before.year == day.year - years
    assert (before.month, before.day) in ((day.month, day.day), (2, 28))


def test_a_text_is_rid_of_name_telephone_and_what_was_marked():
    redaction = Redaction((NAME, PHONE, ""), marks_in("quán phở\nphở"))
    assert redaction.of(f"Ông {NAME} ({PHONE}), chủ Quán Phở, hỏi\n\nhai dòng") == (
        "Ông … (…), chủ …, hỏi\n\nhai dòng"
    )


@pytest.fixture
def leaders(make):
    return make.user(role=Role.LEADER), make.user(role=Role.LEADER)


@pytest.fixture
def ended(make, session):
    """Give a petition of a named person that ended by an explanation long ago."""
    petition = make.petition(
        citizen_name=NAME,
        citizen_phone=PHONE,
        petitioner="person",
        content=f"Ông {NAME} số {PHONE} đề nghị sửa cống",
        received_on=TODAY - timedelta(days=3000),
    )
    staff = make.user()
    open_identity(session, staff, petition, LookReason.OTHER, f"gặp {NAME}")
    move_petition(
        session,
        staff,
        petition,
        MoveRequest(
            "explain",
            happened_on=TODAY - timedelta(days=2900),
            note=f"Đã trả lời ông {NAME}",
            document_number="5/UBND",
        ),
    )
    return petition


def _counts(session):
    """Give all that reports add up, and the cells of the report of the year of the ending."""
    posted = [session.execute(select(of.__table__)).all() for of in (LedgerEntry, PetitionPosting)]
    (home,) = session.scalars(select(Place.id).where(Place.name == "Xã Mẫu"))
    tree = place_tree(session, home, frozenset({home}))
    period = named_period(str((TODAY - timedelta(days=2900)).year))
    cells = [resolution_report(session, tree, period, cut) for cut in Cut]
    return [sorted(map(repr, rows)) for rows in posted], cells


def test_only_what_ended_longer_ago_than_its_class_is_kept_comes_due(session, make, ended):
    scope, admin = frozenset({make.home.id}), make.user(role=Role.ADMIN)
    make.petition()
    assert queries.due_rows(session, scope) == ([], 0)
    set_period(session, admin, Class.COMPLAINT, 1, "Luật Lưu trữ", 0)
    assert queries.due_rows(session, scope) == ([], 0)
    set_period(session, admin, Class.PETITION, 5, "Luật Lưu trữ", 0)
    (row,), count = queries.due_rows(session, scope)
    assert (row.code, count) == (ended.code, 1)
    with pytest.raises(Stale):
        set_period(session, admin, Class.PETITION, 6, "Luật Lưu trữ", 0)
    with pytest.raises(RetentionRefused):
        set_period(session, admin, Class.PETITION, 6, " ", 1)


def test_two_people_take_the_person_out_and_every_number_stays(
    session, make, ended, leaders, tmp_path
):
    first, second = leaders
    stored = tmp_path / "abc"
    stored.write_bytes(b"x")
    session.add(
        Attachment(
            subject=ended.code,
            place_id=ended.place_id,
            stored_name="abc",
            original_name=f"{NAME}.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            uploaded_by_id=first.id,
            uploaded_at=clock.now(),
        )
    )
    session.commit()
    promise = make_commitment(
        session,
        None,
        NewCommitment(
            place_id=ended.place_id,
            promise=f"Trả lời ông {NAME} trước tháng 6",
            promised_by=Person("Chủ tịch UBND xã"),
            promised_on=TODAY,
            promised_precision=Precision.DAY,
            petition_id=ended.id,
        ),
    )
    before, days = _counts(session), (ended.received_on, ended.ended_on, ended.status)

    propose(session, first, ended, "Hết thời hạn lưu", "cống")
    with pytest.raises(NotAllowed):
        carry_out(session, first, ended, tmp_path)
    with pytest.raises(RetentionRefused):
        propose(session, second, ended, "Hai lần", "")
    carry_out(session, second, ended, tmp_path)

    assert (ended.citizen_name, ended.citizen_phone) == ("", "")
    assert "Hoàng" not in promise.promise
    assert "hoang" not in promise.search_text
    notes = session.scalars(select(PetitionStep.note)).all()
    for text in (ended.content, ended.latest_note, *notes):
        for gone in ("Hoàng", "Đức", PHONE, "cống"):
            assert gone not in text
    assert _counts(session) == before
    assert (ended.received_on, ended.ended_on, ended.status) == days
    assert not stored.exists()
    assert session.scalars(select(Attachment)).all() == []
    scope = frozenset({ended.place_id})
    for words in ("hoang duc", PHONE, "cong"):
        assert petition_page(session, scope, PetitionFilter(q=words)).rows == []
    assert petition_page(session, scope, PetitionFilter(q=ended.code)).rows
    act = queries.latest_act(session, ended.id)
    assert (act.stage, act.decided_by_id, act.marks) == (Stage.DONE, second.id, "")
    told = session.scalars(
        select(JournalEntry).where(JournalEntry.action.startswith("retention:"))
    ).all()
    assert [entry.action for entry in told] == ["retention:proposed", "retention:done"]
    assert "Hoàng" not in " ".join(entry.detail + entry.subject for entry in told)
    session.rollback()
    assert list(mismatches(session)) == []


def test_what_is_refused_or_open_again_stays_as_it_is(session, make, ended, leaders, tmp_path):
    first, second = leaders
    with pytest.raises(RetentionRefused):
        propose(session, first, make.petition(), "Chưa kết thúc", "")
    with pytest.raises(NotAllowed):
        propose(session, make.user(), ended, "Không phải việc của mình", "")
    propose(session, first, ended, "Hết thời hạn", "")
    refuse(session, second, ended)
    with pytest.raises(Stale):
        carry_out(session, second, ended, tmp_path)
    assert ended.citizen_name == NAME
    propose(session, second, ended, "Hết thời hạn", "")
    move_petition(session, first, ended, MoveRequest("reopen", note="Còn vướng"))
    with pytest.raises(RetentionRefused):
        carry_out(session, first, ended, tmp_path)
    assert ended.citizen_name == NAME


def test_a_request_has_its_limit_and_is_decided_once(session, make):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    staff, petition = make.user(), make.petition()
    new = NewRequest(
        make.home.id, Right.DELETION, NAME, Proof.NOT_YET, TODAY, petition.code.lower()
    )
    asked = log_request(session, staff, new, "k" * 24)
    assert log_request(session, staff, new, "k" * 24).id == asked.id
    assert asked.code == f"YC-{TODAY.year}-0001"
    assert asked.petitions == petition.code
    assert asked.due_on > TODAY
    assert queries.open_requests(session, frozenset({make.home.id})) == 1

    told = Answer(Decision.GRANTED, TODAY, "Đã xóa", Proof.NOT_YET)
    with pytest.raises(RetentionRefused):
        answer_request(session, staff, asked, told)
    told = Answer(Decision.GRANTED, TODAY, "Đã xóa", Proof.PAPER, "7/UBND", asked.version)
    answer_request(session, staff, asked, told)
    assert asked.decision is Decision.GRANTED
    with pytest.raises(Stale):
        answer_request(session, staff, asked, told)
    with pytest.raises(NotFound):
        queries.request_for(session, make.user(place=make.place()), asked.code)
    with pytest.raises(RetentionRefused):
        log_request(session, staff, NewRequest(make.place().id, *_rest(new)))
    entries = session.scalars(
        select(JournalEntry).where(JournalEntry.action.startswith("request:"))
    ).all()
    assert [entry.detail for entry in entries] == ["deletion", "granted"]


def _rest(new):
    return new.asks, new.person, new.proof, new.received_on


def test_the_pages_lead_from_proposal_to_the_end(visit, make, ended, session):
    admin, leader = visit(role=Role.ADMIN), visit(role=Role.LEADER)
    period = f"/retention/periods/{Class.PETITION}"
    assert admin.post(period, years="5", version="0").status_code == 409
    kept = admin.post(period, years="5", legal_basis="Luật Lưu trữ", version="0")
    assert kept.status_code == 303
    assert ended.code in leader.get("/retention").text

    address = f"/retention/petitions/{ended.code}"
    assert "Hoàng Văn" not in leader.get(address).text
    leader.post(f"/petitions/{ended.code}/identity", look_reason="supervise")
    assert NAME in leader.get(address).text
    assert "Hoàng" not in admin.get(address).text
    assert (
        leader.post(address, marks="sửa cống", ground="Hết hạn", preview="yes").status_code == 200
    )
    assert leader.post(address, marks="sửa cống", ground="Hết thời hạn lưu").status_code == 303
    assert leader.post(f"{address}/carry-out").status_code == 403
    assert admin.post(f"{address}/carry-out").status_code == 303
    page = leader.get(f"/petitions/{ended.code}").text
    assert "Hoàng" not in page
    assert "sửa cống" not in page


def test_a_citizens_request_is_written_down_and_answered(visit, make):
    staff = visit()
    page = staff.get("/requests/new").text
    assert 'name="key"' in page
    typed = {
        "person": NAME,
        "asks": "access",
        "proof": "paper",
        "received_on": clock.shown_date(TODAY),
        "place": str(make.home.id),
        "key": "a" * 24,
    }
    assert staff.post("/requests/new", **typed | {"petitions": "KN-1"}).status_code == 409
    address = staff.post("/requests/new", **typed).location
    assert staff.post("/requests/new", **typed).location == address
    assert NAME not in staff.get("/requests").text
    assert NAME in staff.get(address).text
    answer = {"decision": "granted", "proof": "paper", "decided_on": clock.shown_date(TODAY)}
    assert staff.post(address, **answer, version="1").status_code == 200
    assert staff.post(address, **answer, answer="Đã cho xem", version="1").status_code == 303
    assert staff.post(address, **answer, answer="Lần nữa", version="2").status_code == 409
    assert "Đã cho xem" in staff.get(address).text
    assert visit(place=make.place()).get(address).status_code == 404
    assert visit(role=Role.ADMIN).get("/requests").status_code == 403
