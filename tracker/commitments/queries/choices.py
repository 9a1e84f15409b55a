"""What a form of commitments offers to choose from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.petitions.queries.choices import department_choices
from tracker.places.queries import reached


def people(session: Session, scope: frozenset[int]) -> dict[str, int]:
    """Give those who sign in at the places of a scope, by a name that tells them apart."""
    users = session.scalars(
        select(User)
        .where(User.place_id.in_(reached(scope)), User.is_disabled.is_(False))
        .order_by(User.full_name, User.id)
    ).all()
    names = [user.full_name for user in users]
    return {
        user.full_name if names.count(user.full_name) == 1 else _apart(user): user.id
        for user in users
    }


def departments_in_use(session: Session, kept: int | None = None) -> dict[int, str]:
    """Name the departments in use, and the one that a record names already."""
    return {
        row.id: row.name
        for row in department_choices(session)
        if not row.is_retired or row.id == kept
    }


def _apart(user: User) -> str:
    return f"{user.full_name} ({user.username})"
