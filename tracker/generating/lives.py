"""How a generated petition went: histories by the lifecycle's own moves and the rules' counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import cast

from tracker.accounts.permissions import Permission
from tracker.core.clock import VIETNAM
from tracker.fictional.lives import Age, Path, Words, path_for, steps
from tracker.generating.province import Commune
from tracker.generating.world import World
from tracker.petitions.lifecycle import (
    ACCEPT,
    ACKNOWLEDGE,
    AMEND,
    CORRECT,
    MOVES,
    OPEN,
    RECEIVE,
    Kind,
    Status,
)
from tracker.petitions.models import PetitionStep
from tracker.petitions.queries import facts
from tracker.petitions.rules import PAUSED, UNKNOWN, Standing, StepFact, Wanted, effective, moved
from tracker.petitions.service import MoveRequest

MISTAKEN = 0.02
TYPED_LATER, TYPED_MUCH_LATER = 0.1, 0.02
OLD_DAYS = 200
"""Of what is older, hardly anything is still open."""


@dataclass(slots=True)
class Step:
    """One step, under the names that the rules read of a petition's steps."""

    move: str
    status: Status
    happened_on: date | None
    recorded_at: datetime
    actor_id: int
    standing: Standing
    status_before: Status | None = None
    id: int = 0
    voids_id: int | None = None
    ground: str = ""
    note: str = ""
    document_number: str = ""
    place_id: int = 0
    category_id: int = 0
    channel: str = ""
    kind: str = ""
    level: str = ""

    @property
    def due_on(self) -> date | None:
        """Until when the petition is due after it."""
        return self.standing.due_on

    @property
    def due_basis(self) -> str:
        """Why it is due then."""
        return self.standing.due_basis

    @property
    def plan_on(self) -> date | None:
        """Until when it is put off."""
        return self.standing.plan_on

    @property
    def department_id(self) -> int | None:
        """Whose it is."""
        return self.standing.department_id

    @property
    def cooperating(self) -> str:
        """Which units help."""
        return self.standing.cooperating

    @property
    def monitor_id(self) -> int | None:
        """Who watches over it."""
        return self.standing.monitor_id

    @property
    def master_id(self) -> int | None:
        """What it is joined to."""
        return self.standing.master_id


@dataclass(slots=True)
class Life:
    """The steps of a petition as they are written one after the other."""

    random: Random
    until: date
    commune: Commune
    steps: list[Step]

    def add(self, name: str, day: date | None, standing: Standing, actor_id: int) -> Step:
        """Write the next step, typed on its day or some days later, never before the last."""
        last = self.steps[-1] if self.steps else None
        step = Step(
            move=name,
            status=standing.status,
            happened_on=day,
            recorded_at=self._moment(day, last),
            actor_id=actor_id,
            standing=standing,
            status_before=last.status if last else None,
            id=len(self.steps) + 1,
        )
        self.steps.append(step)
        return step

    def facts(self) -> list[StepFact]:
        """Reduce the steps to what the rules count."""
        return facts(cast(list[PetitionStep], self.steps))

    def _moment(self, day: date | None, last: Step | None) -> datetime:
        drawn = self.random.random()
        late = 0
        if drawn < TYPED_MUCH_LATER:
            late = self.random.randint(15, 60)
        elif drawn < TYPED_LATER:
            late = self.random.randint(1, 14)
        on = min((day or self.until) + timedelta(late), self.until)
        minute = self.random.randint(7 * 60 + 30, 16 * 60 + 59)
        moment = datetime.combine(on, time(minute // 60, minute % 60), VIETNAM)
        return max(moment, last.recorded_at + timedelta(seconds=40)) if last else moment


def path_of(random: Random, age: Age) -> Path:
    """Draw how a petition of this age went; of the old ones hardly any is open any more."""
    path = path_for(random, age)
    for _ in range(2):
        if age.days > OLD_DAYS and path.end in OPEN:
            path = path_for(random, age)
    return path


def life(
    random: Random,
    world: World,
    commune: Commune,
    path: Path,
    kind: Kind,
    day: date,
    received_on: date | None,
    department_id: int,
    reply: str,
    master_id: int | None,
) -> list[Step]:
    """Draw the steps of one petition, from its receipt on.

    `received_on` is the day that the receipt counts for: none when only the month is known.
    """
    given = department_id if path.is_answered_on_spot else None
    standing = Standing(Status.RECEIVED, None, UNKNOWN, None, given, None)
    lived = Life(random, world.until, commune, [])
    lived.add(RECEIVE, received_on, standing, commune.staff_id)
    if path.is_answered_on_spot:
        answered = replace(standing, status=Status.EXPLAINED)
        lived.add("explain", received_on, answered, commune.staff_id).note = reply
    words = Words(world.blocks["notes"], world.blocks["documents"], reply)
    master_code = "KN" if master_id else ""
    for asked in steps(random, path, Age(day, world.until), words, department_id, master_code):
        _take(world, lived, kind, asked, master_id)
    return lived.steps


def _take(world: World, lived: Life, kind: Kind, asked: MoveRequest, master_id: int | None) -> None:
    """Take one step by the lifecycle; a few are entered by mistake first, and taken back."""
    move, was = MOVES[asked.move_name], lived.steps[-1]
    if move.name == ACKNOWLEDGE and kind not in move.kinds:
        move = MOVES[ACCEPT]  # what a complaint has in its place
        if was.status not in move.sources:
            return
    if was.status not in move.sources or kind not in move.kinds:
        raise ValueError(f"No move {move.name} leaves {was.status}.")
    day = asked.happened_on or world.until
    counted = effective(lived.facts()) if was.status in PAUSED else ()
    wanted = Wanted(asked.department_id, asked.due_on, asked.plan_on, master_id)
    now = moved(was.standing, move, wanted, counted, day, world.clocks)
    is_approval = move.permission is Permission.APPROVE_PETITION
    actor_id = lived.commune.leader_id if is_approval else lived.commune.staff_id

    def record() -> Step:
        step = lived.add(move.name, day, now, actor_id)
        step.note, step.document_number = asked.note, asked.document_number
        step.ground = asked.ground or ""
        return step

    step = record()
    if move.target is not None and lived.random.random() < MISTAKEN:
        typed_on = step.recorded_at.astimezone(VIETNAM).date()
        back = lived.add(CORRECT, typed_on, was.standing, actor_id)
        back.voids_id, back.note = step.id, world.words["texts"]["mistaken"]
        record()


def amended(world: World, steps: Sequence[Step], note: str) -> Step:
    """Give a step by which a fact was put right, as the last one of a petition."""
    first, last = steps[0], steps[-1]
    return Step(
        move=AMEND,
        status=last.status,
        happened_on=first.happened_on,
        recorded_at=last.recorded_at + timedelta(seconds=40),
        actor_id=first.actor_id,
        standing=last.standing,
        status_before=last.status,
        id=last.id + 1,
        note=f"{note}\n{world.words['texts']['reason']}",
    )
