"""The list of commitments: filters, pages, counts, and the rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, or_, select
from sqlalchemy.orm import Session

from tracker.commitments.lifecycle import AMEND, CORRECT, Outcome, State
from tracker.commitments.models import Commitment, CommitmentStep
from tracker.commitments.rules import Sort, state_of
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.i18n import language
from tracker.core.paging import PAGE_SIZE, Order, Page, ordered, page_of
from tracker.core.text import fold, has_forbidden
from tracker.dialogues.models import Department, Dialogue
from tracker.petitions.models import PERSON, Petition
from tracker.petitions.queries.identity import unknown_at
from tracker.petitions.rules.spellings import without_people
from tracker.places.models import Place
from tracker.places.queries import ScopeShape, bound_scope, lies_in, scope_ids

MOST_WORDS = 12
STREAMED = 500
SAID = frozenset({"promise", "latest_note"})
"""Texts that may name whoever raised the petition on which something was promised."""


@dataclass(frozen=True, slots=True)
class CommitmentFilter:
    """What the list is narrowed to; every field may be left out.

    A place brings what it answers for. Department 0 is "given to nobody", dialogue 0 "made at no
    dialogue", year 0 "not known when". A promise known to its month or year counts for the first
    day of it.
    """

    q: str = ""
    state: State | None = None
    leader: str = ""
    department_id: int | None = None
    dialogue_id: int | None = None
    petition_id: int | None = None
    place_id: int | None = None
    year: int | None = None
    promised_from: date | None = None
    promised_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """One line of the list."""

    id: int
    code: str
    promise: str
    promised_by: str
    promised_on: date | None
    promised_precision: Precision
    department: str | None
    handler: str
    monitor: str
    place: str
    dialogue_code: str | None
    petition_code: str | None
    due_on: date | None
    outcome: Outcome
    ended_on: date | None
    ended_precision: Precision
    is_fictional: bool

    @property
    def state(self) -> State:
        """How it stands today."""
        return state_of(self.outcome, self.due_on, self.ended_on, clock.today())


@dataclass(frozen=True, slots=True)
class ExportRow(CommitmentRow):
    """One line of a file: everything a meeting's table shows."""

    supporting: str
    latest_note: str | None
    latest_document: str | None
    source: str


class Told(Protocol):
    """A dataclass of what is read of a commitment."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Row = TypeVar("Row", bound=Told)


def commitment_page(
    session: Session,
    scope: frozenset[int],
    asked: CommitmentFilter,
    sort: Sort = Sort.DUE,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[CommitmentRow]:
    """Give one page of the list; `after` is the key that a page before or after it gave."""
    statement = _with_names(matching(session, scope, asked), CommitmentRow)
    page = page_of(session, statement, _orders(sort, asked), after, size)
    rows = told(session, CommitmentRow, page.rows)
    return Page(rows, page.previous, page.next)


def commitments_on(
    session: Session, scope: frozenset[int], petition_id: int
) -> list[CommitmentRow]:
    """Give all that was promised on a petition, what is due first before the rest."""
    places, values = bound_scope(scope)
    asked = _on_petition(places, language())
    found = session.connection().execute(asked, values | {"petition_id": petition_id})
    return told(session, CommitmentRow, found.all())


@cache
def _on_petition(places: ScopeShape, _language: str) -> Select[Any]:
    its_own = Commitment.petition_id == bindparam("petition_id")
    asked = select(Commitment).where(its_own, places.answered_for(Commitment.place_id))
    return ordered(_with_names(asked, CommitmentRow), _orders(Sort.DUE, CommitmentFilter()))


def commitment_count(session: Session, scope: frozenset[int], asked: CommitmentFilter) -> int:
    """Count the rows that the list has on all its pages."""
    return session.scalar(matching(session, scope, asked).with_only_columns(func.count())) or 0


def commitment_export_rows(
    session: Session, scope: frozenset[int], asked: CommitmentFilter, sort: Sort = Sort.DUE
) -> Iterator[ExportRow]:
    """Give all rows of the list, in its order, a few hundred in memory at a time."""
    statement = _with_names(matching(session, scope, asked), ExportRow)
    in_order = ordered(statement, _orders(sort, asked))
    with session.execute(in_order, execution_options={"yield_per": STREAMED}) as rows:
        for some in rows.partitions():
            yield from told(session, ExportRow, some)


def stands_as(wanted: State, today: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Ask in the database what rules.state_of tells of one commitment."""
    due, ended_on = Commitment.due_on, Commitment.ended_on
    is_open, is_kept = Commitment.outcome == Outcome.OPEN, Commitment.outcome == Outcome.KEPT
    return {
        State.OVERDUE: and_(is_open, due < today),
        State.OPEN: and_(is_open, or_(due.is_(None), due >= today)),
        State.KEPT: and_(is_kept, or_(due.is_(None), ended_on.is_(None), ended_on <= due)),
        State.KEPT_LATE: and_(is_kept, ended_on > due),
        State.BROKEN: Commitment.outcome == Outcome.BROKEN,
        State.WITHDRAWN: Commitment.outcome == Outcome.WITHDRAWN,
    }[wanted]


def is_undated() -> ColumnElement[bool]:
    """Ask for what is still to be kept and has no date until which."""
    return and_(Commitment.outcome == Outcome.OPEN, Commitment.due_on.is_(None))


def matching(session: Session, scope: frozenset[int], asked: CommitmentFilter) -> Select[Any]:
    """Give the statement of the commitments that a filter leaves of a scope."""
    places = scope
    if asked.place_id is not None:
        places = scope & scope_ids(session, asked.place_id)
    return select(Commitment.id).where(lies_in(places, Commitment.place_id), *_conditions(asked))


