"""Questions of administrators: people, lists, and the tree of places of their scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.accounts.models import SignIn, User
from tracker.accounts.permissions import Role
from tracker.calendar.models import InstallationSetting
from tracker.core.errors import NotFound
from tracker.core.lasting import lasting
from tracker.core.text import sort_key
from tracker.dialogues.models import Category, Department
from tracker.places.models import Place
from tracker.places.queries import unit_tree
from tracker.places.rules import PlaceKind, chain, successors, unit_of_today
from tracker.settings.rules import HOMES, LAST_BACKUP, LAST_VERIFIED, SPAN, NamedSpan, span_in

Listed = Category | Department


@dataclass(frozen=True, slots=True)
class Person:
    """One of the administrator's people, as the list shows them."""

    username: str
    full_name: str
    role: Role
    place: str
    place_has_ended: bool
    is_disabled: bool
    must_change_password: bool
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place of the tree, with the places of today in it and those of the past behind it."""

    key: str
    name: str
    kind: PlaceKind
    valid_from: date | None
    valid_to: date | None
    lay_in: str
    """The ended unit in which the place is kept; empty when it lies in one of today."""
    successor: str
    inside: tuple["PlaceLine", ...]
    former: tuple["PlaceLine", ...]


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What the page of one place tells beside the place itself."""

    lies_in: str
    unit_of_today: str
    successor: Place | None
    has_ended: bool
    people: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of each thing that administrators keep."""

    people: int
    categories: int
    departments: int
    places: int


def people_rows(session: Session, ids: Collection[int]) -> list[Person]:
    """Give the people of a scope in Vietnamese order, the disabled last."""
    seen = (
        select(SignIn.user_id, func.max(SignIn.last_seen_at).label("at"))
        .group_by(SignIn.user_id)
        .subquery()
    )
    found = session.execute(
        select(User, seen.c.at)
        .outerjoin(seen, seen.c.user_id == User.id)
        .where(User.place_id.in_(ids))
    )
    rows = [
        Person(
            username=user.username,
            full_name=user.full_name,
            role=user.role,
            place=user.place.name,
            place_has_ended=_has_ended(user.place),
            is_disabled=user.is_disabled,
            must_change_password=user.must_change_password,
            last_seen_at=last_seen_at,
        )
        for user, last_seen_at in found
    ]
    return sorted(rows, key=lambda row: (row.is_disabled, sort_key(row.full_name), row.username))


def home_choices(
    session: Session, ids: Collection[int], present: Place | None = None
) -> dict[int, str]:
    """Give the places that a person may have: units of today in the scope, and the present one."""
    asked = select(Place).where(Place.id.in_(ids), Place.kind.in_(HOMES))
    homes = [place for place in session.scalars(asked) if not _has_ended(place)]
    if present is not None and present not in homes:
        homes.append(present)
    homes.sort(key=lambda place: (HOMES.index(place.kind), sort_key(place.name)))
    return {place.id: place.name for place in homes}


def listed_rows(session: Session, kind: type[Listed]) -> list[Listed]:
    """Give a list in its order, those in use first."""
    ordered = select(kind).order_by(kind.is_retired, kind.position, kind.id)
    return list(session.scalars(ordered))


def listed_for(session: Session, kind: type[Listed], code: str) -> Listed:
    """Give one entry of a list."""
    row = next((row for row in listed_rows(session, kind) if row.code == code), None)
    if row is None:
        raise NotFound("There is no such entry.")
    return row


def keeps_lists(session: Session, admin: User) -> bool:
    """Tell whether an administrator keeps the lists that the whole installation shares.

    The highest ones do: those above whose place no other administrator stands in the tree. So one
    commune alone keeps its own lists, and many communes have theirs from the province.
    """
    above = chain(unit_tree(session), admin.place_id)[1:]
    higher = select(User.id).where(
        User.role == Role.ADMIN, User.is_disabled.is_(False), User.place_id.in_(above)
    )
    return session.scalar(higher.limit(1)) is None


def place_for(session: Session, ids: Collection[int], key: str) -> Place:
    """Give a place of the scope; any other does not exist."""
    place = session.scalar(select(Place).where(Place.key == key))
    if place is None or place.id not in ids:
        raise NotFound("There is no such place.")
    return place


def place_facts(session: Session, place: Place) -> PlaceFacts:
    """Give what a place lies in, what took over from it, and how many people have it."""
    unit_id = unit_of_today(unit_tree(session), place.id)
    lies_in = session.get(Place, place.parent_id) if place.parent_id else None
    unit = session.get(Place, unit_id) if unit_id else None
    people = select(func.count(User.id)).where(User.place_id == place.id)
    return PlaceFacts(
        lies_in=lies_in.name if lies_in else "",
        unit_of_today=unit.name if unit else "",
        successor=session.get(Place, place.successor_id) if place.successor_id else None,
        has_ended=_has_ended(place),
        people=session.scalar(people) or 0,
    )


def successor_choices(session: Session, ids: Collection[int], place: Place) -> dict[int, str]:
    """Give the places of the scope that may take over from one."""
    offered = set(successors(unit_tree(session), place.id)) & set(ids)
    rows = session.scalars(select(Place).where(Place.id.in_(offered)))
    return {row.id: row.name for row in sorted(rows, key=lambda row: sort_key(row.name))}


def place_tree(session: Session, ids: Collection[int], home_id: int) -> PlaceLine:
    """Give the tree of a scope: each place in the unit of today that answers for it."""
    nodes = unit_tree(session)
    places = {place.id: place for place in session.scalars(select(Place).where(Place.id.in_(ids)))}
    inside: dict[int, list[Place]] = {}
    for place in places.values():
        if place.id != home_id:
            unit_id = unit_of_today(nodes, place.id)
            inside.setdefault(unit_id if unit_id in places else home_id, []).append(place)
    return _line(places[home_id], places, inside)


def counts(session: Session, ids: Collection[int]) -> Counts:
    """Count people, lists in use and places of today."""
    return Counts(
        people=_count(session, select(User.id).where(User.place_id.in_(ids))),
        categories=_count(session, select(Category.id).where(Category.is_retired.is_(False))),
        departments=_count(session, select(Department.id).where(Department.is_retired.is_(False))),
        places=_count(
            session,
            select(Place.id).where(
                Place.id.in_(ids), Place.valid_to.is_(None), Place.successor_id.is_(None)
            ),
        ),
    )


def _line(place: Place, places: dict[int, Place], inside: dict[int, list[Place]]) -> PlaceLine:
    held = sorted(inside.get(place.id, ()), key=lambda row: sort_key(row.name))
    lines = [_line(row, places, inside) for row in held]
    ended = {row.key for row in held if _has_ended(row)}
    parent = places.get(place.parent_id or 0)
    successor = places.get(place.successor_id or 0)
    return PlaceLine(
        key=place.key,
        name=place.name,
        kind=place.kind,
        valid_from=place.valid_from,
        valid_to=place.valid_to,
        lay_in=parent.name if parent and _has_ended(parent) else "",
        successor=successor.name if successor else "",
        inside=tuple(line for line in lines if line.key not in ended),
        former=tuple(line for line in lines if line.key in ended),
    )


def _has_ended(place: Place) -> bool:
    return place.valid_to is not None or place.successor_id is not None


def _count(session: Session, asked: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0


@lasting
def named_spans(session: Session) -> list[NamedSpan]:
    """Give the spans of days that have a name, the latest first."""
    setting = InstallationSetting
    asked = select(setting.key, setting.value, setting.version).where(setting.key.startswith(SPAN))
    found = [span_in(*row) for row in session.execute(asked)]
    return sorted(filter(None, found), key=lambda span: (span.start, span.end), reverse=True)


def span_for(session: Session, code: str) -> NamedSpan:
    """Give a named span."""
    for span in named_spans(session):
        if span.code == code:
            return span
    raise NotFound("There is no such named period.")


def last_verified(session: Session) -> tuple[datetime, int] | None:
    """Give when the register was verified last, and how many lines did not fit."""
    asked = select(InstallationSetting.value).where(InstallationSetting.key == LAST_VERIFIED)
    value = session.scalar(asked)
    if not value:
        return None
    moment, faults = value.split()
    return datetime.fromisoformat(moment), int(faults)


def last_backup_at(session: Session) -> datetime | None:
    """Give the moment that the last verified backup shows; None when there was none."""
    asked = select(InstallationSetting.value).where(InstallationSetting.key == LAST_BACKUP)
    value = session.scalar(asked)
    return datetime.fromisoformat(value) if value else None
