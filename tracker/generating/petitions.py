"""One part of a register's petitions, drawn without a database: any process can draw any part."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any, cast

from tracker.core.dates import Precision
from tracker.fictional.lives import PATHS, Age, Path
from tracker.generating.lives import Step, amended, life, path_of
from tracker.generating.province import Commune, Village
from tracker.generating.telling import Citizen, citizen, told
from tracker.generating.world import Held, World
from tracker.petitions.lifecycle import Channel, Kind, Level, Petitioner, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.rules import ack_due, exact_day
from tracker.petitions.service.recording import summary

AT_DIALOGUE = 0.96
"""On the day of a dialogue nearly everything is raised there (see days.AT_DIALOGUES)."""
IN_VILLAGE = 0.85
BY_MONTH = 0.005
WRONG_CATEGORY, WRONG_PEOPLE = 0.01, 0.05
OTHER_CHANNELS = {
    Channel.VILLAGE_VISIT: 20,
    Channel.PARTY_CELL: 12,
    Channel.RECEPTION: 34,
    Channel.LETTER: 18,
    Channel.TELEPHONE: 14,
    Channel.PRESS: 2,
}


@dataclass(slots=True)
class Raised:
    """One petition, under the names of the register's own columns."""

    id: int
    code: str
    dialogue_id: int | None
    place_id: int
    category_id: int
    department_id: int | None
    channel: Channel
    kind: Kind
    level: Level
    status: Status
    petitioner: Petitioner
    citizen_name: str
    citizen_phone: str
    people: int
    content: str
    received_on: date | None
    date_precision: Precision
    due_on: date | None
    due_basis: str
    ack_due_on: date | None
    plan_on: date | None
    master_id: int | None
    source: str
    logged_by_id: int
    logged_at: datetime
    version: int
    cooperating: str = ""
    acknowledged_on: date | None = None
    ended_on: date | None = None
    latest_note: str = ""
    latest_document: str = ""
    monitor_id: int | None = None


@dataclass(slots=True)
class _Text:
    """Where and about what a petition was raised: what another may be joined to."""

    id: int
    commune: Commune
    village: Village
    text: dict[str, Any]


@dataclass(slots=True)
class Part:
    """What has been drawn of a part so far."""

    texts: list[_Text] = field(default_factory=list)


def petitions(world: World, first: int, end: int) -> Iterator[tuple[Raised, list[Step]]]:
    """Draw the petitions from one number to another; the same ones whenever they are drawn."""
    random, part = Random(f"{world.seed}:{first}"), Part()
    for number in range(first, end):
        yield _petition(random, world, part, number)


def _petition(random: Random, world: World, part: Part, number: int) -> tuple[Raised, list[Step]]:
    day = world.course.day_of(number)
    id_ = world.first_id + number
    path = _path(random, world, number, Age(day, world.until))
    if "join" in path.moves and not part.texts:
        path = PATHS[0]
    held = _held(random, world, day)
    master = random.choice(part.texts) if "join" in path.moves else None
    if master:
        held = None
        commune, village, text = master.commune, master.village, master.text
    else:
        commune = world.communes[held.commune] if held else random.choice(world.communes)
        village, text = random.choice(commune.villages), _text(random, world, path)
    precision = Precision.DAY
    if not held and random.random() < BY_MONTH and not path.moves:
        precision = Precision.MONTH
    received_on = day if precision is Precision.DAY else day.replace(day=1)
    department_id = world.departments[text["department"]]
    kind = Kind(text.get("kind", Kind.RECOMMENDATION))
    steps = life(
        random,
        world,
        commune,
        path,
        kind,
        day,
        exact_day(received_on, precision),
        department_id,
        text["reply"],
        master.id if master else None,
    )
    who = citizen(random, world.blocks)
    raised = Raised(
        id=id_,
        code=f"KN-{received_on.year}-{world.codes[day.year] + number:06d}",
        dialogue_id=held.id if held else None,
        place_id=village.id if random.random() < IN_VILLAGE else commune.on(day, random),
        category_id=world.categories[text["category"]],
        channel=_channel(random, world, number, held),
        kind=kind,
        level=Level(text.get("level", Level.COMMUNE)),
        content=told(random, world.words, text["text"], village.said),
        received_on=received_on,
        date_precision=precision,
        ack_due_on=ack_due(received_on, precision, world.clocks, kind),
        **_standing(steps),
        **_citizen(who),
        source=world.source,
    )
    _count_under(raised, steps)
    _amend(random, world, raised, steps)
    _sum_up(raised, steps)
    if master is None:
        part.texts.append(_Text(id_, commune, village, text))
    return raised, steps