def _conditions(asked: CommitmentFilter) -> Iterator[ColumnElement[bool]]:
    if asked.state is not None:
        yield stands_as(asked.state, clock.today())
    if asked.leader:
        yield Commitment.leader_key == asked.leader
    for name in ("department_id", "dialogue_id", "petition_id"):
        wanted, column = getattr(asked, name), getattr(Commitment, name)
        if wanted is not None:
            yield column == wanted if wanted else column.is_(None)
    if asked.year is not None:
        yield from _in_year(asked.year)
    yield from _between(Commitment.promised_on, asked.promised_from, asked.promised_to)
    yield from _between(Commitment.due_on, asked.due_from, asked.due_to)
    if asked.undated:
        yield is_undated()
    if asked.q.strip():
        yield _found_by(asked.q)


def _in_year(year: int) -> Iterator[ColumnElement[bool]]:
    if year:
        return _between(Commitment.promised_on, date(year, 1, 1), date(year, 12, 31))
    return iter([Commitment.promised_on.is_(None)])


def _between(column: Any, first: date | None, last: date | None) -> Iterator[ColumnElement[bool]]:
    if first is not None:
        yield column >= first
    if last is not None:
        yield column <= last


def _found_by(query: str) -> ColumnElement[bool]:
    """Every word must occur; what no text of the register can hold finds nothing."""
    words = fold(query).split()[:MOST_WORDS]
    if has_forbidden(query) or not words:
        return false()
    return and_(*(Commitment.search_text.contains(word, autoescape=True) for word in words))


def _orders(sort: Sort, asked: CommitmentFilter) -> list[Order]:
    own_id = Commitment.id.expression
    if sort is Sort.NEWEST:
        promised = Commitment.promised_on.expression
        return [Order(promised, descending=True), Order(own_id, descending=True)]
    if asked.state is State.OVERDUE:  # open all of them, and dated: as an index has them
        return [Order(Commitment.due_on.expression, is_always=True), Order(own_id, is_always=True)]
    has_ended = case((Commitment.outcome == Outcome.OPEN, 0), else_=1)
    return [Order(has_ended), Order(Commitment.due_on.expression), Order(own_id)]


def plain_promises(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Give promises without who raised the petition, or spoke at the dialogue."""
    person = [getattr(Petition, name) for name in PERSON]
    rows = session.execute(
        select(Commitment.id, Commitment.promise, *person, Commitment.dialogue_id)
        .outerjoin(Petition, Petition.id == Commitment.petition_id)
        .where(Commitment.id.in_(ids))
    ).all()
    people = _people_of(session, rows)
    return {
        row.id: without_people(row.promise, told) for row, told in zip(rows, people, strict=True)
    }


def _people_of(session: Session, rows: Sequence[Sequence[Any]]) -> Iterator[list[tuple[str, ...]]]:
    """Give whom each promise may name: who raised the petition, and who spoke at the dialogue.

    Each row ends in what is known of that person, and the dialogue.
    """
    dialogues = {row[-1] for row in rows if row[-1] is not None}
    present = unknown_at(session, None, sorted(dialogues)) if dialogues else {}
    for *_, name, phone, former, dialogue_id in rows:
        own = [] if name is None else [(name, phone, former)]
        yield [*present.get(dialogue_id, ()), *own]


def told(session: Session, made_as: type[Row], rows: Sequence[Sequence[Any]]) -> list[Row]:
    """Make lines of what was read, without who raised the petition, or spoke at the dialogue.

    Behind its fields each row has what is known of that person, and the dialogue.
    """
    places = [at for at, field in enumerate(fields(made_as)) if field.name in SAID]
    made = []
    for row, people in zip(rows, _people_of(session, rows), strict=True):
        cells = list(row[: -len(PERSON) - 1])
        for at in places if people else ():
            cells[at] = cells[at] and without_people(cells[at], people)
        made.append(made_as(*cells))
    return made


def _with_names(statement: Select[Any], row: type[CommitmentRow]) -> Select[Any]:
    person = [getattr(Petition, name) for name in PERSON]
    department = Department.name_en if language() == "en" else Department.name_vi
    elsewhere: dict[str, Any] = {
        "department": department,
        "place": Place.name,
        "is_fictional": Place.is_fictional,
        "dialogue_code": Dialogue.code,
        "petition_code": Petition.code,
        "latest_note": _latest(CommitmentStep.note.expression),
        "latest_document": _latest(CommitmentStep.document_number.expression),
    }
    names = [fact.name for fact in fields(row)]
    columns = [elsewhere[n] if n in elsewhere else getattr(Commitment, n) for n in names]
    return (
        statement.with_only_columns(*columns, *person, Commitment.dialogue_id)
        .join(Place, Place.id == Commitment.place_id)
        .outerjoin(Department, Department.id == Commitment.department_id)
        .outerjoin(Dialogue, Dialogue.id == Commitment.dialogue_id)
        .outerjoin(Petition, Petition.id == Commitment.petition_id)
    )


def _latest(column: ColumnElement[str]) -> Any:
    """Give the last text that a step which still counts left in a column."""
    voiding = select(CommitmentStep.voids_id).where(CommitmentStep.voids_id.is_not(None))
    return (
        select(column)
        .where(
            CommitmentStep.commitment_id == Commitment.id,
            column != "",
            CommitmentStep.move.not_in((AMEND, CORRECT)),
            CommitmentStep.id.not_in(voiding),
        )
        .order_by(CommitmentStep.id.desc())
        .limit(1)
        .correlate(Commitment)
        .scalar_subquery()
    )
