"""The invented dialogues: some fourteen months of them, and those to come."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.queries import exceptions
from tracker.calendar.rules import Exceptions, is_working_day
from tracker.core.dates import Precision
from tracker.core.db import batch
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.service import NewDialogue, log_dialogue, move_dialogue
from tracker.fictional.commune import Commune

TO_COME = (
    (3, Stage.ANNOUNCED),
    (11, Stage.ANNOUNCED),
    (24, Stage.PLANNED),
    (47, Stage.PLANNED),
)
"""How many days ahead each lies, and how far its preparation has come."""
CALLED_OFF_EVERY = 8
UNPUBLISHED_EVERY = 7
MOVES_TO = {
    Stage.PLANNED: (),
    Stage.ANNOUNCED: ("announce",),
    Stage.HELD: ("announce", "hold"),
    Stage.CONCLUDED: ("announce", "hold", "conclude"),
    Stage.PUBLISHED: ("announce", "hold", "conclude", "publish"),
    Stage.CANCELLED: ("announce", "cancel"),
}
DAYS_FROM_HOLDING = {"announce": -9, "hold": 0, "cancel": -1, "conclude": 7, "publish": 9}
TAKEN_PLACE = (Stage.HELD, Stage.CONCLUDED, Stage.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Held:
    """A dialogue that took place, as far as its petitions need to know."""

    id: int
    day: date


def make_dialogues(
    session: Session, commune: Commune, random: Random, number: int, days_back: int, today: date
) -> None:
    """Make so many past dialogues and those to come, unless the commune has some already."""
    if session.scalar(select(Dialogue.id).where(Dialogue.source == commune.source).limit(1)):
        return
    days_off = exceptions(session)
    with batch(session):
        for index in range(number):
            # The last one was held two days ago, so that every stage is there at any time.
            ago = days_back - round(index * (days_back - 2) / max(1, number - 1))
            day = _working(today - timedelta(days=ago), days_off, back=True)
            _make(session, commune, random, index, day, _past_stage(index, day, today), today)
        for index, (ahead, stage) in enumerate(TO_COME):
            day = _working(today + timedelta(days=ahead), days_off, back=False)
            _make(session, commune, random, number + index, day, stage, today)


def _past_stage(index: int, day: date, today: date) -> Stage:
    if (today - day).days < DAYS_FROM_HOLDING["conclude"]:
        return Stage.HELD
    if index % CALLED_OFF_EVERY == CALLED_OFF_EVERY - 1:
        return Stage.CANCELLED
    is_recent = (today - day).days < DAYS_FROM_HOLDING["publish"]
    return Stage.CONCLUDED if is_recent or index % UNPUBLISHED_EVERY == 4 else Stage.PUBLISHED


def _working(day: date, days_off: Exceptions, *, back: bool) -> date:
    while not is_working_day(day, days_off):
        day += timedelta(days=-1 if back else 1)
    return day


def _make(
    session: Session,
    commune: Commune,
    random: Random,
    index: int,
    day: date,
    stage: Stage,
    today: date,
) -> None:
    topics = commune.blocks["topic"]
    topic = topics[index % len(topics)]
    blocks = commune.blocks["dialogue"]
    dialogue = log_dialogue(
        session,
        commune.staff,
        NewDialogue(
            form=Form(topic["form"]),
            topic=topic["text"],
            place_id=commune.home_id,
            venue=random.choice(blocks["venues"]),
            held_on=day,
            date_precision=Precision.DAY,
            starts_at=random.choice(blocks["starts"]),
            chair=random.choice(blocks["chairs"]),
            secretary=random.choice(blocks["secretaries"]),
            audience=random.choice(blocks["audiences"]),
            invited=random.randint(60, 180),
            source=commune.source,
            **(_held_facts(random, blocks, stage) if stage in TAKEN_PLACE else {}),
        ),
    )
    for name in MOVES_TO[stage]:
        on = min(today, day + timedelta(days=DAYS_FROM_HOLDING[name]))
        form = commune.blocks["documents"].get(name, "")
        move_dialogue(
            session,
            commune.staff,
            dialogue,
            name,
            happened_on=on,
            note=random.choice(blocks["cancellations"]) if name == "cancel" else "",
            document_number=form.replace("{so}", f"{random.randint(1, 90):02d}"),
            sent_to_village_heads_on=on,
        )


def _held_facts(random: Random, blocks: dict[str, Any], stage: Stage) -> dict[str, Any]:
    facts = {
        "present": random.randint(45, 160),
        "speakers": random.randint(6, 24),
        "minutes": random.choice(blocks["minutes"]),
    }
    if stage is not Stage.HELD:
        facts["conclusion"] = random.choice(blocks["conclusions"])
        facts["follow_up"] = random.choice(blocks["follow_ups"])
    return facts
