"""Writing one step, and what it changes in the ledger; inside the caller's transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.errors import Stale
from tracker.core.i18n import Message
from tracker.core.text import fold
from tracker.journal import service as journal
from tracker.ledger import service as ledger
from tracker.ledger.models import NO_DEPARTMENT
from tracker.petitions.lifecycle import ENDED, STEP_WORDS, Status
from tracker.petitions.models import Petition, PetitionPosting, PetitionStep
from tracker.petitions.queries import facts, steps_of
from tracker.petitions.rules import (
    PEOPLE_FROM_HERE,
    Postings,
    acknowledged,
    effective,
    postings,
)

CellKey = tuple[int, int, int]
"""The place, category and department under which a petition is counted."""


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


def counted_under(petition: Petition) -> CellKey:
    """Give the cell that a petition's quantities are added to."""
    return petition.place_id, petition.category_id, petition.department_id or NO_DEPARTMENT


def record(
    session: Session,
    actor: User | None,
    petition: Petition,
    step: PetitionStep,
    history: Sequence[PetitionStep],
    former_cell: CellKey | None = None,
    *,
    is_journaled: bool = True,
) -> None:
    """Add a step that leaves the petition as it stands now, and post what it changes.

    `former_cell` is where the petition was counted before, when that may have changed. A step that
    is one of many of the same act is journaled once, with the act.
    """
    add_step(session, actor, petition, step, history, is_journaled=is_journaled)
    post_change(session, petition, history, [*history, step], former_cell)


def add_step(
    session: Session,
    actor: User | None,
    petition: Petition,
    step: PetitionStep,
    history: Sequence[PetitionStep],
    *,
    is_journaled: bool = True,
) -> None:
    """Add a step without posting it yet."""
    step.petition_id = petition.id
    step.status_before = history[-1].status if history else None
    step.status = petition.status
    step.due_on = petition.due_on
    step.due_basis = petition.due_basis
    step.plan_on = petition.plan_on
    step.department_id = petition.department_id
    step.master_id = petition.master_id
    step.recorded_at = _later_than(history)
    step.actor_id = actor.id if actor else None
    session.add(step)
    # Every step is a change, also one that leaves all columns alike: the version tells of it.
    flag_modified(petition, "status")
    session.flush()  # later steps name it by its id
    for name, value in summary(petition, [*history, step]).items():
        setattr(petition, name, value)
    if is_journaled:
        journal.note(session, actor, f"petition:{step.move}", petition.code, petition.place_id)


def post_change(
    session: Session,
    petition: Petition,
    history: Sequence[PetitionStep],
    recorded: Sequence[PetitionStep],
    former_cell: CellKey | None = None,
) -> None:
    """Post what the steps recorded now say beyond those of before.

    Once in a transaction: posting twice would take rows in two orders, and two writers could each
    wait for the other's.
    """
    new, former = postings(facts(recorded)), former_cell or counted_under(petition)
    _post_difference(session, petition, former, postings(facts(history)), new)


def searched(petition: Petition) -> str:
    """Give the folded text in which a petition is searched for.

    Who raised it stands behind a mark: those who may not see names search before it only.
    """
    digits = "".join(char for char in petition.citizen_phone if char.isdecimal())
    public = fold(f"{petition.code} {petition.content}")
    return public + PEOPLE_FROM_HERE + fold(f"{petition.citizen_name} {digits}")


def _later_than(history: Sequence[PetitionStep]) -> datetime:
    moment = clock.now()
    return max(moment, history[-1].recorded_at) if history else moment


def summary(petition: Petition, recorded: Sequence[PetitionStep]) -> dict[str, Any]:
    """Give what a petition's row keeps of its steps, for lists to show."""
    counted = effective(facts(recorded))
    by_id = {step.id: step for step in recorded}
    note, document = latest_result([by_id[fact.id] for fact in counted])
    return {
        "ended_on": counted[-1].happened_on if petition.status in ENDED else None,
        "acknowledged_on": acknowledged(facts(recorded)),
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


def _post_difference(
    session: Session, petition: Petition, former: CellKey, old: Postings, new: Postings
) -> None:
    """Bring the petition's own postings, and the movements they add up to, from old to new."""
    change = Counter(new)
    change.subtract(old)
    _keep_postings(session, petition.id, {key: new[key] for key, by in change.items() if by})
    moved: Counter[ledger.Cell] = Counter()
    for (day, measure), quantity in new.items():
        moved[ledger.Cell(*counted_under(petition), measure, day)] += quantity
    for (day, measure), quantity in old.items():
        moved[ledger.Cell(*former, measure, day)] -= quantity
    ledger.post_all(session, moved)


def _keep_postings(
    session: Session, petition_id: int, quantities: dict[tuple[date, str], int]
) -> None:
    gone = [key for key, quantity in quantities.items() if not quantity]
    for day, measure in gone:
        session.execute(
            delete(PetitionPosting).where(
                PetitionPosting.petition_id == petition_id,
                PetitionPosting.measure == measure,
                PetitionPosting.day == day,
            )
        )
    rows = _posting_rows(petition_id, quantities)
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    adding = sqlite.insert(PetitionPosting) if is_sqlite else postgresql.insert(PetitionPosting)
    session.execute(
        adding.values(rows).on_conflict_do_update(
            index_elements=["petition_id", "measure", "day"],
            set_={"quantity": adding.excluded.quantity},
        )
    )


def _posting_rows(
    petition_id: int, quantities: dict[tuple[date, str], int]
) -> list[dict[str, object]]:
    return [
        {"petition_id": petition_id, "day": day, "measure": measure, "quantity": quantity}
        for (day, measure), quantity in sorted(quantities.items())
        if quantity
    ]
