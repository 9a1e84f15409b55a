"""Which place answers today for a place of any day."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.places.queries import scope_ids
from tracker.places.rules import Node, chain, scope


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
