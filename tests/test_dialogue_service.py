"""Logging dialogues, changing their facts, leading them through their stages."""

import json
import threading
import unicodedata
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.dialogues.lifecycle import LIFECYCLE, Form, Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.queries import offered_moves, timeline
from tracker.dialogues.rules import MINUTES_LIMIT, read_time
from tracker.dialogues.service import (
    FACTS,
    Attendance,
    DialogueChange,
    DialogueMoveRefused,
    DialogueRefused,
    NewDialogue,
    edit_dialogue,
    log_dialogue,
    move_dialogue,
)
from tracker.journal.models import JournalEntry

TODAY = clock.today()
DAY = timedelta(days=1)


def change_of(dialogue, **changes):
    """Give the facts as they are, but for these."""
    kept = {name: getattr(dialogue, name) for name in FACTS}
    seen = changes.pop("seen_version", dialogue.version)
    return DialogueChange(**kept | changes, seen_version=seen)


def new_at(place, **given):
    """Give a dialogue of today at a place."""
    usual = {"topic": "Gỡ vướng mặt bằng", "held_on": TODAY, "date_precision": Precision.DAY}
    return NewDialogue(form=Form.THEMATIC, place_id=place.id, **usual | given)


def test_a_dialogue_goes_from_planned_to_published(session, make):
    dialogue, staff = make.dialogue(), make.user()

    for move in ("announce", "hold", "conclude", "publish"):
        move_dialogue(session, staff, dialogue, move, document_number="05/TB-UBND")

    assert dialogue.stage is Stage.PUBLISHED
    assert [step.stage for step in timeline(session, dialogue)] == list(Stage)[:5]


@pytest.mark.parametrize("move", LIFECYCLE, ids=lambda move: move.name)
@pytest.mark.parametrize("stage", Stage)
def test_a_move_is_taken_from_its_sources_and_nowhere_else(session, make, move, stage):
    dialogue, staff = make.dialogue(stage=stage), make.user()
    given = {"note": "Theo đề nghị của thôn", "document_number": "05/TB-UBND"}

    assert (move in offered_moves(staff, dialogue)) is (stage in move.sources)
    if stage in move.sources:
        move_dialogue(session, staff, dialogue, move.name, **given)
        assert dialogue.stage is move.target
        return
    with pytest.raises(DialogueMoveRefused):
        move_dialogue(session, staff, dialogue, move.name, **given)
    assert dialogue.stage is stage


def test_cancelling_needs_a_reason_and_a_step_with_a_document_its_number(session, make):
    dialogue, staff = make.dialogue(), make.user()
    with pytest.raises(DialogueMoveRefused) as refused:
        move_dialogue(session, staff, dialogue, "cancel", note="  ")
    assert refused.value.field == "note"
    with pytest.raises(DialogueMoveRefused) as refused:
        move_dialogue(session, staff, dialogue, "announce")
    assert refused.value.field == "document_number"


def test_a_leader_reads_dialogues_and_does_not_lead_them_through_their_stages(session, make):
    leader, dialogue = make.user(role=Role.LEADER), make.dialogue()
    assert offered_moves(leader, dialogue) == []
    with pytest.raises(NotAllowed):
        move_dialogue(session, leader, dialogue, "hold")
    with pytest.raises(NotAllowed):
        log_dialogue(session, leader, new_at(make.home))
    with pytest.raises(NotAllowed):
        edit_dialogue(session, leader, dialogue, change_of(dialogue, topic="Khác"))


def test_a_dialogue_still_to_come_cannot_be_held(session, make):
    dialogue, staff = make.dialogue(held_on=TODAY + DAY), make.user()

    assert [move.name for move in offered_moves(staff, dialogue)] == ["announce", "cancel"]
    with pytest.raises(DialogueMoveRefused, match="not come"):
        move_dialogue(session, staff, dialogue, "hold")


def test_holding_keeps_the_numbers_and_the_day(session, make):
    dialogue = make.dialogue(held_on=None, date_precision=Precision.UNKNOWN, invited=90)
    counted = Attendance(present=84, speakers=12)

    move_dialogue(session, make.user(), dialogue, "hold", happened_on=TODAY, attendance=counted)

    assert (dialogue.held_on, dialogue.date_precision) == (TODAY, Precision.DAY)
    assert (dialogue.invited, dialogue.present, dialogue.speakers) == (90, 84, 12)


