"""What a form or a filter of petitions offers to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.clock import shown_date
from tracker.core.i18n import gettext, language
from tracker.core.text import sort_key
from tracker.dialogues.models import Category, Department
from tracker.places.models import Place
from tracker.places.rules import PlaceKind


@dataclass(frozen=True, slots=True)
class Choice:
    """One row to choose: its id in forms, its code in addresses, and its name."""

    id: int
    code: str
    name: str
    group: str = ""
    is_retired: bool = False


def category_choices(session: Session) -> list[Choice]:
    """Give the categories in their order, retired ones too."""
    return _choices(session.scalars(select(Category).order_by(Category.position, Category.id)))


def department_choices(session: Session) -> list[Choice]:
    """Give the departments in their order, retired ones too."""
    return _choices(session.scalars(select(Department).order_by(Department.position)))


def place_choices(session: Session, scope: frozenset[int]) -> list[Choice]:
    """Give the places of a scope in groups: villages first, then their commune; today's first."""
    places = {
        place.id: place for place in session.scalars(select(Place).where(Place.id.in_(scope)))
    }
    return [
        Choice(place.id, place.key, place.name, _group_name(_group_of(place, places)))
        for place in sorted(places.values(), key=lambda place: _place_order(place, places))
    ]


def monitor_choices(session: Session, scope: frozenset[int], kept: User | None) -> dict[int, str]:
    """Name those who sign in at the places of a scope, and the one that a petition names already.

    Names that several people have come with the user name.
    """
    asked = select(User).where(User.place_id.in_(scope), User.is_disabled.is_(False))
    users = list(session.scalars(asked.order_by(User.full_name, User.id)))
    if kept is not None and kept not in users:
        users.append(kept)
    names = [user.full_name for user in users]
    return {
        user.id: user.full_name
        if names.count(user.full_name) == 1
        else f"{user.full_name} ({user.username})"
        for user in users
    }


def _choices(rows: Iterable[Category | Department]) -> list[Choice]:
    return [
        Choice(
            row.id,
            row.code,
            row.name_en if language() == "en" else row.name_vi,
            is_retired=row.is_retired,
        )
        for row in rows
    ]


def _group_of(place: Place, places: dict[int, Place]) -> Place | None:
    if place.kind is PlaceKind.COMMUNE:
        return place
    parent = places.get(place.parent_id or 0)
    return parent if place.kind is PlaceKind.VILLAGE and parent else None


def _group_name(commune: Place | None) -> str:
    if commune is None:
        return gettext("Wider than a commune")
    if commune.valid_to is None:
        return commune.name
    return gettext("%(name)s (until %(day)s)", name=commune.name, day=shown_date(commune.valid_to))


def _place_order(place: Place, places: dict[int, Place]) -> tuple[object, ...]:
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


def fictional_ids(session: Session, scope: frozenset[int]) -> frozenset[int]:
    """Give the invented places of a scope."""
    asked = select(Place.id).where(Place.is_fictional, Place.id.in_(scope))
    return frozenset(session.scalars(asked))
