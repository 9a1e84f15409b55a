"""Questions about briefings: one of them, the earlier ones, and how its matters stand today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.accounts.models import User
from tracker.briefing.lifecycle import Stage
from tracker.briefing.models import Briefing, BriefingItem
from tracker.briefing.rules import fingerprint
from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment
from tracker.commitments.queries.register import plain_promises
from tracker.commitments.rules import shortened, state_of, unnamed
from tracker.core.errors import NotFound
from tracker.core.paging import PAGE_SIZE, Order, Page, page_of
from tracker.petitions.lifecycle import Status
from tracker.petitions.models import Petition
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.rules import Timeliness, timeliness
from tracker.places.models import Place
from tracker.places.queries import reached, scope_ids

ON_PAPER = 400


@dataclass(frozen=True, slots=True)
class BriefingRow:
    """One line of the list of briefings."""

    code: str
    held_on: date
    place: str
    chair: str
    stage: Stage
    items: int
    decided: int
    made: int
    is_fictional: bool


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One matter: what it is about, how that stands today, what was decided, what came of it.

    Exactly one of `petition_code`, `commitment_code` and `subject` is there; `text` is what it
    says, `plain` the same for paper: shortened, without whoever raised it. `made_code` is the
    commitment of the decision, `made_state` how that stands.
    """

    id: int
    position: int
    petition_code: str | None
    commitment_code: str | None
    subject: str
    text: str
    plain: str
    place_id: int
    place: str
    department_id: int | None
    promised_by: str
    due_on: date | None
    status: Status | None
    timeliness: Timeliness | None
    state: State | None
    decision: str
    decided_by: str
    decided_at: datetime | None
    made_code: str | None
    made_state: State | None
    made_due_on: date | None

    @property
    def seen(self) -> str:
        """The sign of the decision as it is kept."""
        return fingerprint(self.decision)


def briefing_for(session: Session, user: User, code: str) -> Briefing:
    """Give the briefing if the user's place answers for it; another's does not exist."""
    asked = select(Briefing).where(Briefing.code == code).options(joinedload(Briefing.place))
    briefing = session.scalar(asked.execution_options(populate_existing=True))
    if briefing is None or briefing.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such briefing.")
    return briefing


def open_briefing_of(session: Session, place_id: int) -> Briefing | None:
    """Give the open briefing of a place, if there is one."""
    asked = select(Briefing).where(Briefing.place_id == place_id, Briefing.stage == Stage.OPEN)
    return session.scalar(asked.options(joinedload(Briefing.place)))


def last_ended(session: Session, place_id: int, before: Briefing | None = None) -> Briefing | None:
    """Give a place's last ended briefing, or the last one before another."""
    asked = select(Briefing).where(Briefing.place_id == place_id, Briefing.stage == Stage.ENDED)
    if before is not None:
        asked = asked.where(Briefing.id < before.id)
    return session.scalar(asked.order_by(Briefing.held_on.desc(), Briefing.id.desc()).limit(1))


def briefing_page(
    session: Session, scope: frozenset[int], after: str | None = None, size: int = PAGE_SIZE
) -> Page[BriefingRow]:
    """Give one page of the briefings of a scope, the latest first."""
    counted = (
        select(
            BriefingItem.briefing_id.label("id"),
            func.count().label("items"),
            func.count(func.nullif(BriefingItem.decision, "")).label("decided"),
            func.count(BriefingItem.made_id).label("made"),
        )
        .group_by(BriefingItem.briefing_id)
        .subquery()
    )
    columns: list[Any] = [
        Briefing.code,
        Briefing.held_on,
        Place.name,
        Briefing.chair,
        Briefing.stage,
        func.coalesce(counted.c["items"], 0),
        func.coalesce(counted.c.decided, 0),
        func.coalesce(counted.c.made, 0),
        Place.is_fictional,
    ]
    statement = (
        select(*columns)
        .join(Place, Place.id == Briefing.place_id)
        .outerjoin(counted, counted.c.id == Briefing.id)
        .where(Briefing.place_id.in_(reached(scope)))
    )
    orders = [Order(Briefing.held_on.expression, True), Order(Briefing.id.expression, True)]
    page = page_of(session, statement, orders, after, size)
    return Page([BriefingRow(*row) for row in page.rows], page.previous, page.next)


def items_of(session: Session, briefing: Briefing) -> list[ItemRow]:
    """Give the matters of a briefing in their order, as they stand today."""
    terms = terms_of(session)
    rows = session.execute(
        select(
            BriefingItem,
            Petition,
            Commitment,
            _MADE,
            func.coalesce(User.full_name, "").label("decided_by"),
        )
        .outerjoin(Petition, Petition.id == BriefingItem.petition_id)
        .outerjoin(Commitment, Commitment.id == BriefingItem.commitment_id)
        .outerjoin(_MADE, _MADE.id == BriefingItem.made_id)
        .outerjoin(User, User.id == BriefingItem.decided_by_id)
        .where(BriefingItem.briefing_id == briefing.id)
        .order_by(BriefingItem.position, BriefingItem.id)
        .execution_options(populate_existing=True)
    ).all()
    names = {place.id: place.name for place in session.scalars(select(Place))} if rows else {}
    promised = [commitment.id for _, _, commitment, *_ in rows if commitment is not None]
    promises = plain_promises(session, promised) if promised else {}
    return [
        ItemRow(
            id=item.id,
            position=number,
            subject=item.subject,
            decision=item.decision,
            decided_by=decided_by,
            decided_at=item.decided_at,
            made_code=made.code if made else None,
            made_state=_state(made, terms.today) if made else None,
            made_due_on=made.due_on if made else None,
            **_about(item, petition, commitment, briefing, names, promises, terms),
        )
        for number, (item, petition, commitment, made, decided_by) in enumerate(rows, 1)
    ]


_MADE = aliased(Commitment)


def _about(
    item: BriefingItem,
    petition: Petition | None,
    commitment: Commitment | None,
    briefing: Briefing,
    names: Mapping[int, str],
    promises: Mapping[int, str],
    terms: Any,
) -> dict[str, Any]:
    """Say what a matter is about and how that stands."""
    record = petition or commitment
    place_id = record.place_id if record else briefing.place_id
    said: dict[str, Any] = {
        "petition_code": petition.code if petition else None,
        "commitment_code": commitment.code if commitment else None,
        "text": item.subject,
        "plain": item.subject,
        "place_id": place_id,
        "place": names[place_id] if record else "",
        "department_id": record.department_id if record else None,
        "promised_by": commitment.promised_by if commitment else "",
        "due_on": record.due_on if record else None,
        "status": None,
        "timeliness": None,
        "state": None,
    }
    if petition is not None:
        stands = timeliness(petition.status, petition.due_on, petition.ended_on, terms)
        plain = petition.plain_content
        said |= {"text": plain, "status": petition.status, "timeliness": stands}
        said["plain"] = shortened(unnamed(plain, petition.citizen_name), ON_PAPER)
    if commitment is not None:
        promise = promises[commitment.id]
        said |= {"text": promise, "state": _state(commitment, terms.today)}
        said["plain"] = shortened(unnamed(promise), ON_PAPER)
    return said


def _state(commitment: Commitment, today: date) -> State:
    return state_of(commitment.outcome, commitment.due_on, commitment.ended_on, today)
