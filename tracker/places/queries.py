"""Questions about places."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, TypeGuard

from sqlalchemy import ColumnElement, bindparam, func, literal, select
from sqlalchemy.orm import Session, aliased

from tracker.core.clock import shown_date
from tracker.core.i18n import gettext
from tracker.core.lasting import lasting
from tracker.core.text import sort_key
from tracker.places import rules
from tracker.places.models import Place, PlaceReach
from tracker.places.rules import PlaceKind

FEW_PLACES = 40
LONGEST_CHAIN = 40
"""So many times may units have taken over from each other; a cycle would never end."""


class Reach(frozenset[int]):
    """The places for which one unit answers, which remember the unit: it stands for all of them."""

    unit_id: int

    @classmethod
    def of(cls, unit_id: int, place_ids: Iterable[int]) -> Self:
        """Give the places for which a unit answers today."""
        reach = cls(place_ids)
        reach.unit_id = unit_id
        return reach

    def __and__(self, others: Set[object]) -> frozenset[int]:
        """Give the places of both; where one's all lie in the other's, that one still stands so."""
        both = super().__and__(others)
        return next((reach for reach in (self, others) if _is_all_of(reach, both)), both)


def _is_all_of(places: object, both: frozenset[int]) -> TypeGuard[Reach]:
    return isinstance(places, Reach) and len(places) == len(both)


@lasting
def scope_ids(session: Session, home_id: int) -> Reach:
    """Give the ids of all places, old and new, for which today's place `home_id` answers."""
    asked = select(PlaceReach.place_id).where(PlaceReach.unit_id == home_id)
    return Reach.of(home_id, session.scalars(asked))


def answered_for(scope: frozenset[int] | int, place_id: Any) -> ColumnElement[bool]:
    """Ask for places of a scope, or that a unit answers for; a unit's are looked up, not listed."""
    unit_id = scope.unit_id if isinstance(scope, Reach) else scope
    if not isinstance(unit_id, int):
        condition: ColumnElement[bool] = place_id.in_(unit_id)
        return condition
    pair = (PlaceReach.unit_id == unit_id, PlaceReach.place_id == place_id)
    return select(PlaceReach.place_id).where(*pair).exists()


def reached(scope: frozenset[int] | int) -> Any:
    """Give the places of a scope, or of a unit, for `in_`; a unit's are looked up, not listed."""
    unit_id = scope.unit_id if isinstance(scope, Reach) else scope
    if not isinstance(unit_id, int):
        return unit_id
    return select(PlaceReach.place_id).where(PlaceReach.unit_id == unit_id)


def lies_in(scope: frozenset[int], place_id: Any) -> ColumnElement[bool]:
    """Ask the same of rows that an index gives in their order: of many places one by one.

    Few places are looked up in an index by place.
    """
    column = place_id if len(scope) <= FEW_PLACES else place_id + 0
    condition: ColumnElement[bool] = column.in_(reached(scope))
    return condition


class ScopeShape(NamedTuple):
    """How a scope is asked for, whichever it is: as a unit or as a list, of few places or many."""

    is_unit: bool
    is_few: bool

    def answered_for(self, place_id: Any) -> ColumnElement[bool]:
        """Ask the same as `answered_for` by what `bound_scope` gives, in a statement built once."""
        if not self.is_unit:
            return self.lies_in(place_id)
        pair = (PlaceReach.unit_id == bindparam("unit"), PlaceReach.place_id == place_id)
        return select(PlaceReach.place_id).where(*pair).exists()

    def lies_in(self, place_id: Any) -> ColumnElement[bool]:
        """Ask the same as `lies_in` by what `bound_scope` gives, in a statement built once."""
        reach = select(PlaceReach.place_id).where(PlaceReach.unit_id == bindparam("unit"))
        listed: Any = reach if self.is_unit else bindparam("places", expanding=True)
        condition: ColumnElement[bool] = (place_id if self.is_few else place_id + 0).in_(listed)
        return condition


def bound_scope(scope: frozenset[int]) -> tuple[ScopeShape, dict[str, Any]]:
    """Give the shape of a scope, and the values that belong into it."""
    is_few = len(scope) <= FEW_PLACES
    if isinstance(scope, Reach):
        return ScopeShape(is_unit=True, is_few=is_few), {"unit": scope.unit_id}
    return ScopeShape(is_unit=False, is_few=is_few), {"places": sorted(scope)}


@lasting
def ancestors(session: Session, place_id: int) -> tuple[int, ...]:
    """Give every unit that answers for a place today, itself first, the nearest before the next."""
    asked = select(PlaceReach.unit_id).where(PlaceReach.place_id == place_id)
    return tuple(session.scalars(asked.order_by(PlaceReach.distance)))


def units_of(session: Session, place_id: int) -> frozenset[int]:
    """Give every unit that answers for a place today, itself included."""
    return frozenset(ancestors(session, place_id))


