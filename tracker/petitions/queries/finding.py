"""Finding petitions by their tokens, in the order of a key: as much work for the newest of a
million as for those of a hundred.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, cast, column, func, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from tracker.core.dates import Precision, first_day
from tracker.core.db import is_sqlite
from tracker.core.i18n import MoreThan
from tracker.core.matching import Clause, for_postgresql, for_sqlite, none_of, one_of, words_of
from tracker.core.text import has_forbidden, tidy_line
from tracker.petitions.lifecycle import OPEN, Channel, Status
from tracker.petitions.models import FOUND_IN, OF_OPEN, PetitionLookup
from tracker.petitions.queries.filters import PetitionFilter
from tracker.petitions.queries.standing import reached_after
from tracker.petitions.rules import (
    Acknowledgement,
    Terms,
    Timeliness,
    statuses_of,
)
from tracker.petitions.rules.lookup import (
    FIRST_DAY,
    IDS,
    NAME,
    SHORTEST_NUMBER,
    WAITS_FOR_ACK,
    WAITS_FOR_DUE,
    span_tokens,
    token,
    unit_token,
)
from tracker.places.queries import FEW_PLACES, Reach

MOST_WORDS = 12
COUNTED_TO = 1000
"""So many rows are counted for a page; of more it says that they are more."""
NEVER = "_never"
"""No row has this token."""
NOTHING = one_of(NEVER)
RECEIVED, DUE = "received_key", "due_key"
EVERYWHERE = (0, 2**63 - 1)
FACTS = {
    "department_id": "d",
    "dialogue_id": "g",
    "monitor_id": "m",
    "kind": "k",
    "level": "l",
    "channel": "h",
}
"""Fields of the filter that are one token, and its kind."""
_RUNNING = (Timeliness.LATE, Timeliness.DUE_SOON, Timeliness.IN_TIME)
_WAITING = (Acknowledgement.LATE, Acknowledgement.DUE)
"""What only open petitions can be."""
ONE_DAY, SHORT_TIME = timedelta(days=1), timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What rows must have, and the days of receipt they lie between, both included.

    `is_open` says that only open petitions have it, which are few among all; `is_broad` that many
    of those do, so that the first of them are soon met in any order.
    """

    clauses: tuple[Clause, ...]
    first: date | None = None
    last: date | None = None
    is_open: bool = False
    is_broad: bool = False


def wanted_by(scope: frozenset[int], asked: PetitionFilter, terms: Terms) -> Wanted:
    """Say by tokens and days what a filter asks, `cell` apart."""
    unit = _unit(scope, asked)
    of_unit = [one_of(*(unit_token(unit, *fact) for fact in facts)) for facts in _by_unit(asked)]
    clauses = [*of_unit, *_by_facts(asked), *_by_standing(asked, terms)]
    # What is asked of a unit says already that the place is one of its own.
    if not of_unit or unit is None or asked.only_here:
        clauses += _by_place(scope, asked)
    elif not (isinstance(scope, Reach) and scope.unit_id == unit):
        clauses.append(_places(scope))
    if asked.q.strip():
        clauses += by_words(asked.q, with_names=not asked.without_names)
    first, last = asked.received_from, asked.received_to
    if last is not None:
        first = first or FIRST_DAY
        clauses += _without_open_spans(last)
    if asked.ageing is not None:
        clauses.append(one_of(token("y", Precision.DAY)))
        days = reached_after(asked.ageing, terms)
        clauses += [NOTHING] if days is None else []
        oldest = terms.today - timedelta(days=days or 0)
        last = min(last, oldest) if last else oldest
    is_open = _is_of_open(asked)
    is_broad = is_open and isinstance(scope, Reach) and len(scope) > FEW_PLACES and _is_plain(asked)
    return Wanted(tuple(clauses), first, last, is_open, is_broad)


def _is_of_open(asked: PetitionFilter) -> bool:
    """Tell whether a filter leaves open petitions alone."""
    statuses = statuses_of({asked.group}) if asked.group is not None else frozenset()
    return bool(
        asked.open
        or asked.overdue
        or asked.plan_has_come
        or asked.ageing is not None
        or asked.status in OPEN
        or (statuses and statuses <= OPEN)
        or asked.timeliness in (*_RUNNING, Timeliness.PAUSED)
        or asked.ack in _WAITING
    )


def _is_plain(asked: PetitionFilter) -> bool:
    """Tell whether a filter asks for nothing but how petitions stand."""
    plain = PetitionFilter(without_names=asked.without_names)
    return plain == replace(
        asked,
        status=None,
        group=None,
        open=None,
        overdue=False,
        timeliness=None,
        ack=None,
        ageing=None,
        not_press=False,
    )


def found(
    session: Session, wanted: Wanted, by: str = RECEIVED, within: tuple[int, int] = EVERYWHERE
) -> Select[Any]:
    """Select the ids and keys of what is wanted, in no order yet.

    `by` names the key, `within` the keys between which rows lie, the last one excluded.
    """
    shape, values = shape_of(session, wanted, by, within)
    return rows_by(shape, values)


