"""What a form or a filter of petitions offers to choose from."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.clock import shown_date
from tracker.core.i18n import gettext, language
from tracker.core.lasting import lasting
from tracker.core.text import sort_key
from tracker.dialogues.models import Category, Department
from tracker.petitions.models import Petition
from tracker.places.models import Place
from tracker.places.queries import ScopeShape, answered_for, bound_scope
from tracker.places.rules import PlaceKind

MOST_VILLAGES = 200
"""A list to choose from names no villages where there are more places than these."""


class _Place(NamedTuple):
    """What is read of a place to choose it."""

    id: int
    key: str
    name: str
    kind: PlaceKind
    parent_id: int | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One row to choose: its id in forms, its code in addresses, and its name."""

    id: int
    code: str
    name: str
    group: str = ""
    is_retired: bool = False


class CategoryRule(NamedTuple):
    """What a new petition asks of its category."""

    is_retired: bool
    due_days: int | None
    due_days_are_working: bool


@lasting
def category_rules(session: Session) -> dict[int, CategoryRule]:
    """Give the rules of all categories by their ids, retired ones too."""
    rule = (Category.is_retired, Category.due_days, Category.due_days_are_working)
    rows = session.execute(select(Category.id, *rule))
    return {row.id: CategoryRule(*row[1:]) for row in rows}


@lasting
def category_choices(session: Session) -> list[Choice]:
    """Give the categories in their order, retired ones too."""
    return _choices(session, Category)


@lasting
def department_choices(session: Session) -> list[Choice]:
    """Give the departments in their order, retired ones too."""
    return _choices(session, Department)


@lasting
def place_choices(session: Session, scope: frozenset[int]) -> list[Choice]:
    """Give the places of a scope in groups: villages first, then their commune; today's first."""
    return _in_groups(_places(session, scope))


@lasting
def place_filter(
    session: Session, scope: frozenset[int], chosen_id: int | None = None
) -> list[Choice]:
    """Give the places that a list may be narrowed to; of a wide scope no other's villages.

    Those of the commune that is chosen are there: the way leads from the province downwards.
    """
    if len(scope) <= MOST_VILLAGES:
        return place_choices(session, scope)
    near = [Place.id == chosen_id, Place.parent_id == chosen_id]
    around = select(Place.parent_id).where(Place.id == chosen_id).scalar_subquery()
    shown = or_(Place.kind != PlaceKind.VILLAGE, *near, Place.parent_id == around)
    return _in_groups(_places(session, scope, shown))


def _places(
    session: Session, scope: frozenset[int], *which: ColumnElement[bool]
) -> dict[int, _Place]:
    columns = [getattr(Place, name) for name in _Place._fields]
    rows = session.execute(select(*columns).where(answered_for(scope, Place.id), *which))
    return {row.id: _Place(*row) for row in rows}


def _in_groups(places: dict[int, _Place]) -> list[Choice]:
    return [
        Choice(place.id, place.key, place.name, _group_name(_group_of(place, places)))
        for place in sorted(places.values(), key=lambda place: _place_order(place, places))
    ]


def watching_choices(session: Session, scope: frozenset[int], asking: User) -> list[Choice]:
    """Name those of a scope who watch over something now; whoever asks stands first."""
    places, values = bound_scope(scope)
    users = session.connection().execute(_watching(places), values).all()
    own = Choice(asking.id, asking.username, gettext("I watch over it"))
    return [own, *(Choice(u.id, u.username, u.full_name) for u in users if u.id != asking.id)]


@lru_cache(maxsize=200)
def _watching(places: ScopeShape) -> Select[int, str, str]:
    watches = select(Petition.id).where(Petition.monitor_id == User.id).exists()
    named = select(User.id, User.username, User.full_name)
    asked = named.where(places.answered_for(User.place_id), watches)
    return asked.order_by(User.full_name, User.id)


def monitor_choices(session: Session, scope: frozenset[int], kept: User | None) -> dict[int, str]:
    """Name those who sign in at the places of a scope, and the one that a petition names already.

    Names that several people have come with the user name.
    """
    places, values = bound_scope(scope)
    values["kept"] = kept.id if kept else None
    people = session.connection().execute(_who_may_watch(places), values).all()
    known = Counter(name for _, name, _ in people)
    return {
        user_id: name if known[name] == 1 else f"{name} ({username})"
        for user_id, name, username in people
    }


@lru_cache(maxsize=200)
def _who_may_watch(places: ScopeShape) -> Select[int, str, str]:
    works_here = and_(places.lies_in(User.place_id), User.is_disabled.is_(False))
    named = select(User.id, User.full_name, User.username)
    asked = named.where(or_(works_here, User.id == bindparam("kept")))
    return asked.order_by(User.full_name, User.id)


def _choices(session: Session, kind: type[Category | Department]) -> list[Choice]:
    name = kind.name_en if language() == "en" else kind.name_vi
    asked = select(kind.id, kind.code, name, kind.is_retired).order_by(kind.position, kind.id)
    return [
        Choice(key, code, word, is_retired=is_retired)
        for key, code, word, is_retired in session.execute(asked)
    ]


def _group_of(place: _Place, places: dict[int, _Place]) -> _Place | None:
    if place.kind is PlaceKind.COMMUNE:
        return place
    parent = places.get(place.parent_id or 0)
    return parent if place.kind is PlaceKind.VILLAGE and parent else None


def _group_name(commune: _Place | None) -> str:
    if commune is None:
        return gettext("Wider than a commune")
    if commune.valid_to is None:
        return commune.name
    return gettext("%(name)s (until %(day)s)", name=commune.name, day=shown_date(commune.valid_to))


def _place_order(place: _Place, places: dict[int, _Place]) -> tuple[object, ...]:
    commune = _group_of(place, places)
    if commune is None:
        return (2, "", 0, 0, sort_key(place.name))
    is_village = place.kind is PlaceKind.VILLAGE
    return (
        int(commune.valid_to is not None),
        sort_key(commune.name),
        commune.id,
        int(not is_village),
        sort_key(place.name),
    )
