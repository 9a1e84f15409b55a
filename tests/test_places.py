"""Which place answers today for a place of any day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.places import rules
from tracker.places.queries import ancestors, reach_mismatches, scope_ids, unit_tree, units_of
from tracker.places.rules import Node, PlaceKind, chain, scope
from tracker.places.service import renew_reach


def test_a_village_of_a_merged_commune_is_answered_for_by_the_commune_of_today(session, make):
    today = make.place(name="Xã Tiên Lục")
    former = make.place(name="Xã Nghĩa Hưng", successor_id=today.id)
    village = make.place(name="Thôn Chằm", parent_id=former.id)
    other = make.place(name="Xã Kép")

    assert {former.id, village.id, today.id} <= scope_ids(session, today.id)
    assert village.id not in scope_ids(session, other.id)


def test_a_commune_does_not_see_the_province_above_nor_its_neighbour():
    places = {1: Node(None, None), 2: Node(1, None), 3: Node(1, None)}

    assert scope(places, 2) == {2}
    assert scope(places, 1) == {1, 2, 3}


@given(st.dictionaries(st.integers(1, 8), st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_any_tree_even_with_cycles_gives_a_chain_that_ends(links):
    places = {key: Node(parent, successor) for key, (parent, successor) in links.items()}

    for place_id in places:
        found = chain(places, place_id)
        assert found[0] == place_id
        assert len(found) == len(set(found))


TODAY = date(2026, 7, 1)
edits = st.tuples(st.sampled_from(["add", "rename", "end"]), st.integers(0, 60), st.integers(0, 60))


def _edited(places, edit):
    """Give the tree after one edit, or as it was when the edit is refused."""
    act, chosen, other = edit
    place_id, new_id = sorted(places)[chosen % len(places)], max(places) + 1
    node = places[place_id]
    ended = replace(node, valid_to=TODAY - timedelta(days=1))
    try:
        if act == "add":
            kind = rules.check_addition(places, place_id)
            return places | {new_id: Node(place_id, None, kind)}
        if act == "rename":
            unit = rules.check_renaming(places, place_id, TODAY, TODAY)
            renamed = {place_id: replace(ended, successor_id=new_id)}
            return places | renamed | {new_id: Node(unit, None, node.kind, TODAY)}
        offered = [None, *places]
        successor_id = offered[other % len(offered)]
        rules.check_ending(places, place_id, ended.valid_to, successor_id, TODAY)
        return places | {place_id: replace(ended, successor_id=successor_id)}
    except rules.PlaceRefused:
        return places


@given(st.lists(edits, max_size=25))
def test_no_history_of_edits_makes_a_cycle_or_takes_a_record_from_a_place_of_today(history):
    kinds = PlaceKind
    places = {
        1: Node(None, None, kinds.REGISTER),
        2: Node(1, None, kinds.PROVINCE),
        3: Node(2, None, kinds.COMMUNE),
        4: Node(2, None, kinds.COMMUNE),
        5: Node(3, None, kinds.VILLAGE),
        6: Node(3, None, kinds.VILLAGE),
    }
    for edit in history:
        after = _edited(places, edit)
        for place_id in after:
            assert chain(after, place_id)[-1] == 1
        for place_id, node in after.items():
            if not node.has_ended:
                before = scope(places, place_id) if place_id in places else frozenset()
                assert before <= scope(after, place_id)
        places = after


def test_a_place_is_not_taken_over_by_one_of_another_unit_nor_by_itself():
    places = {
        1: Node(None, None, PlaceKind.PROVINCE),
        2: Node(1, None, PlaceKind.COMMUNE),
        3: Node(1, None, PlaceKind.COMMUNE),
        4: Node(2, None, PlaceKind.VILLAGE),
        5: Node(3, None, PlaceKind.VILLAGE),
        6: Node(2, None, PlaceKind.VILLAGE, valid_from=TODAY),
    }
    for successor_id in (5, 4, 2):
        with pytest.raises(rules.SuccessorRefused):
            rules.check_ending(places, 4, date(2026, 6, 30), successor_id, TODAY)
    with pytest.raises(rules.SuccessorRefused, match="begins only after"):
        rules.check_ending(places, 4, date(2026, 6, 1), 6, TODAY)
    rules.check_ending(places, 4, date(2026, 6, 30), 6, TODAY)


def test_only_a_village_may_end_without_a_successor():
    places = {1: Node(None, None, PlaceKind.COMMUNE), 2: Node(1, None, PlaceKind.VILLAGE)}

    rules.check_ending(places, 2, date(2026, 6, 30), None, TODAY)
    with pytest.raises(rules.SuccessorRefused):
        rules.check_ending(places, 1, date(2026, 6, 30), None, TODAY)


def test_a_change_lies_neither_after_today_nor_before_the_place_began():
    places = {1: Node(None, None, PlaceKind.COMMUNE, valid_from=date(2025, 7, 1))}

    for day in (date(2026, 7, 2), date(2025, 7, 1)):
        with pytest.raises(rules.DayRefused):
            rules.check_renaming(places, 1, day, TODAY)
    assert rules.check_renaming(places, 1, date(2025, 7, 2), TODAY) is None


def test_the_kept_reach_of_every_unit_is_what_the_tree_says(session, make):
    province = make.place(kind=PlaceKind.PROVINCE)
    commune = make.place(parent_id=province.id)
    former = make.place(parent_id=province.id, successor_id=commune.id)
    villages = [make.place(kind=PlaceKind.VILLAGE, parent_id=at.id) for at in (commune, former)]
    places = {
        key: Node(node.parent_id, node.successor_id) for key, node in unit_tree(session).items()
    }

    assert list(reach_mismatches(session)) == []
    for place_id in places:
        assert scope_ids(session, place_id) == scope(places, place_id)
        assert ancestors(session, place_id) == tuple(chain(places, place_id))
    assert units_of(session, villages[1].id) == {villages[1].id, former.id, commune.id, province.id}


def test_the_reach_follows_a_place_that_is_taken_over_and_given_back(session, make):
    province = make.place(kind=PlaceKind.PROVINCE)
    here, there = make.place(parent_id=province.id), make.place(parent_id=province.id)
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=there.id)

    there.successor_id = here.id
    assert list(reach_mismatches(session)) != []
    changed = renew_reach(session)

    assert changed.gained == {(here.id, there.id), (here.id, village.id)}
    assert scope_ids(session, here.id) == {here.id, there.id, village.id}
    there.successor_id = None
    assert renew_reach(session).lost == changed.gained
    assert list(reach_mismatches(session)) == []


def test_a_circle_of_units_ends_where_it_would_begin_again(session, make):
    first, second = make.place(), make.place()
    first.parent_id, second.parent_id = second.id, first.id
    renew_reach(session)

    assert scope_ids(session, first.id) == {first.id, second.id}