class Shape(NamedTuple):
    """What a search by tokens is made of, whatever its tokens, days and keys are."""

    is_sqlite: bool
    by: str
    named: tuple[str, ...]
    is_open: bool
    is_broad: bool
    is_short: bool


def shape_of(
    session: Session, wanted: Wanted, by: str = RECEIVED, within: tuple[int, int] = EVERYWHERE
) -> tuple[Shape, dict[str, Any]]:
    """Give the shape of what is wanted, and by name the values that belong into it."""
    on_sqlite = is_sqlite(session)
    clauses = list(wanted.clauses)
    low, high = within
    values: dict[str, Any] = {}
    if by == RECEIVED:
        low = max(low, wanted.first.toordinal() * IDS) if wanted.first else low
        high = min(high, (wanted.last.toordinal() + 1) * IDS) if wanted.last else high
    elif wanted.first or wanted.last:
        latest = wanted.last or date.max
        clauses.append(one_of(*(span_tokens("r", wanted.first or FIRST_DAY, latest) or [NEVER])))
        if wanted.first and wanted.last and not on_sqlite:
            values["first"] = wanted.first.toordinal() * IDS
            values["last"] = (wanted.last.toordinal() + 1) * IDS - 1
    values["tokens"] = for_sqlite(clauses) if on_sqlite else for_postgresql(clauses)
    values |= {"low": low} if low > EVERYWHERE[0] else {}
    values |= {"high": high} if high < EVERYWHERE[1] else {}
    how = (wanted.is_open, wanted.is_broad, _is_short(wanted))
    return Shape(on_sqlite, by, tuple(values), *how), values


def rows_by(shape: Shape, values: Mapping[str, Any]) -> Select[Any]:
    """Select the ids and keys of a search by its values, or by what they are to be bound to."""
    if shape.is_sqlite:
        name = FOUND_IN[shape.by]
        rows = table(name, column("rowid"), column(name))
        key: ColumnElement[Any] = rows.c.rowid
        asked = select(key.op("&")(IDS - 1).label("petition_id"), key.label("key")).where(
            rows.c[name].op("MATCH")(values["tokens"])
        )
    else:
        key = getattr(PetitionLookup, shape.by)
        if shape.by == DUE and shape.is_short and not shape.is_broad:
            # Sorted, not read from its index: few rows of a short time lie far apart in that order.
            key = key + 0
        has_tokens: Any = PetitionLookup.tokens.op("@@")(cast(values["tokens"], TSQUERY))
        if shape.is_broad:
            # Met in the order of the key: so said, the index by tokens is not looked into.
            has_tokens = func.coalesce(has_tokens, False)
        asked = select(PetitionLookup.petition_id, key.label("key")).where(has_tokens)
        if shape.is_open:
            asked = asked.where(OF_OPEN)
        if "first" in values:
            days = (values["first"], values["last"])
            asked = asked.where(PetitionLookup.received_key.between(*days))
    asked = asked.where(key >= values["low"]) if "low" in values else asked
    return asked.where(key < values["high"]) if "high" in values else asked


def bound(shapes: Sequence[Shape]) -> list[Select[Any]]:
    """Select what each shape finds, by values bound to its names and its place in the row."""
    return [
        rows_by(shape, {name: bindparam(f"{name}_{at}") for name in shape.named})
        for at, shape in enumerate(shapes)
    ]


