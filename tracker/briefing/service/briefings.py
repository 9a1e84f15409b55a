"""Opening the next briefing of a place, and ending it."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.briefing.lifecycle import Stage
from tracker.briefing.models import Briefing
from tracker.briefing.service.recording import (
    changed,
    check_may,
    check_place,
    items_in,
    lock_open,
)
from tracker.briefing.service.requests import (
    BriefingRefused,
    NewBriefing,
    kept_chair,
    kept_day,
)
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.db import transaction
from tracker.core.numbering import next_number
from tracker.journal import service as journal


def open_briefing(
    session: Session, actor: User | None, new: NewBriefing, key: str = ""
) -> Briefing:
    """Number the next briefing of a place and open it; the same key opens it once.

    Raises BriefingRefused while another one of the place is open.
    """
    check_may(actor, Permission.PREPARE_BRIEFING)
    chair = kept_chair(new.chair)
    kept_day(new.held_on)
    try:
        return _open(session, actor, new, chair, key)
    except IntegrityError:
        # Another sending came first: it is found, or refused in words, now.
        return _open(session, actor, new, chair, key)


def end_briefing(
    session: Session, actor: User | None, briefing: Briefing, seen_version: int | None = None
) -> None:
    """End a briefing: from then on it is only read, and the next one begins with it.

    Raises BriefingRefused before its day, Stale when it is no longer as the person saw it.
    """
    check_may(actor, Permission.DECIDE_BRIEFING)
    with transaction(session):
        lock_open(session, briefing, seen_version)
        if briefing.held_on > clock.today():
            raise BriefingRefused(
                "The briefing is held on %(day)s; it cannot end before.",
                day=shown_date(briefing.held_on),
            )
        if not items_in(session, briefing) and not briefing.notes:
            raise BriefingRefused("Nothing stands on this briefing yet; choose its matters first.")
        briefing.stage, briefing.ended_at = Stage.ENDED, clock.now()
        briefing.ended_by_id = actor.id if actor else None
        changed(session, actor, briefing, "end")


def _open(session: Session, actor: User | None, new: NewBriefing, chair: str, key: str) -> Briefing:
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            made = session.scalar(select(Briefing).where(Briefing.code == code))
            if made is None:
                raise BriefingRefused("This form cannot be used again; open a new one.")
            return made
        check_place(session, actor, new.place_id)
        here = (Briefing.place_id == new.place_id, Briefing.stage == Stage.OPEN)
        if standing := session.scalar(select(Briefing.code).where(*here)):
            raise BriefingRefused(
                "Briefing %(code)s is still open; end it before the next one.", code=standing
            )
        ended = select(func.max(Briefing.held_on)).where(Briefing.place_id == new.place_id)
        if (last := session.scalar(ended)) and new.held_on < last:
            raise BriefingRefused(
                "The last briefing was held on %(day)s; the next one cannot lie before it.",
                "held_on",
                day=shown_date(last),
            )
        year = new.held_on.year
        briefing = Briefing(
            code=f"GB-{year}-{next_number(session, 'GB', year):04d}",
            place_id=new.place_id,
            held_on=new.held_on,
            chair=chair,
            stage=Stage.OPEN,
            source=new.source,
            opened_by_id=actor.id if actor else None,
            opened_at=clock.now(),
            changed_at=clock.now(),
        )
        if actor is not None and key:
            journal.keep_key(session, actor, key, briefing.code)
        session.add(briefing)
        session.flush()  # a second open one is refused here
        journal.note(session, actor, "briefing:open", briefing.code, briefing.place_id)
    return briefing
