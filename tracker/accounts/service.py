"""Making people and their passwords."""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission, Role
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, TrackerError
from tracker.core.text import fold, tidy

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
CONTEXT_WORDS = ("doithoai", "matkhau", "password", "123456", "qwerty")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordRefused(TrackerError):
    """The password is too short, too long, or easy to guess."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an administrator types to make a person."""

    username: str
    full_name: str
    role: Role
    place_id: int
    password: str
    must_change: bool = False


def add_user(session: Session, actor: User | None, new: NewUser) -> User:
    """Make a person who can sign in; `actor` None is the command line."""
    if actor is not None and not actor.may(Permission.MANAGE_SETTINGS):
        raise NotAllowed("Only an administrator manages people.")
    username = tidy(new.username).lower()
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise TrackerError("The user name “%(username)s” is taken.", username=username)
    check_password(new.password, username)
    user = User(
        username=username,
        full_name=tidy(new.full_name),
        password_hash=_HASHER.hash(new.password),
        role=new.role,
        place_id=new.place_id,
        must_change_password=new.must_change,
        created_at=clock.now(),
    )
    with transaction(session):
        session.add(user)
    return user


def check_password(password: str, username: str) -> None:
    """Refuse a password by length first, then by words that anyone here would try."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused("A password needs 12 to 128 characters.")
    plain = fold(password).replace(" ", "")
    if username in plain or any(word in plain for word in CONTEXT_WORDS):
        raise PasswordRefused(
            "This password is easy to guess: leave out your user name and common words."
        )


def is_password_of(user: User, password: str) -> bool:
    """Tell whether this is the person's password."""
    try:
        return _HASHER.verify(user.password_hash, password)
    except VerifyMismatchError:
        return False
