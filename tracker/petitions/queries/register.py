"""The list of petitions: filters, pages, counts, and the rows of a file."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.dates import Precision, first_day
from tracker.core.i18n import N_, Labelled, gettext, language
from tracker.core.paging import PAGE_SIZE, Order, Page, ordered, page_of
from tracker.core.text import fold, has_forbidden, tidy_line
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.petitions.lifecycle import (
    ENDED,
    MEANINGS,
    OPEN,
    Channel,
    Group,
    Kind,
    Level,
    Petitioner,
    Status,
)
from tracker.petitions.models import Petition, PetitionPosting
from tracker.petitions.queries.standing import ages_as, stands_as, tells_as, terms_of
from tracker.petitions.rules import (
    PEOPLE_FROM_HERE,
    STOCKS,
    Acknowledgement,
    Ageing,
    Terms,
    Timeliness,
    acknowledgement,
    ageing,
    statuses_of,
    timeliness,
)
from tracker.places.models import Place
from tracker.places.queries import scope_ids

EXCERPT = 300
MOST_WORDS = 12
STREAMED = 500


class Sort(Labelled):
    """In which order the list stands; what has no date comes last."""

    NEWEST = "newest", N_("Newest first")
    OLDEST = "oldest", N_("Oldest first")
    DUE = "due", N_("Due date")
    CODE = "code", N_("Code")


@dataclass(frozen=True, slots=True)
class Flow:
    """A number of a report that counts what happened in a period: received, reopened, ended_…."""

    measure: str
    day_from: date
    day_to: date


@dataclass(frozen=True, slots=True)
class Stock:
    """A number of a report that counts what stood on a day: outstanding, late, undated, in_time."""

    measure: str
    as_at: date


@dataclass(frozen=True, slots=True)
class PetitionFilter:
    """What the list is narrowed to; every field may be left out.

    A place brings what it answers for, `only_here` nothing but itself. Department 0 is "given to
    nobody". `cell` leaves exactly the rows that a number of a report counts. `without_names` keeps
    `q` from finding people, for readers who do not see their names.
    """

    q: str = ""
    without_names: bool = False
    category_id: int | None = None
    status: Status | None = None
    group: Group | None = None
    open: bool | None = None
    kind: Kind | None = None
    level: Level | None = None
    channel: Channel | None = None
    place_id: int | None = None
    only_here: bool = False
    department_id: int | None = None
    dialogue_id: int | None = None
    received_from: date | None = None
    received_to: date | None = None
    date_unknown: bool = False
    overdue: bool = False
    timeliness: Timeliness | None = None
    ack: Acknowledgement | None = None
    ageing: Ageing | None = None
    plan_has_come: bool = False
    not_press: bool = False
    cell: Flow | Stock | None = None


@dataclass(frozen=True, slots=True)
class PetitionRow:
    """One line of the list; `content` is its beginning only."""

    terms: Terms
    id: int
    code: str
    content: str
    petitioner: Petitioner
    citizen_name: str
    people: int | None
    kind: Kind
    status: Status
    category: str
    place: str
    department: str | None
    received_on: date | None
    date_precision: Precision
    due_on: date | None
    ack_due_on: date | None
    acknowledged_on: date | None
    plan_on: date | None
    ended_on: date | None
    dialogue_code: str | None
    is_fictional: bool

    @property
    def group(self) -> Group:
        """The group this petition is reported in."""
        return MEANINGS[self.status].group

    @property
    def timeliness(self) -> Timeliness:
        """How it stands against its due date today."""
        return timeliness(self.status, self.due_on, self.ended_on, self.terms)

    @property
    def ack(self) -> Acknowledgement:
        """Whether the citizen was answered or told in time."""
        return acknowledgement(self.status, self.ack_due_on, self.acknowledged_on, self.terms)

    @property
    def ageing(self) -> Ageing | None:
        """The alert it has reached by lying unprocessed."""
        return ageing(self.status, self.received_on, self.date_precision, self.terms)

    @property
    def is_provisional(self) -> bool:
        """Tell whether its due date lies in a year whose days off are not yet announced."""
        return self.terms.is_provisional(self.due_on)


@dataclass(frozen=True, slots=True)
class ExportRow(PetitionRow):
    """One line of a file: everything a meeting's table shows; `content` is whole."""

    citizen_phone: str
    channel: Channel
    level: Level
    cooperating: str
    latest_note: str
    latest_document: str
    source: str

    @property
    def reason_unresolved(self) -> str:
        """Why it is not resolved yet, when that is how it is reported."""
        return self.latest_note if self.group is Group.UNRESOLVED else ""


