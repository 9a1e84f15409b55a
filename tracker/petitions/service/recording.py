"""Writing one step, and what it changes in the ledger; inside the caller's transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.db import is_sqlite
from tracker.core.errors import Stale
from tracker.core.i18n import Message
from tracker.evidence import service as evidence
from tracker.journal import service as journal
from tracker.ledger import service as ledger
from tracker.petitions.lifecycle import ENDED, STEP_WORDS, Status
from tracker.petitions.models import Petition, PetitionPosting, PetitionStep
from tracker.petitions.queries import facts, steps_of
from tracker.petitions.rules import (
    StepFact,
    acknowledged,
    effective,
    entries,
    postings,
)
from tracker.petitions.service.lookup import keep_lookup


def lock(
    session: Session,
    petition: Petition,
    seen_version: int | None,
    is_own: Callable[[PetitionStep], bool] = lambda _: False,
) -> list[PetitionStep]:
    """Hold the petition until commit and give its steps; refuse when it was changed meanwhile.

    `is_own` knows the very step that is asked for, recorded by the same person a click before.
    """
    # Only the row itself: PostgreSQL does not lock the optional rows that are read along with it.
    session.refresh(petition, with_for_update={"of": Petition})
    history = steps_of(session, petition.id)
    if seen_version not in (None, petition.version):
        last = history[-1]
        if is_own(last):
            raise Stale("This step is already recorded.")
        raise Stale(
            "Someone else has just changed this petition (%(step)s): it is now “%(status)s”.",
            step=Message(STEP_WORDS.get(last.move, last.status.label)),
            status=petition.status,
        )
    return history


def record(
    session: Session,
    actor: User | None,
    petition: Petition,
    step: PetitionStep,
    history: Sequence[PetitionStep],
    *,
    is_journaled: bool = True,
    detail: str = "",
) -> None:
    """Add a step that leaves the petition as it stands now, and post what it changes.

    A step that is one of many of the same act is journaled once, with the act.
    """
    add_step(session, actor, petition, step, history, is_journaled=is_journaled, detail=detail)
    post_change(session, petition, history, [*history, step])


def add_step(
    session: Session,
    actor: User | None,
    petition: Petition,
    step: PetitionStep,
    history: Sequence[PetitionStep],
    *,
    is_journaled: bool = True,
    detail: str = "",
) -> None:
    """Add a step without posting it yet."""
    step.petition_id = petition.id
    step.status_before = history[-1].status if history else None
    step.status = petition.status
    step.due_on = petition.due_on
    step.due_basis = petition.due_basis
    step.plan_on = petition.plan_on
    step.department_id = petition.department_id
    step.cooperating = petition.cooperating
    step.monitor_id = petition.monitor_id
    step.master_id = petition.master_id
    step.place_id = petition.place_id
    step.category_id = petition.category_id
    step.kind = petition.kind.value
    step.level = petition.level.value
    step.channel = petition.channel.value
    step.recorded_at = _later_than(history)
    step.actor_id = actor.id if actor else None
    evidence.add_now(session, step)  # later steps name it by its id
    if history:
        # Every step is a change, also one that leaves all columns alike: the version tells of it.
        flag_modified(petition, "status")
    for name, value in summary(petition, [*history, step]).items():
        setattr(petition, name, value)
    if is_journaled:
        action = f"petition:{step.move}"
        journal.note(session, actor, action, petition.code, petition.place_id, detail)


def post_change(
    session: Session,
    petition: Petition,
    history: Sequence[PetitionStep],
    recorded: Sequence[PetitionStep],
) -> None:
    """Post what the steps recorded now say beyond those of before."""
    told, before = facts(recorded), len(history)
    ledger.post(session, petition.id, entries(told, after=before))
    _keep_postings(session, petition, told[:before], told)
    keep_lookup(session, petition)
    evidence.stands(session, petition, recorded)


def _later_than(history: Sequence[PetitionStep]) -> datetime:
    moment = clock.now()
    return max(moment, history[-1].recorded_at) if history else moment


def summary(petition: Petition, recorded: Sequence[PetitionStep]) -> dict[str, Any]:
    """Give what a petition's row keeps of its steps, for lists to show."""
    told = facts(recorded)
    counted = effective(told)
    by_id = {step.id: step for step in recorded}
    note, document = latest_result([by_id[fact.id] for fact in counted])
    return {
        "ended_on": counted[-1].happened_on if petition.status in ENDED else None,
        "acknowledged_on": acknowledged(told),
        "latest_note": note,
        "latest_document": document,
    }


def latest_result(said: Sequence[PetitionStep]) -> tuple[str, str]:
    """Give the note and the document number that tell how a petition stands.

    Of a resolved one it is the result that was submitted; the approver's words follow in brackets.
    """
    newest_first = list(reversed(said))
    note = next((step.note for step in newest_first if step.note), "")
    document = next((step.document_number for step in newest_first if step.document_number), "")
    result = next((step for step in newest_first if step.move == "propose"), None)
    if newest_first[0].status is not Status.RESOLVED or result is None:
        return note, document
    approval = newest_first[0].note
    told = f"{result.note} ({approval})" if approval else result.note
    return told, result.document_number or document


def _keep_postings(
    session: Session, petition: Petition, before: Sequence[StepFact], told: Sequence[StepFact]
) -> None:
    """Bring the petition's own postings to what its steps say now."""
    old, new = postings(before), postings(told)
    place_id = petition.place_id
    has_moved = any(fact.cell and fact.cell.place_id != place_id for fact in before[-1:])
    changed = [key for key in {*old, *new} if has_moved or old[key] != new[key]]
    for day, measure in changed:
        if not new[day, measure]:
            session.execute(
                delete(PetitionPosting).where(
                    PetitionPosting.petition_id == petition.id,
                    PetitionPosting.measure == measure,
                    PetitionPosting.day == day,
                )
            )
    rows = [
        {
            "petition_id": petition.id,
            "place_id": place_id,
            "day": day,
            "measure": measure,
            "quantity": new[day, measure],
        }
        for day, measure in sorted(changed)
        if new[day, measure]
    ]
    if not rows:
        return
    keeping = _keeping(sqlite if is_sqlite(session) else postgresql)
    session.connection().execute(keeping, rows)


@cache
def _keeping(dialect: ModuleType) -> Any:
    adding = dialect.insert(PetitionPosting.__table__)
    return adding.on_conflict_do_update(
        index_elements=["petition_id", "measure", "day"],
        set_={name: adding.excluded[name] for name in ("quantity", "place_id")},
    )
