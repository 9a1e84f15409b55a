"""Making the invented dialogues and petitions, through the services, counted back from today."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import batch
from tracker.dialogues.models import Dialogue
from tracker.fictional.commune import Commune, Village, opened
from tracker.fictional.dialogues import Held, make_dialogues
from tracker.fictional.lives import PATHS, Age, Path, path_for, steps
from tracker.fictional.promises import make_promises
from tracker.fictional.rhythm import make_rhythm
from tracker.petitions.lifecycle import ACCEPT, MOVES, Channel, Kind, Level, Petitioner, Status
from tracker.petitions.models import Petition
from tracker.petitions.service import NewPetition, log_petition, move_petition

DAYS_BACK = 425
IN_ONE_BATCH = 200
LONGEST_JOIN_AGE = 20
OUTSIDE = tuple(channel for channel in Channel if channel is not Channel.DIALOGUE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn for one petition before any is written, so that numbers follow the days."""

    received_on: date
    channel: Channel
    dialogue: Held | None
    path: Path
    seed: int


@dataclass(slots=True)
class Raised:
    """Texts that were raised before, by number of the text: what a like petition is joined to."""

    codes: dict[int, str] = field(default_factory=dict)


def make_fictional(
    session: Session,
    petitions: int = 200,
    seed: int = 292,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Bring the fictional commune up to so many petitions; gives how many were made.

    What is there already stays: asked again for the same number, it changes nothing.
    """
    commune = opened(session)
    today = clock.today()
    kept = session.scalar(select(func.count(Petition.id)).where(Petition.source == commune.source))
    missing = petitions - (kept or 0)
    if missing > 0:
        _make_all(session, commune, Random(f"{seed}:{kept}"), missing, progress)
    make_promises(session, commune, Random(f"{seed}:promises"), _held(session, commune), today)
    make_rhythm(session, commune, Random(f"{seed}:rhythm"), today)
    return max(0, missing)


def _make_all(
    session: Session,
    commune: Commune,
    random: Random,
    missing: int,
    progress: Callable[[int], None] | None,
) -> None:
    today = clock.today()
    make_dialogues(session, commune, random, max(18, missing // 30), DAYS_BACK, today)
    plans = _plans(random, _held(session, commune), missing, today)
    raised = Raised()
    report = progress or (lambda _number: None)
    report(0)
    while bunch := list(islice(plans, IN_ONE_BATCH)):
        with batch(session):
            for plan in bunch:
                _make(session, commune, plan, raised, today)
        report(len(bunch))


def _held(session: Session, commune: Commune) -> list[Held]:
    rows = session.execute(
        select(Dialogue.id, Dialogue.held_on)
        .where(Dialogue.source == commune.source, Dialogue.held_on <= clock.today())
        .where(Dialogue.stage.in_(("held", "concluded", "published")))
        .order_by(Dialogue.id)
    )
    return [Held(id_, day) for id_, day in rows if day]


def _plans(random: Random, held: list[Held], number: int, today: date) -> Iterator[Plan]:
    """Draw so many petitions, three in four at a dialogue, and give them in order of their days.

    The first ones go every path once and come by every channel, so that none is ever missing.
    """
    drawn = []
    for index in range(number):
        path = PATHS[index] if index < len(PATHS) else None
        is_join = path is not None and "join" in path.moves
        dialogue = random.choice(held) if index % 4 and not is_join else None
        longest = LONGEST_JOIN_AGE if is_join else DAYS_BACK
        day = dialogue.day if dialogue else today - timedelta(days=random.randint(0, longest))
        channel = Channel.DIALOGUE if dialogue else OUTSIDE[index // 4 % len(OUTSIDE)]
        path = path or path_for(random, Age(day, today))
        drawn.append(Plan(day, channel, dialogue, path, random.getrandbits(32)))
    return iter(sorted(drawn, key=lambda plan: plan.received_on))


def _make(session: Session, commune: Commune, plan: Plan, raised: Raised, today: date) -> None:
    random = Random(plan.seed)
    number, text = _text(random, commune, plan.path, raised)
    village = random.choice(commune.villages)
    department_id = commune.department_ids[text["department"]]
    petition = log_petition(
        session,
        commune.staff,
        NewPetition(
            place_id=village.id if random.random() < 0.85 else commune.home_id,
            category_id=commune.category_ids[text["category"]],
            channel=plan.channel,
            kind=Kind(text.get("kind", Kind.RECOMMENDATION)),
            content=_filled(random, text["text"], village),
            level=Level(text.get("level", Level.COMMUNE)),
            received_on=plan.received_on,
            date_precision=Precision.DAY,
            dialogue_id=plan.dialogue.id if plan.dialogue else None,
            department_id=department_id if plan.path.is_answered_on_spot else None,
            answer_on_spot=text["reply"] if plan.path.is_answered_on_spot else "",
            source=commune.source,
            **_petitioner(random, commune),
        ),
    )
    age = Age(plan.received_on, today)
    asked = steps(
        random,
        plan.path,
        age,
        commune.words(text["reply"]),
        department_id,
        raised.codes.get(number, ""),
    )
    is_accepted = False
    for move in asked:
        is_approval = MOVES[move.move_name].permission is Permission.APPROVE_PETITION
        actor: User | None = commune.leader if is_approval else commune.staff
        if move.move_name in ("assign", "defer") and petition.due_on and petition.due_on < today:
            actor = commune.leader  # a due date that has passed is a leader's to move
        if move.plan_on and move.plan_on <= today:
            actor = None  # only the command line brings in a plan that has come due since
        if is_accepted and move.move_name == "assign":
            move = replace(move, due_on=None)  # the law has set the complaint's date
        if is_accepted and move.move_name == "defer":
            actor = None  # only the command line brings in a plan beyond the law's date
        if petition.kind not in MOVES[move.move_name].kinds:
            if is_accepted or petition.status not in MOVES[ACCEPT].sources:
                continue  # nobody is told of a complaint as of a petition
            move, is_accepted = replace(move, move_name=ACCEPT), True  # it is accepted
        move_petition(session, actor, petition, move)
    if plan.path.end is not Status.JOINED:
        raised.codes[number] = petition.code


def _text(
    random: Random, commune: Commune, path: Path, raised: Raised
) -> tuple[int, dict[str, Any]]:
    """Draw a text that fits the path: what is joined was raised before, what is transferred
    is not the commune's."""
    texts = list(enumerate(commune.blocks["petition"]))
    if path.end is Status.JOINED:
        return random.choice([(number, text) for number, text in texts if number in raised.codes])
    is_elsewhere = path.end is Status.TRANSFERRED
    return random.choice([(n, text) for n, text in texts if ("level" in text) is is_elsewhere])


def _filled(random: Random, text: str, village: Village) -> str:
    return text.replace("{thon}", village.name).replace("{so}", str(random.randint(12, 38)))


def _petitioner(random: Random, commune: Commune) -> dict[str, Any]:
    kind = random.choices((Petitioner.PERSON, Petitioner.GROUP, Petitioner.UNNAMED), (68, 18, 14))[
        0
    ]
    if kind is Petitioner.UNNAMED:
        return {"petitioner": kind, "people": 1}
    people = random.randint(2, 60) if kind is Petitioner.GROUP else 1
    phone = commune.phone(random) if random.random() < 0.6 else ""
    return {
        "petitioner": kind,
        "citizen_name": commune.person(random),
        "citizen_phone": phone,
        "people": people,
    }