def test_holding_on_an_unknown_day_invents_none(session, make):
    dialogue = make.dialogue(held_on=None, date_precision=Precision.UNKNOWN)
    move_dialogue(session, make.user(), dialogue, "hold")
    assert timeline(session, dialogue)[-1].happened_on is None
    assert dialogue.held_on is None


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY - DAY])
def test_conclusions_come_after_the_dialogue_and_not_after_today(session, make, day):
    dialogue = make.dialogue(stage=Stage.HELD)
    with pytest.raises(DialogueMoveRefused):
        move_dialogue(
            session, make.user(), dialogue, "conclude", happened_on=day, document_number="1"
        )


def test_the_second_of_two_tabs_is_told_who_took_which_step(session, make):
    dialogue, staff = make.dialogue(), make.user(full_name="Nguyễn Thị Hạnh")
    seen = dialogue.version
    move_dialogue(session, staff, dialogue, "hold", seen_version=seen)

    with pytest.raises(Stale) as stale:
        move_dialogue(session, staff, dialogue, "cancel", note="Mưa bão", seen_version=seen)

    assert stale.value.values == {"name": "Nguyễn Thị Hạnh", "stage": Stage.HELD}
    assert dialogue.stage is Stage.HELD


def test_codes_run_within_the_year_of_the_dialogue(make):
    first, second = make.dialogue(), make.dialogue()
    old = make.dialogue(held_on=date(2023, 1, 1), date_precision=Precision.YEAR)
    assert int(second.code[-4:]) == int(first.code[-4:]) + 1
    assert old.code == "DT-2023-0001"


def test_every_stage_is_reached():
    assert set(Stage) == {move.target for move in LIFECYCLE} | {Stage.PLANNED}


def test_a_dialogue_is_logged_only_where_the_persons_place_answers(session, make):
    with pytest.raises(NotFound):
        log_dialogue(session, make.user(), new_at(make.place()))
    assert session.scalar(select(func.count(Dialogue.id))) == 0


def test_the_same_key_makes_one_dialogue(session, make):
    staff = make.user()
    first = log_dialogue(session, staff, new_at(make.home), "khoa")
    again = log_dialogue(session, staff, new_at(make.home), "khoa")
    assert first.id == again.id
    with pytest.raises(TrackerError, match="cannot be used again"):
        log_dialogue(session, make.user(), new_at(make.home), "khoa")


def test_two_sendings_at_the_same_moment_make_one_dialogue(engine, session, make):
    staff, home = make.user(), make.home
    start, made, failed = threading.Barrier(4), [], []

    def send():
        with Session(engine, expire_on_commit=False) as own:
            start.wait()
            try:
                made.append(log_dialogue(own, staff, new_at(home), "mot khoa").code)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len(set(made)) == 1
    assert session.scalar(select(func.count(Dialogue.id))) == 1
    assert session.scalar(select(func.count(DialogueStep.id))) == 1


def test_text_is_composed_and_keeps_its_lines(session, make):
    topic = unicodedata.normalize("NFD", "Đường tỉnh 292")
    new = new_at(make.home, minutes="Mở đầu\r\nÔng A\u202e phát biểu", topic=topic)
    dialogue = log_dialogue(session, make.user(), new)
    assert dialogue.topic == "Đường tỉnh 292"
    assert dialogue.minutes == "Mở đầu\nÔng A phát biểu"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("topic", {"topic": "  "}),
        ("topic", {"topic": "a" * 501}),
        ("minutes", {"minutes": "a" * (MINUTES_LIMIT + 1)}),
        ("chair", {"chair": "a" * 201}),
        ("invited", {"invited": -1}),
        ("speakers", {"speakers": 10**9}),
        ("starts_at", {"starts_at": "25:00"}),
        ("held_on", {"held_on": None}),
        ("held_on", {"date_precision": Precision.UNKNOWN}),
        ("held_on", {"held_on": date(202, 6, 5)}),
        ("held_on", {"held_on": TODAY + DAY, "stage": Stage.HELD}),
        ("outcome_on", {"outcome_on": TODAY + DAY, "outcome_precision": Precision.DAY}),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_field_it_is_about(session, make, field, given):
    with pytest.raises(DialogueRefused) as refused:
        log_dialogue(session, make.user(), new_at(make.home, **given))
    assert refused.value.field == field
    assert session.scalar(select(func.count(Dialogue.id))) == 0


