"""Logging visits, correcting them in sight, and setting the rhythm expected of them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.briefing.lifecycle import Every
from tracker.briefing.models import GrassrootsVisit, VisitCorrection, VisitRhythm
from tracker.briefing.rules import MOST_DAYS, TEXT_LIMIT
from tracker.briefing.service.recording import check_may, check_visited, lock_visit, searched
from tracker.briefing.service.requests import (
    BriefingRefused,
    NewVisit,
    RhythmChange,
    VisitChange,
    bounded,
    kept_visit,
)
from tracker.commitments.rules import leader_key
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, Stale
from tracker.core.i18n import N_, gettext, say
from tracker.core.numbering import next_number
from tracker.journal import service as journal
from tracker.places.models import Place
from tracker.settings.queries import keeps_lists

HIDDEN = frozenset({"heard", "instruction"})
"""What the journal holds no more than a mark of: free text may name citizens."""

TOLD = {
    "kind": N_("Kind of visit"),
    "visited_on": N_("Day of the visit"),
    "place_id": N_("Place"),
    "visitor": N_("Visited by"),
    "cell": N_("Party cell"),
    "heard": N_("What was heard"),
    "instruction": N_("Instruction given"),
}
"""The facts whose former reading a correction tells."""


def log_visit(
    session: Session, actor: User | None, new: NewVisit, key: str = ""
) -> GrassrootsVisit:
    """Number a visit within its year and record who logged it; the same key logs it once.

    Raises BriefingRefused for a day after today or nothing heard, NotFound for a place that is
    not the person's.
    """
    check_may(actor, Permission.LOG_VISIT)
    kept = kept_visit(new)
    try:
        return _log(session, actor, new, kept, key)
    except IntegrityError:
        # Another sending with the same key, or the year's first number, came first: it is done now.
        return _log(session, actor, new, kept, key)


def amend_visit(
    session: Session, actor: User | None, visit: GrassrootsVisit, change: VisitChange
) -> list[str]:
    """Correct a visit in sight; gives the names of the facts that changed.

    Raises Stale, and keeps nothing, when the visit is no longer as the person saw it.
    """
    check_may(actor, Permission.LOG_VISIT)
    kept = kept_visit(change)
    with transaction(session):
        lock_visit(session, visit, change.seen_version)
        differing = [name for name, value in kept.items() if getattr(visit, name) != value]
        if not differing:
            return []
        reason = _reason(change.reason)
        if "place_id" in differing:
            check_visited(session, actor, change.place_id)
        before = _told(session, visit, differing)
        former = _facts_of(session, visit, differing)
        for name in differing:
            setattr(visit, name, kept[name])
        now = _facts_of(session, visit, differing)
        visit.visitor_key = leader_key(visit.visitor)
        visit.search_text = searched(visit)
        _correct(
            session,
            actor,
            visit,
            "amend",
            reason,
            before,
            journal.told(session, former, now, HIDDEN),
        )
    return differing


def void_visit(
    session: Session,
    actor: User | None,
    visit: GrassrootsVisit,
    reason: str,
    seen_version: int | None = None,
) -> None:
    """Say of a visit that it was entered by mistake: it stays in sight and counts no more."""
    check_may(actor, Permission.LOG_VISIT)
    with transaction(session):
        lock_visit(session, visit, seen_version)
        clean = _reason(reason)
        visit.voided_at = clock.now()
        _correct(session, actor, visit, "void", clean, "")


def set_rhythm(session: Session, actor: User, change: RhythmChange) -> None:
    """Set how often visits of a kind are expected in this installation, and by whose word."""
    check_may(actor, Permission.MANAGE_SETTINGS)
    if not keeps_lists(session, actor):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")
    basis = bounded("basis", change.basis)
    days = change.days if change.every is Every.DAYS else None
    if change.every is Every.DAYS and not 1 <= (days or 0) <= MOST_DAYS:
        raise BriefingRefused(
            "Enter a whole number from %(least)s to %(most)s.", "days", least=1, most=MOST_DAYS
        )
    if not basis:
        raise BriefingRefused("Name who asks for this rhythm: a document or a practice.", "basis")
    with transaction(session):
        asked = select(VisitRhythm).where(VisitRhythm.kind == change.kind).with_for_update()
        row = session.scalar(asked.execution_options(populate_existing=True))
        if change.seen_version not in (None, row.version if row else 0):
            raise Stale("Someone else has just set this rhythm; look at what it says now.")
        before = _rhythm_facts(row) if row else {}
        row = row or VisitRhythm(kind=change.kind)
        row.every, row.days, row.basis = change.every, days, basis
        session.add(row)
        after, here = _rhythm_facts(row), actor.place_id
        journal.note_change(session, actor, "visit:rhythm", change.kind, before, after, here)


def _rhythm_facts(row: VisitRhythm) -> dict[str, Any]:
    return {"every": row.every, "days": row.days, "basis": row.basis}


def _log(
    session: Session, actor: User | None, new: NewVisit, kept: dict[str, Any], key: str
) -> GrassrootsVisit:
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            return _logged(session, code)
        check_visited(session, actor, new.place_id)
        year = new.visited_on.year
        visit = GrassrootsVisit(
            code=f"VT-{year}-{next_number(session, 'VT', year):04d}",
            visitor_key=leader_key(kept["visitor"]),
            source=new.source,
            logged_by_id=actor.id if actor else None,
            logged_at=clock.now(),
            **kept,
        )
        visit.search_text = searched(visit)
        if actor is not None and key:
            journal.keep_key(session, actor, key, visit.code)
        session.add(visit)
        journal.note(session, actor, "visit:log", visit.code, visit.place_id)
    return visit


def _logged(session: Session, code: str) -> GrassrootsVisit:
    visit = session.scalar(select(GrassrootsVisit).where(GrassrootsVisit.code == code))
    if visit is None:
        raise BriefingRefused("This form cannot be used again; open a new one.")
    return visit


def _reason(text: str) -> str:
    reason = bounded("reason", text, TEXT_LIMIT, lines=True)
    if not reason:
        raise BriefingRefused("State the reason.", field="reason")
    return reason


def _told(session: Session, visit: GrassrootsVisit, differing: list[str]) -> str:
    """Say what each changed fact read before."""
    return "\n".join(
        gettext(
            "%(fact)s before: %(text)s",
            fact=gettext(TOLD[name]),
            text=_said(session, visit, name) or gettext("none"),
        )
        for name in TOLD
        if name in differing
    )


def _said(session: Session, visit: GrassrootsVisit, name: str) -> str:
    if name == "kind":
        return say(visit.kind)
    if name == "visited_on":
        return shown_date(visit.visited_on)
    if name == "place_id":
        return session.scalars(select(Place.name).where(Place.id == visit.place_id)).one()
    return str(getattr(visit, name))


def _correct(
    session: Session,
    actor: User | None,
    visit: GrassrootsVisit,
    act: str,
    reason: str,
    before: str,
    detail: str = "",
) -> None:
    session.add(
        VisitCorrection(
            visit_id=visit.id,
            recorded_at=clock.now(),
            actor_id=actor.id if actor else None,
            reason=reason,
            before=before,
        )
    )
    journal.note(session, actor, f"visit:{act}", visit.code, visit.place_id, detail)


def _facts_of(session: Session, visit: GrassrootsVisit, names: list[str]) -> dict[str, Any]:
    """Give facts as the journal tells them."""
    told = {name: getattr(visit, name) for name in names if name != "visitor_id"}
    if "place_id" in told:
        told["place"] = session.get_one(Place, told.pop("place_id")).name
    return told
