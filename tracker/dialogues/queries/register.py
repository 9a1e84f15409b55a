"""The list of dialogues: filters, pages, counts, and the rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.dates import Precision, first_day
from tracker.core.paging import PAGE_SIZE, Order, Page, ordered, page_of
from tracker.core.text import fold, has_forbidden
from tracker.dialogues.lifecycle import HAPPENED, UPCOMING, Form, Stage
from tracker.dialogues.models import Dialogue, DialogueStep
from tracker.dialogues.queries.clocks import presses, terms_of
from tracker.dialogues.queries.telling import Teller, tellers_of
from tracker.dialogues.rules import Duty, Pressing, Sort, Terms
from tracker.places.models import Place
from tracker.places.queries import lies_in, scope_ids

MOST_WORDS = 12
STREAMED = 500


@dataclass(frozen=True, slots=True)
class DialogueFilter:
    """What the list is narrowed to; every field may be left out.

    A place brings what it answers for, former units too. A date known to its month or year
    matches a period in which it may lie; `held` leaves what a report counts as held, by its first
    day. `clock` asks for what is late or to be done, of one duty or of any.
    """

    q: str = ""
    form: Form | None = None
    stage: Stage | None = None
    place_id: int | None = None
    held_from: date | None = None
    held_to: date | None = None
    date_unknown: bool = False
    held: bool = False
    clock: Pressing | None = None
    duty: Duty | None = None


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """One line of the list."""

    id: int
    code: str
    topic: str
    form: Form
    stage: Stage
    held_on: date | None
    date_precision: Precision
    starts_at: str
    place: str
    venue: str
    chair: str
    invited: int | None
    present: int | None
    speakers: int | None
    is_fictional: bool


@dataclass(frozen=True, slots=True)
class ExportRow(DialogueRow):
    """One line of a file: what a meeting's table shows of a dialogue."""

    secretary: str
    audience: str
    conclusion: str
    follow_up: str
    outcome: str
    outcome_on: date | None
    outcome_precision: Precision
    source: str
    latest_document: str | None


DialoguePage = Page[DialogueRow]


def dialogue_page(
    session: Session,
    scope: frozenset[int],
    asked: DialogueFilter,
    sort: Sort = Sort.NEWEST,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> DialoguePage:
    """Give one page of the list; `after` is the key that a page before or after it gave."""
    statement = _with_names(_matching(session, scope, asked), DialogueRow)
    page = page_of(session, statement, _orders(sort), after, size)
    return Page([DialogueRow(*row) for row in page.rows], page.previous, page.next)


def dialogue_count(
    session: Session, scope: frozenset[int], asked: DialogueFilter, terms: Terms | None = None
) -> int:
    """Count the rows that the list has on all its pages; judged today unless told otherwise."""
    counted = _matching(session, scope, asked, terms).with_only_columns(func.count())
    return session.scalar(counted) or 0


def pressing_counts(
    session: Session, scope: frozenset[int], asked: Sequence[DialogueFilter], terms: Terms
) -> list[int]:
    """Count by one statement what several filters leave that ask for what presses alone."""
    conditions = [_presses(each, terms) for each in asked]
    counted = select(*(func.sum(case((which, 1), else_=0)) for which in conditions))
    found = session.execute(counted.where(lies_in(scope, Dialogue.place_id), or_(*conditions)))
    return [number or 0 for number in found.one()]


def dialogue_export_rows(
    session: Session, scope: frozenset[int], asked: DialogueFilter, sort: Sort = Sort.NEWEST
) -> Iterator[ExportRow]:
    """Give all rows of the list, in its order, a few hundred in memory at a time."""
    statement = ordered(_with_names(_matching(session, scope, asked), ExportRow), _orders(sort))
    with session.execute(statement, execution_options={"yield_per": STREAMED}) as found:
        for some in found.partitions():
            rows = [ExportRow(*row) for row in some]
            tell = tellers_of(session, None, [row.id for row in rows])
            yield from (_told(row, tell[row.id]) for row in rows)


def _told(row: ExportRow, tell: Teller) -> ExportRow:
    """Give a line with its texts as they may be handed out."""
    return replace(
        row,
        conclusion=tell(row.conclusion),
        follow_up=tell(row.follow_up),
        outcome=tell(row.outcome),
    )


def _matching(
    session: Session, scope: frozenset[int], asked: DialogueFilter, terms: Terms | None = None
) -> Select[Any]:
    places = scope
    if asked.place_id is not None:
        places = scope & scope_ids(session, asked.place_id)
    conditions = [lies_in(places, Dialogue.place_id), *_conditions(asked)]
    if asked.clock is not None:
        conditions.append(_presses(asked, terms or terms_of(session)))
    return select(Dialogue.id).where(*conditions)


def _presses(asked: DialogueFilter, terms: Terms) -> ColumnElement[bool]:
    duties = list(Duty) if asked.duty is None else [asked.duty]
    return presses(duties, asked.clock.standings if asked.clock else frozenset(), terms)


def _conditions(asked: DialogueFilter) -> Iterator[ColumnElement[bool]]:
    if asked.form is not None:
        yield Dialogue.form == asked.form
    if asked.stage is not None:
        yield Dialogue.stage == asked.stage
    if asked.date_unknown:
        yield Dialogue.held_on.is_(None)
    if asked.held:
        yield Dialogue.stage.in_(HAPPENED)
    if asked.held_from is not None:
        by_first_day = Dialogue.held_on >= asked.held_from
        yield by_first_day if asked.held else _may_lie_after(asked.held_from)
    if asked.held_to is not None:
        yield Dialogue.held_on <= asked.held_to
    if asked.q.strip():
        yield _found_by(asked.q)


def _may_lie_after(day: date) -> ColumnElement[bool]:
    """Compare each date with the first day of the period in which it is known."""
    ways = [
        and_(Dialogue.date_precision == precision, Dialogue.held_on >= first_day(day, precision))
        for precision in Precision
        if precision is not Precision.UNKNOWN
    ]
    return or_(*ways)


def _found_by(query: str) -> ColumnElement[bool]:
    """Every word must occur; what no text of the register can hold finds nothing."""
    words = fold(query).split()[:MOST_WORDS]
    if has_forbidden(query) or not words:
        return false()
    return and_(*(Dialogue.search_text.contains(word, autoescape=True) for word in words))


def _orders(sort: Sort) -> list[Order]:
    held_on, own_id = Dialogue.held_on.expression, Dialogue.id.expression
    if sort is Sort.NEXT:
        is_over = case((Dialogue.stage.in_(UPCOMING), 0), else_=1)
        return [Order(is_over), Order(held_on), Order(own_id)]
    return [Order(held_on, descending=True), Order(own_id, descending=True)]


def _with_names(statement: Select[Any], row: type[DialogueRow]) -> Select[Any]:
    latest_document = (
        select(DialogueStep.document_number)
        .where(DialogueStep.dialogue_id == Dialogue.id, DialogueStep.document_number != "")
        .order_by(DialogueStep.id.desc())
        .limit(1)
        .correlate(Dialogue)
        .scalar_subquery()
    )
    elsewhere: dict[str, ColumnElement[Any]] = {
        "place": Place.name.expression,
        "is_fictional": Place.is_fictional.expression,
        "latest_document": latest_document,
    }
    names = [fact.name for fact in fields(row)]
    columns = [elsewhere[n] if n in elsewhere else getattr(Dialogue, n) for n in names]
    return statement.with_only_columns(*columns).join(Place, Place.id == Dialogue.place_id)
