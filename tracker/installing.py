"""A real register's first hour: schema, lists, calendar, and its first people."""

import secrets

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import NewUser, add_user
from tracker.core import migrate
from tracker.core.db import transaction
from tracker.core.errors import TrackerError
from tracker.evidence.service import digest_all
from tracker.journal import service as journal
from tracker.petitions.queries import entries_missing
from tracker.petitions.service import fill_lookup, rebuild_ledger
from tracker.petitions.service.rebuilding import fill_unnamed_copies
from tracker.places.models import Place
from tracker.places.rules import PlaceKind
from tracker.seeding import seed_basics, seed_clocks

MADE = "register:installed"
DIGESTED = "register:evidence"
COPIES_SINCE = "0022"
"""The revision since which texts that name their person have a copy that does not."""
NAMED_PLACES = 12
"""So many keys are named to someone who typed an unknown one."""


def refuse_people(engine: Engine) -> None:
    """Refuse to install where people are already."""
    if not inspect(engine).has_table(User.__tablename__):
        return
    with Session(engine) as session:
        if session.scalar(select(func.count(User.id))):
            raise TrackerError(
                "People are in this register already; bring it up to date with “tracker upgrade”."
            )


def install(engine: Engine, username: str, full_name: str, place_key: str) -> str:
    """Make an empty register and its first administrator; gives the administrator's password."""
    with migrate.alone(engine):
        refuse_people(engine)
        _renew(engine)
        with Session(engine) as session:
            seed_basics(session)
            password = add_person(session, username, full_name, Role.ADMIN, place_key)
            with transaction(session):
                journal.note(session, None, MADE, username)
    return password


def bring_up_to_date(engine: Engine) -> None:
    """Bring the schema to the newest revision, the ledger and the limits of the law with it."""
    with migrate.alone(engine):
        _renew(engine)


def _renew(engine: Engine) -> None:
    former = migrate.revision_of(engine)
    migrate.upgrade(engine)
    with Session(engine) as session:
        seed_clocks(session)
        if entries_missing(session):
            rebuild_ledger(session)
        fill_lookup(session)
        if former is not None and former < COPIES_SINCE:
            fill_unnamed_copies(session)
        if former != migrate.revision_of(engine):
            keep_evidence(session)


def keep_evidence(session: Session, *, anew: bool = False) -> int:
    """Take what has no evidence as it stands, or everything anew, and say so in the journal."""
    with transaction(session):
        done = digest_all(session, anew=anew)
        if done:
            journal.note(session, None, DIGESTED, f"{done} records")
    return done


def add_person(
    session: Session,
    username: str,
    full_name: str,
    role: Role,
    place_key: str,
    email: str = "",
) -> str:
    """Make a person; gives the random password that they change at their first sign-in."""
    place_id = session.scalar(select(Place.id).where(Place.key == place_key))
    if place_id is None:
        raise TrackerError(
            "There is no place “%(key)s”. Some that there are: %(keys)s.",
            key=place_key,
            keys=", ".join(_usual_places(session)),
        )
    password = secrets.token_urlsafe(15)
    new = NewUser(username, full_name, role, place_id, password, must_change=True, email=email)
    add_user(session, None, new)
    return password


def _usual_places(session: Session) -> list[str]:
    asked = select(Place.key).where(
        Place.valid_to.is_(None), Place.kind.in_((PlaceKind.REGISTER, PlaceKind.COMMUNE))
    )
    return list(session.scalars(asked.order_by(Place.id).limit(NAMED_PLACES)))
