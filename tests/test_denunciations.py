"""Denunciations: who may know, what is sealed, which steps the law knows, and what is written."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given as drawn_from
from hypothesis import strategies as some
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tracker.accounts import second_factors
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import UserChange, change_own_password, change_user, give_new_password
from tracker.attachments.models import Attachment
from tracker.attachments.queries import attachment_for, attachments_of
from tracker.attachments.service import Upload, keep_file
from tracker.calendar.rules import Calendar, Clockwork, Rule, Unit
from tracker.calendar.service import seed_limits
from tracker.core import clock
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.core.sealing import SealBroken, Sealer
from tracker.denunciations.lifecycle import LIFECYCLE, MOVES, OPEN, STEP_WORDS, Part, Stage, Way
from tracker.denunciations.models import (
    DenouncerIdentity,
    Denunciation,
    DenunciationGrant,
    DenunciationTaker,
    SecludedEntry,
)
from tracker.denunciations.queries import (
    denunciation_for,
    secluded_mismatches,
    taker_names,
    takes_for,
)
from tracker.denunciations.queries.journal import acts_upon
from tracker.denunciations.queries.one import due_of, is_let_in, steps_of, timeline
from tracker.denunciations.queries.people import leaders_for, people_for, takers_in
from tracker.denunciations.queries.register import denunciation_rows, figures_of
from tracker.denunciations.rules import (
    DenunciationRefused,
    Standing,
    check_extension,
    due_account,
    extension,
    is_accused,
    new_code,
    told_counts,
)
from tracker.denunciations.service import (
    DenunciationChange,
    Identity,
    MoveRequest,
    NewDenunciation,
    amend_denunciation,
    confirm_taker,
    correct_identity,
    end_grant,
    end_taker,
    keep_case_file,
    let_in_again,
    move_denunciation,
    name_person,
    open_identity,
    propose_taker,
    receive_denunciation,
    remove_case_file,
    undo_step,
)
from tracker.journal.models import JournalEntry
from tracker.places.queries import scope_ids
from tracker.seeding import seed_file

SEALER = Sealer(["bí mật của phép thử " * 3])
DENOUNCER = Identity("Trần Thị Kín Đáo", "0900000000", "Thôn Không Ai Biết", "Căn cước 000")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
REASON = "Mời người tố cáo làm việc để xác minh"


class Case:
    """A commune with its people, one of whom takes denunciations."""

    def __init__(self, session: Session, make) -> None:
        self.session, self.make = session, make
        self.admin = make.user(role=Role.ADMIN)
        self.leader = make.user(role=Role.LEADER)
        self.second_leader = make.user(role=Role.LEADER)
        self.clerk = make.user()
        propose_taker(session, self.admin, self.clerk.id)
        (taker,) = takers_in(session, frozenset({make.home.id}))
        confirm_taker(session, self.second_leader, taker.id)
        self.taker_id = taker.id

    def received(self, **given) -> Denunciation:
        usual = {
            "place_id": self.make.home.id,
            "received_on": clock.today() - timedelta(days=3),
            "way": Way.IN_PERSON,
            "accused": "Ông Đỗ Văn Bị, trưởng thôn",
            "content": "Thu tiền của dân không có biên lai",
            "is_anonymous": False,
            "identity": DENOUNCER,
            "leader_id": self.leader.id,
        }
        key = given.pop("key", "")
        new = NewDenunciation(**usual | given)
        return receive_denunciation(self.session, SEALER, self.clerk, new, key)

    def move(self, denunciation, name, actor=None, **given) -> None:
        usual = {"note": "Căn cứ hồ sơ", "document_number": "12/QĐ-UBND"}
        asked = MoveRequest(move_name=name, **usual | given)
        move_denunciation(self.session, actor or self.leader, denunciation, asked)


@pytest.fixture
def case(session, make):
    return Case(session, make)


# Rules.


def test_every_move_has_a_word_and_starts_where_a_case_is_open():
    for move in LIFECYCLE:
        assert move.sources <= OPEN
        assert move.name in STEP_WORDS
        assert move.parts


def test_only_leader_and_deputy_decide():
    for name in ("accept", "refuse", "conclude", "extend"):
        assert Part.HANDLER not in MOVES[name].parts


def test_a_code_tells_neither_number_nor_order():
    codes = [new_code() for _ in range(200)]
    assert len(set(codes)) == 200
    assert codes != sorted(codes)
    assert all(code.startswith("TC-") and len(code) == 10 for code in codes)


LIMITS = (
    Rule("TC_INITIAL", 7, Unit.WORKING, date(2019, 1, 1), is_active=True),
    Rule("TC_RESOLVE", 30, Unit.CALENDAR, date(2019, 1, 1), is_active=True),
)
WORKS = Clockwork(Calendar({}, False, 2027), LIMITS)


def test_the_law_gives_seven_working_days_to_decide_and_thirty_days_to_resolve():
    received = Standing(Stage.RECEIVED, date(2026, 11, 2), None)
    assert due_account(received, WORKS, in_english=False).due_on == date(2026, 11, 11)
    accepted = Standing(Stage.VERIFYING, date(2026, 11, 2), date(2026, 11, 10))
    assert due_account(accepted, WORKS, in_english=False).due_on == date(2026, 12, 10)
    longer = extension(date(2026, 12, 1), date(2027, 1, 9), "phức tạp", "1/QĐ")
    extended = Standing(Stage.VERIFYING, date(2026, 11, 2), date(2026, 11, 10), [longer])
    found = due_account(extended, WORKS, in_english=False)
    assert found.due_on == date(2027, 1, 9)
    assert sum(line.moves_by for line in found.lines) == (date(2027, 1, 9) - found.start).days
    assert (
        due_account(Standing(Stage.ACTED_ON, found.start, found.start), WORKS, in_english=False)
        is None
    )


def test_an_extension_is_of_thirty_days_at_most_and_there_are_two():
    due, calendar = date(2026, 12, 10), Calendar({}, False, 2027)
    check_extension(due, date(2027, 1, 9), 1, calendar)
    for until, before in ((date(2027, 1, 10), 0), (due, 0), (date(2027, 1, 9), 2)):
        with pytest.raises(DenunciationRefused):
            check_extension(due, until, before, calendar)


def test_the_accused_is_known_by_name_however_it_is_written():
    assert is_accused("Đỗ Văn Bị", "Ông ĐỖ VĂN BỊ, trưởng thôn")
    assert is_accused("Đỗ Văn Bị", "do van bi")
    assert not is_accused("Đỗ Văn Bị", "Đỗ Văn Bình")


@drawn_from(some.dictionaries(some.sampled_from(list(Stage)), some.integers(0, 30)))
def test_a_breakdown_never_tells_a_number_below_five_nor_lets_it_be_reckoned(counts):
    told = told_counts(counts)
    rest = sum(counts.values()) - sum(told.values())
    assert all(number >= 5 for number in told.values())
    assert not told or rest == 0 or rest >= 5
    assert all(counts[stage] == number for stage, number in told.items())


# Who may know.


def test_only_who_is_named_in_a_case_finds_it(case, session, make):
    kept = case.received()
    assert denunciation_for(session, case.clerk, kept.code).id == kept.id
    assert denunciation_for(session, case.leader, kept.code).id == kept.id
    elsewhere = make.user(role=Role.LEADER, place=make.place())
    for other in (case.admin, case.second_leader, make.user(), elsewhere):
        with pytest.raises(NotFound):
            denunciation_for(session, other, kept.code)
        assert denunciation_rows(session, other) == []
        assert figures_of(session, other, kept.received_on.year).received == 0
        with pytest.raises(NotFound):
            open_identity(session, SEALER, other, kept, REASON)
        with pytest.raises(NotFound):
            case.move(kept, "accept", other)


def test_who_takes_denunciations_sees_only_the_cases_that_name_them(case, session, make):
    kept = case.received()
    other = make.user()
    propose_taker(session, case.admin, other.id)
    taker = next(t for t in takers_in(session, frozenset({make.home.id})) if not t.confirmed_at)
    confirm_taker(session, case.leader, taker.id)
    session.refresh(other)
    assert takes_for(session, other) == {make.home.id}
    with pytest.raises(NotFound):
        denunciation_for(session, other, kept.code)


def test_only_who_takes_denunciations_writes_one_down(case, session, make):
    case.clerk = make.user()
    with pytest.raises(NotFound):
        case.received()


def test_an_administrator_lets_nobody_in_without_a_leader_and_never_himself(case, session, make):
    with pytest.raises(DenunciationRefused):
        propose_taker(session, case.admin, case.admin.id)
    with pytest.raises(NotAllowed):
        propose_taker(session, case.leader, case.clerk.id)
    somebody = make.user()
    propose_taker(session, case.admin, somebody.id)
    taker = next(t for t in takers_in(session, frozenset({make.home.id})) if not t.confirmed_at)
    session.refresh(somebody)
    assert not is_let_in(somebody)
    assert takes_for(session, somebody) == frozenset()
    with pytest.raises(NotAllowed):
        confirm_taker(session, case.admin, taker.id)
    confirm_taker(session, case.leader, taker.id)
    session.refresh(somebody)
    assert is_let_in(somebody)
    told = select(JournalEntry.action, JournalEntry.actor_id).where(
        JournalEntry.subject == somebody.username, JournalEntry.action.startswith("taker:")
    )
    assert session.execute(told.order_by(JournalEntry.id)).all() == [
        ("taker:proposed", case.admin.id),
        ("taker:confirmed", case.leader.id),
    ]


def test_a_leader_does_not_confirm_himself(case, session, make):
    propose_taker(session, case.admin, case.leader.id)
    taker = next(t for t in takers_in(session, frozenset({make.home.id})) if not t.confirmed_at)
    with pytest.raises(DenunciationRefused):
        confirm_taker(session, case.leader, taker.id)


def test_another_communes_people_are_neither_offered_nor_confirmed(case, session, make):
    stranger = make.user(role=Role.LEADER, place=make.place())
    kept = case.received()
    assert stranger.id not in people_for(session, kept.place_id, kept.accused)
    with pytest.raises(NotFound):
        confirm_taker(session, stranger, case.taker_id)
    with pytest.raises(NotFound):
        propose_taker(session, case.admin, stranger.id)


def test_the_accused_is_never_let_in(case, session, make):
    accused = make.user(role=Role.LEADER, full_name="Đỗ Văn Bị")
    kept = case.received()
    assert accused.id not in leaders_for(session, frozenset({kept.place_id}), kept.accused)
    with pytest.raises(DenunciationRefused):
        name_person(session, case.leader, kept, accused.id, Part.DEPUTY)
    with pytest.raises(DenunciationRefused):
        case.received(leader_id=accused.id)


def test_an_administrator_who_was_named_before_is_no_longer_let_in(case, session):
    kept = case.received()
    session.execute(update(User).where(User.id == case.clerk.id).values(role=Role.ADMIN))
    session.commit()
    session.refresh(case.clerk)
    with pytest.raises(NotFound):
        denunciation_for(session, case.clerk, kept.code)


def test_people_are_let_in_by_name_and_the_last_leader_stays(case, session, make):
    kept, deputy = case.received(), make.user(role=Role.LEADER)
    name_person(session, case.clerk, kept, deputy.id, Part.DEPUTY)
    session.refresh(deputy)
    assert denunciation_for(session, deputy, kept.code)
    grants = session.scalars(
        select(DenunciationGrant).where(DenunciationGrant.denunciation_id == kept.id)
    ).all()
    by_part = {grant.part: grant.id for grant in grants}
    with pytest.raises(DenunciationRefused):
        end_grant(session, case.clerk, kept, by_part[Part.DEPUTY])
    with pytest.raises(DenunciationRefused):
        end_grant(session, case.leader, kept, by_part[Part.LEADER])
    end_grant(session, case.leader, kept, by_part[Part.DEPUTY])
    session.refresh(deputy)
    assert not is_let_in(deputy)
    with pytest.raises(NotFound):
        denunciation_for(session, deputy, kept.code)


@pytest.mark.parametrize("act", ["password", "place", "factor"])
def test_who_was_given_another_password_place_or_factor_is_let_in_by_another_only(
    case, session, make, act
):
    kept = case.received()
    if act == "password":
        give_new_password(session, case.admin, case.leader)
    elif act == "factor":
        second_factors.remove(session, case.admin, case.leader)
    else:
        for role in (Role.STAFF, Role.LEADER):
            change = UserChange(
                full_name=case.leader.full_name,
                role=role,
                place_id=case.leader.place_id,
                is_disabled=False,
                seen_version=case.leader.version,
            )
            change_user(session, case.admin, case.leader, change)
    session.refresh(case.leader)
    with pytest.raises(NotFound):
        denunciation_for(session, case.leader, kept.code)
    grant = session.scalars(
        select(DenunciationGrant).where(DenunciationGrant.part == Part.LEADER)
    ).one()
    with pytest.raises(NotFound):
        let_in_again(session, case.leader, kept, grant.id)
    let_in_again(session, case.clerk, kept, grant.id)
    session.refresh(case.leader)
    assert denunciation_for(session, case.leader, kept.code)


def test_ones_own_new_password_closes_nothing(case, session, make):
    kept = case.received()
    change_own_password(session, case.clerk, "cau vong sau mua 42", "hoa gạo đỏ bến sông 7")
    assert denunciation_for(session, case.clerk, kept.code)


def test_letting_in_leaves_no_trace_on_the_person_for_administrators(case, session):
    version = case.leader.version
    case.received()
    session.refresh(case.leader)
    assert case.leader.version == version


def test_who_no_longer_takes_denunciations_keeps_the_cases_that_name_them(case, session, make):
    kept = case.received()
    assert taker_names(session, make.home.id) == [case.clerk.full_name]
    end_taker(session, case.leader, case.taker_id)
    session.refresh(case.clerk)
    assert takes_for(session, case.clerk) == frozenset()
    assert taker_names(session, make.home.id) == []
    assert denunciation_for(session, case.clerk, kept.code)


# Receiving and sealing.


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


# Steps.


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


# Files.


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


# The journal apart.


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


def test_few_are_not_broken_down(case, session):
    for _ in range(4):
        case.received()
    assert figures_of(session, case.clerk, (clock.today() - timedelta(days=3)).year).stages == {}
    for _ in range(2):
        case.received()
    figures = figures_of(session, case.clerk, (clock.today() - timedelta(days=3)).year)
    assert figures.stages == {Stage.RECEIVED: 6}


def test_a_person_who_moves_away_leaves_the_cases_behind(case, session, make):
    kept = case.received()
    away = make.place()
    session.execute(update(User).where(User.id == case.clerk.id).values(place_id=away.id))
    session.commit()
    session.refresh(case.clerk)
    assert kept.place_id not in scope_ids(session, away.id)
    with pytest.raises(NotFound):
        denunciation_for(session, case.clerk, kept.code)


def test_takers_are_named_and_confirmed_by_two_people_in_the_database_itself(case, session, make):
    row = session.get(DenunciationTaker, case.taker_id)
    row.confirmed_by_id = row.proposed_by_id
    with pytest.raises(Exception, match="two_people"):
        session.commit()
    session.rollback()
