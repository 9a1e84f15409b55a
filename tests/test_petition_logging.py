"""Logging a petition: what is refused, what is set by rule, and that one form makes one record."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.calendar.service import seed_calendar
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotAllowed, NotFound, TrackerError
from tracker.dialogues.models import Department
from tracker.petitions.lifecycle import MOVES, Channel, Ground, Kind, Petitioner, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches, proposer_of, steps_of
from tracker.petitions.rules import CONTENT_LIMIT
from tracker.petitions.service import (
    MoveRefused,
    MoveRequest,
    NewPetition,
    PetitionRefused,
    log_petition,
    move_petition,
    offered_moves,
)

TODAY = clock.today()


def _new(make, **given):
    usual = {
        "place_id": make.home.id,
        "category_id": given.pop("category_id", None) or make.category().id,
        "channel": Channel.LETTER,
        "kind": Kind.FEEDBACK,
        "content": "Đường hỏng",
        "received_on": TODAY,
        "date_precision": Precision.DAY,
    }
    return NewPetition(**usual | given)


@pytest.mark.parametrize(
    "facts",
    [
        {"content": " \n "},
        {"content": "x" * (CONTENT_LIMIT + 1)},
        {"answer_on_spot": "x" * 20_001},
        {"citizen_name": "x" * 201, "petitioner": Petitioner.PERSON},
        {"citizen_phone": "1" * 41},
        {"received_on": TODAY + timedelta(days=1)},
        {"received_on": None},
        {"date_precision": Precision.UNKNOWN},
        {"due_on": TODAY - timedelta(days=1)},
        {"people": 0},
        {"people": 10**9},
        {"petitioner": Petitioner.GROUP, "people": 1},
        {"petitioner": Petitioner.PERSON, "people": 2},
        {"petitioner": Petitioner.PERSON, "people": None},
        {"petitioner": Petitioner.UNNAMED, "citizen_name": "Nguyễn Văn A"},
        {"department_id": 987654},
        {"category_id": 987654},
    ],
)
def test_facts_that_contradict_each_other_are_refused(session, make, facts):
    with pytest.raises(PetitionRefused):
        log_petition(session, make.user(), _new(make, **facts))
    assert session.scalar(select(func.count()).select_from(Petition)) == 0


def test_what_is_retired_takes_no_new_petition(session, make):
    department = Department(code="cu", name_vi="Cũ", name_en="Old", is_retired=True)
    session.add(department)
    session.commit()
    for facts in (
        {"category_id": make.category(is_retired=True).id},
        {"department_id": department.id},
    ):
        with pytest.raises(PetitionRefused):
            log_petition(session, make.user(), _new(make, **facts))


def test_a_place_or_dialogue_of_others_does_not_exist(session, make):
    elsewhere = make.place()
    theirs = make.dialogue(place=elsewhere)
    staff = make.user()
    for facts in (
        {"place_id": elsewhere.id},
        {"place_id": 987654},
        {"dialogue_id": theirs.id},
        {"dialogue_id": 987654},
    ):
        with pytest.raises(NotFound):
            log_petition(session, staff, _new(make, **facts))
    with pytest.raises(NotAllowed):
        log_petition(session, make.user(role=Role.LEADER), _new(make))


def test_a_date_known_less_exactly_is_kept_as_the_first_day_of_its_period(session, make):
    new = _new(make, received_on=date(2024, 8, 20), date_precision=Precision.QUARTER)
    petition = log_petition(session, make.user(), new)

    assert (petition.received_on, petition.date_precision) == (
        date(2024, 7, 1),
        Precision.QUARTER,
    )
    assert petition.code.startswith("KN-2024-")
    assert ledger_mismatches(session) == []


def test_the_categorys_own_rule_sets_the_due_date_and_nothing_invents_one(session, make):
    seed_calendar(session)
    working = make.category(due_days=10).id
    calendar_days = make.category(due_days=10, due_days_are_working=False).id
    received = {"received_on": date(2025, 11, 20)}

    def due(**facts):
        return log_petition(session, None, _new(make, **received | facts)).due_on

    assert due(category_id=working) == date(2025, 12, 4)
    assert due(category_id=calendar_days) == date(2025, 12, 1)  # 30/11 is a Sunday
    assert due() is None
    assert due(category_id=working, due_on=date(2025, 12, 31)) == date(2025, 12, 31)
    assert due(category_id=working, date_precision=Precision.MONTH) is None
    unknown = {"received_on": None, "date_precision": Precision.UNKNOWN}
    assert due(category_id=working, **unknown) is None


def test_two_clicks_at_once_make_one_petition(engine, session, make):
    staff_id, new = make.user().id, _new(make)
    start = Barrier(2)

    def click():
        with Session(engine, expire_on_commit=False) as own:
            start.wait(timeout=10)
            return log_petition(own, own.get_one(User, staff_id), new, key="hai-lan-bam").code

    with ThreadPoolExecutor(2) as pool:
        codes = [future.result(timeout=30) for future in [pool.submit(click) for _ in range(2)]]

    assert codes[0] == codes[1]
    assert session.scalar(select(func.count()).select_from(Petition)) == 1
    assert ledger_mismatches(session) == []


def test_many_log_at_once_and_every_number_is_given_once(engine, session, make):
    staff_id, new = make.user().id, _new(make)

    def write(_):
        with Session(engine, expire_on_commit=False) as own:
            return log_petition(own, own.get_one(User, staff_id), new).code

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(write, range(12)))

    assert len(set(codes)) == 12
    assert ledger_mismatches(session) == []


def test_another_persons_key_leads_to_no_record(session, make):
    log_petition(session, make.user(), _new(make), key="k")

    for key in ("k", "k" * 41):
        with pytest.raises(TrackerError, match="cannot be used again"):
            log_petition(session, make.user(), _new(make), key=key)


def _full(name, **given):
    usual = {
        "note": "Theo biên bản",
        "document_number": "05/TB-UBND",
        "plan_on": TODAY + timedelta(days=60),
        "ground": Ground.UNCLEAR,
    }
    return MoveRequest(name, **usual | given)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("explain", {"note": " "}),
        ("transfer", {"document_number": ""}),
        ("defer", {"plan_on": None}),
        ("defer", {"plan_on": TODAY}),
        ("decline", {"ground": None}),
        ("propose", {"document_number": " "}),
        ("join", {"master_code": " "}),
        ("join", {"master_code": "KN-1999-000001"}),
        ("assign", {}),
        ("assign", {"department_id": 987654}),
        ("assign", {"due_on": TODAY - timedelta(days=1)}),
        ("start", {"happened_on": TODAY + timedelta(days=1)}),
        ("start", {"happened_on": TODAY - timedelta(days=31)}),
        ("start", {"note": "x" * 20_001}),
        ("fly", {}),
    ],
)
def test_a_refused_move_leaves_everything_as_it_was(session, make, name, missing):
    petition, staff = make.petition(), make.user()
    version = petition.version

    with pytest.raises((MoveRefused, PetitionRefused)):
        move_petition(session, staff, petition, _full(name, **missing))

    session.refresh(petition)
    assert (petition.status, petition.version) == (Status.RECEIVED, version)
    assert len(steps_of(session, petition.id)) == 1


def test_new_files_are_evidence(session, make):
    petition = make.petition()
    move_petition(
        session, make.user(), petition, _full("propose", document_number="", has_new_evidence=True)
    )
    assert petition.status is Status.AWAITING_APPROVAL


def test_a_petition_of_others_is_no_master(session, make):
    foreign, petition = make.petition(place=make.place()), make.petition()
    staff = make.user()
    refusals = []
    for code in (foreign.code, "KN-1999-000001"):
        with pytest.raises(MoveRefused) as refused:
            move_petition(session, staff, petition, _full("join", master_code=code))
        refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]

    master = make.petition()
    move_petition(session, staff, petition, _full("join", master_code=f" {master.code.lower()}"))
    assert petition.master_id == master.id


def test_a_step_that_changes_no_column_is_still_seen_by_the_other_tab(session, make):
    petition = make.petition(department_id=make.department().id)
    move_petition(session, None, petition, _full("assign"))
    seen = petition.version

    move_petition(session, None, petition, _full("assign"))

    assert petition.version > seen


def test_the_moves_offered_are_those_that_are_taken(session, make):
    staff, leader, given = make.user(), make.user(role=Role.LEADER), make.department().id
    for steps in ([], ["start"], ["ask_citizen"], ["defer"], ["propose"], ["explain"]):
        for actor in (staff, leader):
            petition, master = make.petition(department_id=given), make.petition()
            for step in steps:
                move_petition(session, leader, petition, _full(step))
            proposer_id = proposer_of(steps_of(session, petition.id))
            offered = {move.name for move in offered_moves(actor, petition, proposer_id)}
            taken = set()
            for name in MOVES:
                twin = make.petition(department_id=given)
                for step in steps:
                    move_petition(session, leader, twin, _full(step))
                try:
                    later = TODAY + timedelta(days=90)
                    asked = replace(_full(name), master_code=master.code, due_on=later)
                    move_petition(session, actor, twin, asked)
                except (MoveRefused, NotAllowed):
                    continue
                taken.add(name)
            assert offered == taken, (steps, actor.role)


def test_an_administrator_is_offered_nothing(make):
    assert offered_moves(make.user(role=Role.ADMIN), make.petition(), None) == []
