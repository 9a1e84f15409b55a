"""The list of petitions: filters, pages, counts, and the rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, column, func, select
from sqlalchemy.orm import Session

from tracker.core.i18n import MoreThan, language
from tracker.core.paging import (
    PAGE_SIZE,
    Page,
    first_of_key,
    ordered,
    page_of,
    read_key,
    written_key,
)
from tracker.dialogues.models import Dialogue
from tracker.petitions.lifecycle import Profile
from tracker.petitions.models import Petition
from tracker.petitions.queries.cells import (
    are_soon_met,
    cell_orders,
    first_days,
    pieces_of,
    summed,
)
from tracker.petitions.queries.counted import counted
from tracker.petitions.queries.filters import Flow, PetitionFilter, Sort
from tracker.petitions.queries.finding import (
    COUNTED_TO,
    DUE,
    EVERYWHERE,
    RECEIVED,
    Shape,
    Wanted,
    bound,
    bound_values,
    count_all,
    count_to,
    found,
    shape_of,
    wanted_by,
)
from tracker.petitions.queries.identity import Reader, shown_name, values_of_reader
from tracker.petitions.queries.rows import (
    CONTENT_AT,
    NAME_AT,
    ExportRow,
    PetitionRow,
    line_columns,
    petition_fields,
    with_lists,
)
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.rules import Terms
from tracker.petitions.rules.lookup import UNDATED_BELOW
from tracker.places.queries import ScopeShape, answered_for, bound_scope

STREAMED = 500
KEYS = {Sort.NEWEST: RECEIVED, Sort.OLDEST: RECEIVED, Sort.DUE: DUE}


PetitionPage = Page[PetitionRow]
Stretch = tuple[int, int]
"""Keys from the first to before the second."""


def petition_page(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort = Sort.NEWEST,
    after: str | None = None,
    size: int = PAGE_SIZE,
    terms: Terms | None = None,
    reader: Reader | None = None,
) -> PetitionPage:
    """Give one page of the list; `after` is the key that a page before or after it gave.

    `terms` are those of today unless told otherwise. Without a reader nobody is named.
    """
    terms = terms or terms_of(session)
    if asked.cell is not None:
        page = _page_behind(session, scope, asked, sort, after, size, terms, reader)
        return Page([_read(reader, terms, row) for row in page.rows], page.previous, page.next)
    wanted = wanted_by(scope, asked, terms)
    backward, key = read_key(after)
    rows = _some(session, scope, wanted, sort, (backward, key), size + 1, reader)
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    if not rows and key is not None:
        return petition_page(session, scope, asked, sort, size=size, terms=terms, reader=reader)
    if not rows:
        return Page([])
    has_previous, has_next = (more, True) if backward else (key is not None, more)
    return Page(
        [_read(reader, terms, row[:-1]) for row in rows],
        written_key(rows[0][-1], backward=True) if has_previous else None,
        written_key(rows[-1][-1], backward=False) if has_next else None,
    )


def _page_behind(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort,
    after: str | None,
    size: int,
    terms: Terms,
    reader: Reader | None,
) -> Page[Any]:
    cell = asked.cell
    if not isinstance(cell, Flow) or cell.typed_by is None or sort is Sort.DUE:
        return _page_of_cell(session, scope, asked, sort, after, size, terms, reader)
    backward, day = first_of_key(after, cell_orders(sort, cell))
    # What had been typed must be added up before it is in order: day by day, no more than a page.
    for narrowed in first_days(cell, day, falling=(sort is Sort.NEWEST) != backward):
        some = replace(asked, cell=narrowed)
        page = _page_of_cell(session, scope, some, sort, after, size, terms, reader)
        beyond, before = page.next, page.previous
        if backward:
            beyond, before = before, beyond
        if len(page.rows) == size and beyond and (day is None or before):
            return page
    return _page_of_cell(session, scope, asked, sort, after, size, terms, reader)


def _page_of_cell(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort,
    after: str | None,
    size: int,
    terms: Terms,
    reader: Reader | None,
) -> Page[Any]:
    assert asked.cell is not None
    are_soon = are_soon_met(session, scope, asked, sort)
    behind = counted(session, scope, asked, terms, newest_first=are_soon)
    behind = _with_names(behind, scope, reader)
    orders = cell_orders(sort, asked.cell, newest_first=are_soon)
    return page_of(session, behind, orders, after, size)


def petition_count(
    session: Session, scope: frozenset[int], asked: PetitionFilter, terms: Terms | None = None
) -> int:
    """Count the rows that the list has on all its pages, however many."""
    terms = terms or terms_of(session)
    if asked.cell is None:
        return count_all(session, wanted_by(scope, asked, terms))
    behind = counted(session, scope, asked, terms)
    return session.scalar(behind.with_only_columns(func.count())) or 0


def petition_count_shown(
    session: Session, scope: frozenset[int], asked: PetitionFilter, terms: Terms | None = None
) -> int:
    """Count the rows of the list as far as a page says; those of a report's number to the last."""
    terms = terms or terms_of(session)
    if asked.cell is not None:
        known = summed(session, scope, asked)
        return _count_behind(session, scope, asked, terms) if known is None else known
    return count_to(session, wanted_by(scope, asked, terms))


