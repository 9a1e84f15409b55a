"""Making people, and what happens to them: passwords, roles, places."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import SignIn, User
from tracker.accounts.permissions import Permission, Role
from tracker.accounts.rules import (
    FIRST_PASSWORD_LIFE,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    PasswordRefused,
    WrongPassword,
    check_password,
    proper_name,
    read_email,
)
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind

USERNAME_LIMIT = 40
PASSWORD_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class UsernameRefused(TrackerError):
    """The user name is taken, or is none."""


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an administrator types to make a person."""

    username: str
    full_name: str
    role: Role
    place_id: int
    password: str
    must_change: bool = False
    email: str = ""


@dataclass(frozen=True, slots=True)
class UserChange:
    """What an administrator may change of a person."""

    full_name: str
    role: Role
    place_id: int
    is_disabled: bool
    seen_version: int
    email: str = ""


def random_password() -> str:
    """Give a password of 80 random bits that is easy to read out and to type."""
    signs = "".join(secrets.choice(PASSWORD_SIGNS) for _ in range(16))
    return "-".join(signs[at : at + 4] for at in range(0, 16, 4))


def add_user(session: Session, actor: User | None, new: NewUser) -> User:
    """Make a person who can sign in; `actor` None is the command line.

    A first password that must be changed is valid for 72 hours.
    """
    with transaction(session):
        user = make_user(session, actor, new)
        journal.note(session, actor, "person:made", user.username, user.place_id)
    return user


def make_user(session: Session, actor: User | None, new: NewUser) -> User:
    """Make a person, in the caller's transaction."""
    _check_manager(session, actor, new.place_id)
    username = checked(new.username).lower()
    plain = username.replace(".", "")
    if not 0 < len(username) <= USERNAME_LIMIT or not (plain.isascii() and plain.isalnum()):
        raise UsernameRefused(
            "A user name has letters without accents, digits and dots only, at most 40."
        )
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise UsernameRefused("The user name “%(username)s” is taken.", username=username)
    place = session.get_one(Place, new.place_id)
    check_password(new.password, username, proper_name(place.name))
    user = User(
        username=username,
        full_name=checked(new.full_name),
        email=read_email(new.email),
        password_hash=_HASHER.hash(new.password),
        role=new.role,
        place_id=new.place_id,
        must_change_password=new.must_change,
        password_expires_at=clock.now() + FIRST_PASSWORD_LIFE if new.must_change else None,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()  # whoever called may name the person at once
    return user


def change_user(session: Session, actor: User, user: User, change: UserChange) -> None:
    """Change a person; a new role, place or a disabling ends every sign-in of theirs at once."""
    with transaction(session):
        apply_change(session, actor, user, change)


def apply_change(session: Session, actor: User, user: User, change: UserChange) -> None:
    """Change a person, in the caller's transaction."""
    _check_manager(session, actor, user.place_id)
    _check_manager(session, actor, change.place_id)
    # Two administrators who disable each other take turns here, so that one of them stays.
    asked = (
        select(User.id, Place.kind)
        .join(Place, Place.id == User.place_id)
        .where(User.role == Role.ADMIN, User.is_disabled.is_(False))
        .order_by(User.id)
        .with_for_update(of=User)
    )
    admins = {row.id: row.kind for row in session.execute(asked)}
    whole = {id_ for id_, kind in admins.items() if kind is PlaceKind.REGISTER}
    _refresh(session, user, change.seen_version)
    is_cut = (user.role, user.place_id) != (change.role, change.place_id) or change.is_disabled
    keeps_admin = change.role is Role.ADMIN and not change.is_disabled
    if set(admins) == {user.id} and not keeps_admin:
        raise TrackerError("The last administrator cannot be disabled or given another role.")
    if whole == {user.id} and not (keeps_admin and change.place_id == user.place_id):
        raise TrackerError(
            "The last administrator of the whole register keeps role and place: name another first."
        )
    user.full_name = checked(change.full_name)
    user.email = read_email(change.email)
    user.role, user.place_id = change.role, change.place_id
    user.is_disabled = change.is_disabled
    if is_cut:
        user.is_let_in = False
        end_all(session, user.id)


def give_new_password(session: Session, actor: User | None, user: User) -> str:
    """Give a person a random password, shown once, valid 72 hours and only to choose their own."""
    with transaction(session):
        password = renew_password(session, actor, user, user.version)
        journal.note(session, actor, "person:password", user.username, user.place_id)
    return password


def renew_password(session: Session, actor: User | None, user: User, seen_version: int) -> str:
    """Give a person a random password, in the caller's transaction."""
    _check_manager(session, actor, user.place_id)
    _refresh(session, user, seen_version)
    password = random_password()
    user.password_hash = _HASHER.hash(password)
    user.must_change_password = True
    user.password_expires_at = clock.now() + FIRST_PASSWORD_LIFE
    user.is_let_in = False
    end_all(session, user.id)
    return password


def keep_demonstration_password(session: Session, user: User, password: str) -> None:
    """Set a password that `tracker demo` prints at every start; open sign-ins go on."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused("A password needs 12 to 128 characters.")
    with transaction(session):
        user.password_hash = _HASHER.hash(password)
        user.must_change_password = False
        user.password_expires_at = None


def change_own_password(session: Session, user: User, old: str, new: str) -> None:
    """Let a person choose a password; needs the present one and ends every sign-in of theirs."""
    if not is_password_of(user, old):
        raise WrongPassword("The present password is not right.")
    if new == old:
        raise PasswordRefused("Choose a password other than the present one.")
    check_password(new, user.username, user.full_name, proper_name(user.place.name))
    with transaction(session):
        user.password_hash = _HASHER.hash(new)
        user.must_change_password = False
        user.password_expires_at = None
        end_all(session, user.id)
        journal.note(session, user, "person:own-password", user.username, user.place_id)


def is_password_of(user: User, password: str) -> bool:
    """Tell whether this is the person's password."""
    return is_password(user.password_hash, password)


def is_password(kept_hash: str | None, password: str) -> bool:
    """Tell whether a password fits its hash; nobody's takes as long and is always wrong."""
    nobody = _hash_of_nobody()  # made with whoever signs in first, so that it tells nothing
    try:
        _HASHER.verify(kept_hash or nobody, password)
    except VerifyMismatchError:
        return False
    return kept_hash is not None


@cache
def _hash_of_nobody() -> str:
    """Give what is checked when there is no such person, so that both cases take the same time."""
    return _HASHER.hash(secrets.token_urlsafe(16))


def rehashed(kept_hash: str, password: str) -> str | None:
    """Give a hash of today's strength for a password that fits an older one; none where it has."""
    return _HASHER.hash(password) if _HASHER.check_needs_rehash(kept_hash) else None


def has_expired_password(user: User, now: datetime) -> bool:
    """Tell whether a first password was left unused for too long."""
    return user.password_expires_at is not None and user.password_expires_at <= now


def end_all(session: Session, user_id: int) -> None:
    """End every sign-in of a person, in the caller's transaction."""
    open_ones = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    session.execute(open_ones.values(ended_at=clock.now()))


def _check_manager(session: Session, actor: User | None, place_id: int) -> None:
    if actor is None:
        return
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise NotAllowed("Only an administrator manages people.")
    if place_id not in scope_ids(session, actor.place_id):
        raise NotFound("There is no such person or place.")
    if session.get(Place, place_id) is None:
        raise NotFound("There is no such person or place.")


def _refresh(session: Session, user: User, seen_version: int) -> None:
    session.refresh(user, with_for_update={"of": User})
    if user.version != seen_version:
        raise Stale("Someone else has just changed this person; look again before you save.")
