"""Visits logged and corrected in sight, briefings led to their end: the same on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import Every, Stage, Standing, VisitKind, Why
from tracker.briefing.models import Briefing, BriefingItem, GrassrootsVisit
from tracker.briefing.queries import (
    VisitFilter,
    briefing_for,
    coverage,
    items_of,
    last_ended,
    proposals,
    visit_count,
    visit_for,
)
from tracker.briefing.queries.visits import corrections_of
from tracker.briefing.rules import fingerprint
from tracker.briefing.service import (
    BriefingRefused,
    Chosen,
    DecisionsStale,
    NewBriefing,
    NewVisit,
    Recording,
    RhythmChange,
    TypedText,
    VisitChange,
    amend_visit,
    choose_items,
    end_briefing,
    log_visit,
    move_item,
    open_briefing,
    promise_of_decision,
    promise_of_instruction,
    record,
    remove_item,
    set_rhythm,
    void_visit,
)
from tracker.commitments.models import Commitment
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.journal.models import JournalEntry
from tracker.places.rules import PlaceKind

TODAY = clock.today()
DAY = timedelta(days=1)


def visited(make, **given):
    usual = {
        "kind": VisitKind.VILLAGE_VISIT,
        "visited_on": TODAY - 2 * DAY,
        "place_id": make.home.id,
        "visitor": "Bí thư Đảng ủy xã",
        "heard": "- Đường vào thôn hỏng\n- Nước sạch yếu",
    }
    return NewVisit(**usual | given)


def change(visit, reason="Nhầm", **given):
    kept = {
        name: getattr(visit, name)
        for name in ("kind", "visited_on", "place_id", "visitor", "cell", "heard", "instruction")
    }
    usual = {"reason": reason, "seen_version": visit.version}
    return VisitChange(**kept | usual | given)


def promise(make, **given):
    usual = {
        "place_id": make.home.id,
        "promise": "Sửa xong đường vào thôn",
        "promised_by": Person("Chủ tịch UBND xã"),
        "promised_on": TODAY,
        "promised_precision": Precision.DAY,
    }
    return NewCommitment(**usual | given)


def opened(session, make, actor=None, **given):
    usual = {"place_id": make.home.id, "held_on": TODAY, "chair": "Bí thư Đảng ủy xã"}
    return open_briefing(session, actor, NewBriefing(**usual | given))


def village(make, name="Thôn Một"):
    return make.place(name=name, kind=PlaceKind.VILLAGE, parent_id=make.home.id)


def test_a_visit_gets_its_number_and_an_entry_in_the_journal(session, make):
    staff = make.user()
    first, again = (log_visit(session, staff, visited(make), "khoa") for _ in range(2))

    assert first.code == again.code == f"VT-{(TODAY - 2 * DAY).year}-0001"
    assert session.scalar(select(func.count(GrassrootsVisit.id))) == 1
    assert "visit:log" in set(session.scalars(select(JournalEntry.action)))
    assert visit_count(session, frozenset({make.home.id}), VisitFilter(q="nuoc sach")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"visited_on": TODAY + DAY}, "visited_on"),
        ({"heard": " \n "}, "heard"),
        ({"visitor": ""}, "visitor"),
        ({"kind": VisitKind.PARTY_CELL}, "cell"),
        ({"instruction": "x" * 5_001}, "instruction"),
    ],
)
def test_a_wrong_visit_is_refused_and_nothing_is_kept(session, make, wrong, field):
    with pytest.raises(BriefingRefused) as refused:
        log_visit(session, make.user(), visited(make, **wrong))
    assert refused.value.field == field
    assert session.scalar(select(func.count(GrassrootsVisit.id))) == 0


def test_another_communes_places_and_visits_do_not_exist(session, make):
    staff, elsewhere = make.user(), make.place()
    with pytest.raises(NotFound):
        log_visit(session, staff, visited(make, place_id=elsewhere.id))
    theirs = log_visit(session, None, visited(make, place_id=elsewhere.id))
    with pytest.raises(NotFound):
        visit_for(session, staff, theirs.code)
    with pytest.raises(NotFound):
        open_briefing(session, staff, NewBriefing(elsewhere.id, TODAY, "Bí thư"))
    with pytest.raises(NotAllowed):
        log_visit(session, make.user(role=Role.ADMIN), visited(make))


def test_a_correction_is_seen_with_its_reason_and_what_stood_before(session, make):
    staff = make.user()
    visit = log_visit(session, staff, visited(make))
    seen = visit.version
    assert amend_visit(session, staff, visit, change(visit, heard="Đường đã sửa")) == ["heard"]
    (told,) = corrections_of(session, visit.id)
    assert (told.reason, told.actor) == ("Nhầm", staff.full_name)
    assert "Nước sạch yếu" in told.before

    with pytest.raises(Stale):
        amend_visit(session, staff, visit, change(visit, heard="Khác", seen_version=seen))
    with pytest.raises(BriefingRefused):
        amend_visit(session, staff, visit, change(visit, reason=" ", heard="Khác"))
    session.rollback()
    void_visit(session, staff, visit, "Ghi hai lần", visit.version)
    assert visit_count(session, frozenset({make.home.id}), VisitFilter()) == 0
    with pytest.raises(BriefingRefused):
        amend_visit(session, staff, visit, change(visit, heard="Khác"))


def test_coverage_knows_who_is_behind_by_place_cell_and_leader(session, make):
    one, two = village(make), village(make, "Thôn Hai")
    leader = make.user(role=Role.LEADER, full_name="Chưa Đi")
    log_visit(session, None, visited(make, place_id=one.id))
    log_visit(session, None, visited(make, place_id=one.id, visited_on=TODAY - 20 * DAY))
    past = make.place(name="Thôn Cũ", kind=PlaceKind.VILLAGE, successor_id=two.id, valid_to=TODAY)
    log_visit(session, None, visited(make, place_id=past.id, visited_on=TODAY - 9 * DAY))
    log_visit(
        session,
        None,
        visited(make, place_id=one.id, kind=VisitKind.PARTY_CELL, cell="Chi bộ Một"),
    )
    scope = frozenset({make.home.id, one.id, two.id, past.id})
    weekly, quarterly = coverage(session, scope, TODAY)

    assert [(line.name, line.count, line.standing) for line in weekly.places] == [
        ("Thôn Hai", 1, Standing.LATE),
        ("Thôn Một", 2, Standing.IN_TIME),
    ]
    assert {line.name: line.standing for line in weekly.leaders} == {
        leader.full_name: Standing.NEVER,
        "Bí thư Đảng ủy xã": Standing.IN_TIME,
    }
    assert [(line.name, line.standing) for line in quarterly.places][0] == (
        *("Thôn Hai", Standing.NEVER),
    )
    assert quarterly.behind == 1

    admin = make.user(role=Role.ADMIN)
    wider = RhythmChange(VisitKind.VILLAGE_VISIT, Every.DAYS, 10, "Quy chế của Đảng ủy", 0)
    set_rhythm(session, admin, wider)
    weekly, _ = coverage(session, scope, TODAY)
    assert (weekly.behind, weekly.rhythm.days, weekly.rhythm.basis) == (0, 10, wider.basis)
    with pytest.raises(Stale):
        set_rhythm(session, admin, wider)
    session.rollback()
    with pytest.raises(BriefingRefused):
        set_rhythm(session, admin, RhythmChange(VisitKind.PARTY_CELL, Every.DAYS, None, "Có"))


def test_a_place_has_one_open_briefing_and_ended_ones_are_only_read(session, make):
    leader, staff = make.user(role=Role.LEADER), make.user()
    new = NewBriefing(make.home.id, TODAY, "Bí thư")
    first, again = (open_briefing(session, staff, new, "khoa") for _ in range(2))
    assert first.code == again.code == f"GB-{TODAY.year}-0001"
    with pytest.raises(BriefingRefused):
        open_briefing(session, staff, new, "khoa khac")
    with pytest.raises(BriefingRefused):
        end_briefing(session, leader, first)  # nothing stands on it

    choose_items(session, staff, first, Chosen(subject="Giải phóng mặt bằng"))
    with pytest.raises(NotAllowed):
        end_briefing(session, staff, first)
    seen = first.version
    choose_items(session, staff, first, Chosen(subject="Nước sạch"))
    with pytest.raises(Stale):
        end_briefing(session, leader, first, seen)
    end_briefing(session, leader, first, first.version)

    assert first.stage is Stage.ENDED
    with pytest.raises(BriefingRefused):
        choose_items(session, staff, first, Chosen(subject="Muộn"))
    with pytest.raises(BriefingRefused):
        opened(session, make, held_on=TODAY - DAY)
    second = opened(session, make, staff)
    assert last_ended(session, make.home.id, second).code == first.code


def test_a_briefing_to_come_does_not_end_before_its_day(session, make):
    briefing = opened(session, make, held_on=TODAY + DAY)
    choose_items(session, None, briefing, Chosen(subject="Một việc"))
    with pytest.raises(BriefingRefused):
        end_briefing(session, make.user(role=Role.LEADER), briefing)
    session.rollback()
    assert session.scalar(select(Briefing.stage)) is Stage.OPEN


def test_matters_are_chosen_once_ordered_and_taken_off(session, make):
    briefing, staff = opened(session, make), make.user()
    petition = make.petition()
    made = make_commitment(session, None, promise(make))
    chosen = Chosen((petition.code,), (made.code,), "Việc khác")
    choose_items(session, staff, briefing, chosen)
    choose_items(session, staff, briefing, Chosen((petition.code,), (made.code,)))

    items = items_of(session, briefing)
    about = [item.petition_code or item.commitment_code or item.subject for item in items]
    assert about == [petition.code, made.code, "Việc khác"]
    move_item(session, staff, briefing, items[2].id, up=True)
    move_item(session, staff, briefing, items[0].id, up=True)  # is first already
    assert [i.id for i in items_of(session, briefing)] == [items[n].id for n in (0, 2, 1)]
    remove_item(session, staff, briefing, items[0].id)
    with pytest.raises(NotFound):
        remove_item(session, staff, briefing, items[0].id)
    session.rollback()
    with pytest.raises(NotFound):
        choose_items(session, staff, briefing, Chosen((make.petition(place=make.place()).code,)))
    session.rollback()
    assert len(items_of(session, briefing)) == 2


def test_two_tabs_write_beside_each_other_but_never_over_each_other(session, make):
    briefing, staff = opened(session, make), make.user()
    choose_items(session, staff, briefing, Chosen(subject="Một"))
    choose_items(session, staff, briefing, Chosen(subject="Hai"))
    one, two = items_of(session, briefing)
    empty = fingerprint("")

    def typed(first, second):
        return Recording({one.id: TypedText(first, empty), two.id: TypedText(second, empty)})

    assert record(session, staff, briefing, typed("Giao phòng Kinh tế", "")) == [one.id]
    # The other tab still shows both as empty: the untouched one is not a change.
    assert record(session, staff, briefing, typed("", "Hoãn")) == [two.id]
    with pytest.raises(DecisionsStale) as refused:
        record(session, staff, briefing, typed("Giao phòng Văn hóa", "Hoãn tiếp"))
    assert set(refused.value.items) == {one.id, two.id}
    session.rollback()
    decisions = [item.decision for item in items_of(session, briefing)]
    assert decisions == ["Giao phòng Kinh tế", "Hoãn"]
    with pytest.raises(BriefingRefused):
        remove_item(session, staff, briefing, one.id)


def test_a_decision_becomes_a_commitment_with_its_link_or_neither_is_kept(session, make):
    briefing, staff = opened(session, make), make.user()
    choose_items(session, staff, briefing, Chosen(subject="Đường vào thôn"))
    (item,) = items_of(session, briefing)
    with pytest.raises(BriefingRefused):
        promise_of_decision(session, staff, briefing, item.id, promise(make), "a")
    record(session, staff, briefing, Recording({item.id: TypedText("Sửa trước 30/11")}))
    foreign = promise(make, place_id=make.place().id)
    with pytest.raises(NotFound):
        promise_of_decision(session, staff, briefing, item.id, foreign, "a")
    first, again = (
        promise_of_decision(session, staff, briefing, item.id, promise(make), "a") for _ in range(2)
    )

    assert first.code == again.code
    assert session.scalar(select(func.count(Commitment.id))) == 1
    (kept,) = items_of(session, briefing)
    assert kept.made_code == first.code
    with pytest.raises(BriefingRefused):
        promise_of_decision(session, staff, briefing, item.id, promise(make), "b")
    with pytest.raises(BriefingRefused):
        record(session, staff, briefing, Recording({item.id: TypedText("")}))
    session.rollback()
    assert session.scalar(select(BriefingItem.made_id)) == first.id


def test_an_instruction_becomes_a_commitment_once(session, make):
    staff = make.user()
    visit = log_visit(session, staff, visited(make))
    with pytest.raises(BriefingRefused):
        promise_of_instruction(session, staff, visit, promise(make), "a")
    amend_visit(session, staff, visit, change(visit, instruction="Sửa đường trước Tết"))
    made = promise_of_instruction(session, staff, visit, promise(make), "a")
    assert promise_of_instruction(session, staff, visit, promise(make), "a").id == made.id
    with pytest.raises(BriefingRefused):
        promise_of_instruction(session, staff, visit, promise(make), "b")
    session.rollback()
    assert visit_for(session, staff, visit.code).commitment.code == made.code


def test_what_is_proposed_stands_once_and_not_what_is_chosen_already(session, make):
    briefing, scope = opened(session, make), frozenset({make.home.id})
    petition = make.petition()
    overdue = make_commitment(
        session,
        None,
        promise(make, promised_on=TODAY - 9 * DAY, due_on=TODAY - DAY),
    )
    piles = {pile.why: pile for pile in proposals(session, scope, None, ())}
    assert [row.code for row in piles[Why.PROMISE_OVERDUE].rows] == [overdue.code]
    assert [row.code for row in piles[Why.UNASSIGNED].rows] == [petition.code]
    assert piles[Why.UNDATED].rows == []  # told above already
    assert piles[Why.UNDATED].count == 1

    choose_items(session, None, briefing, Chosen((petition.code,), (overdue.code,)))
    piles = {p.why: p for p in proposals(session, scope, None, {petition.code, overdue.code})}
    assert not any(pile.rows for pile in piles.values())
    assert briefing_for(session, make.user(), briefing.code).id == briefing.id
