"""Which village, cell and leader is behind the rhythm expected of visits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import Standing, VisitKind
from tracker.briefing.models import GrassrootsVisit, VisitRhythm
from tracker.briefing.rules import USUAL, Rhythm, due_by, standing
from tracker.commitments.rules import leader_key, name_key
from tracker.core.i18n import gettext
from tracker.core.lasting import lasting
from tracker.core.text import sort_key
from tracker.places.models import Place
from tracker.places.queries import answered_for, reached, unit_tree
from tracker.places.rules import PlaceKind, chain

BEHIND = (Standing.NEVER, Standing.LATE)


@dataclass(frozen=True, slots=True)
class Line:
    """A village, a cell or a leader: the last visit, how it stands, until when the next is due.

    `place_key` or `visitor_key` narrows the log to the visits behind the line.
    """

    name: str
    within: str
    count: int
    last: date | None
    standing: Standing
    due_by: date | None
    place_key: str = ""
    visitor_key: str = ""
    place_id: int | None = None

    @property
    def is_behind(self) -> bool:
        """Tell whether it has not been visited within the set time."""
        return self.standing in BEHIND


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of visits: the rhythm expected, by place (or cell) and by leader."""

    kind: VisitKind
    rhythm: Rhythm
    version: int
    places: list[Line]
    leaders: list[Line]

    @property
    def behind(self) -> int:
        """Count the places or cells that are behind."""
        return sum(line.is_behind for line in self.places)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the log holds of one thing: how many visits, and the day of the last."""

    count: int
    last: date


@lasting
def rhythms(session: Session) -> dict[VisitKind, tuple[Rhythm, int]]:
    """Give the rhythm of each kind and its version; 0 where nobody has set another than usual."""
    kept = {row.kind: row for row in session.scalars(select(VisitRhythm))}
    found = {}
    for kind, usual in USUAL.items():
        row = kept.get(kind)
        if row is None:
            found[kind] = (Rhythm(usual.every, usual.days, gettext(usual.basis)), 0)
        else:
            found[kind] = (Rhythm(row.every, row.days, row.basis), row.version)
    return found


def coverage(session: Session, scope: frozenset[int], today: date) -> list[Part]:
    """Give both kinds of visits over a scope, whatever is behind first.

    A visit to a place of the past counts for the one that answers for it today.
    """
    places = {place.id: place for place in session.scalars(select(Place))}
    today_of = _today_of(session, places, scope)
    return [
        Part(
            kind,
            rhythm,
            version,
            _by_place(session, kind, rhythm, places, today_of, scope, today),
            _by_leader(session, kind, rhythm, scope, today),
        )
        for kind, (rhythm, version) in rhythms(session).items()
    ]


@lasting
def villages_behind(session: Session, scope: frozenset[int], today: date) -> int:
    """Count the villages that the coverage shows as behind, without drawing its lines."""
    rhythm, _version = rhythms(session)[VisitKind.VILLAGE_VISIT]
    visited = session.execute(
        select(GrassrootsVisit.place_id, func.max(GrassrootsVisit.visited_on))
        .where(
            GrassrootsVisit.kind == VisitKind.VILLAGE_VISIT,
            GrassrootsVisit.place_id.in_(reached(scope)),
            GrassrootsVisit.voided_at.is_(None),
        )
        .group_by(GrassrootsVisit.place_id)
    )
    found = dict.fromkeys(_villages_of_today(session, scope), date.min)
    nodes = None
    for place_id, last in visited:
        at = place_id
        if at not in found:  # a place of the past, or none that is a village
            nodes = nodes or unit_tree(session)
            at = next((up for up in chain(nodes, at) if not nodes[up].has_ended), at)
            if nodes[at].kind is not PlaceKind.VILLAGE:
                continue
        found[at] = max(found.get(at, date.min), last)
    lasts = (None if last == date.min else last for last in found.values())
    return sum(standing(rhythm, last, today) in BEHIND for last in lasts)


@lasting
def _villages_of_today(session: Session, scope: frozenset[int]) -> tuple[int, ...]:
    villages = select(Place.id).where(
        Place.kind == PlaceKind.VILLAGE,
        Place.valid_to.is_(None),
        Place.successor_id.is_(None),
        answered_for(scope, Place.id),
    )
    return tuple(session.scalars(villages))


def _today_of(session: Session, places: dict[int, Place], scope: frozenset[int]) -> dict[int, int]:
    """Give for each place of a scope the place of today that it has become."""
    nodes = unit_tree(session)
    return {
        place_id: next((at for at in chain(nodes, place_id) if not nodes[at].has_ended), place_id)
        for place_id in scope
        if place_id in places
    }


def _by_place(
    session: Session,
    kind: VisitKind,
    rhythm: Rhythm,
    places: dict[int, Place],
    today_of: dict[int, int],
    scope: frozenset[int],
    today: date,
) -> list[Line]:
    rows = session.execute(
        select(
            GrassrootsVisit.place_id,
            GrassrootsVisit.cell,
            func.count().label("number"),
            func.max(GrassrootsVisit.visited_on).label("last"),
        )
        .where(
            GrassrootsVisit.kind == kind,
            GrassrootsVisit.place_id.in_(reached(scope)),
            GrassrootsVisit.voided_at.is_(None),
        )
        .group_by(GrassrootsVisit.place_id, GrassrootsVisit.cell)
    )
    seen: dict[tuple[int, str], Seen] = {}
    names: dict[tuple[int, str], str] = {}
    for place_id, cell, number, last in rows:
        at = (today_of[place_id], name_key(cell))
        names.setdefault(at, cell)
        seen[at] = _added(seen.get(at), number, last)
    villages = [
        place_id
        for place_id in set(today_of.values()) & scope
        if places[place_id].kind is PlaceKind.VILLAGE
    ]
    covered = {place_id for place_id, _ in seen}
    lines = [
        _place_line(places, at, names[at], known, rhythm, today)
        for at, known in seen.items()
        # A visit to the commune's own seat answers for no village; a cell there is a cell.
        if kind is VisitKind.PARTY_CELL or places[at[0]].kind is PlaceKind.VILLAGE
    ]
    lines += [
        _place_line(places, (place_id, ""), "", None, rhythm, today)
        for place_id in villages
        if place_id not in covered
    ]
    return _behind_first(lines)


def _place_line(
    places: dict[int, Place],
    at: tuple[int, str],
    cell: str,
    known: Seen | None,
    rhythm: Rhythm,
    today: date,
) -> Line:
    place = places[at[0]]
    around = places.get(place.parent_id or 0)
    commune = around.name if around and place.kind is PlaceKind.VILLAGE else ""
    within = ", ".join(part for part in (place.name, commune) if part)
    last = known.last if known else None
    return Line(
        name=cell or place.name,
        within=within if cell else commune,
        count=known.count if known else 0,
        last=last,
        standing=standing(rhythm, last, today),
        due_by=due_by(rhythm, last) if last else None,
        place_key=place.key,
        place_id=place.id,
    )


def _by_leader(
    session: Session, kind: VisitKind, rhythm: Rhythm, scope: frozenset[int], today: date
) -> list[Line]:
    """Give all who made such visits, and the leaders who sign in here and made none yet."""
    rows = session.execute(
        select(
            GrassrootsVisit.visitor_key,
            func.max(GrassrootsVisit.visitor),
            func.count(),
            func.max(GrassrootsVisit.visited_on),
        )
        .where(
            GrassrootsVisit.kind == kind,
            GrassrootsVisit.place_id.in_(reached(scope)),
            GrassrootsVisit.voided_at.is_(None),
        )
        .group_by(GrassrootsVisit.visitor_key)
    )
    seen = {key: (name, Seen(number, last)) for key, name, number, last in rows}
    lines = [_leader_line(key, name, known, rhythm, today) for key, (name, known) in seen.items()]
    for name in session.scalars(
        select(User.full_name).where(
            User.role == Role.LEADER, User.is_disabled.is_(False), User.place_id.in_(reached(scope))
        )
    ):
        if leader_key(name) not in seen:
            lines.append(_leader_line("", name, None, rhythm, today))
    return _behind_first(lines)


def _leader_line(key: str, name: str, known: Seen | None, rhythm: Rhythm, today: date) -> Line:
    last = known.last if known else None
    return Line(
        name=name,
        within="",
        count=known.count if known else 0,
        last=last,
        standing=standing(rhythm, last, today),
        due_by=due_by(rhythm, last) if last else None,
        visitor_key=key,
    )


def _added(before: Seen | None, number: int, last: date) -> Seen:
    if before is None:
        return Seen(number, last)
    return Seen(before.count + number, max(before.last, last))


def _behind_first(lines: Iterable[Line]) -> list[Line]:
    order = list(Standing)
    return sorted(
        lines,
        key=lambda line: (
            order.index(line.standing),
            line.last or date.min,
            sort_key(line.name),
            sort_key(line.within),
        ),
    )
