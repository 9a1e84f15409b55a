"""Who may know of a denunciation: only who is named, by two people, and as long as they are."""

import pytest
from sqlalchemy import select, update

from tests.denouncing import REASON, SEALER, Case
from tracker.accounts import second_factors
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import UserChange, change_own_password, change_user, give_new_password
from tracker.core.errors import NotAllowed, NotFound
from tracker.denunciations.lifecycle import Part
from tracker.denunciations.models import (
    DenunciationGrant,
    DenunciationTaker,
)
from tracker.denunciations.queries import (
    denunciation_for,
    taker_names,
    takes_for,
)
from tracker.denunciations.queries.one import is_let_in
from tracker.denunciations.queries.people import leaders_for, people_for, takers_in
from tracker.denunciations.queries.register import denunciation_rows, figures_of
from tracker.denunciations.rules import (
    DenunciationRefused,
)
from tracker.denunciations.service import (
    confirm_taker,
    end_grant,
    end_taker,
    let_in_again,
    name_person,
    open_identity,
    propose_taker,
)
from tracker.journal.models import JournalEntry
from tracker.places.queries import scope_ids


@pytest.fixture
def case(session, make):
    return Case(session, make)


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
