"""Questions about people and their sign-ins."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import SignIn, User
from tracker.core.errors import NotFound
from tracker.places.queries import scope_ids


def person_named(session: Session, username: str) -> User | None:
    """Give the person with a user name, however its letters are cased."""
    return session.scalar(select(User).where(User.username == username.strip().lower()))


def person_for(session: Session, admin: User, username: str) -> User:
    """Give one of the administrator's people; anyone else does not exist."""
    user = person_named(session, username)
    if user is None or user.place_id not in scope_ids(session, admin.place_id):
        raise NotFound("There is no such person.")
    return user


def open_sign_ins(session: Session, user: User) -> list[SignIn]:
    """Give a person's open sign-ins, the latest used first."""
    asked = select(SignIn).where(
        SignIn.user_id == user.id, SignIn.ended_at.is_(None), SignIn.awaits_code.is_(False)
    )
    return list(session.scalars(asked.order_by(SignIn.last_seen_at.desc())))
