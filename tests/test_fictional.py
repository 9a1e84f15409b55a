"""The fictional commune: every stage of life present, plainly invented, the same every time."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.db import Base, engine_for
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.models import Category, Dialogue, DialogueStep
from tracker.fictional import make_fictional
from tracker.ledger.models import LedgerEntry
from tracker.petitions.lifecycle import OPEN, Channel, Level, Petitioner, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import ledger_mismatches
from tracker.places.models import Place
from tracker.seeding import seed_file

SOURCE = "Hư cấu, chỉ để minh họa"
NUMBER = 200


@pytest.fixture(scope="module")
def commune(tmp_path_factory) -> Engine:
    """A register with the fictional commune, made once for the questions that only read."""
    engine = engine_for(f"sqlite:///{tmp_path_factory.mktemp('fictional') / 'tracker.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        make_fictional(session, petitions=NUMBER)
    yield engine
    engine.dispose()


@pytest.fixture
def made(commune) -> Session:
    with Session(commune) as session:
        yield session


def _told(session: Session) -> list[tuple[object, ...]]:
    """What the register says, without the moments at which it was typed."""
    petitions = session.execute(
        select(
            Petition.code,
            Petition.content,
            Petition.citizen_name,
            Petition.citizen_phone,
            Petition.status,
            Petition.received_on,
            Petition.due_on,
            Petition.ended_on,
            Petition.latest_note,
        ).order_by(Petition.id)
    )
    dialogues = session.execute(
        select(Dialogue.code, Dialogue.topic, Dialogue.held_on, Dialogue.stage, Dialogue.venue)
    )
    steps = session.execute(
        select(PetitionStep.petition_id, PetitionStep.move, PetitionStep.happened_on).order_by(
            PetitionStep.id
        )
    )
    return [tuple(row) for rows in (petitions, dialogues, steps) for row in rows]


def test_both_engines_take_it_through_the_services_and_the_ledger_is_true(session):
    assert make_fictional(session, petitions=60) == 60

    assert set(session.scalars(select(Petition.status))) == set(Status)
    assert ledger_mismatches(session) == []


def test_every_status_channel_category_and_petitioner_is_present(made):
    petitions = made.scalars(select(Petition)).all()
    codes = {row.id: row.code for row in made.execute(select(Category.id, Category.code))}

    assert len(petitions) == NUMBER
    assert {petition.status for petition in petitions} == set(Status)
    assert {petition.channel for petition in petitions} == set(Channel)
    assert {petition.petitioner for petition in petitions} == set(Petitioner)
    assert {codes[petition.category_id] for petition in petitions} == set(codes.values())
    assert {Level.COMMUNE, Level.PROVINCE} <= {petition.level for petition in petitions}
    assert ledger_mismatches(made) == []


def test_every_form_and_stage_of_dialogue_is_present_and_one_is_announced_for_the_next_days(made):
    dialogues = made.scalars(select(Dialogue)).all()
    today = clock.today()
    soon = today + timedelta(days=10)

    assert {dialogue.stage for dialogue in dialogues} == set(Stage)
    assert {dialogue.form for dialogue in dialogues} == set(Form) - {Form.UNKNOWN}
    days = [dialogue.held_on for dialogue in dialogues]
    assert min(days) < today - timedelta(days=365)
    assert any(d.stage is Stage.ANNOUNCED and today < d.held_on <= soon for d in dialogues)
    assert not [d for d in dialogues if d.stage is Stage.HELD and d.held_on > today]


def test_some_are_late_some_due_soon_some_without_a_date_and_some_plans_lie_ahead(made):
    today = clock.today()
    open_ones = [p for p in made.scalars(select(Petition)) if p.status in OPEN]

    assert [p for p in open_ones if p.due_on and p.due_on < today]
    assert [p for p in open_ones if p.due_on and 0 <= (p.due_on - today).days <= 3]
    assert [p for p in open_ones if p.due_on is None]
    assert [p for p in open_ones if p.status is Status.DEFERRED and p.plan_on > today]
    assert [p for p in open_ones if p.due_on and (p.due_on - today).days > 3]


def test_some_were_reopened_returned_resumed_joined_or_answered_on_the_spot(made):
    moves = Counter(made.scalars(select(PetitionStep.move)))
    on_spot = [
        p
        for p in made.scalars(select(Petition).where(Petition.status == Status.EXPLAINED))
        if p.ended_on == p.received_on
    ]

    assert all(moves[name] for name in ("reopen", "return", "resume", "join", "defer"))
    assert on_spot
    for petition in made.scalars(select(Petition).where(Petition.status == Status.JOINED)):
        assert made.get_one(Petition, petition.master_id).category_id == petition.category_id


def test_a_leader_other_than_the_proposer_approved_every_result(made):
    actors = {user.id: user.role for user in made.scalars(select(User))}
    approvals = made.scalars(select(PetitionStep).where(PetitionStep.move == "resolve")).all()

    assert approvals
    assert {actors[step.actor_id] for step in approvals} == {Role.LEADER}


def test_every_record_says_that_it_is_invented_and_lies_in_the_fictional_commune(made):
    assert set(made.scalars(select(Dialogue.source))) == {SOURCE}
    assert set(made.scalars(select(Petition.source))) == {SOURCE}
    for kind in (Dialogue, Petition):
        places = set(made.scalars(select(kind.place_id)))
        assert all(made.get_one(Place, place_id).is_fictional for place_id in places)


def test_telephone_numbers_belong_to_nobody(made):
    phones = {phone for phone in made.scalars(select(Petition.citizen_phone)) if phone}

    assert phones
    assert all(re.fullmatch(r"0900000\d{3}", phone) for phone in phones)


def test_nothing_happens_after_today_and_steps_follow_each_other(made):
    today = clock.today()
    last: dict[int, object] = {}
    for step in made.scalars(select(PetitionStep).order_by(PetitionStep.id)):
        assert step.happened_on <= today
        assert step.happened_on >= last.get(step.petition_id, step.happened_on)
        last[step.petition_id] = step.happened_on
    assert made.scalar(select(func.max(PetitionStep.recorded_at))) <= clock.now()
    taken = select(func.max(DialogueStep.happened_on)).where(DialogueStep.stage != Stage.PLANNED)
    assert made.scalar(taken) <= today


def test_texts_are_filled_in_and_varied(made):
    contents = made.scalars(select(Petition.content)).all()

    assert not [content for content in contents if "{" in content]
    assert len(set(contents)) > NUMBER // 2
    assert len(seed_file("fictional")["petition"]) >= 60


def test_a_second_run_changes_nothing_and_a_larger_one_adds_only_what_is_missing(session):
    make_fictional(session, petitions=30)
    once = _told(session)
    entries = session.scalar(select(func.count(LedgerEntry.number)))

    assert make_fictional(session, petitions=30) == 0
    assert _told(session) == once
    assert session.scalar(select(func.count(LedgerEntry.number))) == entries

    assert make_fictional(session, petitions=34) == 4
    assert set(once) <= set(_told(session))


def test_the_same_seed_gives_the_same_register_and_another_one_another(tmp_path):
    told = []
    for number, seed in enumerate((7, 7, 8)):
        engine = engine_for(f"sqlite:///{tmp_path / f'{number}.db'}")
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            make_fictional(session, petitions=25, seed=seed)
            told.append(_told(session))
        engine.dispose()

    assert told[0] == told[1]
    assert told[0] != told[2]


def test_whatever_is_drawn_is_a_legal_life(tmp_path):
    for seed in (1, 2):
        engine = engine_for(f"sqlite:///{tmp_path / str(seed)}.db")
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            make_fictional(session, petitions=50, seed=seed)
            assert list(ledger_mismatches(session)) == []
        engine.dispose()


def test_progress_is_told_up_to_the_number_asked_for(session):
    told = []

    make_fictional(session, petitions=5, progress=told.append)

    assert sum(told) == 5


def test_people_who_keep_it_without_a_demonstration_cannot_sign_in(session):
    make_fictional(session, petitions=1)

    assert {user.is_disabled for user in session.scalars(select(User))} == {True}
