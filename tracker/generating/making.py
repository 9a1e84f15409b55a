"""Writing a generated register: places, people, dialogues, promises, petitions, and their sums."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import NewUser, add_user, random_password
from tracker.calendar.queries import clockwork
from tracker.commitments.models import Commitment, CommitmentStep
from tracker.core import clock
from tracker.core.bulk import set_aside, take_stock
from tracker.core.dates import parse_day
from tracker.core.db import batch
from tracker.core.errors import TrackerError
from tracker.core.numbering import last_numbers, next_numbers
from tracker.dialogues.lifecycle import HAPPENED
from tracker.dialogues.models import Category, Department, Dialogue, DialogueStep
from tracker.evidence.models import Evidence
from tracker.evidence.queries import keys_of
from tracker.generating import dialogues, promises
from tracker.generating.days import FIRST_DAY, course
from tracker.generating.loading import go_on_from, load, next_id, plain, plain_rows
from tracker.generating.parts import ENTRY, EVIDENCE, LOOKUP, PETITION, STEP, parts
from tracker.generating.province import (
    PROVINCE,
    ROOT,
    Commune,
    commune_key,
    communes_from,
    place_rows,
)
from tracker.generating.world import Held, World
from tracker.ledger.models import LedgerEntry
from tracker.petitions.models import Petition, PetitionLookup, PetitionStep
from tracker.petitions.service import finding_set_aside, sum_up
from tracker.places.models import Place, PlaceReach
from tracker.seeding import seed_basics, seed_file, seed_places

USUAL_COMMUNES = 100
A_YEAR, A_YEAR_OF_MANY, OF_MANY = 4, 12, 2_000
"""Dialogues a year in a commune, and in one with so many petitions."""
MANY = (Petition, PetitionStep, LedgerEntry)
"""What there is much of: indexed once when all of it is there."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What register is asked for: the same order makes the same register."""

    petitions: int
    seed: int
    until: date
    communes: int = USUAL_COMMUNES

    @property
    def written(self) -> str:
        """The order in one line, without its last day."""
        return f"petitions={self.petitions} seed={self.seed} communes={self.communes}"


def last_whole_day() -> date:
    """Give yesterday: up to it a register made today is complete."""
    return clock.today() - timedelta(1)


def last_day(text: str) -> date:
    """Read the last day of a register: a whole day that is over, after its first."""
    day = parse_day(text)
    if day is None or not FIRST_DAY < day <= last_whole_day():
        raise TrackerError(
            "The last day of a register lies between %(first)s and yesterday.",
            first=clock.shown_date(FIRST_DAY + timedelta(1)),
        )
    return day


def generate(session: Session, order: Order, progress: Progress | None = None) -> None:
    """Fill an empty register with an invented province; all of it or nothing."""
    blocks, words = seed_file("fictional"), seed_file("generated")
    source = str(words["source"]).replace("{seed}", str(order.seed))
    with batch(session):
        seed_basics(session)
        seed_places(session, list(place_rows(order.communes, words, source)))
        ids = {row.key: row.id for row in session.execute(select(Place.key, Place.id))}
        _make_people(session, blocks, ids)
        keepers = _keepers(session, blocks, ids, order.communes)
        communes = communes_from(ids, keepers, order.communes, words)
        tables = (kind.__tablename__ for kind in MANY)
        with finding_set_aside(session), set_aside(session.connection(), *tables):
            fill(session, order, communes, source, progress)
        take_stock(session)


def enlarge(
    session: Session, commune: Commune, order: Order, source: str, progress: Progress | None = None
) -> None:
    """Add so many petitions to a fictional commune that is there; all of them or none."""
    with batch(session):
        fill(session, order, [commune], source, progress)


def fill(
    session: Session,
    order: Order,
    communes: Sequence[Commune],
    source: str,
    progress: Progress | None = None,
) -> None:
    """Write the dialogues, promises and petitions of some communes, in the caller's transaction."""
    blocks, words = seed_file("fictional"), seed_file("generated")
    session.flush()
    departments = {row.code: row.id for row in session.scalars(select(Department))}
    held = _write_dialogues(session, order, communes, source, departments)
    days = course(order.petitions, order.until, {day: len(here) for day, here in held.items()})
    world = World(
        seed=order.seed,
        number=order.petitions,
        until=order.until,
        first_id=next_id(session, Petition),
        first_step=next_id(session, PetitionStep),
        evidence_key=keys_of(session)[0],
        codes={
            year: next_numbers(session, "KN", year, count) - first
            for year, first, count in days.years()
        },
        course=days,
        communes=communes,
        units=_units(session),
        held=held,
        categories={row.code: row.id for row in session.scalars(select(Category))},
        category_names={row.id: row.name_vi for row in session.scalars(select(Category))},
        departments=departments,
        clocks=clockwork(session),
        blocks=blocks,
        words=words,
        source=source,
    )
    session.flush()
    _write_petitions(session, world, progress or (lambda _number: None))
    go_on_from(session, Petition, PetitionStep)
    take_stock(session)
    sum_up(session)


def _units(session: Session) -> dict[int, list[int]]:
    """Give for every place the units that answer for it today."""
    asked = select(PlaceReach.place_id, PlaceReach.unit_id).order_by(PlaceReach.distance)
    units: dict[int, list[int]] = {}
    for place_id, unit_id in session.execute(asked):
        units.setdefault(place_id, []).append(unit_id)
    return units


