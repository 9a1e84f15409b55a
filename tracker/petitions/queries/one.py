"""Questions about one petition."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from tracker.accounts.models import User
from tracker.core.errors import NotFound
from tracker.ledger.rules import NO_DEPARTMENT, Cell
from tracker.petitions.lifecycle import MOVES, STEP_WORDS, Ground, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries.choices import department_choices
from tracker.petitions.rules import WORK, StepFact, effective
from tracker.places.queries import reached, scope_ids

_ONE = (
    select(Petition)
    .where(Petition.code == bindparam("code"))
    .options(
        joinedload(Petition.place),
        joinedload(Petition.category),
        joinedload(Petition.department),
        joinedload(Petition.dialogue),
        joinedload(Petition.monitor),
    )
)
_STEPS = (
    select(PetitionStep)
    .where(PetitionStep.petition_id == bindparam("petition_id"))
    .order_by(PetitionStep.id)
)
_USERS = select(User.id, User.full_name).where(User.id.in_(bindparam("ids", expanding=True)))


def petition_for(session: Session, user: User, code: str) -> Petition:
    """Give the petition if the user's place answers for it; another's does not exist.

    Its place, category, department, dialogue and monitor come with it.
    """
    petition = session.scalar(_ONE, {"code": code}, execution_options={"populate_existing": True})
    if petition is None or petition.place_id not in scope_ids(session, user.place_id):
        raise NotFound("There is no such petition.")
    return petition


def steps_of(session: Session, petition_id: int) -> list[PetitionStep]:
    """Give a petition's steps in the order they were taken."""
    return list(session.scalars(_STEPS, {"petition_id": petition_id}))


def facts(steps: Iterable[PetitionStep]) -> list[StepFact]:
    """Reduce steps to what the rules count."""
    return [
        StepFact(
            status=step.status,
            happened_on=step.happened_on,
            due_on=step.due_on,
            move=step.move,
            id=step.id,
            voids_id=step.voids_id,
            plan_on=step.plan_on,
            department_id=step.department_id,
            master_id=step.master_id,
            due_basis=step.due_basis,
            recorded_at=step.recorded_at,
            cooperating=step.cooperating,
            monitor_id=step.monitor_id,
            cell=Cell(
                step.place_id,
                step.category_id,
                step.department_id or NO_DEPARTMENT,
                step.kind,
                step.level,
                step.channel,
            ),
        )
        for step in steps
    ]


def proposer_of(steps: Sequence[PetitionStep]) -> int | None:
    """Give the person whose result waits for approval now, whatever was extended since."""
    counted = effective(facts(steps))
    waiting = list(takewhile(lambda fact: fact.status is Status.AWAITING_APPROVAL, counted[::-1]))
    if not waiting:
        return None
    return next(step for step in steps if step.id == waiting[-1].id).actor_id


def at_work(steps: Sequence[PetitionStep]) -> frozenset[int]:
    """Give the people whose work this is: who gave it out or took it up last, whose result it is.

    Nobody watches over their own work.
    """
    by_id = {step.id: step.actor_id for step in steps}
    counted = effective(facts(steps))[::-1]
    last = (next((fact.id for fact in counted if fact.move in moves), None) for moves in WORK)
    actors = (by_id[step_id] for step_id in last if step_id is not None)
    return frozenset(actor for actor in actors if actor is not None)


def correctable_step(steps: Sequence[PetitionStep]) -> PetitionStep | None:
    """Give the step that may be voided: the last that was taken and counts, never the receipt."""
    voided = {step.voids_id for step in steps}
    taken = [step for step in steps if step.move in MOVES and step.id not in voided]
    return taken[-1] if taken else None


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One step as the timeline shows it; `word` is a message id, days as they were typed."""

    id: int
    move: str
    word: str
    status_before: Status | None
    status: Status
    happened_on: date | None
    recorded_at: datetime
    actor: str
    note: str
    document_number: str
    due_on: date | None
    plan_on: date | None
    department: str
    cooperating: str
    monitor: str
    master_code: str
    ground: Ground | None
    voids_id: int | None
    is_voided: bool


def timeline(
    session: Session, scope: frozenset[int], steps: Sequence[PetitionStep]
) -> list[TimelineRow]:
    """Show every step of a petition, voided ones included, in the order they were recorded.

    A petition outside the scope, to which it was joined, is not named.
    """
    users = _people(session, steps)
    departments = {choice.id: choice.name for choice in department_choices(session)}
    masters = _masters(session, scope, steps)
    voided = {step.voids_id for step in steps}
    return [
        TimelineRow(
            id=step.id,
            move=step.move,
            word=STEP_WORDS.get(step.move, step.status.label),
            status_before=Status(step.status_before) if step.status_before else None,
            status=step.status,
            happened_on=step.happened_on,
            recorded_at=step.recorded_at,
            actor=users.get(step.actor_id, ""),
            note=step.note,
            document_number=step.document_number,
            due_on=step.due_on,
            plan_on=step.plan_on,
            department=departments.get(step.department_id or 0, ""),
            cooperating=step.cooperating,
            monitor=users.get(step.monitor_id, ""),
            master_code=masters.get(step.master_id, ""),
            ground=Ground(step.ground) if step.ground else None,
            voids_id=step.voids_id,
            is_voided=step.id in voided,
        )
        for step in steps
    ]


def _people(session: Session, steps: Sequence[PetitionStep]) -> dict[int | None, str]:
    """Name who took the steps, and who watches by them."""
    ids = {key for step in steps for key in (step.actor_id, step.monitor_id) if key is not None}
    asked = {"ids": sorted(ids)}
    return dict(iter(session.connection().execute(_USERS, asked))) if ids else {}


def _masters(
    session: Session, scope: frozenset[int], steps: Sequence[PetitionStep]
) -> dict[int | None, str]:
    """Give the codes of the petitions of a scope to which steps joined this one."""
    ids = {step.master_id for step in steps if step.master_id is not None}
    known = (Petition.id.in_(ids), Petition.place_id.in_(reached(scope)))
    asked = select(Petition.id, Petition.code).where(*known)
    return dict(iter(session.execute(asked))) if ids else {}
