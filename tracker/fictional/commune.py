"""Where the invented records belong and who keeps them; texts, names and numbers to draw from."""

import secrets
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import NewUser, add_user
from tracker.core.db import transaction
from tracker.dialogues.models import Category, Department
from tracker.fictional.lives import Words
from tracker.places.queries import scope_ids
from tracker.seeding import place_id, seed_basics, seed_fictional_places, seed_file


@dataclass(frozen=True, slots=True)
class Village:
    """A village of the commune, and its name as a citizen says it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Commune:
    """What every invented record is made of."""

    blocks: dict[str, Any]
    home_id: int
    villages: tuple[Village, ...]
    category_ids: dict[str, int]
    department_ids: dict[str, int]
    staff: User
    leader: User

    @property
    def source(self) -> str:
        """What every record says of where it comes from."""
        return str(self.blocks["source"])

    def person(self, random: Random) -> str:
        """Draw a name from the three lists."""
        names = self.blocks["names"]
        return " ".join(random.choice(names[part]) for part in ("family", "middle", "given"))

    def phone(self, random: Random) -> str:
        """Draw a number from a range that belongs to nobody."""
        return f"{self.blocks['phone_start']}{random.randint(0, 999):03d}"

    def words(self, reply: str) -> Words:
        """Give what the steps of a petition say."""
        return Words(self.blocks["notes"], self.blocks["documents"], reply)


def opened(session: Session) -> Commune:
    """Bring in the commune's places and lists where they are missing, and give it."""
    seed_basics(session)
    seed_fictional_places(session)
    blocks = seed_file("fictional")
    home_id = place_id(session, blocks["commune"])
    return Commune(
        blocks=blocks,
        home_id=home_id,
        villages=tuple(
            Village(place_id(session, key), name) for key, name in blocks["villages"].items()
        ),
        category_ids={row.code: row.id for row in session.scalars(select(Category))},
        department_ids={row.code: row.id for row in session.scalars(select(Department))},
        staff=_keeper(session, Role.STAFF, home_id, "hucau.canbo", blocks["account"]),
        leader=_keeper(session, Role.LEADER, home_id, "hucau.lanhdao", blocks["account"]),
    )


def _keeper(session: Session, role: Role, home_id: int, username: str, full_name: str) -> User:
    """Give a person who may act for the commune; without one, make one whom nobody signs in as."""
    for user in session.scalars(select(User).where(User.role == role).order_by(User.id)):
        if home_id in scope_ids(session, user.place_id):
            return user
    new = NewUser(username, full_name, role, home_id, secrets.token_urlsafe(24))
    user = add_user(session, None, new)
    with transaction(session):
        user.is_disabled = True
    return user
