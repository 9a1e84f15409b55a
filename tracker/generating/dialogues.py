"""The dialogues of a generated register: as many a year for each commune, by the lifecycle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, cast

from tracker.calendar.rules import Calendar
from tracker.core.clock import VIETNAM
from tracker.core.dates import Precision
from tracker.dialogues.lifecycle import HAPPENED, MOVES, Form, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.service.recording import searched
from tracker.fictional.dialogues import DAYS_FROM_HOLDING, MOVES_TO
from tracker.generating.days import FIRST_DAY
from tracker.generating.province import MERGED_ON, Commune

CALLED_OFF = 0.06
NOT_YET_PUBLISHED = 0.1
DAYS_AHEAD, ANNOUNCED_AHEAD = 90, 40
DAY = timedelta(1)


@dataclass(slots=True)
class Meeting:
    """One dialogue, under the names of the register's own columns."""

    id: int
    code: str
    form: Form
    stage: Stage
    topic: str
    place_id: int
    venue: str
    held_on: date
    date_precision: Precision
    starts_at: str
    chair: str
    secretary: str
    audience: str
    invited: int
    present: int | None
    speakers: int | None
    minutes: str
    conclusion: str
    follow_up: str
    outcome_precision: Precision
    sent_to_village_heads_on: date | None
    source: str
    logged_by_id: int
    logged_at: datetime
    version: int
    search_text: str = ""


@dataclass(slots=True)
class Step:
    """One step of a dialogue."""

    dialogue_id: int
    stage_before: Stage | None
    stage: Stage
    happened_on: date | None
    recorded_at: datetime
    actor_id: int
    note: str = ""
    document_number: str = ""


@dataclass(slots=True)
class Agenda:
    """Where the numbers of dialogues stand, year by year, and what they are made of."""

    first_id: int
    until: date
    calendar: Calendar
    blocks: dict[str, Any]
    source: str
    lasts: dict[int, int] = field(default_factory=dict)
    has_announced: bool = False

    def code(self, year: int) -> str:
        """Give the next number of a year."""
        self.lasts[year] = self.lasts.get(year, 0) + 1
        return f"DT-{year}-{self.lasts[year]:04d}"


def meetings(
    random: Random, agenda: Agenda, communes: Sequence[Commune], a_year: int
) -> Iterator[tuple[int, Meeting, list[Step]]]:
    """Draw all dialogues in the order of their days, each with its commune's number and steps."""
    every = 365 / a_year
    last = agenda.until + timedelta(DAYS_AHEAD)
    days = sorted(
        (_working(agenda.calendar, FIRST_DAY + timedelta(round(start + slot * every))), number)
        for number, start in enumerate(random.uniform(0, every - 1) for _ in communes)
        for slot in range(int(((last - FIRST_DAY).days - start) // every) + 1)
    )
    for at, (day, number) in enumerate(days):
        meeting, steps = _meeting(random, agenda, communes[number], agenda.first_id + at, day)
        yield number, meeting, steps


def _working(calendar: Calendar, day: date) -> date:
    while not calendar.is_working(day):
        day += DAY
    return day


def _meeting(
    random: Random, agenda: Agenda, commune: Commune, id_: int, day: date
) -> tuple[Meeting, list[Step]]:
    blocks = agenda.blocks["dialogue"]
    stage = _stage(random, agenda, day)
    topic = random.choice(agenda.blocks["topic"])
    has_happened = stage in HAPPENED
    is_concluded = stage in (Stage.CONCLUDED, Stage.PUBLISHED)
    planned_on = min(day - timedelta(random.randint(14, 30)), agenda.until)
    steps = _steps(random, agenda, commune, id_, day, planned_on, stage)
    meeting = Meeting(
        id=id_,
        code=agenda.code(day.year),
        form=Form(topic["form"]),
        stage=stage,
        topic=topic["text"],
        place_id=commune.on(day, random) if day < MERGED_ON else commune.id,
        venue=random.choice(blocks["venues"]),
        held_on=day,
        date_precision=Precision.DAY,
        starts_at=random.choice(blocks["starts"]),
        chair=random.choice(blocks["chairs"]),
        secretary=random.choice(blocks["secretaries"]),
        audience=random.choice(blocks["audiences"]),
        invited=random.randint(60, 180),
        present=random.randint(45, 160) if has_happened else None,
        speakers=random.randint(6, 24) if has_happened else None,
        minutes=random.choice(blocks["minutes"]) if has_happened else "",
        conclusion=random.choice(blocks["conclusions"]) if is_concluded else "",
        follow_up=random.choice(blocks["follow_ups"]) if is_concluded else "",
        outcome_precision=Precision.UNKNOWN,
        sent_to_village_heads_on=steps[-1].happened_on if stage is Stage.PUBLISHED else None,
        source=agenda.source,
        logged_by_id=commune.staff_id,
        logged_at=steps[0].recorded_at,
        version=len(steps),
    )
    meeting.search_text = searched(cast(Dialogue, meeting))
    return meeting, steps


def _stage(random: Random, agenda: Agenda, day: date) -> Stage:
    ago = (agenda.until - day).days
    if ago < 0:
        is_announced = -ago <= ANNOUNCED_AHEAD or not agenda.has_announced
        agenda.has_announced = True
        return Stage.ANNOUNCED if is_announced else Stage.PLANNED
    if ago < DAYS_FROM_HOLDING["conclude"]:
        return Stage.HELD
    if random.random() < CALLED_OFF:
        return Stage.CANCELLED
    is_recent = ago < DAYS_FROM_HOLDING["publish"]
    return Stage.CONCLUDED if is_recent or random.random() < NOT_YET_PUBLISHED else Stage.PUBLISHED


def _steps(
    random: Random,
    agenda: Agenda,
    commune: Commune,
    id_: int,
    day: date,
    planned_on: date,
    stage: Stage,
) -> list[Step]:
    steps = [_step(id_, None, Stage.PLANNED, planned_on, commune.staff_id)]
    for name in MOVES_TO[stage]:
        move, before = MOVES[name], steps[-1].stage
        if before not in move.sources:
            raise ValueError(f"No move {name} leaves {before}.")
        on = min(agenda.until, day + timedelta(DAYS_FROM_HOLDING[name]))
        step = _step(id_, before, move.target, on, commune.staff_id)
        form = agenda.blocks["documents"].get(name, "")
        step.document_number = form.replace("{so}", f"{random.randint(1, 90):02d}")
        if move.needs_note:
            step.note = random.choice(agenda.blocks["dialogue"]["cancellations"])
        steps.append(step)
    return steps


def _step(id_: int, before: Stage | None, stage: Stage, on: date, actor_id: int) -> Step:
    typed_at = datetime.combine(on, time(16, 30 + len(stage)), VIETNAM)
    return Step(id_, before, stage, on, typed_at, actor_id)
