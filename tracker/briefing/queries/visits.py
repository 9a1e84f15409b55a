"""Questions about visits: one of them, the log, and the rows of its file."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.orm import Session, joinedload

from tracker.accounts.models import User
from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.models import GrassrootsVisit, VisitCorrection
from tracker.briefing.rules import Sort
from tracker.commitments.models import Commitment
from tracker.core.errors import NotFound
from tracker.core.paging import PAGE_SIZE, Order, Page, ordered, page_of
from tracker.core.text import fold, has_forbidden
from tracker.petitions.lifecycle import Channel, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries.identity import plain_text
from tracker.places.models import Place
from tracker.places.queries import reached, scope_ids

MOST_WORDS = 12
STREAMED = 500
EXCERPT = 300


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """What the log is narrowed to; every field may be left out.

    A place brings what it answers for. Visits entered by mistake are left out unless asked for.
    """

    q: str = ""
    kind: VisitKind | None = None
    place_id: int | None = None
    visitor: str = ""
    visited_from: date | None = None
    visited_to: date | None = None
    instructed: bool = False
    with_voided: bool = False


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One line of the log; the texts are their beginnings only."""

    id: int
    code: str
    kind: VisitKind
    visited_on: date
    place: str
    visitor: str
    cell: str
    heard: str
    instruction: str
    commitment_code: str | None
    voided_at: datetime | None
    is_fictional: bool


@dataclass(frozen=True, slots=True)
class ExportRow(VisitRow):
    """One line of a file; the texts are whole."""

    source: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One correction as a visit's page tells it."""

    recorded_at: datetime
    actor: str
    reason: str
    before: str


@dataclass(frozen=True, slots=True)
class RaisedRow:
    """A petition that came by the same way from the same place on the same day."""

    code: str
    content: str
    status: Status


def visit_for(session: Session, user: User, code: str) -> GrassrootsVisit:
    """Give the visit if the user's place answers for it; another's does not exist."""
    asked = select(GrassrootsVisit).where(GrassrootsVisit.code == code)
    visit = session.scalar(
        asked.options(
            joinedload(GrassrootsVisit.place), joinedload(GrassrootsVisit.commitment)
        ).execution_options(populate_existing=True)
    )
    if visit is None or visit.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such field visit.")
    return visit


def visit_page(
    session: Session,
    scope: frozenset[int],
    asked: VisitFilter,
    sort: Sort = Sort.NEWEST,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[VisitRow]:
    """Give one page of the log; `after` is the key that a page before or after it gave."""
    statement = _with_names(_matching(session, scope, asked), VisitRow)
    page = page_of(session, statement, _orders(sort), after, size)
    return Page([VisitRow(*row) for row in page.rows], page.previous, page.next)


def visit_count(session: Session, scope: frozenset[int], asked: VisitFilter) -> int:
    """Count the rows that the log has on all its pages."""
    counted = _matching(session, scope, asked).with_only_columns(func.count())
    return session.scalar(counted) or 0


def visit_export_rows(
    session: Session, scope: frozenset[int], asked: VisitFilter, sort: Sort = Sort.NEWEST
) -> Iterator[ExportRow]:
    """Give all rows of the log, in its order, a few hundred in memory at a time."""
    statement = _with_names(_matching(session, scope, asked), ExportRow)
    in_order = ordered(statement, _orders(sort))
    with session.execute(in_order, execution_options={"yield_per": STREAMED}) as rows:
        for row in rows:
            yield ExportRow(*row)


def corrections_of(session: Session, visit_id: int) -> list[CorrectionRow]:
    """Give a visit's corrections, the first one first."""
    rows = session.execute(
        select(
            VisitCorrection.recorded_at,
            func.coalesce(User.full_name, ""),
            VisitCorrection.reason,
            VisitCorrection.before,
        )
        .outerjoin(User, User.id == VisitCorrection.actor_id)
        .where(VisitCorrection.visit_id == visit_id)
        .order_by(VisitCorrection.id)
    )
    return [CorrectionRow(*row) for row in rows]


def raised_at(session: Session, visit: GrassrootsVisit) -> list[RaisedRow]:
    """Give the petitions received by the visit's channel, at its place, on its day; unnamed."""
    rows = session.execute(
        select(
            Petition.code,
            func.substr(plain_text("content"), 1, EXCERPT),
            Petition.status,
        )
        .where(
            Petition.channel == Channel(visit.kind.value),
            Petition.place_id == visit.place_id,
            Petition.received_on == visit.visited_on,
        )
        .order_by(Petition.id)
        .limit(PAGE_SIZE)
    )
    return [RaisedRow(*row) for row in rows]


def visitors(session: Session, scope: frozenset[int]) -> dict[str, str]:
    """Give those who made visits in a scope, by the sign that addresses use."""
    rows = session.execute(
        select(GrassrootsVisit.visitor_key, func.max(GrassrootsVisit.visitor).label("name"))
        .where(GrassrootsVisit.place_id.in_(reached(scope)))
        .group_by(GrassrootsVisit.visitor_key)
        .order_by("name")
    )
    return {row.visitor_key: row.name for row in rows}


def _matching(session: Session, scope: frozenset[int], asked: VisitFilter) -> Select[Any]:
    places = scope
    if asked.place_id is not None:
        places = scope & scope_ids(session, asked.place_id)
    matching = select(GrassrootsVisit.id).where(GrassrootsVisit.place_id.in_(reached(places)))
    return matching.where(*_conditions(asked))


def _conditions(asked: VisitFilter) -> Iterator[ColumnElement[bool]]:
    if asked.kind is not None:
        yield GrassrootsVisit.kind == asked.kind
    if asked.visitor:
        yield GrassrootsVisit.visitor_key == asked.visitor
    if asked.visited_from is not None:
        yield GrassrootsVisit.visited_on >= asked.visited_from
    if asked.visited_to is not None:
        yield GrassrootsVisit.visited_on <= asked.visited_to
    if asked.instructed:
        yield GrassrootsVisit.instruction != ""
    if not asked.with_voided:
        yield GrassrootsVisit.voided_at.is_(None)
    if asked.q.strip():
        yield _found_by(asked.q)


def _found_by(query: str) -> ColumnElement[bool]:
    """Every word must occur; what no text of the register can hold finds nothing."""
    words = fold(query).split()[:MOST_WORDS]
    if has_forbidden(query) or not words:
        return false()
    return and_(*(GrassrootsVisit.search_text.contains(word, autoescape=True) for word in words))


def _orders(sort: Sort) -> list[Order]:
    descending = sort is Sort.NEWEST
    return [
        Order(GrassrootsVisit.visited_on.expression, descending),
        Order(GrassrootsVisit.id.expression, descending),
    ]


def _with_names(statement: Select[Any], row: type[VisitRow]) -> Select[Any]:
    elsewhere: dict[str, Any] = {
        "place": Place.name,
        "is_fictional": Place.is_fictional,
        "commitment_code": Commitment.code,
    }
    if row is VisitRow:
        for name in ("heard", "instruction"):
            elsewhere[name] = func.substr(getattr(GrassrootsVisit, name), 1, EXCERPT)
    names = [fact.name for fact in fields(row)]
    columns = [elsewhere[n] if n in elsewhere else getattr(GrassrootsVisit, n) for n in names]
    return (
        statement.with_only_columns(*columns)
        .join(Place, Place.id == GrassrootsVisit.place_id)
        .outerjoin(Commitment, Commitment.id == GrassrootsVisit.commitment_id)
    )