def _path(random: Random, world: World, number: int, age: Age) -> Path:
    """The last ones go every path once, so that none is ever missing."""
    from_end = world.number - 1 - number
    return PATHS[from_end] if from_end < len(PATHS) else path_of(random, age)


def _held(random: Random, world: World, day: date) -> Held | None:
    held = world.held.get(day)
    return random.choice(held) if held and random.random() < AT_DIALOGUE else None


def _text(random: Random, world: World, path: Path) -> dict[str, Any]:
    """Draw a text that fits the path: what is transferred is not the commune's."""
    is_elsewhere = path.end is Status.TRANSFERRED
    while True:
        text: dict[str, Any] = random.choice(world.blocks["petition"])
        if ("level" in text) is is_elsewhere:
            return text


def _channel(random: Random, world: World, number: int, held: Held | None) -> Channel:
    if held:
        return Channel.DIALOGUE
    from_end = world.number - 1 - number
    if from_end < len(OTHER_CHANNELS):
        return list(OTHER_CHANNELS)[from_end]
    return random.choices(list(OTHER_CHANNELS), list(OTHER_CHANNELS.values()))[0]


def _standing(steps: list[Step]) -> dict[str, Any]:
    last = steps[-1]
    return {
        "status": last.status,
        "due_on": last.due_on,
        "due_basis": last.due_basis,
        "plan_on": last.plan_on,
        "department_id": last.department_id,
        "master_id": last.master_id,
        "logged_by_id": steps[0].actor_id,
        "logged_at": steps[0].recorded_at,
        "version": len(steps),
    }


def _citizen(who: Citizen) -> dict[str, Any]:
    return {
        "petitioner": who.petitioner,
        "citizen_name": who.name,
        "citizen_phone": who.phone,
        "people": who.people,
    }


def _count_under(raised: Raised, steps: Iterable[Step]) -> None:
    """Write on each step where the petition was counted."""
    for step in steps:
        step.place_id, step.category_id = raised.place_id, raised.category_id
        step.kind, step.level = raised.kind.value, raised.level.value
        step.channel = raised.channel.value


def _amend(random: Random, world: World, raised: Raised, steps: list[Step]) -> None:
    """Of a few petitions, a fact was typed wrongly at first and put right later."""
    drawn, texts = random.random(), world.words["texts"]
    if drawn < WRONG_CATEGORY:
        wrong = random.choice(list(world.category_names))
        if wrong == raised.category_id:
            return
        for step in steps:
            step.category_id = wrong
        note, names = texts["amended_category"], world.category_names
        note = note.replace("{cu}", names[wrong]).replace("{moi}", names[raised.category_id])
    elif drawn < WRONG_CATEGORY + WRONG_PEOPLE and raised.petitioner is Petitioner.GROUP:
        was = str(raised.people + 1)
        note = texts["amended_people"].replace("{cu}", was).replace("{moi}", str(raised.people))
    else:
        return
    last = amended(world, steps, note)
    _count_under(raised, [last])
    steps.append(last)
    raised.version = len(steps)


def _sum_up(raised: Raised, steps: list[Step]) -> None:
    """Keep on the row what the register's own rules say of the steps."""
    # Both stand under the names of the register's rows, which is all that the rules read.
    row, recorded = cast(Petition, raised), cast(list[PetitionStep], steps)
    for name, value in summary(row, recorded).items():
        setattr(raised, name, value)