def test_a_nul_is_refused(session, make):
    with pytest.raises(TrackerError, match="control characters"):
        log_dialogue(session, make.user(), new_at(make.home, minutes="a\x00b"))


def test_a_date_is_kept_as_the_first_day_of_what_is_known(session, make):
    new = new_at(make.home, held_on=date(2024, 5, 20), date_precision=Precision.QUARTER)
    assert log_dialogue(session, make.user(), new).held_on == date(2024, 4, 1)


def test_every_fact_can_be_changed_and_the_journal_tells_what_each_was(session, make):
    staff, dialogue = make.user(), make.dialogue(stage=Stage.HELD)
    code, other = dialogue.code, make.place(parent_id=make.home.id)
    changes = {
        "form": Form.AD_HOC,
        "topic": "Chủ đề khác",
        "place_id": other.id,
        "venue": "Nhà văn hóa",
        "held_on": date(2024, 1, 1),
        "date_precision": Precision.YEAR,
        "starts_at": "07:30",
        "chair": "Bí thư Đảng ủy",
        "secretary": "Văn phòng",
        "audience": "Nhân dân",
        "invited": 100,
        "present": 80,
        "speakers": 9,
        "minutes": "Bà Nguyễn Thị Hoa phát biểu",
        "conclusion": "Giao địa chính",
        "follow_up": "1. Đo lại",
        "outcome": "Xong",
        "outcome_on": date(2025, 1, 1),
        "outcome_precision": Precision.YEAR,
        "requested_by_voters": True,
        "sent_to_village_heads_on": date(2024, 3, 1),
        "units_reported_on": date(2024, 3, 2),
    }
    assert set(changes) == set(FACTS)

    assert edit_dialogue(session, staff, dialogue, change_of(dialogue, **changes))

    session.expire_all()
    kept = session.scalars(select(Dialogue)).one()
    assert {name: getattr(kept, name) for name in FACTS} == changes
    assert kept.code == code
    assert "hoa" in kept.search_text
    entry = session.scalars(
        select(JournalEntry).where(JournalEntry.action == "dialogue:edit")
    ).one()
    told = json.loads(entry.detail)
    named = {"place" if name == "place_id" else name for name in FACTS}
    assert set(told["before"]) == set(told["after"]) == named
    assert "Hoa" not in entry.detail  # what was said, by a mark alone
    assert entry.place_id == other.id


def test_a_change_that_changes_nothing_leaves_no_trace(session, make):
    dialogue = make.dialogue()
    version = dialogue.version
    assert not edit_dialogue(session, make.user(), dialogue, change_of(dialogue))
    assert dialogue.version == version


def test_a_stale_change_is_refused_and_nothing_is_kept(session, make):
    staff, dialogue = make.user(), make.dialogue()
    seen = dialogue.version
    edit_dialogue(session, staff, dialogue, change_of(dialogue, chair="Chủ tịch"))

    change = change_of(dialogue, chair="Bí thư", seen_version=seen)
    with pytest.raises(Stale):
        edit_dialogue(session, staff, dialogue, change)
    session.expire_all()
    assert session.scalars(select(Dialogue.chair)).one() == "Chủ tịch"


def test_a_dialogue_is_not_moved_to_another_commune(session, make):
    dialogue = make.dialogue()
    with pytest.raises(NotFound):
        edit_dialogue(session, make.user(), dialogue, change_of(dialogue, place_id=make.place().id))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7:30", "07:30"),
        ("14h", "14:00"),
        ("7g05", "07:05"),
        ("7 giờ 30", "07:30"),
        ("14 giờ", "14:00"),
        ("07.30", "07:30"),
        ("24:00", None),
        ("7:60", None),
        ("sáng", None),
        ("730", None),
    ],
)
def test_a_time_is_read_as_people_type_it(typed, read):
    assert read_time(typed) == read
