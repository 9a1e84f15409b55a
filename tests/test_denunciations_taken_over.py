"""A petition that proves to be a denunciation: it goes into the room whole, and a row stays."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.denouncing import PDF, REASON, SEALER, Case
from tests.test_denunciations_secluded import ON_SQLITE, _walk
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.attachments.models import Attachment
from tracker.attachments.queries import attachments_of
from tracker.attachments.service import Upload, keep_file, remove_file
from tracker.briefing.models import Briefing, BriefingItem
from tracker.briefing.service import Chosen, NewBriefing, choose_items, open_briefing
from tracker.commitments.models import Commitment
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import Base, transaction
from tracker.core.errors import NotFound, Stale
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.models import Denunciation
from tracker.denunciations.queries.journal import acts_upon
from tracker.denunciations.queries.one import timeline
from tracker.denunciations.rules import DenunciationRefused
from tracker.denunciations.service import open_identity
from tracker.journal.models import JournalEntry
from tracker.petitions.lifecycle import LookReason, Petitioner, Status
from tracker.petitions.models import PetitionPosting
from tracker.petitions.queries import PetitionFilter, petition_count, petition_for, petition_page
from tracker.petitions.service import MoveRefused, MoveRequest, move_petition
from tracker.petitions.service import open_identity as look_at
from tracker.secluding.rules import left_behind
from tracker.secluding.service import Secluding, seclude_petition
from tracker.verifying import mismatches

NAME, PHONE = "Phạm Thị Oanhvu", "0912345777"
WORDS = ("phuongvi", "hailoan", "tuongvi", "xichho", "bachma", "hoangoanh", "Oanhvu", PHONE)
ROOM = {
    "denunciations",
    "denunciation_steps",
    "denunciation_grants",
    "denouncer_identities",
    "secluded_entries",
    "secluded_heads",
}


@pytest.fixture
def case(session, make):
    return Case(session, make)


@pytest.fixture
def petition(case, session, make, tmp_path):
    """Give a petition of a named person, with words in every place that words can stand in."""
    kept = make.petition(
        citizen_name=NAME,
        citizen_phone=PHONE,
        petitioner=Petitioner.PERSON,
        content=f"Bà {NAME} nói trưởng thôn phuongvi thu tiền",
    )
    look_at(session, case.second_leader, kept, LookReason.OTHER, "việc hailoan")
    asked = MoveRequest("ask_citizen", note=f"Hỏi {NAME} về tuongvi", document_number="9/xichho")
    move_petition(session, case.second_leader, kept, asked)
    home_id, root = make.home.id, tmp_path / "files"
    for name in ("bachma.pdf", "bachma cũ.pdf"):
        file = keep_file(
            session, case.clerk, kept.code, home_id, Upload(name, io.BytesIO(PDF)), root
        )
    remove_file(session, case.clerk, file, "bachma thừa")
    new = NewCommitment(
        place_id=home_id,
        petition_id=kept.id,
        promise="Sẽ làm rõ việc hoangoanh",
        promised_by=Person("Ông Chủ tịch"),
        promised_on=clock.today(),
        promised_precision=Precision.DAY,
        due_on=None,
    )
    make_commitment(session, None, new)
    briefing = open_briefing(
        session, case.second_leader, NewBriefing(home_id, clock.today(), "Ông Chủ tịch")
    )
    choose_items(session, case.second_leader, briefing, Chosen((kept.code,)))
    session.execute(BriefingItem.__table__.update().values(decision="Xử lý phuongvi"))
    session.commit()
    return kept


def taken_over(case, petition, actor=None, key="", **given):
    usual = {
        "accused": "Ông Đỗ Văn Bị",
        "content": "Trưởng thôn phuongvi thu tiền",
        "way": Way.DIALOGUE,
        "leader_id": case.leader.id,
    }
    asked = Secluding(**usual | given)
    actor = actor or case.clerk
    return seclude_petition(case.session, SEALER, actor, petition.code, asked, key)


def _outside(session, files_key=""):
    """Give every row of every table but the room's own, as text."""
    told = []
    for table in Base.metadata.sorted_tables:
        if table.name not in ROOM:
            rows = session.execute(select(table)).all()
            told += [repr(row) for row in rows if not files_key or files_key not in repr(row)]
    return "\n".join(told)


