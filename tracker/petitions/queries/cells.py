"""The petitions behind a number of a report: as it counts now, or as had been typed by a day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from tracker.core.paging import Order
from tracker.ledger.models import LedgerEntry
from tracker.ledger.queries import sums
from tracker.ledger.rules import MEASURES, By, Span, end_of_day
from tracker.petitions.lifecycle import Status
from tracker.petitions.models import Petition, PetitionPosting
from tracker.petitions.queries.filters import Flow, PetitionFilter, Sort, Stock
from tracker.petitions.rules import (
    ENDED_AT_ALL,
    HAPPENED,
    MATTERS,
    RECEIVED,
    REOPENED,
    ended_as,
    weights_of,
)
from tracker.places.models import PlaceReach
from tracker.places.queries import FEW_PLACES, Reach, ScopeShape, lies_in

CELL_FACTS = ("category_id", "department_id", "kind", "level", "channel")
"""What a petition was counted under by then, as the ledger's entries keep it."""
COUNTED_DAY: ColumnElement[Any] = literal_column("counted.day", Date())
COUNTED_ID: ColumnElement[Any] = literal_column("counted.petition_id", Integer())
"""The day on which a row behind a flow counts: a petition has a row for each such day."""
_SPANS = tuple(timedelta(days=days) for days in (2, 20, 200)) + (None,)
MANY_STOOD = 100
"""Where so many stood on a day, the last ones received before it are soon a page."""


def behind(
    scope: frozenset[int], asked: PetitionFilter, *, newest_first: bool = False
) -> tuple[Select[Any], PetitionFilter]:
    """Select the petitions that the cell of a filter counts, and give what is left of the filter.

    By what had been typed by a day, a petition is found under the place, category and department
    of then, in whatever place of the scope it lies now. `newest_first` is for pages of a stock
    that are found by looking back from its day (`are_soon_met`).
    """
    if asked.cell is None:
        raise ValueError("This filter asks for no number of a report.")
    if asked.cell.typed_by is None:
        if newest_first and isinstance(asked.cell, Stock):
            return _stood_lately(scope, asked, asked.cell), asked
        return _counted_now(scope, asked, asked.cell), asked
    counted = _counted_then(scope, asked, asked.cell).subquery("counted")
    statement = select(Petition.id).join(counted, counted.c.petition_id == Petition.id)
    # One that has left the scope since was counted, but is no longer this reader's to see.
    statement = statement.where(Petition.place_id.in_(_reached(scope)))
    taken: dict[str, Any] = dict.fromkeys((*CELL_FACTS, "place_id"))
    return statement, replace(asked, only_here=False, **taken)


def summed(session: Session, scope: frozenset[int], asked: PetitionFilter) -> int | None:
    """Give the number itself from the ledger's sums, when nothing but one cut narrows it.

    Then nobody counts the rows one by one. None says that they must be.
    """
    unit_id = asked.place_id or (scope.unit_id if isinstance(scope, Reach) else None)
    narrowed = [name for name in CELL_FACTS if getattr(asked, name) is not None]
    plain = PetitionFilter(
        without_names=asked.without_names,
        place_id=asked.place_id,
        cell=asked.cell,
        **{name: getattr(asked, name) for name in narrowed[:1]},
    )
    if asked.cell is None or unit_id is None or asked != plain or unit_id not in scope:
        return None
    if asked.cell.measure == MATTERS:
        return None
    cell, by, key = asked.cell, By.ALL, ""
    if narrowed:
        by, key = By(narrowed[0].removesuffix("_id")), str(getattr(asked, narrowed[0]))
    weights = weights_of(cell.measure)
    span = _span(cell)
    typed = end_of_day(cell.typed_by) if cell.typed_by else None
    found = sums(session, [unit_id], [span], by, typed).get((0, unit_id, key), {})
    return sum(weight * found.get(measure, 0) for measure, weight in weights.items())


def are_soon_met(
    session: Session, scope: frozenset[int], asked: PetitionFilter, sort: Sort
) -> bool:
    """Tell whether a page of a stock is found by looking back from its day."""
    cell = asked.cell
    if not isinstance(cell, Stock) or cell.typed_by is not None or sort is not Sort.NEWEST:
        return False
    return (summed(session, scope, asked) or 0) >= MANY_STOOD


