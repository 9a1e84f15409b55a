"""What waits on the first page today."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.core.i18n import N_, Labelled
from tracker.core.lasting import lasting
from tracker.petitions.lifecycle import Status
from tracker.petitions.models import Petition
from tracker.petitions.queries.addresses import petitions_address
from tracker.petitions.queries.choices import category_choices, department_choices
from tracker.petitions.queries.filters import PetitionFilter, Sort
from tracker.petitions.queries.finding import (
    DUE,
    Shape,
    bound,
    bound_values,
    counts_to,
    shape_of,
    wanted_by,
)
from tracker.petitions.queries.identity import plain_text
from tracker.petitions.queries.rows import EXCERPT
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.rules import Acknowledgement, Ageing, Terms, Timeliness, timeliness
from tracker.places.models import Place
from tracker.places.queries import answered_for

SHOWN = 8


class Waiting(Labelled):
    """Why a petition waits for someone today."""

    LATE = "late", N_("Late")
    DUE_SOON = "due_soon", N_("Due soon")
    AWAITING_APPROVAL = "awaiting_approval", N_("Awaiting approval")
    PLAN_HAS_COME = "plan_has_come", N_("Deferred, and the planned date has come")
    UNASSIGNED = "unassigned", N_("Received, not yet assigned")
    UNDATED = "undated", N_("No due date set")
    UNTOLD = "untold", N_("Notice to the citizen late")
    AGEING = "ageing", N_("Unprocessed for long")


FILTERS = {
    Waiting.LATE: PetitionFilter(open=True, timeliness=Timeliness.LATE),
    Waiting.DUE_SOON: PetitionFilter(open=True, timeliness=Timeliness.DUE_SOON),
    Waiting.AWAITING_APPROVAL: PetitionFilter(status=Status.AWAITING_APPROVAL),
    Waiting.PLAN_HAS_COME: PetitionFilter(status=Status.DEFERRED, plan_has_come=True),
    # What was written down from the press waits for nobody's assignment.
    Waiting.UNASSIGNED: PetitionFilter(status=Status.RECEIVED, not_press=True),
    Waiting.UNDATED: PetitionFilter(open=True, timeliness=Timeliness.NO_DATE),
    Waiting.UNTOLD: PetitionFilter(ack=Acknowledgement.LATE),
    Waiting.AGEING: PetitionFilter(ageing=Ageing.FIRST),
}


@dataclass(frozen=True, slots=True)
class PileRow:
    """A petition as the first page shows it: its beginning only, and nobody is named."""

    code: str
    content: str
    category: str
    place: str
    department: str | None
    due_on: date | None
    timeliness: Timeliness


@dataclass(frozen=True, slots=True)
class Pile:
    """Petitions that wait for the same thing: how many, the first few, the filter for all."""

    waiting: Waiting
    filter: PetitionFilter
    count: int
    rows: list[PileRow]

    @property
    def address(self) -> str:
        """Give the address of the list of exactly these petitions."""
        return petitions_address(self.filter, sort=Sort.DUE)


class Today(NamedTuple):
    """Every pile of the day, empty ones too, and how many petitions were received of late."""

    piles: dict[Waiting, Pile]
    newly: int


def today_piles(
    session: Session,
    scope: frozenset[int],
    since: date,
    opened: Collection[Waiting] = frozenset(Waiting),
) -> Today:
    """Give what waits today; the opened piles with rows, soonest due first.

    However many piles there are, they are counted by one statement, and their rows read by another.
    """
    terms = terms_of(session)
    asked = [*(FILTERS[waiting] for waiting in Waiting), PetitionFilter(received_from=since)]
    *counted, newly = counts_to(session, [wanted_by(scope, each, terms) for each in asked])
    counts = dict(zip(Waiting, counted, strict=True))
    with_rows = [waiting for waiting in Waiting if waiting in opened and counts[waiting]]
    rows = _first_rows(session, scope, terms, with_rows)
    piles = {
        waiting: Pile(waiting, FILTERS[waiting], counts[waiting], rows.get(waiting, []))
        for waiting in Waiting
    }
    return Today(piles, newly)


def _first_rows(
    session: Session, scope: frozenset[int], terms: Terms, opened: list[Waiting]
) -> Mapping[Waiting, list[PileRow]]:
    if not opened:
        return {}
    wanted = (wanted_by(scope, FILTERS[waiting], terms) for waiting in opened)
    shapes, values = zip(*(shape_of(session, each, DUE) for each in wanted), strict=True)
    names = names_in(session, scope)
    rows: dict[Waiting, list[PileRow]] = {waiting: [] for waiting in opened}
    found = session.connection().execute(_first_of(shapes), bound_values(values))
    for at, code, content, category_id, place_id, department_id, *stands in found:
        status, due_on, ended_on = stands
        rows[opened[at]].append(
            PileRow(
                code,
                content,
                names.categories[category_id],
                names.places[place_id],
                names.departments.get(department_id),
                due_on,
                timeliness(status, due_on, ended_on, terms),
            )
        )
    return rows


@lru_cache(maxsize=200)
def _first_of(shapes: tuple[Shape, ...]) -> Select[Any]:
    """Select the first rows of several piles, each in the order of its key."""
    piles = []
    for at, rows in enumerate(bound(shapes)):
        first = rows.order_by(rows.selected_columns.key).limit(SHOWN).subquery()
        piles.append(select(literal(at).label("pile"), first.c.petition_id, first.c.key))
    found = union_all(*piles).subquery("found")
    return (
        select(
            found.c.pile,
            Petition.code,
            func.substr(plain_text("content"), 1, EXCERPT),
            Petition.category_id,
            Petition.place_id,
            Petition.department_id,
            Petition.status,
            Petition.due_on,
            Petition.ended_on,
        )
        .join(Petition, Petition.id == found.c.petition_id)
        .order_by(found.c.pile, found.c.key)
    )


class Names(NamedTuple):
    """What things are called that rows of the first page belong to, by their ids."""

    categories: dict[int, str]
    departments: dict[int, str]
    places: dict[int, str]


@lasting
def names_in(session: Session, scope: frozenset[int]) -> Names:
    """Give the names of a scope's places and of the lists, so that no statement joins them."""
    places = select(Place.id, Place.name).where(answered_for(scope, Place.id))
    return Names(
        {choice.id: choice.name for choice in category_choices(session)},
        {choice.id: choice.name for choice in department_choices(session)},
        dict(iter(session.execute(places))),
    )