PetitionPage = Page[PetitionRow]


def petition_page(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort = Sort.NEWEST,
    after: str | None = None,
    size: int = PAGE_SIZE,
    terms: Terms | None = None,
) -> PetitionPage:
    """Give one page of the list; `after` is the key that a page before or after it gave.

    `terms` are those of today unless told otherwise.
    """
    terms = terms or terms_of(session)
    statement = _with_names(_matching(session, scope, asked, terms), PetitionRow, scope)
    page = page_of(session, statement, _orders(sort, asked), after, size)
    return Page([PetitionRow(terms, *row) for row in page.rows], page.previous, page.next)


def petition_count(
    session: Session, scope: frozenset[int], asked: PetitionFilter, terms: Terms | None = None
) -> int:
    """Count the rows that the list has on all its pages."""
    matching = _matching(session, scope, asked, terms or terms_of(session))
    counted = matching.with_only_columns(func.count())
    return session.scalar(counted) or 0


def petition_export_rows(
    session: Session, scope: frozenset[int], asked: PetitionFilter, sort: Sort = Sort.NEWEST
) -> Iterator[ExportRow]:
    """Give all rows of the list, in its order, a few hundred in memory at a time."""
    terms = terms_of(session)
    statement = _with_names(_matching(session, scope, asked, terms), ExportRow, scope)
    rows = session.execute(
        ordered(statement, _orders(sort, asked)), execution_options={"yield_per": STREAMED}
    )
    for row in rows:
        yield ExportRow(terms, *row)


def _matching(
    session: Session, scope: frozenset[int], asked: PetitionFilter, terms: Terms
) -> Select[Any]:
    statement = select(Petition.id).where(Petition.place_id.in_(_places(session, scope, asked)))
    if isinstance(asked.cell, Flow):
        statement = statement.join(PetitionPosting, PetitionPosting.petition_id == Petition.id)
        statement = statement.where(
            PetitionPosting.measure == asked.cell.measure,
            PetitionPosting.day.between(asked.cell.day_from, asked.cell.day_to),
        )
    if isinstance(asked.cell, Stock):
        statement = statement.where(Petition.id.in_(_standing(asked.cell)))
    return statement.where(*_conditions(asked, terms))


def _places(session: Session, scope: frozenset[int], asked: PetitionFilter) -> frozenset[int]:
    if asked.place_id is None:
        return scope
    wanted = {asked.place_id} if asked.only_here else scope_ids(session, asked.place_id)
    return scope & wanted


def _standing(stock: Stock) -> Select[Any]:
    weights = STOCKS.get(stock.measure, {stock.measure: 1})
    weighed = case(weights, value=PetitionPosting.measure, else_=0) * PetitionPosting.quantity
    return (
        select(PetitionPosting.petition_id)
        .where(PetitionPosting.measure.in_(weights), PetitionPosting.day <= stock.as_at)
        .group_by(PetitionPosting.petition_id)
        .having(func.sum(weighed) == 1)
    )


def _conditions(asked: PetitionFilter, terms: Terms) -> Iterator[ColumnElement[bool]]:
    yield from _by_facts(asked)
    yield from _by_days(asked)
    yield from _by_standing(asked, terms)
    if asked.q.strip():
        yield _found_by(asked.q, asked.without_names)


