"""What keeps the register honest: sensible days, no hidden lateness, no invented days or places."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import Stale, TrackerError
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.service import log_dialogue
from tracker.dialogues.service.requests import NewDialogue
from tracker.journal import service as journal
from tracker.petitions.lifecycle import Channel, Kind
from tracker.petitions.models import Petition, PetitionPosting, PetitionStep
from tracker.petitions.queries import (
    PetitionFilter,
    ledger_mismatches,
    petition_count,
    petition_export_rows,
    petition_page,
    steps_of,
    timeline,
)
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.service import (
    Amendment,
    MoveRefused,
    MoveRequest,
    NewPetition,
    PetitionRefused,
    amend_petition,
    log_petition,
    move_petition,
    rebuild_ledger,
)

TODAY = clock.today()
FAR = (date(1, 1, 1), date(9999, 12, 31))


def _days(number):
    return timedelta(days=number)


def _move(session, actor, petition, name, **given):
    asked = {"note": "Theo biên bản", "document_number": "05/TB-UBND"} | given
    move_petition(session, actor, petition, MoveRequest(name, **asked))


def _amendment(petition, **given):
    kept = {
        name: getattr(petition, name)
        for name in Amendment.__dataclass_fields__
        if name not in ("reason", "seen_version")
    }
    return Amendment(**kept | given, reason="Ghi nhầm")


# Days that are a slip of the finger


@pytest.mark.parametrize("field", ["received_on", "due_on"])
def test_a_year_that_cannot_be_is_refused_in_words_beside_its_field(session, make, field):
    petition = make.petition()
    for day in FAR:
        with pytest.raises(PetitionRefused, match="year must lie") as refused:
            make.petition(**{field: day})
        assert refused.value.values["field"] == field
        with pytest.raises(PetitionRefused, match="year must lie"):
            amend_petition(session, None, petition, _amendment(petition, **{field: day}))


@pytest.mark.parametrize(
    ("move", "field"),
    [("start", "happened_on"), ("assign", "due_on"), ("defer", "plan_on"), ("extend", "due_on")],
)
def test_no_step_takes_a_year_that_cannot_be(session, make, move, field):
    unknown = {"received_on": None, "date_precision": Precision.UNKNOWN}
    petition = make.petition(**unknown, due_on=TODAY, department_id=make.department().id)
    for day in FAR:
        with pytest.raises(MoveRefused, match="year must lie"):
            _move(session, None, petition, move, **{field: day})


def test_a_year_that_cannot_be_is_told_on_the_page(visit, make):
    petition, staff = make.petition(), visit()
    sent = {"move": "defer", "note": "Chờ vốn", "version": petition.version}
    answer = staff.post(f"/petitions/{petition.code}/moves", **sent, plan_on="31/12/9999")
    assert answer.status_code == 200  # the form itself, with everything that was typed
    assert "Chờ vốn" in answer.text
    assert 'id="defer-plan_on-error"' in answer.text


# Two writers


def test_writers_that_answer_on_the_spot_never_wait_for_each_other(engine, session, make):
    place, category, failed = make.home.id, make.category().id, []

    def log(count):
        with Session(engine) as own:
            for number in range(count):
                new = NewPetition(
                    place_id=place,
                    category_id=category,
                    channel=Channel.LETTER,
                    kind=Kind.QUESTION,
                    content=f"Câu hỏi {number}",
                    # Two years, so that no common number makes them take turns.
                    received_on=TODAY.replace(day=1) - _days(number % 3),
                    date_precision=Precision.DAY,
                    answer_on_spot="Đã trả lời" if number % 2 else "",
                )
                try:
                    log_petition(own, None, new)
                except Exception as failure:
                    failed.append(failure)

    writers = [threading.Thread(target=log, args=(12,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failed == []
    assert ledger_mismatches(session) == []


# What a resolved petition tells


def test_the_result_of_a_resolved_petition_is_what_was_submitted(session, make):
    petition = make.petition()
    _move(session, None, petition, "propose", note="Đã sửa xong cầu", document_number="12/BC")
    _move(session, None, petition, "resolve", note="Đồng ý", document_number="")
    wanted = ("Đã sửa xong cầu (Đồng ý)", "12/BC")
    assert (petition.latest_note, petition.latest_document) == wanted

    session.execute(update(Petition).values(latest_note="Đồng ý", latest_document=""))
    session.commit()
    rebuild_ledger(session)
    session.refresh(petition)
    assert (petition.latest_note, petition.latest_document) == wanted


# Assigning


def test_a_petition_is_assigned_to_a_department_even_one_retired_since(session, make):
    petition, department = make.petition(), make.department()
    with pytest.raises(MoveRefused, match="Choose the department"):
        _move(session, None, petition, "assign")
    _move(session, None, petition, "assign", department_id=department.id)
    department.is_retired = True
    session.commit()

    _move(session, None, petition, "assign", department_id=department.id)
    _move(session, None, petition, "assign")

    assert petition.department_id == department.id


# Lateness is not hidden


def test_only_a_leader_moves_a_due_date_that_has_passed(session, make):
    staff, leader = make.user(), make.user(role=Role.LEADER)
    petition = make.petition(due_on=TODAY - _days(1), department_id=make.department().id)
    later = TODAY + _days(20)
    for name, given in (("assign", {"due_on": later}), ("defer", {"plan_on": later})):
        with pytest.raises(PetitionRefused, match="extend the due date by a document"):
            _move(session, staff, petition, name, **given)
    for wanted in (later, None):
        with pytest.raises(PetitionRefused, match="ask the leader"):
            amend_petition(session, staff, petition, _amendment(petition, due_on=wanted))
    _move(session, staff, petition, "assign", due_on=None)
    assert petition.due_on == TODAY - _days(1)

    _move(session, leader, petition, "assign", due_on=later)

    assert petition.due_on == later
    assert clocks_of(session, petition, steps_of(session, petition.id)).first_due_on == (
        TODAY - _days(1)
    )


def test_a_moved_due_date_tells_the_first_one_on_the_page(visit, make, session):
    petition = make.petition(due_on=TODAY - _days(1))
    assert "hạn đầu tiên" not in visit().get(f"/petitions/{petition.code}").text
    _move(session, None, petition, "extend", due_on=TODAY + _days(9))
    page = visit().get(f"/petitions/{petition.code}").text
    assert f"hạn đầu tiên {clock.shown_date(TODAY - _days(1))}" in page


# Days that are not known


@pytest.mark.parametrize("precision", [Precision.MONTH, Precision.QUARTER, Precision.YEAR])
def test_a_month_is_no_day_in_any_balance(session, make, precision):
    petition = make.petition(received_on=date(2025, 2, 10), date_precision=precision)
    posted = select(PetitionPosting.id)
    assert session.scalar(posted) is None

    amended = {"received_on": date(2025, 2, 7), "date_precision": Precision.DAY}
    amend_petition(session, None, petition, _amendment(petition, **amended))
    assert session.scalar(posted) is not None
    assert ledger_mismatches(session) == []

    back = {"received_on": date(2025, 2, 7), "date_precision": precision}
    amend_petition(session, None, petition, _amendment(petition, **back))
    assert session.scalar(posted) is None
    assert ledger_mismatches(session) == []


def test_a_rebuild_forgets_the_days_that_older_versions_invented(session, make):
    given = {"received_on": date(2025, 2, 1), "date_precision": Precision.MONTH}
    petition = make.petition(**given, answer_on_spot="Đã trả lời ngay")
    session.execute(update(PetitionStep).values(happened_on=date(2025, 2, 1)))
    session.commit()
    assert ledger_mismatches(session) != []

    rebuild_ledger(session)

    assert ledger_mismatches(session) == []
    assert [step.happened_on for step in steps_of(session, petition.id)] == [None, None]


def test_a_period_finds_a_month_only_when_it_holds_all_of_it(session, make):
    make.petition(received_on=date(2025, 2, 1), date_precision=Precision.MONTH)

    def found(first, last):
        asked = PetitionFilter(received_from=first, received_to=last)
        return petition_count(session, frozenset({make.home.id}), asked)

    assert found(date(2025, 2, 1), date(2025, 2, 28)) == 1
    assert found(None, date.max) == 1
    assert found(None, date(2025, 2, 27)) == 0
    assert found(date(2025, 2, 2), None) == 0


# Dialogues


def _at(session, make, stage, held_on):
    new = NewDialogue(
        place_id=make.home.id,
        form="regular",
        topic="Định kỳ",
        stage=stage,
        held_on=held_on,
        date_precision=Precision.DAY,
    )
    return log_dialogue(session, None, new)


def test_nothing_is_raised_at_a_dialogue_that_was_not_held(session, make, visit):
    coming = _at(session, make, Stage.PLANNED, TODAY + _days(3))
    today = _at(session, make, Stage.ANNOUNCED, TODAY)
    cancelled = _at(session, make, Stage.CANCELLED, TODAY - _days(3))
    for dialogue, words in ((coming, "not been held"), (cancelled, "cancelled")):
        with pytest.raises(PetitionRefused, match=words):
            make.petition(dialogue_id=dialogue.id)
        page = visit().get(f"/dialogues/{dialogue.code}").text
        assert "/petitions/new?" not in page

    assert make.petition(dialogue_id=today.id).dialogue_id == today.id
    assert "/petitions/new?" in visit().get(f"/dialogues/{today.code}").text


# Other places, other people


def test_what_lies_outside_the_scope_is_not_named(session, make, visit):
    elsewhere = make.place()
    dialogue, master = make.dialogue(place=elsewhere), make.petition(place=elsewhere)
    petition = make.petition(dialogue_id=dialogue.id)
    _move(session, None, petition, "join", master_code=master.code)
    scope = frozenset({make.home.id})

    assert timeline(session, scope, steps_of(session, petition.id))[-1].master_code == ""
    (row,) = petition_export_rows(session, scope, PetitionFilter())
    assert row.dialogue_code == "của nơi khác"
    page = visit().get(f"/petitions/{petition.code}").text
    assert dialogue.code not in page
    assert master.code not in page
    assert page.count("của nơi khác") == 2


def test_readers_without_names_find_nobody_by_theirs(session, make):
    given = {"citizen_name": "Hoàng Văn Đức", "citizen_phone": "0912000111"}
    petition = make.petition(**given, petitioner="person")

    def found(words, *, without_names):
        asked = PetitionFilter(q=words, without_names=without_names)
        return len(petition_page(session, frozenset({make.home.id}), asked).rows)

    for words in ("hoang", "0912000111", "hoang giay", "%"):
        assert found(words, without_names=True) == 0
    assert found("hoang 0912000111", without_names=False) == 1
    assert found(f"giay {petition.code}", without_names=True) == 1
    assert found("\u200fgi\u200bấy\u202e", without_names=False) == 1


def test_administrators_search_and_read_without_names(visit, make):
    petition = make.petition(citizen_name="Hoàng Văn Đức", petitioner="person")
    admin = visit(role=Role.ADMIN)
    assert petition.code not in admin.get("/petitions", q="hoang").text
    assert petition.code not in admin.get("/petitions.csv", q="hoang").text
    assert petition.code in visit().get("/petitions", q="hoang").text
    assert admin.get(f"/petitions/{petition.code}/files/1").status_code == 403


# Two tabs, two clicks


def test_a_form_without_its_version_is_stale(visit, make):
    petition = make.petition()
    answer = visit().post(f"/petitions/{petition.code}/moves", move="start")
    assert answer.status_code == 409


def test_a_second_click_is_told_that_the_step_is_recorded(session, make):
    petition, staff = make.petition(), make.user()
    seen = {"seen_version": petition.version}
    _move(session, staff, petition, "start", **seen)
    with pytest.raises(Stale, match="already recorded"):
        _move(session, staff, petition, "start", **seen)
    with pytest.raises(Stale, match="Someone else"):
        _move(session, make.user(), petition, "start", **seen)


def test_a_key_that_made_another_kind_of_record_is_refused(session, make):
    staff = make.user()
    journal.keep_key(session, staff, "k" * 32, "DT-2026-0001")
    session.commit()
    new = NewPetition(
        place_id=make.home.id,
        category_id=make.category().id,
        channel=Channel.LETTER,
        kind=Kind.QUESTION,
        content="Hỏi",
    )
    with pytest.raises(TrackerError, match="cannot be used again"):
        log_petition(session, staff, new, "k" * 32)


def test_marks_without_width_are_no_content(make):
    with pytest.raises(PetitionRefused, match="what was raised"):
        make.petition(content="\u200b\u2060\ufeff")


def test_units_that_cooperate_are_named_when_a_petition_is_logged(visit, make, session):
    sent = {
        "petitioner": "unnamed",
        "people": "1",
        "place": str(make.home.id),
        "content": "Sửa cầu",
        "category": str(make.category().id),
        "kind": "recommendation",
        "level": "commune",
        "channel": "letter",
        "cooperating": "Công an xã",
        "key": "k" * 32,
    }
    assert visit().post("/petitions/new", **sent).status_code == 303
    assert session.scalars(select(Petition.cooperating)).all() == ["Công an xã"]
