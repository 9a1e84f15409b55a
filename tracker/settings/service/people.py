"""Making people and changing them, each act with its entry in the journal."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts import second_factors
from tracker.accounts import service as accounts
from tracker.accounts.models import User
from tracker.accounts.permissions import Permission, Role
from tracker.accounts.queries import person_for
from tracker.accounts.service import NewUser, UserChange
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, TrackerError
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.places.models import Place
from tracker.settings.queries import keeps_lists
from tracker.settings.rules import HOMES
from tracker.settings.service.recording import Facts, check_keeper, made_before, note_change


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What an administrator types to make a person."""

    username: str
    full_name: str
    role: Role
    place_id: int
    email: str = ""


def add_person(session: Session, actor: User, new: NewPerson, key: str) -> tuple[User, str | None]:
    """Make a person and give their first password, which nobody can see a second time.

    The same form sent again gives the same person, and no password.
    """
    try:
        return _add(session, actor, new, key)
    except IntegrityError:
        # Another click, or another administrator, came first: the second look says which.
        return _add(session, actor, new, key)


def _add(session: Session, actor: User, new: NewPerson, key: str) -> tuple[User, str | None]:
    with transaction(session):
        if username := made_before(session, actor, key):
            return session.scalars(select(User).where(User.username == username)).one(), None
        password = accounts.random_password()
        wanted = NewUser(
            username=new.username,
            full_name=_named(new.full_name),
            role=new.role,
            place_id=new.place_id,
            password=password,
            must_change=True,
            email=new.email,
        )
        user = accounts.make_user(session, actor, wanted)
        _check_home(session, user, new.place_id)
        journal.keep_key(session, actor, key, user.username)
        after = {"username": user.username} | _facts(session, user)
        note_change(session, actor, "person:made", user.username, {}, after, user.place_id)
        return user, password


def change_person(session: Session, actor: User, username: str, change: UserChange) -> User:
    """Change a person's name, role, place, or whether they may sign in.

    Raises Stale when someone else changed the person since the form was opened.
    """
    _named(change.full_name)
    with transaction(session):
        user = person_for(session, actor, username)
        before = _facts(session, user)
        if change.place_id != user.place_id:
            _check_home(session, user, change.place_id)
        accounts.apply_change(session, actor, user, change)
        after = _facts(session, user)
        if before != after:
            note_change(session, actor, "person:changed", username, before, after, user.place_id)
    return user


def give_new_password(session: Session, actor: User, username: str, seen_version: int) -> str:
    """Give a person a random password; a page sent a second time gives none."""
    with transaction(session):
        user = person_for(session, actor, username)
        password = accounts.renew_password(session, actor, user, seen_version)
        journal.note(session, actor, "person:password", username, user.place_id)
    return password


def end_sign_ins(session: Session, actor: User, username: str) -> None:
    """End every sign-in of a person, on whatever machine."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise NotAllowed("Only an administrator manages people.")
    with transaction(session):
        user = person_for(session, actor, username)
        accounts.end_all(session, user.id)
        journal.note(session, actor, "person:signed-out", username, user.place_id)


def remove_second_factor(session: Session, actor: User, username: str) -> None:
    """Take a lost second factor away from a person; their password alone signs them in again."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise NotAllowed("Only an administrator manages people.")
    second_factors.remove(session, actor, person_for(session, actor, username))


def require_second_factor(session: Session, actor: User, roles: frozenset[Role]) -> None:
    """Choose the roles whose people must have a second factor, for the whole installation."""
    check_keeper(actor)
    if not keeps_lists(session, actor):
        raise NotAllowed("This is chosen by an administrator of a place above yours.")
    second_factors.require_of(session, actor, roles)


def _named(full_name: str) -> str:
    name = checked(full_name)
    if not name:
        raise TrackerError("Enter the full name.")
    return name


def _check_home(session: Session, user: User, place_id: int) -> None:
    place = session.get_one(Place, place_id)
    if place.kind not in HOMES or place.valid_to is not None or place.successor_id:
        raise TrackerError("A person's place is a commune, a province or the whole register.")


def _facts(session: Session, user: User) -> Facts:
    return {
        "full_name": user.full_name,
        "email": user.email or "",
        "role": user.role.value,
        "place": session.get_one(Place, user.place_id).key,
        "is_disabled": user.is_disabled,
    }
