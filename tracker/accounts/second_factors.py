"""The second factor: six digits of a telephone's program, or one of ten codes on paper."""

import hashlib
import secrets
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import RecoveryCode, RoleRule, SecondFactor, User
from tracker.accounts.permissions import Role
from tracker.accounts.rules import RECOVERY_CODES, CodeRefused, WrongPassword, plain_code
from tracker.accounts.service import is_password_of, random_password
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.lasting import lasting
from tracker.core.sealing import SealBroken, Sealer
from tracker.journal import service as journal

ISSUER = "Doi thoai"
"""What the telephone names its codes by; its programs are poor at marks."""
STEP = 30
"""Seconds that a code of the telephone lives (RFC 6238)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A seed that is not in use yet: as a telephone reads it from a picture, and as typed."""

    address: str
    seed: str


def prepare(session: Session, sealer: Sealer, user: User) -> None:
    """Draw a person the seed of a second factor; the same one stays until it is confirmed."""
    with transaction(session):
        kept = session.get(SecondFactor, user.id)
        if kept is not None and kept.confirmed_at is not None:
            raise CodeRefused("The second factor is in use already.")
        if kept is None or _opened(sealer, kept) is None:
            seed = sealer.seal(pyotp.random_base32())
            session.merge(SecondFactor(user_id=user.id, sealed_seed=seed))


def prepared(session: Session, sealer: Sealer, user: User) -> Offer | None:
    """Give the seed that was prepared for a person and is not in use yet."""
    kept = session.get(SecondFactor, user.id)
    seed = _opened(sealer, kept) if kept and kept.confirmed_at is None else None
    if seed is None:
        return None
    address = pyotp.TOTP(seed).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return Offer(address, seed)


def confirm(session: Session, sealer: Sealer, user: User, code: str) -> list[str]:
    """Take a second factor into use by its first code; give the codes on paper, shown once."""
    with transaction(session):
        kept = session.get(SecondFactor, user.id, with_for_update=True)
        if kept is None:
            raise CodeRefused("First let the picture for your telephone be made.")
        if kept.confirmed_at is not None:
            raise CodeRefused("The second factor is in use already.")
        step = _step_of(sealer, kept, code)
        if step is None:
            raise CodeRefused("This code is not right; wait for the next one and type it at once.")
        kept.confirmed_at, kept.last_step = clock.now(), step
        journal.note(session, user, "person:second-factor", user.username, user.place_id)
        return _new_recovery_codes(session, user.id)


def has_one(session: Session, user_id: int) -> bool:
    """Tell whether a person signs in with a second factor."""
    asked = select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session.scalar(asked) is not None


def codes_left(session: Session, user_id: int) -> int:
    """Count the codes on paper that were not used yet."""
    asked = select(func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(asked) or 0


def fits(session: Session, sealer: Sealer, user_id: int, code: str) -> bool:
    """Tell whether a code is right, and use it up; in the caller's transaction.

    A code of the telephone counts once, a step of half a minute early or late; one on paper once.
    """
    kept = session.get(SecondFactor, user_id, with_for_update=True)
    if kept is None or kept.confirmed_at is None:
        return False
    step = _step_of(sealer, kept, code)
    if step is not None:
        kept.last_step = step
        return True
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _hashed(plain_code(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def remove(session: Session, actor: User | None, user: User) -> None:
    """Take a person's second factor away; `actor` None is the command line."""
    with transaction(session):
        for kept in (SecondFactor, RecoveryCode):
            session.execute(delete(kept).where(kept.user_id == user.id))
        if actor is None or actor.id != user.id:
            session.execute(update(User).where(User.id == user.id).values(is_let_in=False))
        journal.note(session, actor, "person:no-second-factor", user.username, user.place_id)


def remove_own(session: Session, user: User, password: str) -> None:
    """Let a person do without a second factor again, where their role may; needs the password."""
    if user.role in required_roles(session):
        raise CodeRefused("Your role needs a second factor; ask an administrator for a new one.")
    if not is_password_of(user, password):
        raise WrongPassword("The present password is not right.")
    remove(session, user, user)


@lasting
def required_roles(session: Session) -> frozenset[Role]:
    """Give the roles whose people must sign in with a second factor."""
    return frozenset(session.scalars(select(RoleRule.role)))


def require_of(session: Session, actor: User, roles: frozenset[Role]) -> None:
    """Choose the roles whose people must have a second factor; it holds from the next request."""
    with transaction(session):
        if required_roles(session) == roles:
            return
        session.execute(delete(RoleRule))
        if roles:
            session.execute(insert(RoleRule), [{"role": role} for role in sorted(roles)])
        told = ", ".join(sorted(roles))
        journal.note(session, actor, "register:second-factor", "roles", None, told)


def _opened(sealer: Sealer, kept: SecondFactor) -> str | None:
    try:
        return sealer.opened(kept.sealed_seed)
    except SealBroken:
        return None


def _step_of(sealer: Sealer, kept: SecondFactor, code: str) -> int | None:
    """Give the step whose code this is, among those not used yet; None when there is none."""
    seed, typed = _opened(sealer, kept), plain_code(code)
    if seed is None or not (typed.isascii() and typed.isdigit()):
        return None
    now = int(clock.now().timestamp()) // STEP
    totp = pyotp.TOTP(seed)
    return next(
        (
            step
            for step in (now, now - 1, now + 1)
            if step > kept.last_step and secrets.compare_digest(totp.at(step * STEP), typed)
        ),
        None,
    )


def _new_recovery_codes(session: Session, user_id: int) -> list[str]:
    codes = [random_password() for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(
        insert(RecoveryCode),
        [{"user_id": user_id, "code_hash": _hashed(plain_code(code))} for code in codes],
    )
    return codes


def _hashed(code: str) -> str:
    # 80 random bits cannot be guessed from their digest: no slow hash is needed.
    return hashlib.sha256(code.encode()).hexdigest()