def test_no_word_of_it_stays_outside_the_room_and_all_of_it_stands_inside(case, session, petition):
    assert all(word in _outside(session) for word in WORDS)
    made = taken_over(case, petition)
    session.expire_all()

    outside = _outside(session, made.files_key)
    assert [word for word in (*WORDS, made.code) if word.lower() in outside.lower()] == []
    assert petition.content == petition.latest_note == left_behind()
    scope = frozenset({petition.place_id})
    assert petition_page(session, scope, PetitionFilter(q="phuongvi")).rows == []

    (received,) = timeline(session, made.id)
    for word in ("phuongvi", "tuongvi", "xichho", "hoangoanh", petition.code):
        assert word in received.note
    assert NAME not in received.note
    identity = open_identity(session, SEALER, case.leader, made, REASON)
    assert (identity.name, identity.phone) == (NAME, PHONE)
    (file,) = attachments_of(session, made.files_key)
    assert file.original_name == "bachma.pdf"
    assert len(session.scalars(select(Attachment)).all()) == 2
    acts = [(act.action, act.detail) for act in acts_upon(session, made.code)]
    assert ("taken_over", petition.code) in acts
    assert list(mismatches(session)) == []


def test_files_of_a_promise_and_what_was_decided_on_it_go_along(
    case, session, petition, make, tmp_path
):
    promise = session.scalars(select(Commitment)).one()
    upload = Upload("bachma hứa.pdf", io.BytesIO(PDF))
    keep_file(session, case.clerk, promise.code, make.home.id, upload, tmp_path / "files")
    briefing = session.scalars(select(Briefing)).one()
    about = BriefingItem(
        briefing_id=briefing.id, position=9, commitment_id=promise.id, decision="Gặp hoangoanh"
    )
    next_one = NewCommitment(
        place_id=make.home.id,
        petition_id=None,
        promise="Gặp lại hoangoanh",
        promised_by=Person("Ông Chủ tịch"),
        promised_on=clock.today(),
        promised_precision=Precision.DAY,
        due_on=None,
    )
    about.made_id = make_commitment(session, None, next_one).id
    with transaction(session):
        session.add(about)
    made = taken_over(case, petition)
    told = session.scalars(select(Commitment.promise).order_by(Commitment.id)).all()
    assert told == [left_behind(), left_behind()]
    assert attachments_of(session, promise.code) == []
    names = {file.original_name for file in attachments_of(session, made.files_key)}
    assert names == {"bachma.pdf", "bachma hứa.pdf"}
    assert session.get(BriefingItem, about.id).decision == left_behind()
    assert "Gặp hoangoanh" in " ".join(step.note for step in timeline(session, made.id))


def test_the_row_keeps_its_number_and_every_count_and_ends_like_one_that_was_transferred(
    case, session, petition, make
):
    other, scope = make.petition(), frozenset({petition.place_id})
    count = petition_count(session, scope, PetitionFilter())
    taken_over(case, petition)
    transfer = MoveRequest("transfer", note="Chuyển cơ quan khác", document_number="1/UBND")
    move_petition(session, case.clerk, other, transfer)

    assert petition_count(session, scope, PetitionFilter()) == count
    assert petition.status is other.status is Status.TRANSFERRED
    assert petition.ended_on == clock.today()
    measures = select(PetitionPosting.measure, func.sum(PetitionPosting.quantity))
    told = [
        dict(
            session.execute(
                measures.where(PetitionPosting.petition_id == one.id).group_by(
                    PetitionPosting.measure
                )
            ).all()
        )
        for one in (petition, other)
    ]
    assert told[0] == told[1]
    lines = select(JournalEntry.action, JournalEntry.detail).where(
        JournalEntry.action == "petition:transfer"
    )
    assert len(set(session.execute(lines).all())) == 1