def _count_behind(
    session: Session, scope: frozenset[int], asked: PetitionFilter, terms: Terms
) -> int:
    cell = asked.cell
    cells = pieces_of(cell) if isinstance(cell, Flow) else [cell]
    number = 0
    for piece in cells:
        some = counted(session, scope, replace(asked, cell=piece), terms)
        rows = some.limit(COUNTED_TO + 1).subquery()
        number += session.scalar(select(func.count()).select_from(rows)) or 0
        if number > COUNTED_TO:
            return MoreThan(COUNTED_TO)
    return number


def petition_export_rows(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort = Sort.NEWEST,
    profile: Profile = Profile.PUBLIC,
) -> Iterator[ExportRow]:
    """Give all rows of the list, in its order, a few hundred in memory at a time.

    Nobody is named in them unless the file is for the office itself.
    """
    terms = terms_of(session)
    known = petition_fields(scope, profile)
    for statement in ordered_petitions(session, scope, asked, sort, terms):
        rows = session.execute(
            statement.with_only_columns(*known.values()), execution_options={"yield_per": STREAMED}
        )
        yield from (ExportRow(terms, *row) for row in rows)


def ordered_petitions(
    session: Session, scope: frozenset[int], asked: PetitionFilter, sort: Sort, terms: Terms
) -> Iterator[Select[Any]]:
    """Select all petitions of the list in its order, by one statement after another.

    Each is joined to what `petition_fields` names; the caller says which columns it wants.
    """
    if asked.cell is not None:
        behind = with_lists(counted(session, scope, asked, terms))
        yield ordered(behind, cell_orders(sort, asked.cell))
        return
    wanted = wanted_by(scope, asked, terms)
    for stretch in _stretches(sort, None, backward=False):
        asked_for = found(session, wanted, KEYS[sort], stretch)
        keys = asked_for.order_by(_directed(column("key"), sort, backward=False)).subquery()
        statement = select(keys.c.key).select_from(keys)
        statement = with_lists(statement.join(Petition, Petition.id == keys.c.petition_id))
        yield statement.order_by(_directed(keys.c.key, sort, backward=False))


def _some(
    session: Session,
    scope: frozenset[int],
    wanted: Wanted,
    sort: Sort,
    key: tuple[bool, int | None],
    size: int,
    reader: Reader | None,
) -> list[Any]:
    """Give the rows that follow a key in an order, or that come before it, the nearest first."""
    backward, at = key
    places, known = bound_scope(scope)
    known |= values_of_reader(reader)
    shown = (reader and replace(reader, id=0), language())
    rows: list[Any] = []
    for stretch in _stretches(sort, at, backward=backward):
        shape, values = shape_of(session, wanted, KEYS[sort], stretch)
        lines = _lines(shape, sort, backward, places, *shown)
        asked = bound_values([values]) | known | {"size": size - len(rows)}
        rows += session.connection().execute(lines, asked)
        if len(rows) >= size:
            break
    return rows


@lru_cache(maxsize=200)
def _lines(
    shape: Shape,
    sort: Sort,
    backward: bool,
    places: ScopeShape,
    reader: Reader | None,
    _language: str,
) -> Select[Any]:
    """Read what a line shows of the petitions that are found, with their keys."""
    some = bound([shape])[0].order_by(_directed(column("key"), sort, backward=backward))
    keys = some.limit(bindparam("size", type_=Integer)).subquery()
    shown = line_columns(places.answered_for(Dialogue.place_id), reader)
    statement = select(*shown, keys.c.key).select_from(keys)
    statement = statement.join(Petition, Petition.id == keys.c.petition_id)
    return with_lists(statement).order_by(_directed(keys.c.key, sort, backward=backward))


def _directed(key: ColumnElement[Any], sort: Sort, *, backward: bool) -> ColumnElement[Any]:
    return key.desc() if (sort is Sort.NEWEST) != backward else key.asc()


def _stretches(sort: Sort, after: int | None, *, backward: bool) -> list[Stretch]:
    """Give the keys that follow one in an order, or come before it, as stretches one by one.

    What has no day comes last: before all days by its key of receipt, after all by its due key.
    """
    whole = [EVERYWHERE]
    if sort is Sort.OLDEST:
        whole = [(UNDATED_BELOW, EVERYWHERE[1]), (EVERYWHERE[0], UNDATED_BELOW)]
    if after is None:
        return whole
    at = next((place for place, (low, high) in enumerate(whole) if low <= after < high), 0)
    low, high = whole[at]
    rises = (sort is Sort.NEWEST) == backward
    here = (after + 1, high) if rises else (low, after)
    return [here, *(whole[:at][::-1] if backward else whole[at + 1 :])]


def _with_names(
    statement: Select[Any], scope: frozenset[int], reader: Reader | None
) -> Select[Any]:
    shown = line_columns(answered_for(scope, Dialogue.place_id), reader)
    return with_lists(statement.with_only_columns(*shown))


def _read(reader: Reader | None, terms: Terms, row: Sequence[Any]) -> PetitionRow:
    """Make a line of what was read; the last value tells whether the reader knows the person."""
    *cells, plain, is_known = row
    if plain is not None and not is_known:
        cells[CONTENT_AT] = plain
    cells[NAME_AT] = shown_name(reader, cells[NAME_AT], is_known=is_known)
    return PetitionRow(terms, *cells)
