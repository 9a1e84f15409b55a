"""What is opened and sent: the same acts on every register, by addresses of its own."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.bench.registers import LEADER, STAFF
from tracker.core.db import engine_for, reading
from tracker.dialogues.models import Category
from tracker.petitions.lifecycle import Channel, Status
from tracker.petitions.models import Petition
from tracker.petitions.rules.lookup import received_key
from tracker.places.models import Place
from tracker.places.queries import scope_ids


@dataclass(frozen=True, slots=True)
class Page:
    """One page to open: what it is called in the table, and the person who opens it."""

    name: str
    person: str
    path: str

    @property
    def key(self) -> str:
        """Name the page for the floor's address."""
        return f"{self.name}-{self.person}".replace(" ", "_").replace("+", "_")


@dataclass(frozen=True, slots=True)
class Logged:
    """What a form of a petition needs besides its text."""

    place: str
    category: str


NAMES = {
    STAFF: "commune",
    LEADER: "province",
}


def pages(url: str) -> tuple[list[Page], Logged]:
    """Give the pages of a register, and what a petition is logged with."""
    engine = engine_for(url, for_long_work=True)
    with Session(reading(engine)) as session:
        found = [page for person in (STAFF, LEADER) for page in _pages(session, person)]
        category_id = session.scalars(select(Category.id).order_by(Category.id).limit(1)).one()
        place_id = session.scalars(select(Place.id).where(Place.key == "xa-hu-cau-001")).one()
    engine.dispose()
    return found, Logged(str(place_id), str(category_id))


def _pages(session: Session, person: str) -> list[Page]:
    home = "xa-hu-cau-001" if person == STAFF else "tinh-hu-cau"
    home_id = session.scalars(select(Place.id).where(Place.key == home)).one()
    scope = scope_ids(session, home_id)
    last = session.scalars(
        select(Petition).where(Petition.place_id.in_(scope)).order_by(Petition.id.desc()).limit(1)
    ).one()
    middle = _middle(session, scope)
    category = session.scalars(select(Category.code).order_by(Category.id).limit(1)).one()
    resolved, spoken = Status.RESOLVED.value, Channel.DIALOGUE.value
    span = f"received_from={date(2024, 1, 1)}&received_to={date(2025, 6, 30)}"
    named = {
        "today (first page)": "/",
        "list": "/petitions",
        "list: category + status": f"/petitions?category={category}&status={resolved}",
        "list: 5 filters": (
            f"/petitions?category={category}&status={resolved}&channel={spoken}"
            f"&kind=recommendation&{span}"
        ),
        "list: late": "/petitions?overdue=yes",
        "list: by due date": "/petitions?sort=due",
        "list: deep page": f"/petitions?after=after-{received_key(*middle)}",
        "search: nghêu": "/petitions?q=ngh%C3%AAu",
        "search: ngheu": "/petitions?q=ngheu",
        "search: nuoc sach": "/petitions?q=nuoc+sach",
        "report by category": "/reports/resolution?period=2026-9M&by=category",
        "report by place": "/reports/resolution?period=2026-9M&by=place",
        "one petition": f"/petitions/{last.code}",
    }
    if person == STAFF:  # who logs petitions
        named["form of a petition"] = "/petitions/new"
    return [Page(name, person, path) for name, path in named.items()]


def _middle(session: Session, scope: frozenset[int]) -> tuple[date, int]:
    """Find a petition in the middle of the register's days."""
    asked = (
        select(Petition.received_on, Petition.id)
        .where(Petition.received_on >= date(2024, 1, 1), Petition.place_id.in_(scope))
        .order_by(Petition.received_on)
        .limit(1)
    )
    row = session.execute(asked).first()
    return (row[0], row[1]) if row else (date(2024, 1, 1) + timedelta(1), 1)
