"""A generated register: legal, balanced, plainly invented, complete or not there at all."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from tracker import demo as demonstration
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.calendar.queries import clockwork
from tracker.commitments.lifecycle import Outcome
from tracker.commitments.models import Commitment
from tracker.core import clock
from tracker.core.db import engine_for
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Category, Dialogue
from tracker.generating import Order, generated, last_whole_day, make_register
from tracker.generating.days import course
from tracker.generating.making import generate
from tracker.petitions.lifecycle import AMEND, CORRECT, MOVES, RECEIVE, Channel, Petitioner, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import facts, ledger_mismatches
from tracker.petitions.rules import effective
from tracker.petitions.rules.clocks import notice_limit
from tracker.petitions.rules.spellings import without_person
from tracker.petitions.service import MoveRequest, NewPetition, log_petition, move_petition
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.seeding import seed_basics, seed_file

NUMBER = 700
UNTIL = date(2026, 11, 20)


def _order(**given) -> Order:
    return Order(**{"petitions": NUMBER, "seed": 5, "until": UNTIL, "communes": 3} | given)


def _told(session: Session) -> list[tuple[object, ...]]:
    """Everything that a register says, but who may sign in with which password and since when."""
    return [
        tuple(row)
        for kind in (Place, Dialogue, Commitment, Petition, PetitionStep)
        for row in session.execute(select(*kind.__table__.columns).order_by(kind.id))
    ]


@pytest.fixture(scope="module")
def province(tmp_path_factory) -> Engine:
    """A register generated once for the questions that only read."""
    engine = engine_for(f"sqlite:///{tmp_path_factory.mktemp('generated') / 'tracker.db'}")
    make_register(engine, _order())
    yield engine
    engine.dispose()


@pytest.fixture
def made(province) -> Session:
    with Session(province) as session:
        yield session


def test_both_engines_take_it_in_bulk_and_everything_recounts(session):
    told: list[int] = []
    generate(session, _order(petitions=60), told.append)

    assert sum(told) == 60
    assert session.scalar(select(func.count(Petition.id))) == 60
    assert ledger_mismatches(session) == []
    # What comes later is numbered behind.
    petition = session.scalars(select(Petition).order_by(Petition.id.desc()).limit(1)).one()
    new = NewPetition(
        place_id=petition.place_id,
        category_id=petition.category_id,
        channel=Channel.LETTER,
        kind=petition.kind,
        content="Đề nghị sửa cống",
    )
    assert log_petition(session, None, new).id == petition.id + 1


def test_no_invented_text_names_its_person(made):
    for petition in made.scalars(select(Petition)):
        for told in (petition.content, petition.latest_note):
            assert without_person(told, *petition.person) == told


def test_the_ledger_and_the_keys_between_tables_are_true(made):
    assert ledger_mismatches(made) == []
    assert made.execute(text("PRAGMA foreign_key_check")).all() == []
    assert made.scalar(text("PRAGMA integrity_check")) == "ok"


def test_every_status_channel_category_petitioner_stage_and_outcome_occurs(made):
    def of(column):
        return set(made.scalars(select(column).distinct()))

    assert of(Petition.status) == set(Status)
    assert of(Petition.channel) == set(Channel)
    assert of(Petition.petitioner) == set(Petitioner)
    assert of(Petition.category_id) == of(Category.id)
    assert of(Dialogue.stage) == set(Stage)
    assert {Outcome.OPEN, Outcome.KEPT} <= of(Commitment.outcome)
    moves = of(PetitionStep.move)
    assert set(MOVES) | {RECEIVE, CORRECT, AMEND} <= moves


def test_shares_are_those_of_a_commune_at_work(made):
    counted = Counter(made.scalars(select(Petition.status)))
    late = select(func.count(PetitionStep.id)).where(
        func.date(PetitionStep.recorded_at) > func.date(PetitionStep.happened_on, "+1 day")
    )

    assert counted[Status.RESOLVED] > NUMBER * 0.4
    assert sum(counted[s] for s in (Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS)) < 100
    assert 0.02 < (made.scalar(late) or 0) / made.scalar(select(func.count(PetitionStep.id))) < 0.3
    years = {day.year for day in made.scalars(select(Petition.received_on)) if day}
    assert years == set(range(2021, 2027))
    lengths = [len(content) for content in made.scalars(select(Petition.content))]
    assert 250 < sum(lengths) / len(lengths) < 330


def test_histories_follow_the_lifecycle_and_the_days(made):
    last: dict[int, PetitionStep] = {}
    for step in made.scalars(select(PetitionStep).order_by(PetitionStep.id)):
        before = last.get(step.petition_id)
        assert step.happened_on is None or step.happened_on <= UNTIL
        assert clock.today() >= step.recorded_at.astimezone(clock.VIETNAM).date()
        assert step.status_before == (before.status if before else None)
        if before:
            assert step.recorded_at >= before.recorded_at
        if step.move in MOVES:
            assert before is None or before.status in MOVES[step.move].sources
        last[step.petition_id] = step


def test_the_services_would_have_written_the_same_steps(made, session, make):
    """Histories of the generator, taken once more step by step through the services."""
    seed_basics(session)  # the limits and days off that dates are counted by
    home, category = make.home, make.category()
    departments = {}
    asked = (
        select(Petition)
        .where(Petition.date_precision == "day", Petition.status != Status.JOINED)
        .order_by(Petition.id.desc())
        .limit(40)
    )
    compared = 0
    for petition in made.scalars(asked):
        steps = made.scalars(
            select(PetitionStep)
            .where(PetitionStep.petition_id == petition.id)
            .order_by(PetitionStep.id)
        ).all()
        if {CORRECT, AMEND} & {step.move for step in steps}:
            continue
        for step in steps:
            if step.department_id:
                departments.setdefault(step.department_id, make.department().id)
        replayed = _replayed(session, home, category, departments, petition, steps)
        for mine, theirs in zip(steps, replayed, strict=True):
            for name in ("move", "status", "status_before", "happened_on", "due_on", "due_basis"):
                assert getattr(mine, name) == getattr(theirs, name), (petition.code, name)
            assert (mine.plan_on, mine.ground) == (theirs.plan_on, theirs.ground)
            assert departments.get(mine.department_id) == theirs.department_id
        compared += 1
    assert compared > 25


def _replayed(session, home, category, departments, petition, steps):
    on_spot = len(steps) > 1 and steps[1].move == "explain" and len(steps) == 2
    is_on_spot = on_spot and steps[0].happened_on == steps[1].happened_on
    logged = log_petition(
        session,
        None,
        NewPetition(
            place_id=home.id,
            category_id=category.id,
            channel=petition.channel,
            kind=petition.kind,
            content=petition.content,
            received_on=petition.received_on,
            date_precision=petition.date_precision,
            department_id=departments.get(steps[0].department_id),
            answer_on_spot=steps[1].note if is_on_spot else "",
        ),
    )
    before = steps[0]
    for step in steps[2 if is_on_spot else 1 :]:
        move = MOVES[step.move]
        sets_due = step.due_on != before.due_on and not move.needs_plan_date
        move_petition(
            session,
            None,
            logged,
            MoveRequest(
                step.move,
                happened_on=step.happened_on,
                note=step.note,
                document_number=step.document_number,
                department_id=departments.get(step.department_id),
                due_on=step.due_on if sets_due else None,
                plan_on=step.plan_on,
                ground=step.ground or None,
            ),
        )
        before = step
    asked = select(PetitionStep).where(PetitionStep.petition_id == logged.id)
    return session.scalars(asked.order_by(PetitionStep.id)).all()


def test_every_record_says_that_it_is_invented(made):
    sources = {
        source
        for kind in (Petition, Dialogue, Commitment)
        for source in made.scalars(select(kind.source).distinct())
    }

    assert sources == {"Hư cấu, sinh tự động từ số 5"}
    places = made.scalars(select(Petition.place_id).distinct()).all()
    assert all(made.get_one(Place, place_id).is_fictional for place_id in places)
    assert {
        p.name
        for p in made.scalars(select(Place))
        if p.is_fictional and "cấu" not in p.name.lower()
    } == set()
    phones = set(made.scalars(select(Petition.citizen_phone))) - {""}
    assert phones
    assert all(phone.startswith("0900000") and len(phone) == 10 for phone in phones)


def test_places_of_before_are_answered_for_by_the_communes_of_today(made):
    staff = made.scalars(select(User).where(User.username == "canbo")).one()
    leader = made.scalars(select(User).where(User.username == "lanhdao")).one()
    former = select(Place.id).where(Place.valid_to.is_not(None), Place.key.like("xa-hu-cau%"))
    ids = set(made.scalars(former))

    assert ids & set(scope_ids(made, staff.place_id))
    assert ids <= set(scope_ids(made, leader.place_id))
    assert set(made.scalars(select(Petition.place_id).where(Petition.place_id.in_(ids))))


def test_someone_of_each_role_signs_in_and_the_keepers_do_not(made):
    people = made.scalars(select(User)).all()
    able = {user.username: user.role for user in people if not user.is_disabled}

    assert able == {
        "canbo": Role.STAFF,
        "canbo2": Role.STAFF,
        "lanhdao": Role.LEADER,
        "quantri": Role.ADMIN,
    }
    assert len(people) > len(able)


def test_numbers_follow_the_days_and_leave_no_gap(made):
    rows = made.execute(select(Petition.code).order_by(Petition.id)).scalars().all()
    years = {code[3:7] for code in rows}
    for year in years:
        numbers = [int(code[8:]) for code in rows if code[3:7] == year]
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_same_order_makes_the_same_register_and_another_seed_another(tmp_path):
    told = []
    for number, seed in enumerate((7, 7, 8)):
        engine = engine_for(f"sqlite:///{tmp_path / f'{number}.db'}")
        make_register(engine, _order(petitions=120, seed=seed, communes=2))
        with Session(engine) as session:
            told.append(_told(session))
        engine.dispose()

    assert told[0] == told[1]
    assert told[0] != told[2]


def test_an_interrupted_run_leaves_nothing_half(tmp_path):
    file = tmp_path / "tracker.db"
    engine = engine_for(f"sqlite:///{file}")

    with pytest.raises(KeyboardInterrupt):
        make_register(engine, _order(petitions=50), _interrupted)

    assert list(tmp_path.iterdir()) == []
    assert generated(engine) is None
    make_register(engine, _order(petitions=50))
    assert generated(engine) == "petitions=50 seed=5 communes=3"
    engine.dispose()


def test_an_interrupted_run_leaves_nothing_in_the_database_either(session):
    with pytest.raises(KeyboardInterrupt):
        generate(session, _order(petitions=50), _interrupted)

    assert session.scalar(select(func.count(Petition.id))) == 0
    assert session.scalar(select(func.count(Place.id))) == 0


def _interrupted(number: int) -> None:
    if number:
        raise KeyboardInterrupt


def test_days_are_spread_so_that_any_part_knows_its_numbers():
    days = course(1_000, UNTIL, {date(2024, 5, 6): 2, date(2025, 5, 6): 1})

    assert days.ends[-1] == 1_000
    assert [days.day_of(n) for n in range(1_000)] == sorted(days.day_of(n) for n in range(1_000))
    assert sum(count for _year, _first, count in days.years()) == 1_000
    for year, first, count in days.years():
        assert {days.day_of(n).year for n in range(first, first + count)} <= {year}
    assert Counter(days.day_of(n) for n in range(1_000)).most_common(1)[0][0] == date(2024, 5, 6)


def test_a_register_made_today_ends_with_a_whole_day():
    assert last_whole_day() == clock.today() - timedelta(1)


def test_limits_of_the_law_count_the_notice_to_each_citizen(made):
    clocks = clockwork(made)
    asked = select(Petition).where(Petition.date_precision == "day").limit(50)
    for petition in made.scalars(asked):
        rule = clocks.rule(notice_limit(petition.kind), petition.received_on)
        assert petition.ack_due_on == rule.limit().due(petition.received_on, clocks.calendar)


def test_the_row_stands_as_its_steps_say(made):
    for petition in made.scalars(select(Petition).limit(200)):
        steps = made.scalars(
            select(PetitionStep)
            .where(PetitionStep.petition_id == petition.id)
            .order_by(PetitionStep.id)
        ).all()
        last = effective(facts(steps))[-1]
        assert (petition.status, petition.due_on) == (last.status, last.due_on)
        assert (petition.master_id, petition.department_id) == (last.master_id, last.department_id)


def test_a_large_demonstration_goes_on_in_bulk_and_stays_true(tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "BY_HAND", 25)
    engine = engine_for(f"sqlite:///{tmp_path / 'tracker.db'}")

    for _ in range(2):  # the second time everything is there
        demonstration.build(engine, petitions=90, seed=3)

    source = seed_file("fictional")["source"]
    with Session(engine) as session:
        made = select(func.count(Petition.id)).where(Petition.source == source)
        assert session.scalar(made) == 90
        assert ledger_mismatches(session) == []
        codes = session.scalars(select(Petition.code)).all()
        assert len(set(codes)) == len(codes) == 90 + 3
    engine.dispose()