def _write_petitions(session: Session, world: World, progress: Progress) -> None:
    progress(0)
    for part in parts(world):
        load(session, Petition, PETITION, part.petitions)
        load(session, PetitionStep, STEP, part.steps)
        load(session, LedgerEntry, ENTRY, part.entries)
        load(session, PetitionLookup, LOOKUP, part.lookups)
        load(session, Evidence, EVIDENCE, part.digests)
        progress(len(part.petitions))


def _write_dialogues(
    session: Session,
    order: Order,
    communes: Sequence[Commune],
    source: str,
    departments: dict[str, int],
) -> dict[date, list[Held]]:
    """Write the dialogues and what was promised at them; give those that were held, by day."""
    random = Random(f"{order.seed}:dialogues")
    lasts = last_numbers(session, "DT")
    agenda = dialogues.Agenda(
        first_id=next_id(session, Dialogue),
        until=order.until,
        calendar=clockwork(session).calendar,
        blocks=seed_file("fictional"),
        source=source,
        lasts=dict(lasts),
    )
    a_year = A_YEAR_OF_MANY if order.petitions > OF_MANY * len(communes) else A_YEAR
    drawn = list(dialogues.meetings(random, agenda, communes, a_year))
    for year, last in agenda.lasts.items():
        next_numbers(session, "DT", year, last - lasts.get(year, 0))
    session.flush()
    meetings = [meeting for _number, meeting, _steps in drawn]
    _load(session, Dialogue, dialogues.Meeting, meetings)
    _load(session, DialogueStep, dialogues.Step, chain(*(steps for _n, _m, steps in drawn)))
    go_on_from(session, Dialogue)
    _write_promises(session, order, random, communes, departments, drawn)
    held: dict[date, list[Held]] = {}
    for number, meeting, _steps in drawn:
        if meeting.stage in HAPPENED:
            held.setdefault(meeting.held_on, []).append(Held(meeting.id, number))
    return held


def _write_promises(
    session: Session,
    order: Order,
    random: Random,
    communes: Sequence[Commune],
    departments: dict[str, int],
    drawn: Sequence[tuple[int, dialogues.Meeting, list[dialogues.Step]]],
) -> None:
    blocks, id_ = seed_file("fictional"), next_id(session, Commitment)
    made, steps = [], []
    for number, meeting, _steps in drawn:
        if meeting.stage in HAPPENED and random.random() < promises.SHARE:
            promise, its_steps = promises.promise_of(
                random, meeting, communes[number], id_, order.until, departments, blocks
            )
            made.append(promise)
            steps.extend(its_steps)
            id_ += 1
    years = Counter(promise.promised_on.year for promise in made)
    nexts = {year: next_numbers(session, "CK", year, count) for year, count in years.items()}
    for promise in made:
        year = promise.promised_on.year
        promises.numbered(promise, nexts[year])
        nexts[year] += 1
    session.flush()
    _load(session, Commitment, promises.Promise, made)
    _load(session, CommitmentStep, promises.Step, steps)
    go_on_from(session, Commitment)


def _load(session: Session, kind: Any, shape: Any, rows: Iterable[Any]) -> None:
    """Write objects that stand under the names of the table's columns."""
    names = [field.name for field in fields(shape) if field.name in kind.__table__.columns]
    load(session, kind, names, map(plain_rows(names), rows))


def _make_people(session: Session, blocks: dict[str, Any], ids: dict[str, int]) -> None:
    """Make those who sign in: staff of two communes, the province's leader, the administrator."""
    homes = {"canbo": commune_key(1), "canbo2": commune_key(2), "lanhdao": PROVINCE}
    for row in blocks["person"]:
        home_id = ids.get(homes.get(row["username"], ROOT), ids[commune_key(1)])
        role = Role(row["role"])
        new = NewUser(row["username"], row["full_name"], role, home_id, random_password())
        add_user(session, None, new)


def _keepers(
    session: Session, blocks: dict[str, Any], ids: dict[str, int], communes: int
) -> dict[int, tuple[int, int]]:
    """Make each commune's clerk and leader, who wrote its records and whom nobody signs in as."""
    first = NewUser(
        "hucau.canbo", blocks["account"], Role.STAFF, ids[commune_key(1)], random_password()
    )
    model = add_user(session, None, first)
    model.is_disabled = True
    session.flush()
    id_ = next_id(session, User)
    names = ("id", "username", "full_name", "password_hash", "role", "place_id", "is_disabled")
    rows: list[tuple[Any, ...]] = []
    for number in range(1, communes + 1):
        home_id = ids[commune_key(number)]
        for role in (Role.STAFF, Role.LEADER):
            rows.append(
                (
                    id_ + len(rows),
                    f"hucau.{role}{number:03d}",
                    blocks["account"],
                    model.password_hash,
                    role.value,
                    home_id,
                    True,
                    model.created_at,
                )
            )
    load(session, User, (*names, "created_at"), (tuple(map(plain, row)) for row in rows))
    go_on_from(session, User)
    return {n: (id_ + 2 * n - 2, id_ + 2 * n - 1) for n in range(1, communes + 1)}