def _span(cell: Flow | Stock) -> Span:
    if isinstance(cell, Flow):
        return Span(cell.day_from, cell.day_to)
    return Span(None, cell.as_at)


def _counted_now(scope: frozenset[int], asked: PetitionFilter, cell: Flow | Stock) -> Select[Any]:
    if isinstance(cell, Flow):
        counted = _happened(scope, asked, cell)
        found = select(Petition.id).join(counted, counted.c.petition_id == Petition.id)
        return found.where(~_is_joined(cell.day_to)) if cell.measure == MATTERS else found
    return select(Petition.id).where(
        *_places(scope, asked, Petition.place_id),
        _may_have_stood(cell),
        _stood(cell, Petition.id) == 1,
    )


def _stood_lately(scope: frozenset[int], asked: PetitionFilter, cell: Stock) -> Select[Any]:
    """Look at each petition received by the day: the last ones stand for the most part."""
    received = _posted(scope, asked, [RECEIVED], PetitionPosting.day <= cell.as_at)
    return (
        select(Petition.id)
        .join(received, received.c.petition_id == Petition.id)
        .where(_may_have_stood(cell), _stood(cell, Petition.id) == 1)
    )


def _may_have_stood(cell: Stock) -> ColumnElement[bool]:
    """Ask for what is open, or ended after the day: nothing else can have stood on it."""
    return or_(Petition.ended_on.is_(None), Petition.ended_on > cell.as_at)


def _stood(cell: Stock, petition_id: Any) -> Any:
    """Add up what a petition posted up to the day of a stock: one when it stood in it."""
    posting = aliased(PetitionPosting)
    weights = weights_of(cell.measure)
    weighed = case(weights, value=posting.measure, else_=0) * posting.quantity
    return (
        select(func.sum(weighed))
        .where(
            posting.petition_id == petition_id,
            posting.measure.in_(weights),
            posting.day <= cell.as_at,
        )
        .correlate(Petition)
        .scalar_subquery()
    )


def _happened(scope: frozenset[int], asked: PetitionFilter, cell: Flow) -> Subquery:
    days = PetitionPosting.day.between(cell.day_from, cell.day_to)
    return _posted(scope, asked, list(weights_of(cell.measure)), days)


def _is_joined(day: date) -> ColumnElement[bool]:
    """Ask whether a petition stands joined to another at the end of a day."""
    joining = aliased(PetitionPosting)
    asked = select(joining.petition_id).where(
        joining.petition_id == Petition.id, *_still_joined(joining, day)
    )
    return asked.exists()


def _still_joined(joining: Any, day: date | ColumnElement[date]) -> Iterator[ColumnElement[bool]]:
    """Ask of a posting whether it is the joining at which a petition stands at the end of a day."""
    later = aliased(PetitionPosting)
    was_after = select(later.petition_id).where(
        later.petition_id == joining.petition_id,
        later.measure.in_((REOPENED, *HAPPENED[ENDED_AT_ALL])),
        later.day > joining.day,
        later.day <= day,
    )
    yield joining.measure == ended_as(Status.JOINED)
    yield joining.day <= day
    yield ~was_after.exists()


def joined_at_the_end(
    session: Session, unit_id: int, measure: str, day_from: date, day_to: date
) -> int:
    """Count what a unit's petitions posted to a measure and stands joined at the end of the days.

    Found from the joinings, which are few, and not from all that was posted.
    """
    values = {"unit": unit_id, "measure": measure, "first": day_from, "last": day_to}
    return session.connection().scalar(_counting_joined(), values) or 0


@cache
def _counting_joined() -> Any:
    first, last = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    posted, joining = PetitionPosting, aliased(PetitionPosting)
    is_theirs = select(posted.petition_id).where(
        posted.petition_id == joining.petition_id,
        posted.measure == bindparam("measure"),
        posted.day.between(first, last),
    )
    here = ScopeShape(is_unit=True, is_few=True).lies_in(joining.place_id)
    return select(func.count()).where(here, *_still_joined(joining, last), is_theirs.exists())


def _posted(
    scope: frozenset[int], asked: PetitionFilter, measures: list[str], days: ColumnElement[bool]
) -> Subquery:
    """Select what was posted to measures, by the index that fits how many places are asked."""
    place_id = PetitionPosting.place_id
    are_many = asked.place_id is None and len(scope) > FEW_PLACES
    places = [lies_in(scope, place_id)] if are_many else _places(scope, asked, place_id)
    return (
        select(PetitionPosting.petition_id, PetitionPosting.day)
        .where(*places, _one_of(PetitionPosting.measure, measures), days)
        .subquery("counted")
    )


