"""A case from its receipt on: what is sealed, which steps the law knows, files, its journal."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.denouncing import DENOUNCER, PDF, REASON, SEALER, Case
from tracker.accounts.models import User
from tracker.attachments.models import Attachment
from tracker.attachments.queries import attachment_for, attachments_of
from tracker.attachments.service import Upload, keep_file
from tracker.calendar.service import seed_limits
from tracker.core import clock
from tracker.core.errors import NotFound, Stale
from tracker.core.sealing import SealBroken, Sealer
from tracker.denunciations.lifecycle import Stage
from tracker.denunciations.models import (
    DenouncerIdentity,
    Denunciation,
    SecludedEntry,
)
from tracker.denunciations.queries import (
    secluded_mismatches,
)
from tracker.denunciations.queries.journal import acts_upon
from tracker.denunciations.queries.one import due_of, steps_of, timeline
from tracker.denunciations.queries.register import denunciation_rows
from tracker.denunciations.rules import (
    DenunciationRefused,
)
from tracker.denunciations.service import (
    DenunciationChange,
    Identity,
    MoveRequest,
    amend_denunciation,
    correct_identity,
    keep_case_file,
    move_denunciation,
    open_identity,
    remove_case_file,
    undo_step,
)
from tracker.journal.models import JournalEntry
from tracker.seeding import seed_file


@pytest.fixture
def case(session, make):
    return Case(session, make)


def test_every_fact_of_the_denouncer_is_sealed(case, session):
    kept = case.received()
    row = session.execute(select(DenouncerIdentity.__table__)).mappings().one()
    for field in fields(DENOUNCER):
        sealed = row[f"sealed_{field.name}"]
        assert SEALER.opened(sealed) == getattr(DENOUNCER, field.name)
    for table in ("denunciations", "denunciation_steps", "secluded_entries", "journal"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        assert "Kín Đáo" not in repr(rows)
    assert "Kín Đáo" not in repr(DENOUNCER)
    assert kept.code not in repr(session.execute(select(JournalEntry.__table__)).all())


def test_an_identity_opens_with_a_reason_that_stays_and_only_with_its_key(case, session):
    kept = case.received()
    for reason in ("", "xem", "   "):
        with pytest.raises(DenunciationRefused):
            open_identity(session, SEALER, case.leader, kept, reason)
    assert "identity" not in [act.action for act in acts_upon(session, kept.code)]
    assert open_identity(session, SEALER, case.leader, kept, REASON) == DENOUNCER
    act = acts_upon(session, kept.code)[0]
    assert (act.action, act.detail, act.actor) == ("identity", REASON, case.leader.full_name)
    with pytest.raises(SealBroken):
        open_identity(session, Sealer(["another secret " * 3]), case.leader, kept, REASON)
    rotated = Sealer(["another secret " * 3, "bí mật của phép thử " * 3])
    assert open_identity(session, rotated, case.leader, kept, REASON) == DENOUNCER


def test_an_anonymous_denunciation_names_nobody_until_somebody_is_known(case, session):
    with pytest.raises(DenunciationRefused):
        case.received(is_anonymous=True)
    with pytest.raises(DenunciationRefused):
        case.received(identity=Identity())
    kept = case.received(is_anonymous=True, identity=Identity())
    with pytest.raises(DenunciationRefused):
        case.move(kept, "accept")
    with pytest.raises(NotFound):
        open_identity(session, SEALER, case.clerk, kept, REASON)
    correct_identity(session, SEALER, case.clerk, kept, DENOUNCER, "Người tố cáo đã cho biết tên")
    assert not kept.is_anonymous
    assert open_identity(session, SEALER, case.clerk, kept, REASON) == DENOUNCER


def test_the_same_form_sent_twice_makes_one(case, session):
    first, again = case.received(key="abc"), case.received(key="abc")
    assert first.id == again.id
    assert len(session.scalars(select(Denunciation)).all()) == 1


def test_what_cannot_be_is_refused_whole(case, session):
    for wrong in (
        {"content": "  "},
        {"content": "x" * 20_001},
        {"accused": "x" * 201},
        {"received_on": date(2999, 1, 1)},
        {"received_on": date(1800, 1, 1)},
        {"place_id": 999_999},
        {"leader_id": 999_999},
    ):
        with pytest.raises((DenunciationRefused, NotFound)):
            case.received(**wrong)
    assert session.scalars(select(Denunciation)).all() == []
    assert session.scalars(select(SecludedEntry)).all() == []


def test_a_case_goes_through_the_stages_of_the_law(case, session):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    kept = case.received()
    assert due_of(session, kept).limit.code == "TC_INITIAL"
    case.move(kept, "accept")
    due = due_of(session, kept)
    assert due.due_on >= kept.accepted_on + timedelta(days=30)
    case.move(kept, "verify", case.clerk)
    case.move(kept, "extend", until_on=due.due_on + timedelta(days=30))
    assert due_of(session, kept).due_on == due.due_on + timedelta(days=30)
    assert denunciation_rows(session, case.clerk)[0].due_on == due.due_on + timedelta(days=30)
    case.move(kept, "progress", case.clerk)
    case.move(kept, "conclude")
    case.move(kept, "act_on", case.clerk)
    assert kept.stage is Stage.ACTED_ON
    assert kept.ended_on == clock.today()
    assert due_of(session, kept) is None
    assert [step.move for step in steps_of(session, kept.id)] == [
        *("receive", "accept", "verify", "extend", "progress", "conclude", "act_on")
    ]


def test_a_step_that_cannot_be_taken_is_refused_and_leaves_nothing(case, session):
    kept = case.received()
    for name, given in (
        ("accept", {"document_number": ""}),
        ("refuse", {"note": ""}),
        ("hand_on", {"document_number": " "}),
        ("verify", {}),
        ("no-such", {}),
        ("accept", {"happened_on": date(2020, 1, 1)}),
        ("accept", {"happened_on": date(2999, 1, 1)}),
        ("accept", {"seen_version": 99}),
    ):
        with pytest.raises((DenunciationRefused, Stale)):
            case.move(kept, name, **given)
    session.refresh(kept)
    assert kept.stage is Stage.RECEIVED
    assert len(steps_of(session, kept.id)) == 1


def test_a_step_entered_by_mistake_is_taken_back_in_sight(case, session):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    kept = case.received()
    with pytest.raises(DenunciationRefused):
        undo_step(session, case.leader, kept, "Bấm nhầm")
    case.move(kept, "accept")
    due = due_of(session, kept).due_on
    case.move(kept, "extend", until_on=due + timedelta(days=20))
    case.move(kept, "progress")
    with pytest.raises(DenunciationRefused):
        undo_step(session, case.clerk, kept, "Không phải việc của cán bộ")
    undo_step(session, case.leader, kept, "Chưa có quyết định gia hạn")
    assert due_of(session, kept).due_on == due
    assert denunciation_rows(session, case.clerk)[0].due_on == due
    undo_step(session, case.leader, kept, "Thụ lý nhầm hồ sơ")
    assert (kept.stage, kept.accepted_on) == (Stage.RECEIVED, None)
    case.move(kept, "refuse")
    undo_step(session, case.leader, kept, "Bấm nhầm")
    assert (kept.stage, kept.ended_on) == (Stage.RECEIVED, None)
    told = timeline(session, kept.id)
    assert [step.is_voided for step in told] == [
        *(False, True, True, False, False, False, True, False)
    ]
    case.move(kept, "accept")
    assert kept.stage is Stage.ACCEPTED


def test_the_handler_does_not_decide(case, session):
    kept = case.received()
    with pytest.raises(DenunciationRefused):
        case.move(kept, "accept", case.clerk)


def test_a_correction_is_a_step_that_tells_what_stood_before(case, session):
    kept = case.received()
    facts = {"received_on": kept.received_on, "way": kept.way, "accused": kept.accused}
    change = DenunciationChange(**facts, content="Thu hai khoản tiền", reason="Ghi sót")
    assert amend_denunciation(session, case.clerk, kept, change) == ["content"]
    step = steps_of(session, kept.id)[-1]
    assert "không có biên lai" in step.note
    assert "Ghi sót" in step.note
    with pytest.raises(Stale):
        amend_denunciation(
            session,
            case.clerk,
            kept,
            DenunciationChange(**facts, content="Khác", reason="Khác", seen_version=1),
        )


def test_files_stand_under_a_key_that_tells_nothing_and_leave_no_gap(case, session, make, tmp_path):
    petition, kept = make.petition(), case.received()
    home_id = make.home.id
    first = keep_file(
        session, case.clerk, petition.code, home_id, Upload("a.pdf", BytesIO(PDF)), tmp_path
    )
    keep_case_file(session, case.clerk, kept, Upload("bằng chứng.pdf", BytesIO(PDF)), tmp_path)
    second = keep_file(
        session, case.clerk, petition.code, home_id, Upload("b.pdf", BytesIO(PDF)), tmp_path
    )
    assert second.id == first.id + 1
    (file,) = attachments_of(session, kept.files_key)
    assert file.id < 0
    assert kept.code not in repr(session.execute(select(Attachment.__table__)).all())
    told = session.scalars(
        select(JournalEntry.subject).where(JournalEntry.action == "attachment:keep")
    ).all()
    assert told == [petition.code] * 2
    remove_case_file(session, case.leader, kept, file, "Nhầm hồ sơ")
    with pytest.raises(NotFound):
        attachment_for(session, kept.files_key, file.id)
    with pytest.raises(NotFound):
        keep_case_file(session, case.admin, kept, Upload("c.pdf", BytesIO(PDF)), tmp_path)


def test_a_file_sent_twice_to_a_case_is_kept_once(case, session, tmp_path):
    kept = case.received()

    def sent(person=case.clerk, name="bằng chứng.pdf"):
        return keep_case_file(session, person, kept, Upload(name, BytesIO(PDF)), tmp_path)

    first = sent()
    assert sent().id == first.id
    assert len({first.id, sent(case.leader).id, sent(name="khác.pdf").id}) == 3
    assert [act.action for act in acts_upon(session, kept.code)].count("file") == 3
    assert len(list(tmp_path.glob("?" * 32))) == 3
    remove_case_file(session, case.leader, kept, first, "Nhầm hồ sơ")
    assert sent().id != first.id


def test_the_rooms_chain_holds_and_tells_what_was_bent(case, session):
    kept = case.received()
    case.move(kept, "accept")
    assert secluded_mismatches(session) == []
    numbers = session.scalars(select(SecludedEntry.number).order_by(SecludedEntry.id)).all()
    assert numbers == list(range(1, len(numbers) + 1))
    session.execute(update(SecludedEntry).where(SecludedEntry.number == 2).values(detail="khác"))
    session.commit()
    assert len(secluded_mismatches(session)) == 1
    session.execute(text("DELETE FROM secluded_entries WHERE number = 3"))
    session.commit()
    assert len(secluded_mismatches(session)) == 2


def test_people_side_by_side_leave_one_chain_of_the_room(case, session, engine):
    kept = [case.received().id for _ in range(4)]
    session.commit()

    def leads(case_id: int) -> None:
        with Session(engine, expire_on_commit=False) as own:
            leader, one = own.get_one(User, case.leader.id), own.get_one(Denunciation, case_id)
            for at in range(3):
                asked = MoveRequest(move_name="progress", note=f"Việc {at}")
                move_denunciation(own, leader, one, asked)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(leads, kept))
    assert secluded_mismatches(session) == []
    assert session.scalar(select(func.max(SecludedEntry.number))) == 4 * 3 + 4 * 3
