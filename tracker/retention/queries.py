"""Questions about what is kept too long, what is proposed, and what citizens ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.briefing.models import GrassrootsVisit
from tracker.commitments.models import HouseholdVisit, WorkingGroup
from tracker.core import clock
from tracker.core.errors import NotFound
from tracker.core.i18n import MoreThan
from tracker.core.lasting import lasting
from tracker.petitions.lifecycle import ENDED, Kind
from tracker.petitions.models import Petition
from tracker.petitions.queries import steps_of
from tracker.petitions.rules.masking import LEFT_OUT
from tracker.places.models import Place
from tracker.places.queries import reached, scope_ids
from tracker.retention.lifecycle import VISITS, Class, Decision, Right, Stage
from tracker.retention.models import Anonymisation, Clearing, PersonRequest, RetentionPeriod
from tracker.retention.rules import Period, Redaction, class_of

SHOWN, COUNTED_TO = 50, 1000
PETITION_TEXTS = ("content", "latest_note", "source")


def periods_of(session: Session) -> dict[Class, Period]:
    """Give for how long each class is kept; one that nobody set stays for ever."""
    kept = {row.of: row for row in session.scalars(select(RetentionPeriod))}
    return {
        of: Period(of, row.years, row.legal_basis, row.version)
        if (row := kept.get(of))
        else Period(of)
        for of in Class
    }


@dataclass(frozen=True, slots=True)
class DueRow:
    """A petition whose time is over, or of which it is proposed; nobody is named."""

    code: str
    kind: Kind
    place: str
    ended_on: date | None
    proposed_by: str = ""
    proposed_at: datetime | None = None

    @property
    def of(self) -> Class:
        """Its class."""
        return class_of(self.kind)


def due_rows(session: Session, scope: frozenset[int]) -> tuple[list[DueRow], int]:
    """Give the petitions whose time is over, the longest ended first, and how many there are."""
    which = _is_due(session, scope)
    rows = session.execute(
        select(Petition.code, Petition.kind, Place.name, Petition.ended_on)
        .join(Place, Place.id == Petition.place_id)
        .where(*which)
        .order_by(Petition.ended_on, Petition.id)
        .limit(SHOWN)
    ).all()
    if len(rows) < SHOWN:
        return [DueRow(*row) for row in rows], len(rows)
    some = select(Petition.id).where(*which).limit(COUNTED_TO + 1).subquery()
    number = session.scalar(select(func.count()).select_from(some)) or 0
    return [DueRow(*row) for row in rows], MoreThan(COUNTED_TO) if number > COUNTED_TO else number


def proposed_rows(session: Session, scope: frozenset[int]) -> list[DueRow]:
    """Give what waits for a second person, the first proposed first."""
    rows = session.execute(
        select(
            Petition.code,
            Petition.kind,
            Place.name,
            Petition.ended_on,
            User.full_name,
            Anonymisation.proposed_at,
        )
        .join(Petition, Petition.id == Anonymisation.petition_id)
        .join(Place, Place.id == Petition.place_id)
        .join(User, User.id == Anonymisation.proposed_by_id)
        .where(Petition.place_id.in_(reached(scope)), Anonymisation.stage == Stage.PROPOSED)
        .order_by(Anonymisation.id)
        .limit(SHOWN)
    )
    return [DueRow(*row) for row in rows]


def _is_due(session: Session, scope: frozenset[int]) -> list[ColumnElement[bool]]:
    today = clock.today()
    over = []
    for of, period in periods_of(session).items():
        last = period.over_since(today)
        if last is not None and of not in VISITS:
            kinds = [kind for kind in Kind if class_of(kind) is of]
            over.append(and_(Petition.kind.in_(kinds), Petition.ended_on <= last))
    seen = exists().where(
        Anonymisation.petition_id == Petition.id,
        Anonymisation.stage.in_((Stage.PROPOSED, Stage.DONE)),
    )
    return [
        Petition.place_id.in_(reached(scope)),
        Petition.status.in_(ENDED),
        or_(*over) if over else Petition.id.is_(None),
        ~seen,
    ]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit that tells of people: where and when; neither household nor words."""

    code: str
    place: str
    visited_on: date


@dataclass(frozen=True, slots=True)
class DueVisits:
    """The visits of a class whose time is over, the first of them, and what waits to be decided."""

    of: Class
    count: int = 0
    until: date | None = None
    rows: Sequence[VisitRow] = ()
    waiting: Clearing | None = None
    proposed_by: str = ""


