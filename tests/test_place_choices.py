"""How places are named where one is chosen."""

from datetime import date

from tracker.core.i18n import speaking
from tracker.places.queries import place_choices, scope_ids
from tracker.places.rules import PlaceKind


def test_villages_follow_their_commune_and_former_units_say_what_they_are_now(session, make):
    commune = make.place(name="Xã Tiên Lục")
    former = make.place(name="Xã Nghĩa Hưng", successor_id=commune.id, valid_to=date(2025, 6, 30))
    make.place(name="Thôn Bến Phà", kind=PlaceKind.VILLAGE, parent_id=former.id)
    make.place(name="Thôn Ao", kind=PlaceKind.VILLAGE, parent_id=commune.id)
    make.place(name="Xã Khác")
    make.place(name="Xã Tiên Lục", successor_id=commune.id, valid_to=date(2025, 6, 30))

    with speaking("vi"):
        choices = place_choices(session, scope_ids(session, commune.id))

    assert list(choices.values()) == [
        "Xã Tiên Lục",
        "Thôn Ao, Xã Tiên Lục",
        "Xã Nghĩa Hưng (nay là Xã Tiên Lục)",
        "Xã Tiên Lục (đến 30/06/2025)",
        "Thôn Bến Phà, Xã Nghĩa Hưng (nay là Xã Tiên Lục)",
    ]


def test_a_unit_that_ended_without_one_successor_says_until_when_it_was(session, make):
    district = make.place(
        name="Huyện Lạng Giang", kind=PlaceKind.DISTRICT, valid_to=date(2025, 6, 30)
    )
    with speaking("vi"):
        choices = place_choices(session, frozenset({district.id}))
    assert choices == {district.id: "Huyện Lạng Giang (đến 30/06/2025)"}
