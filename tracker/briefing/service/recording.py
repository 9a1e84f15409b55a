"""Holding a visit or a briefing while it is changed, and what each change leaves behind."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.briefing.lifecycle import Stage
from tracker.briefing.models import Briefing, BriefingItem, GrassrootsVisit
from tracker.briefing.service.requests import BriefingRefused
from tracker.core import clock
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.core.text import fold
from tracker.journal import service as journal
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind

VISITED = (PlaceKind.VILLAGE, PlaceKind.COMMUNE)


def check_may(actor: User | None, permission: Permission) -> None:
    """Refuse whose role does not include an act; the command line may do all."""
    if actor is not None and not actor.may(permission):
        raise NotAllowed("Your role does not include this.")


def check_visited(session: Session, actor: User | None, place_id: int) -> None:
    """Refuse a place that the person's own does not answer for, and one too wide to be visited."""
    check_place(session, actor, place_id)
    if session.get_one(Place, place_id).kind not in VISITED:
        raise BriefingRefused("Choose a village or a commune.", field="place")


def check_place(session: Session, actor: User | None, place_id: int) -> None:
    """Refuse a place that the person's own does not answer for."""
    is_there = session.get(Place, place_id) is not None
    if not is_there or (actor is not None and place_id not in scope_ids(session, actor.place_id)):
        raise NotFound("There is no such place.")


def lock_visit(session: Session, visit: GrassrootsVisit, seen_version: int | None) -> None:
    """Hold the visit until commit; refuse when it is no longer as the person saw it."""
    session.execute(
        select(GrassrootsVisit.id).where(GrassrootsVisit.id == visit.id).with_for_update()
    )
    session.refresh(visit)
    if seen_version not in (None, visit.version):
        raise Stale("Someone else has just changed this visit; look at what it says now.")
    if visit.voided_at is not None:
        raise BriefingRefused("This visit was entered by mistake; it is only read.")


def lock_open(session: Session, briefing: Briefing, seen_version: int | None = None) -> None:
    """Hold the briefing until commit; refuse one that has ended."""
    session.execute(select(Briefing.id).where(Briefing.id == briefing.id).with_for_update())
    session.refresh(briefing)
    if briefing.stage is Stage.ENDED:
        raise BriefingRefused("This briefing has ended; it is only read.")
    if seen_version not in (None, briefing.version):
        raise Stale("Someone else has just changed this briefing; look at what it says now.")


def changed(session: Session, actor: User | None, briefing: Briefing, act: str) -> None:
    """Leave the trace of a change: the briefing's version moves, the journal tells who."""
    briefing.changed_at = clock.now()
    journal.note(session, actor, f"briefing:{act}", briefing.code, briefing.place_id)


def searched(visit: GrassrootsVisit) -> str:
    """Give the folded text in which a visit is searched for."""
    names = ("code", "visitor", "cell", "heard", "instruction")
    return fold(" ".join(getattr(visit, name) or "" for name in names))


def items_in(session: Session, briefing: Briefing) -> list[BriefingItem]:
    """Give the matters of a briefing in their order, as they are kept now."""
    asked = select(BriefingItem).where(BriefingItem.briefing_id == briefing.id)
    ordered = asked.order_by(BriefingItem.position, BriefingItem.id)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))