def _one_of(column: Any, measures: list[str]) -> ColumnElement[bool]:
    """Ask for a single one plainly: so its index gives the rows in the order of their days."""
    found: ColumnElement[bool] = column.in_(measures)
    return column == measures[0] if len(measures) == 1 else found


def first_days(cell: Flow, day: date | None, *, falling: bool) -> Iterator[Flow]:
    """Narrow a flow to its last days up to one, or its first from one on: few, then ever more."""
    for span in _SPANS:
        if falling:
            last = min(cell.day_to, day or cell.day_to)
            first = max(cell.day_from, last - span) if span else cell.day_from
        else:
            first = max(cell.day_from, day or cell.day_from)
            last = min(cell.day_to, first + span) if span else cell.day_to
        yield replace(cell, day_from=first, day_to=last)
        if (first, last) == (cell.day_from, cell.day_to):
            return


def pieces_of(cell: Flow) -> Iterator[Flow]:
    """Part a flow into the last days, those before them, and ever more at a time."""
    last = cell.day_to
    for span in _SPANS:
        first = max(cell.day_from, last - span) if span else cell.day_from
        yield replace(cell, day_from=first, day_to=last)
        if first == cell.day_from:
            return
        last = first - timedelta(days=1)


def cell_orders(sort: Sort, cell: Flow | Stock, *, newest_first: bool = False) -> list[Order]:
    """Give the order of the rows behind a number: by the day on which they count there.

    What stood on a day stands by its day of receipt.
    """
    by_day = isinstance(cell, Flow) and sort is not Sort.DUE
    if by_day or newest_first:
        is_newest = sort is Sort.NEWEST
        return [
            Order(COUNTED_DAY, descending=is_newest, is_always=True),
            Order(COUNTED_ID, descending=is_newest, is_always=True),
        ]
    day = Petition.due_on.expression if sort is Sort.DUE else Petition.received_on.expression
    by = [Order(day, descending=sort is Sort.NEWEST)]
    by.append(Order(Petition.id.expression, descending=sort is Sort.NEWEST))
    return [*by, Order(COUNTED_DAY)] if isinstance(cell, Flow) else by


def _counted_then(scope: frozenset[int], asked: PetitionFilter, cell: Flow | Stock) -> Select[Any]:
    entry, typed_by = LedgerEntry, cell.typed_by
    if typed_by is None:
        raise ValueError("This number asks for no day of typing.")
    weights = weights_of(cell.measure)
    known = {name: weight for name, weight in weights.items() if name in MEASURES}
    counted = sum((weight * getattr(entry, name) for name, weight in known.items()), literal(0))
    facts = {name: getattr(asked, name) for name in CELL_FACTS}
    conditions = [
        *_places(scope, asked, entry.place_id),
        entry.recorded_at < end_of_day(typed_by),
        *(getattr(entry, name) == fact for name, fact in facts.items() if fact is not None),
    ]
    if isinstance(cell, Stock):
        whole = select(entry.petition_id).where(*conditions, entry.day <= cell.as_at)
        return whole.group_by(entry.petition_id).having(func.sum(counted) > 0)
    days = (entry.petition_id, entry.day)
    in_period = entry.day.between(cell.day_from, cell.day_to)
    of_days: Any = select(*days).where(*conditions, in_period)
    return cast(Select[Any], of_days.group_by(*days).having(func.sum(counted) > 0))


def _places(
    scope: frozenset[int], asked: PetitionFilter, place_id: Any
) -> Iterator[ColumnElement[bool]]:
    """Narrow to places in a way that an index by place is read for."""
    if asked.place_id is None:
        yield place_id.in_(_reached(scope))
        return
    yield place_id.in_(_reached(scope))
    yield place_id == asked.place_id if asked.only_here else place_id.in_(_reached(asked.place_id))


def _reached(scope: frozenset[int] | int) -> Any:
    unit_id = scope.unit_id if isinstance(scope, Reach) else scope
    if not isinstance(unit_id, int):
        return unit_id
    return select(PlaceReach.place_id).where(PlaceReach.unit_id == unit_id)
