"""Signing in and out: rows on the server, throttled for all processes together."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import FailedSignIn, SignIn, User
from tracker.accounts.queries import person_named
from tracker.accounts.rules import (
    ADDRESS_COUNTED,
    CODE_LIMIT,
    FAILURES_COUNTED,
    FAILURES_PER_ADDRESS,
    WHOLE_LIMIT,
    CodeRefused,
    is_live,
    wait_until,
)
from tracker.accounts.second_factors import fits, has_one
from tracker.accounts.service import has_expired_password, is_password, rehashed
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, TooManyTries
from tracker.core.lasting import mark_column, marked
from tracker.core.sealing import Sealer
from tracker.core.text import has_forbidden
from tracker.journal import service as journal

TOUCHED_AFTER = timedelta(minutes=1)
_CURRENT = (
    select(User, SignIn, mark_column())
    .join(SignIn, SignIn.user_id == User.id)
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        SignIn.awaits_code.is_(False),
    )
)
"""Asked at every request, so built once."""
"""How stale `last_seen_at` may be: reading pages must not write at every request."""


class SignInRefused(NotAllowed):
    """The same words for an unknown name, a wrong password and a disabled person."""

    status_code = 401


def sign_in(session: Session, username: str, password: str, address: str, browser: str) -> str:
    """Open a sign-in and give its token, which only the person's cookie knows.

    Raises SignInRefused, or TooManyTries after repeated failures of the account or the address.
    """
    name = username.strip().lower()[:200]
    if has_forbidden(name):
        name = ""  # nobody is named so, and no database takes such signs
    check_throttle(session, name, address)
    user = person_named(session, name)
    kept_hash = user.password_hash if user else None
    may = user is not None and not user.is_disabled and not has_expired_password(user, clock.now())
    # Hashing takes its time: nobody waits for the register meanwhile.
    session.rollback()
    right = is_password(kept_hash, password)
    stronger = rehashed(kept_hash, password) if right and may and kept_hash else None
    token = ""
    with transaction(session):
        # Tries made side by side count one after the other.
        _one_at_a_time(session, name)
        check_throttle(session, name, address)
        if user is not None and right and may:
            token = _opened(session, user, address, browser, whole=not has_one(session, user.id))
            if stronger:
                # A password that was changed meanwhile stays as it was changed.
                own = update(User).where(User.id == user.id, User.password_hash == kept_hash)
                session.execute(own.values(password_hash=stronger))
        else:
            _count_failure(session, user, name, address)
    if not token:
        raise SignInRefused("The user name or the password is not right.")
    return token


def _count_failure(session: Session, user: User | None, name: str, address: str) -> None:
    """Count a failed try; the journal names no one unknown: it may be a password, mistyped."""
    session.add(FailedSignIn(username=name, address=address, failed_at=clock.now()))
    subject, place_id = (user.username, user.place_id) if user else ("", None)
    journal.note(session, None, "sign-in:failed", subject, place_id, address)


def awaits_code(session: Session, token: str) -> bool:
    """Tell whether a password was right and its second factor is still to come."""
    return _awaiting(session, token) is not None


def finish(session: Session, sealer: Sealer, token: str, code: str, address: str) -> str:
    """Finish a sign-in by the code of the second factor; give the token of the whole one.

    Raises CodeRefused, or TooManyTries: wrong codes count with wrong passwords.
    """
    with transaction(session):
        found = _awaiting(session, token)
        if found is None:
            raise CodeRefused("This took too long; type your name and password again.")
        row, user = found
        _one_at_a_time(session, user.username)
        check_throttle(session, user.username, address)
        is_right = fits(session, sealer, user.id, code)
        if is_right:
            row.ended_at = clock.now()
            whole = _opened(session, user, address, row.browser, whole=True)
        else:
            _count_failure(session, user, user.username, address)
    if not is_right:
        raise CodeRefused("This code is not right; wait for the next one and type it at once.")
    return whole


def _awaiting(session: Session, token: str) -> tuple[SignIn, User] | None:
    found = session.execute(
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .where(
            SignIn.token_hash == _hashed(token),
            SignIn.awaits_code,
            SignIn.ended_at.is_(None),
            SignIn.started_at > clock.now() - CODE_LIMIT,
            User.is_disabled.is_(False),
        )
    ).first()
    return (found[0], found[1]) if found else None


def _opened(session: Session, user: User, address: str, browser: str, *, whole: bool) -> str:
    """Open a sign-in; one that awaits its code neither opens a page nor forgets a failure."""
    token = secrets.token_urlsafe(32)
    if whole:
        _forget_failures(session, user.username)
        journal.note(session, user, "sign-in:opened", user.username, user.place_id, address)
    session.add(
        SignIn(
            token_hash=_hashed(token),
            user_id=user.id,
            started_at=clock.now(),
            last_seen_at=clock.now(),
            address=address,
            browser=browser[:200],
            awaits_code=not whole,
        )
    )
    return token


def note_failure(session: Session, user: User, address: str) -> None:
    """Count a wrong present password as a failed try."""
    with transaction(session):
        _count_failure(session, user, user.username, address)


def current(session: Session, token: str) -> tuple[User, SignIn] | None:
    """Give the person of a live sign-in; a disabled person's is dead at once."""
    found = session.execute(_CURRENT, {"token_hash": _hashed(token)}).first()
    if found is None or found[0].is_disabled:
        return None
    user, row, mark = found
    marked(session, mark)
    return (user, row) if is_live(row.started_at, row.last_seen_at, clock.now()) else None


def owner_id(session: Session, token: str) -> int | None:
    """Give whose sign-in a token is or was, ended ones too."""
    return session.scalar(select(SignIn.user_id).where(SignIn.token_hash == _hashed(token)))


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
    _end(session, SignIn.token_hash == _hashed(token))


def end_one(session: Session, user: User, sign_in_id: int) -> None:
    """End one of a person's own sign-ins, perhaps on another machine."""
    _end(session, and_(SignIn.id == sign_in_id, SignIn.user_id == user.id))


def _end(session: Session, which: ColumnElement[bool]) -> None:
    with transaction(session):
        found = session.execute(
            select(SignIn, User)
            .join(User, User.id == SignIn.user_id)
            .where(which, SignIn.ended_at.is_(None))
        ).first()
        if found is None:
            return
        row, user = found
        row.ended_at = clock.now()
        journal.note(session, user, "sign-in:ended", user.username, user.place_id)


def check_throttle(session: Session, name: str, address: str) -> None:
    """Refuse a further try while the account or the address has to wait."""
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
        refusal = TooManyTries("Too many failed tries; wait a few minutes and try again.")
        if held_until:
            refusal.retry_after = max(1, int((held_until - now).total_seconds()))
        raise refusal


def _one_at_a_time(session: Session, name: str) -> None:
    """Let one try of an account be counted at a time; SQLite has one writer in any case."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def _forget_failures(session: Session, name: str) -> None:
    """A success clears the account's own failures, and what is too old to count for anyone."""
    old = clock.now() - WHOLE_LIMIT
    session.execute(
        delete(FailedSignIn).where(or_(FailedSignIn.username == name, FailedSignIn.failed_at < old))
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