def visits_due(session: Session, scope: frozenset[int], of: Class) -> DueVisits:
    """Give the visits whose time is over; where it is proposed already, those up to its day."""
    waiting = session.execute(
        select(Clearing, User.full_name)
        .join(User, User.id == Clearing.proposed_by_id)
        .where(
            Clearing.of == of,
            Clearing.stage == Stage.PROPOSED,
            Clearing.place_id.in_(reached(scope)),
        )
        .order_by(Clearing.id)
        .limit(1)
    ).first()
    clearing, by = (waiting[0], waiting[1]) if waiting else (None, "")
    until = clearing.until if clearing else periods_of(session)[of].over_since(clock.today())
    if until is None:
        return DueVisits(of)
    visit, which = told_visits(scope, of, until)
    code = WorkingGroup.code if of is Class.HOUSEHOLD else GrassrootsVisit.code
    rows = select(code, Place.name, visit.visited_on).join(Place, Place.id == visit.place_id)
    if of is Class.HOUSEHOLD:
        rows = rows.join(WorkingGroup, WorkingGroup.id == HouseholdVisit.group_id)
    found = session.execute(rows.where(*which).order_by(visit.visited_on, visit.id).limit(SHOWN))
    count = session.scalar(select(func.count(visit.id)).where(*which)) or 0
    return DueVisits(of, count, until, [VisitRow(*row) for row in found], clearing, by)


def told_visits(
    scope: frozenset[int], of: Class, until: date
) -> tuple[Any, list[ColumnElement[bool]]]:
    """Ask for the visits up to a day that still tell of people."""
    if of is Class.HOUSEHOLD:
        visit: Any = HouseholdVisit
        is_told = HouseholdVisit.household != LEFT_OUT
    else:
        visit = GrassrootsVisit
        is_told = GrassrootsVisit.heard != LEFT_OUT
    return visit, [visit.place_id.in_(reached(scope)), visit.visited_on <= until, is_told]


def clearing_for(session: Session, user: User, clearing_id: int) -> Clearing:
    """Give a clearing if the user's place answers for its place; another's does not exist."""
    kept = session.get(Clearing, clearing_id)
    if kept is None or kept.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such page.")
    return kept


def latest_act(session: Session, petition_id: int) -> Anonymisation | None:
    """Give the last proposal about a petition, whatever became of it."""
    return session.scalar(
        select(Anonymisation)
        .where(Anonymisation.petition_id == petition_id)
        .order_by(Anonymisation.id.desc())
        .limit(1)
    )


def texts_of(session: Session, petition: Petition) -> dict[str, str]:
    """Give every text of a petition that may name a person, by what it is."""
    own = {name: getattr(petition, name) for name in PETITION_TEXTS}
    notes = {f"step-{step.id}": step.note for step in steps_of(session, petition.id) if step.note}
    return {name: text for name, text in (own | notes).items() if text}


def redacted(texts: Mapping[str, str], redaction: Redaction) -> dict[str, str]:
    """Give the same texts as they will read."""
    return {name: redaction.of(text) for name, text in texts.items()}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line of what citizens ask; who asks stands on its page only."""

    code: str
    asks: Right
    place: str
    received_on: date
    due_on: date | None
    decision: Decision

    @property
    def is_late(self) -> bool:
        """Tell whether it waits beyond its limit."""
        is_open = self.decision is Decision.OPEN
        return is_open and self.due_on is not None and self.due_on < clock.today()


def request_rows(session: Session, scope: frozenset[int]) -> list[RequestRow]:
    """Give what citizens ask: what is open by its limit first, then the latest."""
    is_done = PersonRequest.decision != Decision.OPEN
    rows = session.execute(
        select(
            PersonRequest.code,
            PersonRequest.asks,
            Place.name,
            PersonRequest.received_on,
            PersonRequest.due_on,
            PersonRequest.decision,
        )
        .join(Place, Place.id == PersonRequest.place_id)
        .where(PersonRequest.place_id.in_(reached(scope)))
        .order_by(is_done, PersonRequest.due_on.nulls_last(), PersonRequest.id.desc())
        .limit(200)
    )
    return [RequestRow(*row) for row in rows]


@lasting
def open_requests(session: Session, scope: frozenset[int]) -> int:
    """Count what citizens ask and nobody has decided yet."""
    asked = select(func.count()).where(
        PersonRequest.place_id.in_(reached(scope)), PersonRequest.decision == Decision.OPEN
    )
    return session.scalar(asked) or 0


def request_for(session: Session, user: User, code: str) -> PersonRequest:
    """Give a citizen's request if the user's place answers for it; another's does not exist."""
    row = session.scalar(select(PersonRequest).where(PersonRequest.code == code))
    if row is None or row.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such request.")
    return row