def reach_by_tree(session: Session) -> dict[tuple[int, int], int]:
    """Walk the tree for what each unit answers for (`rules.chain`), and how many steps away."""
    walked = select(Place.id.label("place_id"), Place.id.label("unit_id"), literal(0).label("far"))
    up = walked.cte("up", recursive=True)
    above = func.coalesce(Place.successor_id, Place.parent_id)
    up = up.union_all(
        select(up.c.place_id, above, up.c.far + 1)
        .join(Place, Place.id == up.c.unit_id)
        .where(above.is_not(None), up.c.far < LONGEST_CHAIN)
    )
    pair = (up.c.unit_id, up.c.place_id)
    rows = session.execute(select(*pair, func.min(up.c.far)).group_by(*pair))
    return {(unit_id, place_id): far for unit_id, place_id, far in rows}


def held_reach(session: Session) -> dict[tuple[int, int], int]:
    """Give what is kept of what each unit answers for, and how many steps away."""
    rows = session.execute(select(PlaceReach.unit_id, PlaceReach.place_id, PlaceReach.distance))
    return {(unit_id, place_id): far for unit_id, place_id, far in rows}


def reach_mismatches(session: Session) -> Iterator[str]:
    """Compare what is kept of units and their places with the tree; a line for each difference."""
    wanted, held = reach_by_tree(session), held_reach(session)
    for pair in sorted(wanted.keys() | held.keys()):
        if wanted.get(pair) != held.get(pair):
            yield gettext(
                "unit %(unit)s place %(place)s: kept %(held)s, tree %(wanted)s",
                unit=pair[0],
                place=pair[1],
                held=_steps(held.get(pair)),
                wanted=_steps(wanted.get(pair)),
            )


def _steps(far: int | None) -> str:
    return "–" if far is None else str(far)


def unit_tree(session: Session) -> dict[int, rules.Node]:
    """Give what the rules of change need to know of every place."""
    rows = session.execute(
        select(
            Place.id,
            Place.parent_id,
            Place.successor_id,
            Place.kind,
            Place.valid_from,
            Place.valid_to,
        )
    )
    return {row[0]: rules.Node(*row[1:]) for row in rows}


def places_in(session: Session, ids: frozenset[int]) -> list[Place]:
    """Give the places of a scope, communes before their villages."""
    return list(
        session.scalars(
            select(Place).where(answered_for(ids, Place.id)).order_by(Place.kind, Place.name)
        )
    )


@lasting
def place_choices(session: Session, ids: frozenset[int]) -> dict[int, str]:
    """Name the places of a scope for choosing: each of today's units, then what it took over.

    Villages follow their commune; a former unit says until when it was, and what it is now.
    """
    known = {place.id: place for place in session.scalars(select(Place))}
    nodes = {key: rules.Node(place.parent_id, place.successor_id) for key, place in known.items()}

    def order(place: Place) -> tuple[list[str], str]:
        parents = [known[at] for at in reversed(rules.chain(nodes, place.id)[1:]) if at in ids]
        return [sort_key(parent.name) for parent in parents], sort_key(place.name)

    chosen = sorted((known[key] for key in ids if key in known), key=order)
    return {place.id: _choice(place, known) for place in chosen}


def _choice(place: Place, known: Mapping[int, Place]) -> str:
    """Write one place with what tells it from others of its name."""
    around = known.get(place.parent_id or 0)
    name = place.name
    if place.kind is PlaceKind.VILLAGE and around is not None:
        name, place = f"{name}, {around.name}", around
    now = known.get(place.successor_id or 0)
    # A new unit that took the old one's name would be "now" itself.
    if now is not None and (now.name != place.name or place.valid_to is None):
        return gettext("%(name)s (now %(successor)s)", name=name, successor=now.name)
    if place.valid_to is not None:
        return gettext("%(name)s (until %(day)s)", name=name, day=shown_date(place.valid_to))
    return name


@dataclass(frozen=True, slots=True)
class Home:
    """The place of a person."""

    id: int
    name: str
    kind: PlaceKind
    is_fictional: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person's place answers for; `fictional` names the invented units in it."""

    home: Home
    ids: frozenset[int]
    fictional: tuple[str, ...]


@lasting
def scope_of(session: Session, home_id: int) -> Scope:
    """Give the scope of a person whose place is `home_id`."""
    asked = select(Place.id, Place.name, Place.kind, Place.is_fictional).where(Place.id == home_id)
    home, ids = Home(*session.execute(asked).one()), scope_ids(session, home_id)
    return Scope(home, ids, _invented(session, home, ids))


@lasting
def fictional_ids(session: Session, scope: frozenset[int]) -> frozenset[int]:
    """Give the invented places of a scope."""
    asked = select(Place.id).where(Place.is_fictional, answered_for(scope, Place.id))
    return frozenset(session.scalars(asked))


def _invented(session: Session, home: Home, ids: frozenset[int]) -> tuple[str, ...]:
    """Name what is invented in a scope by its widest units of today: they stand for all in them."""
    if home.is_fictional:
        return (home.name,)
    around = aliased(Place)
    names = session.scalars(
        select(Place.name)
        .join(around, around.id == Place.parent_id, isouter=True)
        .where(
            Place.is_fictional,
            Place.kind != PlaceKind.VILLAGE,
            Place.successor_id.is_(None),
            around.is_fictional.is_not(True),
            answered_for(ids, Place.id),
        )
        .order_by(Place.name)
    )
    return tuple(names)
