"""Which promises press today."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.calendar.queries import choices_of
from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment
from tracker.commitments.queries.register import stands_as, told
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.i18n import N_, Labelled
from tracker.petitions.models import PERSON, Petition
from tracker.petitions.queries.today import names_in
from tracker.places.queries import ScopeShape, bound_scope

SHOWN = 8


class Due(Labelled):
    """Why a promise presses."""

    OVERDUE = "overdue", N_("Promises past their date")
    SOON = "soon", N_("Promises due soon")


STATES = {Due.OVERDUE: State.OVERDUE, Due.SOON: State.OPEN}


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise as the first page shows it, without the people whom it concerns."""

    code: str
    promise: str
    promised_by: str
    department: str | None
    place: str
    due_on: date
    state: State


@dataclass(frozen=True, slots=True)
class _Found:
    """A promise as it is read: the place of its pile, and how many the pile holds."""

    pile: int
    count: int
    code: str
    promise: str
    promised_by: str
    department_id: int | None
    place_id: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Pile:
    """Promises that press for the same reason: how many, the first few, the arguments for all."""

    due: Due
    count: int
    rows: list[PromiseRow]
    arguments: dict[str, str]


def promise_piles(session: Session, scope: frozenset[int]) -> list[Pile]:
    """Give what is overdue and what falls due within the next days, the oldest date first."""
    today = clock.today()
    soon = today + timedelta(days=choices_of(session).commitment_soon_days)
    shape, values = bound_scope(scope)
    values |= {"today": today, "soon": soon}
    found = session.connection().execute(_first_of(shape), values).all()
    names = names_in(session, scope)
    counts, rows = dict.fromkeys(Due, 0), {due: list[PromiseRow]() for due in Due}
    for row in told(session, _Found, found):
        due = list(Due)[row.pile]
        counts[due] = row.count
        rows[due].append(
            PromiseRow(
                row.code,
                row.promise,
                row.promised_by,
                names.departments.get(row.department_id or 0),
                names.places[row.place_id],
                row.due_on,
                STATES[due],
            )
        )
    days = {"due_from": shown_date(today), "due_to": shown_date(soon)}
    arguments: dict[Due, dict[str, str]] = {Due.OVERDUE: {}, Due.SOON: days}
    return [
        Pile(due, counts[due], rows[due], {"state": STATES[due].value} | arguments[due])
        for due in Due
    ]


@lru_cache
def _first_of(scope: ScopeShape) -> Select[Any]:
    """Select the first rows of both piles, each with the number of all rows of its pile."""
    today, soon = bindparam("today", type_=Date()), bindparam("soon", type_=Date())
    conditions: dict[Due, list[ColumnElement[bool]]] = {
        Due.OVERDUE: [stands_as(State.OVERDUE, today)],
        Due.SOON: [stands_as(State.OPEN, today), Commitment.due_on.between(today, soon)],
    }
    piles = []
    for at, due in enumerate(Due):
        first = (
            select(Commitment.id, func.count().over().label("number"))
            .where(scope.lies_in(Commitment.place_id), *conditions[due])
            .order_by(Commitment.due_on, Commitment.id)
            .limit(SHOWN)
            .subquery()
        )
        piles.append(select(literal(at).label("pile"), first.c.number, first.c.id))
    found = union_all(*piles).subquery("found")
    return (
        select(
            found.c.pile,
            found.c.number,
            Commitment.code,
            Commitment.promise,
            Commitment.promised_by,
            Commitment.department_id,
            Commitment.place_id,
            Commitment.due_on,
            *(getattr(Petition, name) for name in PERSON),
            Commitment.dialogue_id,
        )
        .join(Commitment, Commitment.id == found.c.id)
        .outerjoin(Petition, Petition.id == Commitment.petition_id)
        .order_by(found.c.pile, Commitment.due_on, Commitment.id)
    )