def test_only_who_takes_denunciations_for_its_place_takes_a_petition_over(
    case, session, petition, make
):
    stranger = make.user(place=make.place())
    for other in (make.user(), case.leader, case.admin, stranger):
        with pytest.raises(NotFound):
            taken_over(case, petition, actor=other)
    assert session.scalars(select(Denunciation)).all() == []
    assert "phuongvi" in petition.content


def test_what_is_refused_leaves_both_as_they_were(case, session, petition, make):
    accused = make.user(role=Role.LEADER, full_name="Đỗ Văn Bị")
    other = make.petition()
    before = _outside(session)
    for wrong, refusal in (
        ({"leader_id": accused.id}, DenunciationRefused),
        ({"content": " "}, DenunciationRefused),
        ({"accused": "x" * 201}, DenunciationRefused),
        ({"seen_version": 99}, Stale),
    ):
        with pytest.raises(refusal):
            taken_over(case, petition, **wrong)
    assert _outside(session) == before
    asked = MoveRequest("join", note="cùng nội dung", master_code=petition.code)
    move_petition(session, case.clerk, other, asked)
    for joined in (petition, other):
        with pytest.raises(MoveRefused):
            taken_over(case, joined)


def test_the_same_form_takes_it_over_once_and_nobody_a_second_time(case, session, petition):
    first = taken_over(case, petition, key="abc")
    assert taken_over(case, petition, key="abc").id == first.id
    with pytest.raises(NotFound):
        taken_over(case, petition, key="another")


def test_two_sendings_at_once_take_it_over_once(case, session, petition, engine):
    code, clerk_id, leader_id = petition.code, case.clerk.id, case.leader.id
    session.commit()

    def sent(_at: int) -> str:
        with Session(engine, expire_on_commit=False) as own:
            asked = Secluding(accused="x", content="y", way=Way.LETTER, leader_id=leader_id)
            clerk = own.get_one(User, clerk_id)
            return seclude_petition(own, SEALER, clerk, code, asked, "a-key").code

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(sent, range(2)))) == 1
    assert len(session.scalars(select(Denunciation)).all()) == 1


def test_one_that_has_ended_stays_ended_as_it_did_and_nobody_named_is_anonymous(
    case, session, make
):
    kept = make.petition(content="Việc phuongvi")
    day = clock.today() - timedelta(days=5)
    asked = MoveRequest("explain", happened_on=day, note="Đã giải trình hailoan")
    move_petition(session, case.second_leader, kept, asked)
    made = taken_over(case, kept)
    assert made.is_anonymous
    assert (kept.status, kept.ended_on) == (Status.EXPLAINED, day)
    assert "hailoan" not in _outside(session)
    assert list(mismatches(session)) == []


@ON_SQLITE
def test_a_form_takes_it_over_and_a_walk_over_every_page_finds_no_word(
    app, visit, case, petition, make, session
):
    dialogue = make.dialogue()
    clerk, other = visit(user=case.clerk), visit(user=case.second_leader)
    address = f"/denunciations/from/{petition.code}"
    assert address in clerk.get(f"/petitions/{petition.code}").text
    assert address not in other.get(f"/petitions/{petition.code}").text
    assert other.get(address).status_code == 404
    page = clerk.get(address).text
    assert "phuongvi" in page
    assert NAME not in page
    typed = {
        "accused": "Ông Đỗ Văn Bị",
        "content": "Trưởng thôn phuongvi thu tiền",
        "way": "dialogue",
        "leader": case.leader.id,
        "version": petition.version,
        "key": "a-key",
    }
    assert clerk.post(address, **typed | {"version": 1}).status_code == 409
    done = clerk.post(address, **typed)
    assert done.status_code == 303
    assert clerk.post(address, **typed).location == done.location
    assert clerk.get(address).status_code == 404
    assert "tuongvi" in visit(user=case.leader).get(done.location).text

    records = {
        "petitions": petition.code,
        "dialogues": dialogue.code,
        "commitments": "CK-2026-0001",
    }
    code = done.location.rpartition("/")[2]
    for person in (case.admin, case.second_leader, make.user()):
        for path, (_status, text) in _walk(app, visit(user=person), records).items():
            for word in (*WORDS, code):
                assert word not in text, (person.role, path, word)
    assert petition_for(session, case.second_leader, petition.code)
