"""The places of a scope as a report names them, arranged and narrowed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import shown_date
from tracker.core.errors import NotFound
from tracker.core.i18n import gettext
from tracker.core.lasting import lasting
from tracker.core.text import sort_key
from tracker.places.models import Place
from tracker.places.queries import Reach, answered_for
from tracker.places.rules import Node, PlaceKind, chain, scope


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place under the name of its day, and the commune that answers for it today.

    `within` is the unit it lay in, `today` is empty where that is the commune it always was.
    """

    id: int
    key: str
    name: str
    kind: PlaceKind
    within: str
    today: str
    commune_id: int | None
    is_fictional: bool
    until: date | None

    @property
    def choice(self) -> str:
        """Name the place where one is chosen; one of the past with its last day."""
        if self.until is None:
            return self.name
        return gettext("%(name)s (until %(day)s)", name=self.name, day=shown_date(self.until))


@dataclass(frozen=True)
class PlaceTree:
    """All places of a scope, or those of one place in it; `home` is what they belong to today."""

    home: int
    names: Mapping[int, PlaceName]
    nodes: Mapping[int, Node]
    is_narrowed: bool = False
    is_whole: bool = False
    """Whether these are all places that `home` answers for."""

    @cached_property
    def ids(self) -> frozenset[int]:
        """Give every place of the tree."""
        return Reach.of(self.home, self.names) if self.is_whole else frozenset(self.names)

    @property
    def top(self) -> PlaceName:
        """Give the place that all others belong to."""
        return self.names[self.home]

    @property
    def fictional(self) -> list[str]:
        """Name the invented communes in it."""
        return sorted(
            (p.name for p in self.names.values() if p.is_fictional and p.kind == PlaceKind.COMMUNE),
            key=sort_key,
        )

    @property
    def is_wholly_fictional(self) -> bool:
        """Tell whether nothing in it is real."""
        return self.top.is_fictional

    def narrowed(self, key: str) -> "PlaceTree":
        """Give the places that belong to one of them today; another commune's is not found."""
        place_id = next((place.id for place in self.names.values() if place.key == key), None)
        if place_id is None:
            raise NotFound("There is no such place.")
        if place_id == self.home:
            return self
        kept = scope(self.nodes, place_id)
        names = {key: name for key, name in self.names.items() if key in kept}
        nodes = {key: self.nodes[key] for key in names}
        return PlaceTree(place_id, names, nodes, is_narrowed=True, is_whole=self.is_whole)

    @cached_property
    def directly_below(self) -> dict[int, list[int]]:
        """Give for each place those that come to it first: that it took over, or that lie in it."""
        below: dict[int, list[int]] = {}
        for place_id, node in self.nodes.items():
            if place_id != self.home:
                below.setdefault(node.successor_id or node.parent_id or 0, []).append(place_id)
        return below

    def in_order(self) -> Iterator[tuple[int, PlaceName]]:
        """Give each place after the one it belongs to today, with how deep it lies."""
        below = self.directly_below
        waiting = [(0, self.home)]
        while waiting:
            depth, place_id = waiting.pop()
            yield depth, self.names[place_id]
            nearest = sorted(below.get(place_id, ()), key=self._by_name, reverse=True)
            waiting += [(depth + 1, lower) for lower in nearest]

    def _by_name(self, place_id: int) -> tuple[bool, str]:
        # Villages of today before the units of the past and theirs.
        return self.nodes[place_id].successor_id is not None, sort_key(self.names[place_id].name)


@lasting
def place_tree(session: Session, home_id: int, ids: frozenset[int]) -> PlaceTree:
    """Read the places of a scope."""
    rows = session.execute(
        select(
            Place.id,
            Place.key,
            Place.name,
            Place.kind,
            Place.parent_id,
            Place.successor_id,
            Place.is_fictional,
            Place.valid_to,
        ).where(answered_for(ids, Place.id))
    ).all()
    nodes = {row[0]: Node(row[4], row[5]) for row in rows}
    place_names = {row[0]: row[2] for row in rows}
    communes = _communes(nodes, {row[0] for row in rows if row[3] is PlaceKind.COMMUNE})
    names = {}
    for place_id, key, name, kind, parent_id, _, is_fictional, valid_to in rows:
        commune_id = communes[place_id]
        is_past = commune_id is not None and commune_id not in (place_id, parent_id)
        names[place_id] = PlaceName(
            id=place_id,
            key=key,
            name=name,
            kind=kind,
            within=place_names.get(parent_id or 0, "") if kind is PlaceKind.VILLAGE else "",
            today=place_names[commune_id] if is_past and commune_id is not None else "",
            commune_id=commune_id,
            is_fictional=is_fictional,
            until=valid_to,
        )
    is_whole = isinstance(ids, Reach) and ids.unit_id == home_id
    return PlaceTree(home_id, names, nodes, is_whole=is_whole)


def _communes(nodes: Mapping[int, Node], communes: set[int]) -> dict[int, int | None]:
    """Give for each place the commune of today that answers for it: the last on its way up."""
    found: dict[int, int | None] = {}
    for place_id in nodes:
        if place_id in found:
            continue
        way = chain(nodes, place_id)
        last: int | None = found.get(way[-1])
        for at in reversed(way):
            last = found[at] = found.get(at) or last or (at if at in communes else None)
    return found