def bound_values(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the values of several searches by the names that `bound` gave them."""
    return {f"{name}_{at}": value for at, some in enumerate(values) for name, value in some.items()}


def _is_short(wanted: Wanted) -> bool:
    return bool(wanted.first and wanted.last and wanted.last - wanted.first <= SHORT_TIME)


def count_to(session: Session, wanted: Wanted, most: int = COUNTED_TO) -> int:
    """Count what is wanted, no further than a page says."""
    return counts_to(session, [wanted], most)[0]


def counts_to(session: Session, wanted: Sequence[Wanted], most: int = COUNTED_TO) -> list[int]:
    """Count several things that are wanted, by one statement."""
    # In no order: by the index of their tokens, however many have them.
    asked = (shape_of(session, replace(each, is_open=False, is_broad=False)) for each in wanted)
    shapes, values = zip(*asked, strict=True)
    counting = _counting(shapes, most)
    numbers = session.connection().execute(counting, bound_values(values)).one()
    return [MoreThan(most) if number > most else number for number in numbers]


@lru_cache(maxsize=200)
def _counting(shapes: tuple[Shape, ...], most: int) -> Select[Any]:
    some = (rows.limit(most + 1).subquery() for rows in bound(shapes))
    return select(*(select(func.count()).select_from(rows).scalar_subquery() for rows in some))


def count_all(session: Session, wanted: Wanted) -> int:
    """Count all that is wanted, however many."""
    shape, values = shape_of(session, wanted)
    return session.connection().scalar(_counting_all(shape), bound_values([values])) or 0


@lru_cache(maxsize=200)
def _counting_all(shape: Shape) -> Select[Any]:
    return select(func.count()).select_from(bound([shape])[0].subquery())


def by_words(query: str, *, with_names: bool) -> list[Clause]:
    """Ask for every word, in any order; what no text of the register can hold finds nothing."""
    words = [] if has_forbidden(query) else words_of(tidy_line(query))[:MOST_WORDS]
    if not words:
        return [NOTHING]
    if not with_names:
        return [*map(one_of, words), *(none_of(NAME + word) for word in words)]
    number = "".join(words)
    if number.isdecimal() and len(number) >= SHORTEST_NUMBER:
        return [one_of(word, number) for word in words]
    return [one_of(word) for word in words]


def _places(scope: frozenset[int]) -> Clause:
    if isinstance(scope, Reach):
        return one_of(token("u", scope.unit_id))
    return one_of(*(token("p", place_id) for place_id in sorted(scope))) if scope else NOTHING


def _unit(scope: frozenset[int], asked: PetitionFilter) -> int | None:
    """Give the unit in which is asked, if it is one."""
    if asked.place_id is not None and not asked.only_here:
        return asked.place_id
    return scope.unit_id if isinstance(scope, Reach) else None


def _by_place(scope: frozenset[int], asked: PetitionFilter) -> Iterator[Clause]:
    yield _places(scope)
    if asked.place_id is not None:
        yield one_of(token("p" if asked.only_here else "u", asked.place_id))


def _by_unit(asked: PetitionFilter) -> Iterator[list[tuple[str, object]]]:
    """Give what is asked of facts that have tokens of each unit: one of each list must hold."""
    if asked.category_id is not None:
        yield [("c", asked.category_id)]
    if asked.status is not None:
        yield [("s", asked.status)]
    if asked.group is not None:
        yield [("s", status) for status in sorted(statuses_of({asked.group}))]
    if asked.ageing is not None:
        yield [("s", Status.RECEIVED)]
    if asked.plan_has_come:
        yield [("s", Status.DEFERRED)]
    if asked.open is not None:
        yield [("o", int(asked.open))]
    elif asked.overdue or asked.timeliness in _RUNNING or asked.ack in _WAITING:
        yield [("o", 1)]


def _by_facts(asked: PetitionFilter) -> Iterator[Clause]:
    for name, kind in FACTS.items():
        value = getattr(asked, name)
        if value is not None:
            yield one_of(token(kind, value))
    if asked.date_unknown:
        # Named one by one: they are few, and what is not a day would be looked for among all.
        yield one_of(*(token("y", known) for known in Precision if known is not Precision.DAY))
    if asked.not_press:
        yield none_of(token("h", Channel.PRESS))


def _by_standing(asked: PetitionFilter, terms: Terms) -> Iterator[Clause]:
    if asked.overdue:
        yield from _stands_as(Timeliness.LATE, terms)
    if asked.timeliness is not None:
        yield from _stands_as(asked.timeliness, terms)
    if asked.ack is not None:
        yield from _told_as(asked.ack, terms)
    if asked.plan_has_come:
        yield one_of(*span_tokens("e", FIRST_DAY, terms.today))


def _stands_as(wanted: Timeliness, terms: Terms) -> Iterator[Clause]:
    """Ask what rules.timeliness tells of one petition."""
    soon = terms.today + timedelta(days=terms.soon_days)
    if wanted is Timeliness.LATE:
        yield one_of(*span_tokens("w", FIRST_DAY, terms.today - ONE_DAY))
    elif wanted is Timeliness.DUE_SOON:
        yield one_of(*span_tokens("w", terms.today, soon))
    elif wanted is Timeliness.IN_TIME:
        yield one_of(WAITS_FOR_DUE)
        yield none_of(*span_tokens("w", FIRST_DAY, soon))
    else:
        yield one_of(token("t", wanted))


def _told_as(wanted: Acknowledgement, terms: Terms) -> Iterator[Clause]:
    """Ask what rules.acknowledgement tells of one petition."""
    passed = span_tokens("b", FIRST_DAY, terms.today - ONE_DAY)
    if wanted is Acknowledgement.LATE:
        yield one_of(*passed)
    elif wanted is Acknowledgement.DUE:
        yield one_of(WAITS_FOR_ACK)
        yield none_of(*passed)
    else:
        yield one_of(token("a", wanted))


def _without_open_spans(last: date) -> Iterator[Clause]:
    """Leave out months, quarters and years that go on after a day, if that is all we know."""
    after = last + ONE_DAY if last < date.max else last
    for precision in (Precision.MONTH, Precision.QUARTER, Precision.YEAR):
        start = first_day(after, precision)
        if start is not None and start <= last:
            yield none_of(token("i", f"{precision}{start:%Y%m%d}"))
