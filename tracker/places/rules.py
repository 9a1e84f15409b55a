"""Which place answers today for a place of any day, and how the tree may change: pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, Labelled


class PlaceKind(Labelled):
    """The levels of administration; districts ended on 30/06/2025 (NQ 1658/NQ-UBTVQH15).

    REGISTER is the whole register: what every province in it lies in.
    """

    REGISTER = "register", N_("Whole register")
    PROVINCE = "province", N_("Province")
    DISTRICT = "district", N_("District")
    COMMUNE = "commune", N_("Commune")
    VILLAGE = "village", N_("Village")


KIND_BELOW = {
    PlaceKind.REGISTER: PlaceKind.PROVINCE,
    PlaceKind.PROVINCE: PlaceKind.COMMUNE,
    PlaceKind.COMMUNE: PlaceKind.VILLAGE,
}
"""What may be added in a place of each kind; no district comes into being any more."""
ONE_DAY = timedelta(days=1)


class PlaceRefused(TrackerError):
    """The tree of places does not allow this change."""


class DayRefused(PlaceRefused):
    """The change cannot take place on this day."""


class SuccessorRefused(PlaceRefused):
    """That place cannot take over from this one."""


@dataclass(frozen=True, slots=True)
class Node:
    """What the rules need to know of one place."""

    parent_id: int | None
    successor_id: int | None
    kind: PlaceKind | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def has_ended(self) -> bool:
        """Tell whether the place is one of the past; an end in the future is never kept."""
        return self.valid_to is not None or self.successor_id is not None


def chain(places: Mapping[int, Node], place_id: int) -> list[int]:
    """Follow a place to those responsible for it today: its successor first, else what it lies in.

    A cycle ends the chain where it would begin again.
    """
    seen: list[int] = []
    at: int | None = place_id
    while at is not None and at not in seen and at in places:
        seen.append(at)
        node = places[at]
        at = node.successor_id or node.parent_id
    return seen


def scope(places: Mapping[int, Node], home_id: int) -> frozenset[int]:
    """Give every place, of today or of before, for which the people of `home_id` answer."""
    return frozenset(place_id for place_id in places if home_id in chain(places, place_id))


def unit_of_today(places: Mapping[int, Node], place_id: int) -> int | None:
    """Give the unit of today in which a place lies, or which took over what it lay in."""
    return next((at for at in chain(places, place_id)[1:] if not places[at].has_ended), None)


def successors(places: Mapping[int, Node], place_id: int) -> list[int]:
    """Give the places that may take over from one: of its kind, of today, in the same unit.

    Were the successor to lie elsewhere, a unit of today would lose the records of its past.
    """
    node, unit = places[place_id], unit_of_today(places, place_id)
    return [
        other_id
        for other_id, other in places.items()
        if other_id != place_id
        and other.kind is node.kind
        and not other.has_ended
        and unit_of_today(places, other_id) == unit
        and place_id not in chain(places, other_id)
    ]


def check_addition(places: Mapping[int, Node], parent_id: int) -> PlaceKind:
    """Give the kind of a new place in `parent_id`; refuse where none may be added."""
    parent = places[parent_id]
    if parent.has_ended:
        raise PlaceRefused("This place has ended; add to the one that answers for it today.")
    if parent.kind not in KIND_BELOW:
        raise PlaceRefused("No place can be added in this one.")
    return KIND_BELOW[parent.kind]


def check_renaming(
    places: Mapping[int, Node], place_id: int, first_day: date, today: date
) -> int | None:
    """Give what the place of the new name lies in; refuse a place or a day that allows no change.

    The place of the new name takes over from that of the old one on `first_day`.
    """
    _check_living(places[place_id])
    _check_last_day(places[place_id], first_day - ONE_DAY, today)
    return unit_of_today(places, place_id)


def check_ending(
    places: Mapping[int, Node],
    place_id: int,
    last_day: date,
    successor_id: int | None,
    today: date,
) -> None:
    """Refuse to end a place on a day or with a successor that would break the tree."""
    node = places[place_id]
    _check_living(node)
    _check_last_day(node, last_day, today)
    if successor_id is None:
        if node.kind is not PlaceKind.VILLAGE:
            raise SuccessorRefused("Name the place that answers for this one from then on.")
        return
    if successor_id not in successors(places, place_id):
        raise SuccessorRefused("Choose a place of today, of the same kind and in the same unit.")
    begins = places[successor_id].valid_from
    if begins and begins > last_day + ONE_DAY:
        raise SuccessorRefused("That place begins only after this one would end.")


def check_undoing(places: Mapping[int, Node], place_id: int) -> None:
    """Refuse to take an ending back on which the tree has been built since."""
    node = places[place_id]
    if not node.has_ended:
        raise PlaceRefused("This place has not ended.")
    if node.successor_id is not None and places[node.successor_id].has_ended:
        raise PlaceRefused("What took over from it has ended since: take that ending back first.")
    if node.parent_id is not None and places[node.parent_id].has_ended:
        raise PlaceRefused("What it lay in has ended since: take that ending back first.")


def _check_living(node: Node) -> None:
    if node.has_ended:
        raise PlaceRefused("This place has ended already.")
    if node.kind is PlaceKind.REGISTER:
        raise PlaceRefused("The whole register has no days and no successor.")


def _check_last_day(node: Node, last_day: date, today: date) -> None:
    if last_day + ONE_DAY > today:
        raise DayRefused("The change cannot lie after today.")
    if node.valid_from and last_day < node.valid_from:
        raise DayRefused("This is before the place itself began.")
