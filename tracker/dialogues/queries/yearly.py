"""Dialogues of a year: which communes of a scope had theirs, foretold them, or lack some."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from tracker.calendar.queries import choices_of
from tracker.core.lasting import lasting
from tracker.core.text import sort_key
from tracker.dialogues.lifecycle import HAPPENED, UPCOMING, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.rules import Yearly, yearly
from tracker.places.models import Place
from tracker.places.queries import answered_for, reached
from tracker.places.rules import Node, PlaceKind, chain


@dataclass(frozen=True, slots=True)
class YearRow:
    """A commune of today and its dialogues of one year, those of the units it took over too."""

    key: str
    name: str
    is_fictional: bool
    owed: int
    held: int = 0
    foretold: int = 0
    requested: int = 0
    next_on: date | None = None

    @property
    def standing(self) -> Yearly:
        """Whether the commune has had its dialogues of the year."""
        return yearly(self.held, self.foretold, self.owed)


@dataclass(frozen=True, slots=True)
class Year:
    """The communes of a scope and their dialogues of a year."""

    number: int
    rows: list[YearRow]

    def count(self, standing: str) -> int:
        """Count the communes whose year stands so."""
        return sum(row.standing == Yearly(standing) for row in self.rows)


@lasting
def year_of(session: Session, scope: frozenset[int], year: int) -> Year:
    """Give each commune of today in a scope, those without a dialogue first.

    A date known to its month or year lies in a year all the same; an unknown one in none.
    """
    communes, responsible = _communes(session, scope)
    counted: dict[int, list[_Count]] = {commune_id: [] for commune_id in communes}
    for count in _counts(session, scope, year):
        if count.place_id in responsible:
            counted[responsible[count.place_id]].append(count)
    owed = choices_of(session).dialogues_a_year
    rows = [
        YearRow(
            *communes[commune_id],
            owed,
            sum(count.held for count in counts),
            sum(count.foretold for count in counts),
            sum(count.requested for count in counts),
            min((count.next_on for count in counts if count.next_on), default=None),
        )
        for commune_id, counts in counted.items()
    ]
    order = list(Yearly)
    rows.sort(key=lambda row: (-order.index(row.standing), sort_key(row.name)))
    return Year(year, rows)


class _Commune(NamedTuple):
    key: str
    name: str
    is_fictional: bool


@lasting
def _communes(
    session: Session, scope: frozenset[int]
) -> tuple[dict[int, _Commune], dict[int, int]]:
    """Give the communes of today in a scope, and for each place the one that answers for it."""
    places = session.execute(
        select(
            Place.id,
            Place.key,
            Place.name,
            Place.kind,
            Place.parent_id,
            Place.successor_id,
            Place.valid_to,
            Place.is_fictional,
        ).where(answered_for(scope, Place.id))
    ).all()
    nodes = {place.id: Node(place.parent_id, place.successor_id) for place in places}
    communes = {
        place.id: _Commune(place.key, place.name, place.is_fictional)
        for place in places
        if place.kind is PlaceKind.COMMUNE and place.valid_to is None and not place.successor_id
    }
    responsible = {
        place_id: next((at for at in chain(nodes, place_id) if at in communes), 0)
        for place_id in nodes
    }
    return communes, {place_id: at for place_id, at in responsible.items() if at}


@dataclass(frozen=True, slots=True)
class _Count:
    place_id: int
    held: int
    foretold: int
    requested: int
    next_on: date | None


def _counts(session: Session, scope: frozenset[int], year: int) -> list[_Count]:
    is_upcoming = Dialogue.stage.in_(UPCOMING)
    is_requested = Dialogue.requested_by_voters
    rows = session.execute(
        select(
            Dialogue.place_id,
            func.sum(case((Dialogue.stage.in_(HAPPENED), 1), else_=0)),
            func.sum(case((is_upcoming, 1), else_=0)),
            func.sum(case((is_requested, 1), else_=0)),
            func.min(case((is_upcoming, Dialogue.held_on))),
        )
        .where(
            Dialogue.place_id.in_(reached(scope)),
            Dialogue.held_on.between(date(year, 1, 1), date(year, 12, 31)),
            Dialogue.stage != Stage.CANCELLED,
        )
        .group_by(Dialogue.place_id)
    )
    return [_Count(*row) for row in rows]
