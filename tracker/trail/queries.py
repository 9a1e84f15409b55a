"""The entries of the journal that a reader's place answers for, narrowed and in pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.clock import VIETNAM
from tracker.core.i18n import gettext
from tracker.core.paging import PAGE_SIZE, Order, Page, ordered, page_of
from tracker.journal.models import JournalEntry
from tracker.journal.queries import journal_breaks
from tracker.journal.rules import Break
from tracker.places.models import Place
from tracker.places.queries import Scope
from tracker.places.rules import PlaceKind
from tracker.trail.rules import Fact, Subject, act_of, facts_in, subject_of, told_in

STREAMED = 500
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What the journal is narrowed to; every field may be left out."""

    about: Subject | None = None
    code: str = ""
    person: str = ""
    day_from: date | None = None
    day_to: date | None = None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One entry, with the names of its person and place."""

    id: int
    number: int
    recorded_at: datetime
    username: str | None
    full_name: str | None
    action: str
    subject: str
    place: str | None
    detail: str
    digest: str

    @property
    def about(self) -> Subject | None:
        """What it is about."""
        return subject_of(self.action)

    @property
    def act(self) -> str:
        """What was done."""
        return act_of(self.action)

    @property
    def facts(self) -> list[Fact]:
        """The facts it changed."""
        return facts_in(self.detail)

    @property
    def told(self) -> str:
        """Its detail in one line, in the reader's language."""
        return told_in(self.detail)


def trail_page(
    session: Session,
    scope: Scope,
    asked: TrailFilter,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[TrailRow]:
    """Give one page of the journal, the newest entry first."""
    page = page_of(session, _matching(scope, asked), _ORDER, after, size)
    return Page([TrailRow(*row) for row in page.rows], page.previous, page.next)


def trail_rows(session: Session, scope: Scope, asked: TrailFilter) -> Iterator[TrailRow]:
    """Give all entries of the list, a few hundred in memory at a time."""
    asked_in_order = ordered(_matching(scope, asked), _ORDER)
    # Closed also where a reader goes away before the end.
    with session.execute(asked_in_order, execution_options={"yield_per": STREAMED}) as rows:
        for row in rows:
            yield TrailRow(*row)


def journal_mismatches(session: Session) -> list[str]:
    """Say of each chain of the journal where it does not fit, at most MOST_LINES of them."""
    names = {row.id: row.name for row in session.execute(select(Place.id, Place.name))}
    found = islice(journal_breaks(session), MOST_LINES)
    return [_told(broken, names.get(broken.chain, "")) for broken in found]


def _told(broken: Break, place: str) -> str:
    at = {"place": place or gettext("Whole register"), "number": broken.number}
    if broken.is_missing:
        return gettext("journal of %(place)s: entry %(number)s is missing", **at)
    return gettext("journal of %(place)s: entry %(number)s is not what was written", **at)


_ORDER = [Order(JournalEntry.id.expression, descending=True)]


def _matching(scope: Scope, asked: TrailFilter) -> Select[*tuple[Any, ...]]:
    return (
        select(
            JournalEntry.id,
            JournalEntry.number,
            JournalEntry.recorded_at,
            User.username,
            User.full_name,
            JournalEntry.action,
            JournalEntry.subject,
            Place.name,
            JournalEntry.detail,
            JournalEntry.digest,
        )
        .outerjoin(User, User.id == JournalEntry.actor_id)
        .outerjoin(Place, Place.id == JournalEntry.place_id)
        .where(_within(scope), *_conditions(asked))
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    """What belongs to no place is read only where the whole register is answered for."""
    here = JournalEntry.place_id.in_(scope.ids)
    is_whole = scope.home.kind is PlaceKind.REGISTER
    return or_(here, JournalEntry.place_id.is_(None)) if is_whole else here


def _conditions(asked: TrailFilter) -> Iterator[ColumnElement[bool]]:
    if asked.about is not None:
        yield or_(
            JournalEntry.action == asked.about.value,
            JournalEntry.action.startswith(f"{asked.about.value}:", autoescape=True),
        )
    if asked.code:
        yield JournalEntry.subject == asked.code
    if asked.person:
        yield User.username == asked.person
    if asked.day_from is not None:
        yield JournalEntry.recorded_at >= _begins(asked.day_from)
    if asked.day_to is not None:
        yield JournalEntry.recorded_at < _begins(asked.day_to) + timedelta(days=1)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM)
