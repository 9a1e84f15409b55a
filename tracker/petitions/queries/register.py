"""The list of petitions: filters, pages, counts, and the rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.dates import Precision, first_day
from tracker.core.i18n import MoreThan, gettext, language
from tracker.core.paging import PAGE_SIZE, Page, ordered, page_of, read_key, written_key
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
    Profile,
    Status,
)
from tracker.petitions.models import PERSON, UNNAMED, Petition
from tracker.petitions.queries.cells import are_soon_met, behind, cell_orders, summed
from tracker.petitions.queries.filters import PetitionFilter, Sort
from tracker.petitions.queries.finding import (
    COUNTED_TO,
    DUE,
    EVERYWHERE,
    RECEIVED,
    Shape,
    Wanted,
    bound,
    bound_values,
    by_words,
    count_all,
    count_to,
    found,
    shape_of,
    wanted_by,
)
from tracker.petitions.queries.identity import (
    Reader,
    known_to,
    plain_text,
    shown_name,
    values_of_reader,
)
from tracker.petitions.queries.standing import ages_as, stands_as, tells_as, terms_of
from tracker.petitions.rules import (
    Acknowledgement,
    Ageing,
    Terms,
    Timeliness,
    acknowledgement,
    ageing,
    statuses_of,
    timeliness,
)
from tracker.petitions.rules.lookup import UNDATED_BELOW
from tracker.places.models import Place
from tracker.places.queries import ScopeShape, answered_for, bound_scope

EXCERPT = 300
STREAMED = 500
KEYS = {Sort.NEWEST: RECEIVED, Sort.OLDEST: RECEIVED, Sort.DUE: DUE}
FACTS = ("category_id", "status", "kind", "level", "channel", "dialogue_id", "monitor_id")
"""Fields of the filter that are a column of their own."""


@dataclass(frozen=True, slots=True)
class PetitionRow:
    """One line of the list; `content` is its beginning only.

    `citizen_name` is as the reader may see it, but in the rows of a file.
    """

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
    monitor: str | None
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
    former_person: str

    @property
    def person(self) -> tuple[str, ...]:
        """All that is known of the person's names and telephones."""
        return self.citizen_name, self.citizen_phone, self.former_person

    @property
    def reason_unresolved(self) -> str:
        """Why it is not resolved yet, when that is how it is reported."""
        return self.latest_note if self.group is Group.UNRESOLVED else ""


_NAMES = [field.name for field in fields(PetitionRow) if field.name != "terms"]
NAME_AT, CONTENT_AT = _NAMES.index("citizen_name"), _NAMES.index("content")
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
        are_soon = are_soon_met(session, scope, asked, sort)
        counted = _matching(session, scope, asked, terms, newest_first=are_soon)
        counted = _with_names(counted, scope, reader)
        orders = cell_orders(sort, asked.cell, newest_first=are_soon)
        page = page_of(session, counted, orders, after, size)
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


def petition_count(
    session: Session, scope: frozenset[int], asked: PetitionFilter, terms: Terms | None = None
) -> int:
    """Count the rows that the list has on all its pages, however many."""
    terms = terms or terms_of(session)
    if asked.cell is None:
        return count_all(session, wanted_by(scope, asked, terms))
    counted = _matching(session, scope, asked, terms).with_only_columns(func.count())
    return session.scalar(counted) or 0


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
    some = _matching(session, scope, asked, terms).limit(COUNTED_TO + 1).subquery()
    number = session.scalar(select(func.count()).select_from(some)) or 0
    return MoreThan(COUNTED_TO) if number > COUNTED_TO else number


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
        counted = _with_lists(_matching(session, scope, asked, terms))
        yield ordered(counted, cell_orders(sort, asked.cell))
        return
    wanted = wanted_by(scope, asked, terms)
    for stretch in _stretches(sort, None, backward=False):
        asked_for = found(session, wanted, KEYS[sort], stretch)
        keys = asked_for.order_by(_directed(column("key"), sort, backward=False)).subquery()
        statement = select(keys.c.key).select_from(keys)
        statement = _with_lists(statement.join(Petition, Petition.id == keys.c.petition_id))
        yield statement.order_by(_directed(keys.c.key, sort, backward=False))


