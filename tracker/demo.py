"""The demonstration: a register of its own, with the article's cases and a fictional commune."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.queries import person_named
from tracker.accounts.service import (
    NewUser,
    add_user,
    keep_demonstration_password,
    random_password,
)
from tracker.core import migrate
from tracker.core.db import transaction
from tracker.core.errors import TrackerError
from tracker.core.sealing import Sealer
from tracker.core.settings import FILES
from tracker.evidence.service import digest_all
from tracker.fictional import make_fictional
from tracker.fictional.commune import opened
from tracker.fictional.denunciations import make_denunciations
from tracker.generating import (
    Commune,
    Order,
    Village,
    enlarge,
    generated,
    last_whole_day,
    make_register,
)
from tracker.journal import service as journal
from tracker.journal.models import JournalEntry
from tracker.petitions.models import Petition
from tracker.petitions.queries import entries_missing
from tracker.petitions.service import fill_lookup, rebuild_ledger
from tracker.places.models import Place
from tracker.seeding import place_id, seed_all, seed_fictional_places, seed_file

MADE = "register:demonstration"
"""The journal's entry by which a demonstration is told from a commune's real register."""
BY_HAND = 1_000
"""So many petitions are logged one by one, as people would; more are written in bulk."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a visitor types to be one of the demonstration's people."""

    username: str
    password: str
    role: Role
    place: str


def exists(engine: Engine) -> bool:
    """Tell whether a demonstration stands in the database; refuse when a real register does."""
    if not inspect(engine).has_table(User.__tablename__):
        return False
    if generated(engine) is not None:
        return True
    with Session(engine) as session:
        marked = select(JournalEntry.id).where(JournalEntry.action == MADE).limit(1)
        if session.scalar(marked) is not None:
            return True
        if session.scalar(select(func.count(User.id))):
            raise TrackerError(
                "This database holds a real register; the demonstration does not touch it."
                " Name another folder in TRACKER_INSTANCE."
            )
    return False


def build(
    engine: Engine,
    *,
    petitions: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
    sealer: Sealer | None = None,
) -> None:
    """Make the demonstration, or what an interrupted or smaller one still lacks.

    Without the key that seals who denounced there are no denunciations in it.
    """
    is_there = exists(engine)
    migrate.upgrade(engine)
    with Session(engine, expire_on_commit=False) as session:
        if not is_there:
            with transaction(session):
                journal.note(session, None, MADE, "demonstration")
        if entries_missing(session):  # one of an older version
            rebuild_ledger(session)
        fill_lookup(session)
        seed_all(session)
        seed_fictional_places(session)
        _make_people(session)
        by_hand = min(petitions, BY_HAND)
        make_fictional(session, petitions=by_hand, seed=seed, progress=progress)
        if sealer is not None:
            make_denunciations(session, sealer)
        _enlarge(session, petitions, seed, progress)


def generate(
    engine: Engine, instance: Path, order: Order, progress: Callable[[int], None] | None = None
) -> None:
    """Make a generated register, in the place of a fictional one; refuse a real one."""
    is_there = exists(engine)
    if is_there and engine.dialect.name != "sqlite":
        clear(engine, instance)  # a file gives way only to a complete one
    make_register(engine, order, progress)
    if is_there:
        shutil.rmtree(instance / FILES, ignore_errors=True)


def clear(engine: Engine, instance: Path) -> None:
    """Empty the database of a demonstration, and its folder of uploaded files."""
    if exists(engine):
        migrate.downgrade(engine, "base")
        shutil.rmtree(instance / FILES, ignore_errors=True)


def sign_ins(engine: Engine, given: str = "") -> list[SignIn]:
    """Set the people's passwords, to the given one or each to a new random one, and give them."""
    made = []
    with Session(engine, expire_on_commit=False) as session:
        for row in seed_file("fictional")["person"]:
            user = person_named(session, row["username"])
            if user is None:
                continue
            password = given or random_password()
            keep_demonstration_password(session, user, password)
            place = session.get_one(Place, user.place_id)
            made.append(SignIn(user.username, password, user.role, place.name))
    return made


def _enlarge(
    session: Session, petitions: int, seed: int, progress: Callable[[int], None] | None
) -> None:
    """Bring the fictional commune up to more petitions than people would log one by one."""
    fictional = opened(session)
    made = select(func.count(Petition.id)).where(Petition.source == fictional.source)
    missing = petitions - (session.scalar(made) or 0)
    if petitions <= BY_HAND or missing <= 0:
        return
    commune = Commune(
        id=fictional.home_id,
        former_ids=(fictional.home_id,),
        villages=tuple(Village(village.id, village.name) for village in fictional.villages),
        staff_id=fictional.staff.id,
        leader_id=fictional.leader.id,
    )
    order = Order(missing, seed, last_whole_day(), communes=1)
    enlarge(session, commune, order, fictional.source, progress)
    with transaction(session):
        digest_all(session)


def _make_people(session: Session) -> None:
    for row in seed_file("fictional")["person"]:
        if person_named(session, row["username"]) is None:
            home_id, role = place_id(session, row["place"]), Role(row["role"])
            new = NewUser(row["username"], row["full_name"], role, home_id, random_password())
            add_user(session, None, new)
