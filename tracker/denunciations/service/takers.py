"""Who takes denunciations for a place: an administrator names the person, a leader confirms."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission, Role
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound
from tracker.denunciations.models import DenunciationTaker
from tracker.denunciations.rules import DenunciationRefused
from tracker.denunciations.service.recording import keep_out_when_done, let_in
from tracker.journal import service as journal
from tracker.places.queries import scope_ids


def propose_taker(session: Session, actor: User, user_id: int) -> None:
    """Propose who takes denunciations; it counts once a leader has confirmed it."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise NotAllowed("Only an administrator manages people.")
    with transaction(session):
        user = session.get(User, user_id)
        if user is None or user.place_id not in scope_ids(session, actor.place_id):
            raise NotFound("There is no such person.")
        if user.role is Role.ADMIN or user.is_disabled:
            raise DenunciationRefused(
                "An administrator looks after the register, not after denunciations.", "person"
            )
        kept = select(DenunciationTaker.id).where(
            DenunciationTaker.user_id == user.id, DenunciationTaker.ended_at.is_(None)
        )
        if session.scalar(kept) is not None:
            raise DenunciationRefused("This person is named already.", "person")
        taker = DenunciationTaker(
            place_id=user.place_id,
            user_id=user.id,
            proposed_by_id=actor.id,
            proposed_at=clock.now(),
        )
        session.add(taker)
        journal.note(session, actor, "taker:proposed", user.username, user.place_id)


def confirm_taker(session: Session, actor: User, taker_id: int) -> None:
    """Confirm a proposal; neither who proposed nor who is proposed confirms it."""
    if not actor.may(Permission.CONFIRM_TAKER):
        raise NotAllowed("Only a leader confirms this.")
    with transaction(session):
        taker = _taker(session, actor, taker_id)
        if taker.confirmed_at is not None:
            return
        if actor.id in (taker.proposed_by_id, taker.user_id):
            raise DenunciationRefused("Another leader confirms this: nobody lets themselves in.")
        taker.confirmed_by_id, taker.confirmed_at = actor.id, clock.now()
        let_in(session, taker.user_id)
        _note(session, actor, "taker:confirmed", taker)


def end_taker(session: Session, actor: User, taker_id: int) -> None:
    """Let a person no longer take denunciations; cases that name them stay open to them."""
    if not (actor.may(Permission.MANAGE_PEOPLE) or actor.may(Permission.CONFIRM_TAKER)):
        raise NotAllowed("Only an administrator or a leader ends this.")
    with transaction(session):
        taker = _taker(session, actor, taker_id)
        taker.ended_at = clock.now()
        _note(session, actor, "taker:ended", taker)
        keep_out_when_done(session, taker.user_id)


def seed_taker(session: Session, user: User) -> None:
    """Let the command line name who takes denunciations in a demonstration."""
    with transaction(session):
        moment = clock.now()
        taker = DenunciationTaker(
            place_id=user.place_id, user_id=user.id, proposed_at=moment, confirmed_at=moment
        )
        session.add(taker)
        let_in(session, user.id)
        journal.note(session, None, "taker:confirmed", user.username, user.place_id)


def _taker(session: Session, actor: User, taker_id: int) -> DenunciationTaker:
    asked = select(DenunciationTaker).where(
        DenunciationTaker.id == taker_id, DenunciationTaker.ended_at.is_(None)
    )
    taker = session.scalar(asked.with_for_update())
    if taker is None or taker.place_id not in scope_ids(session, actor.place_id):
        raise NotFound("There is no such person.")
    return taker


def _note(session: Session, actor: User, action: str, taker: DenunciationTaker) -> None:
    username = session.get_one(User, taker.user_id).username
    journal.note(session, actor, action, username, taker.place_id)