def petition_fields(scope: frozenset[int], profile: Profile) -> dict[str, Any]:
    """Give what the database knows of a petition, by the names of ExportRow.

    For everyone, the person is left out, also of the texts that name them.
    """
    names = [field.name for field in fields(ExportRow) if field.name != "terms"]
    is_known = answered_for(scope, Dialogue.place_id)
    known = dict(zip(names, _columns(ExportRow, is_known), strict=True))
    if profile is Profile.PUBLIC:
        known |= {name: plain_text(name) for name in UNNAMED}
        known |= {name: literal("") for name in PERSON}
    return known


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
    is_known = places.answered_for(Dialogue.place_id)
    shown = (*_columns(PetitionRow, is_known), _plain_excerpt(), known_to(reader))
    statement = select(*shown, keys.c.key).select_from(keys)
    statement = statement.join(Petition, Petition.id == keys.c.petition_id)
    return _with_lists(statement).order_by(_directed(keys.c.key, sort, backward=backward))


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


def _matching(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    terms: Terms,
    *,
    newest_first: bool = False,
) -> Select[Any]:
    """Select the petitions behind a number of a report, as far as the other filters leave them."""
    statement, asked = behind(scope, asked, newest_first=newest_first)
    if asked.q.strip():
        clauses = by_words(asked.q, with_names=not asked.without_names)
        words = found(session, Wanted(tuple(clauses))).subquery()
        statement = statement.where(Petition.id.in_(select(words.c.petition_id)))
    return statement.where(*_conditions(asked, terms))


def _conditions(asked: PetitionFilter, terms: Terms) -> Iterator[ColumnElement[bool]]:
    yield from _by_facts(asked)
    yield from _by_days(asked)
    yield from _by_standing(asked, terms)


def _by_facts(asked: PetitionFilter) -> Iterator[ColumnElement[bool]]:
    for name in FACTS:
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


def _with_names(
    statement: Select[Any], scope: frozenset[int], reader: Reader | None
) -> Select[Any]:
    is_known = answered_for(scope, Dialogue.place_id)
    shown = (*_columns(PetitionRow, is_known), _plain_excerpt(), known_to(reader))
    return _with_lists(statement.with_only_columns(*shown))


def _read(reader: Reader | None, terms: Terms, row: Sequence[Any]) -> PetitionRow:
    """Make a line of what was read; the last value tells whether the reader knows the person."""
    *cells, plain, is_known = row
    if plain is not None and not is_known:
        cells[CONTENT_AT] = plain
    cells[NAME_AT] = shown_name(reader, cells[NAME_AT], is_known=is_known)
    return PetitionRow(terms, *cells)


def _plain_excerpt() -> ColumnElement[Any]:
    """Ask for the beginning of a content that names its person, without them."""
    return func.substr(Petition.content_unnamed, 1, EXCERPT)


def _columns(row: type[PetitionRow], is_known: ColumnElement[bool]) -> list[Any]:
    """Read the fields of a row; a dialogue is named where the reader may know of it."""
    in_english = language() == "en"
    elsewhere = {
        "content": func.substr(Petition.content, 1, EXCERPT),
        "category": Category.name_en if in_english else Category.name_vi,
        "department": Department.name_en if in_english else Department.name_vi,
        "place": Place.name,
        "is_fictional": Place.is_fictional,
        "monitor": User.full_name,
        "dialogue_code": case(
            (is_known, Dialogue.code),
            (Dialogue.id.is_not(None), gettext("of another place")),
        ),
    }
    if row is ExportRow:
        del elsewhere["content"]
    return [
        elsewhere[field.name] if field.name in elsewhere else getattr(Petition, field.name)
        for field in fields(row)
        if field.name != "terms"
    ]


def _with_lists(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Place, Place.id == Petition.place_id)
        .join(Category, Category.id == Petition.category_id)
        .outerjoin(Department, Department.id == Petition.department_id)
        .outerjoin(Dialogue, Dialogue.id == Petition.dialogue_id)
        .outerjoin(User, User.id == Petition.monitor_id)
    )