def _by_facts(asked: PetitionFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("category_id", "status", "kind", "level", "channel", "dialogue_id"):
        wanted = getattr(asked, name)
        if wanted is not None:
            yield getattr(Petition, name) == wanted
    if asked.department_id is not None:
        yield (
            Petition.department_id == asked.department_id
            if asked.department_id
            else (Petition.department_id.is_(None))
        )
    if asked.group is not None:
        yield Petition.status.in_(statuses_of({asked.group}))
    if asked.open is not None:
        yield Petition.status.in_(OPEN if asked.open else ENDED)


def _by_days(asked: PetitionFilter) -> Iterator[ColumnElement[bool]]:
    if asked.received_from:
        yield Petition.received_on >= asked.received_from
    if asked.received_to:
        yield or_(*_spans_within(asked.received_to))
    if asked.date_unknown:
        yield Petition.date_precision != Precision.DAY


def _spans_within(last: date) -> Iterator[ColumnElement[bool]]:
    """Ask for dates whose whole month, quarter or year is over by a day, if that is all we know."""
    after = last + timedelta(days=1) if last < date.max else last
    for precision in Precision:
        if start := first_day(after, precision):
            yield and_(Petition.date_precision == precision, Petition.received_on < start)


def _by_standing(asked: PetitionFilter, terms: Terms) -> Iterator[ColumnElement[bool]]:
    if asked.overdue:
        yield stands_as(Timeliness.LATE, terms)
    if asked.timeliness is not None:
        yield stands_as(asked.timeliness, terms)
    if asked.ack is not None:
        yield tells_as(asked.ack, terms)
    if asked.ageing is not None:
        yield ages_as(asked.ageing, terms)
    if asked.not_press:
        yield Petition.channel != Channel.PRESS
    if asked.plan_has_come:
        yield and_(Petition.status == Status.DEFERRED, Petition.plan_on <= terms.today)


def _found_by(query: str, without_names: bool) -> ColumnElement[bool]:
    """Every word must occur; what no text of the register can hold finds nothing."""
    if has_forbidden(query):
        return false()
    words = fold(tidy_line(query)).split()[:MOST_WORDS]
    return and_(*(_occurs(word, without_names) for word in words)) if words else false()


def _occurs(word: str, without_names: bool) -> ColumnElement[bool]:
    if not without_names:
        return Petition.search_text.contains(word, autoescape=True)
    literal = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return Petition.search_text.like(f"%{literal}%{PEOPLE_FROM_HERE}%", escape="/")


def _orders(sort: Sort, asked: PetitionFilter) -> list[Order]:
    by = {
        Sort.NEWEST: [Order(Petition.received_on.expression, descending=True)],
        Sort.OLDEST: [Order(Petition.received_on.expression)],
        Sort.DUE: [Order(Petition.due_on.expression)],
        Sort.CODE: [Order(Petition.code.expression)],
    }[sort]
    by.append(Order(Petition.id.expression, descending=sort is Sort.NEWEST))
    if isinstance(asked.cell, Flow):
        by.append(Order(PetitionPosting.day.expression))
    return by


def _with_names(
    statement: Select[Any], row: type[PetitionRow], scope: frozenset[int]
) -> Select[Any]:
    in_english = language() == "en"
    elsewhere = {
        "content": func.substr(Petition.content, 1, EXCERPT),
        "category": Category.name_en if in_english else Category.name_vi,
        "department": Department.name_en if in_english else Department.name_vi,
        "place": Place.name,
        "is_fictional": Place.is_fictional,
        "dialogue_code": case(
            (Dialogue.place_id.in_(scope), Dialogue.code),
            (Dialogue.id.is_not(None), gettext("of another place")),
        ),
    }
    if row is ExportRow:
        del elsewhere["content"]
    columns = [
        elsewhere[field.name] if field.name in elsewhere else getattr(Petition, field.name)
        for field in fields(row)
        if field.name != "terms"
    ]
    return (
        statement.with_only_columns(*columns)
        .join(Place, Place.id == Petition.place_id)
        .join(Category, Category.id == Petition.category_id)
        .outerjoin(Department, Department.id == Petition.department_id)
        .outerjoin(Dialogue, Dialogue.id == Petition.dialogue_id)
    )
