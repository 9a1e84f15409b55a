"""Logging and moving petitions, on both engines."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.petitions.lifecycle import LIFECYCLE, Channel, Ground, Kind, Status
from tracker.petitions.queries import ledger_mismatches, petition_for, steps_of
from tracker.petitions.rules import CONTENT_LIMIT
from tracker.petitions.service import (
    MoveRefused,
    MoveRequest,
    NewPetition,
    PetitionRefused,
    log_petition,
    move_petition,
)

TODAY = clock.today()


def _full(move, master=None, day=None, **given):
    """Ask for a move with everything that any move may need."""
    return MoveRequest(
        move_name=move,
        happened_on=day,
        note="Theo biên bản",
        document_number="05/TB-UBND",
        plan_on=TODAY + timedelta(days=60),
        master_code=master.code if master else "",
        ground=Ground.UNCLEAR,
        **given,
    )


def _shortest_way_to(status):
    ways = {Status.RECEIVED: []}
    while status not in ways:
        for move in LIFECYCLE:
            for source in move.sources & ways.keys():
                ways.setdefault(move.target, [*ways[source], move.name])
    return ways[status]


@pytest.mark.parametrize("move", LIFECYCLE, ids=lambda move: move.name)
def test_every_move_works_from_each_of_its_sources(session, make, move):
    master, category, given = make.petition(), make.category(), make.department().id
    for source in sorted(move.sources):
        petition = make.petition(category=category, department_id=given)
        for step in [*_shortest_way_to(source), move.name]:
            move_petition(session, None, petition, _full(step, master))
        assert petition.status is move.target

    assert ledger_mismatches(session) == []


def test_random_histories_leave_the_ledger_equal_to_a_recount(session, make):
    chance, category, master = random.Random(292), make.category(), make.petition()
    given = make.department().id
    for _ in range(15):
        due_on = chance.choice([None, TODAY - timedelta(days=chance.randint(0, 20))])
        petition = make.petition(category=category, due_on=due_on, department_id=given)
        day = petition.received_on
        for _ in range(chance.randint(0, 6)):
            day = min(TODAY, day + timedelta(days=chance.randint(0, 8)))
            moves = [move.name for move in LIFECYCLE if petition.status in move.sources]
            new_due = day + timedelta(days=chance.randint(0, 15))
            asked = _full(chance.choice(moves), master, day, due_on=new_due)
            move_petition(session, None, petition, asked)

    assert ledger_mismatches(session) == []


@pytest.mark.parametrize(
    ("tampering", "lines"),
    [
        ("DELETE FROM petition_postings WHERE measure = 'received'", 1),
        ("UPDATE petitions SET kind = 'question'", 1),
        ("UPDATE place_reach SET distance = 1", 1),
        ("UPDATE ledger_sums SET late = 1 WHERE cut = 'all' AND grain = 'month'", 1),
        ("DELETE FROM ledger_sums WHERE cut = 'channel' AND grain = 'day'", 4),
        # The entry itself, and what every sum misses of it: received, and without a due date.
        ("DELETE FROM ledger_entries", 1 + 2 * 5),
    ],
)
def test_whatever_is_changed_behind_the_registers_back_is_found(session, make, tampering, lines):
    make.petition()
    session.execute(text(tampering))

    assert len(ledger_mismatches(session)) == lines


def test_a_move_that_is_not_offered_is_refused_and_nothing_is_written(session, make):
    petition = make.petition()

    with pytest.raises(MoveRefused):
        move_petition(session, make.user(role=Role.LEADER), petition, _full("resolve"))

    assert len(steps_of(session, petition.id)) == 1


def test_the_second_of_two_tabs_is_told_what_happened(session, make):
    petition, staff = make.petition(), make.user()
    seen = petition.version
    move_petition(session, staff, petition, _full("start", seen_version=seen))

    with pytest.raises(Stale, match="in_progress"):
        move_petition(session, staff, petition, _full("defer", seen_version=seen))


def test_resolved_needs_a_leader_and_another_person_than_the_proposer(session, make):
    petition, leader = make.petition(), make.user(role=Role.LEADER)
    move_petition(session, leader, petition, _full("propose"))

    with pytest.raises(NotAllowed):
        move_petition(session, make.user(), petition, _full("resolve"))
    with pytest.raises(NotAllowed, match="does not approve"):
        move_petition(session, leader, petition, _full("resolve"))

    move_petition(session, make.user(role=Role.LEADER), petition, _full("resolve"))
    assert petition.status is Status.RESOLVED


@pytest.mark.parametrize("missing", ["note", "plan_on"])
def test_a_deferred_petition_needs_its_reason_and_its_plan_date(session, make, missing):
    asked = {"note": "Chưa có kinh phí", "plan_on": TODAY + timedelta(days=90)} | {missing: None}
    asked["note"] = asked["note"] or ""
    with pytest.raises(MoveRefused):
        move_petition(session, None, make.petition(), MoveRequest("defer", **asked))


def test_joining_in_a_circle_is_refused(session, make):
    first, second = make.petition(), make.petition()
    move_petition(session, None, first, _full("join", second))

    with pytest.raises(MoveRefused, match="joined"):
        move_petition(session, None, second, _full("join", first))


def test_a_form_sent_twice_makes_one_petition(session, make):
    staff = make.user()
    new = NewPetition(
        place_id=make.home.id,
        category_id=make.category().id,
        channel=Channel.LETTER,
        kind=Kind.FEEDBACK,
        content="Đường hỏng",
    )

    first = log_petition(session, staff, new, key="k1")
    again = log_petition(session, staff, new, key="k1")

    assert first.code == again.code
    assert log_petition(session, staff, new, key="k2").code != first.code


def test_answered_on_the_spot_is_explained_and_never_resolved(session, make):
    petition = make.petition(answer_on_spot="Đã trả lời tại hội nghị.")

    assert petition.status is Status.EXPLAINED
    assert ledger_mismatches(session) == []


@pytest.mark.parametrize("content", ["", "   ", "x" * (CONTENT_LIMIT + 1)])
def test_no_content_or_too_much_is_refused(make, content):
    with pytest.raises(PetitionRefused):
        make.petition(content=content)


def test_another_communes_petition_does_not_exist(session, make):
    mine, other = make.petition(), make.petition(place=make.place())
    staff = make.user()

    assert petition_for(session, staff, mine.code).id == mine.id
    with pytest.raises(NotFound) as foreign:
        petition_for(session, staff, other.code)
    with pytest.raises(NotFound) as missing:
        petition_for(session, staff, "KN-2026-999999")
    assert str(foreign.value) == str(missing.value)
