"""Signing in and out: rows on the server, throttled for all processes together."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import FailedSignIn, SignIn, User
from tracker.accounts.queries import person_named
from tracker.accounts.rules import (
    ADDRESS_COUNTED,
    FAILURES_COUNTED,
    FAILURES_PER_ADDRESS,
    WHOLE_LIMIT,
    is_live,
    wait_until,
)
from tracker.accounts.service import has_expired_password, is_password_of
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, TooManyTries

TOUCHED_AFTER = timedelta(minutes=1)
"""How stale `last_seen_at` may be: reading pages must not write at every request."""


class SignInRefused(NotAllowed):
    """The same words for an unknown name, a wrong password and a disabled person."""

    status_code = 401


def sign_in(session: Session, username: str, password: str, address: str, browser: str) -> str:
    """Open a sign-in and give its token, which only the person's cookie knows.

    Raises SignInRefused, or TooManyTries after repeated failures of the account or the address.
    """
    name = username.strip().lower()[:200]
    _check_throttle(session, name, address)
    user = person_named(session, name)
    right = is_password_of(user, password)
    if user is None or not right or user.is_disabled or has_expired_password(user, clock.now()):
        with transaction(session):
            session.add(FailedSignIn(username=name, address=address, failed_at=clock.now()))
        raise SignInRefused("The user name or the password is not right.")
    token = secrets.token_urlsafe(32)
    with transaction(session):
        _forget_failures(session, name)
        session.add(
            SignIn(
                token_hash=_hashed(token),
                user_id=user.id,
                started_at=clock.now(),
                last_seen_at=clock.now(),
                address=address,
                browser=browser[:200],
            )
        )
    return token


def current(session: Session, token: str) -> tuple[User, SignIn] | None:
    """Give the person of a live sign-in; a disabled person's is dead at once."""
    found = session.execute(
        select(User, SignIn)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == _hashed(token), SignIn.ended_at.is_(None))
    ).first()
    if found is None or found[0].is_disabled:
        return None
    user, row = found
    return (user, row) if is_live(row.started_at, row.last_seen_at, clock.now()) else None


def needs_touch(row: SignIn) -> bool:
    """Tell whether it is time to write down that the person is still there."""
    return abs(clock.now() - row.last_seen_at) >= TOUCHED_AFTER


def touch(session: Session, sign_in_id: int) -> None:
    """Write down that the person is still there."""
    with transaction(session):
        session.execute(
            update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=clock.now())
        )


def sign_out(session: Session, token: str) -> None:
    """End a sign-in; its cookie is dead everywhere."""
    with transaction(session):
        session.execute(
            update(SignIn)
            .where(SignIn.token_hash == _hashed(token), SignIn.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def end_one(session: Session, user: User, sign_in_id: int) -> None:
    """End one of a person's own sign-ins, perhaps on another machine."""
    with transaction(session):
        session.execute(
            update(SignIn)
            .where(SignIn.id == sign_in_id, SignIn.user_id == user.id, SignIn.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def _check_throttle(session: Session, name: str, address: str) -> None:
    now = clock.now()
    own = session.scalars(
        select(FailedSignIn.failed_at).where(
            FailedSignIn.username == name, FailedSignIn.failed_at > now - FAILURES_COUNTED
        )
    )
    held_until = wait_until(list(own))
    from_here = session.scalar(
        select(func.count()).where(
            FailedSignIn.address == address, FailedSignIn.failed_at > now - ADDRESS_COUNTED
        )
    )
    if (held_until and held_until > now) or (from_here or 0) >= FAILURES_PER_ADDRESS:
        raise TooManyTries("Too many failed tries; wait a few minutes and try again.")


def _forget_failures(session: Session, name: str) -> None:
    """A success clears the account's own failures, and what is too old to count for anyone."""
    old = clock.now() - WHOLE_LIMIT
    session.execute(
        delete(FailedSignIn).where(or_(FailedSignIn.username == name, FailedSignIn.failed_at < old))
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
