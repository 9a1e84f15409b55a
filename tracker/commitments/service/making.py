"""Writing a promise down, and correcting what was written."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.commitments.lifecycle import AMEND, MAKE, Outcome
from tracker.commitments.models import Commitment, CommitmentStep
from tracker.commitments.rules import NOTE_LIMIT
from tracker.commitments.service.recording import check_place, lock, record, searched
from tracker.commitments.service.requests import (
    CommitmentChange,
    CommitmentRefused,
    NewCommitment,
    bounded,
    kept_facts,
)
from tracker.core import clock
from tracker.core.dates import shown
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound
from tracker.core.i18n import N_, gettext, language
from tracker.core.numbering import next_number
from tracker.dialogues.models import Department, Dialogue
from tracker.journal import service as journal
from tracker.petitions.models import Petition
from tracker.places.models import Place
from tracker.places.queries import scope_ids

TOLD = {
    "promise": N_("Commitment"),
    "promised_by": N_("Promised by"),
    "promised_on": N_("Promised on"),
    "place_id": N_("Place"),
    "department_id": N_("Lead department"),
    "supporting": N_("Supporting"),
    "handler": N_("Carried out by"),
    "monitor": N_("Monitor"),
}
"""The facts whose former reading a correction tells."""


def make_commitment(
    session: Session, actor: User | None, new: NewCommitment, key: str = ""
) -> Commitment:
    """Number a promise within its year and record who wrote it down; the same key makes it once.

    Raises CommitmentRefused for facts that contradict each other or name the handler as monitor,
    NotFound for a place, dialogue or petition that is not the person's.
    """
    _check_maker(actor)
    kept = kept_facts(new)
    try:
        return _make(session, actor, new, kept, key)
    except IntegrityError:
        # Another sending with the same key, or the year's first number, came first: it is done now.
        return _make(session, actor, new, kept, key)


def amend_commitment(
    session: Session, actor: User | None, commitment: Commitment, change: CommitmentChange
) -> list[str]:
    """Correct a commitment's facts by a visible step; gives the names of those that changed.

    Raises Stale, and keeps nothing, when the commitment is no longer as the person saw it. A later
    due date is no correction but an extension, and is refused here.
    """
    _check_maker(actor)
    kept = kept_facts(change)
    reason = bounded("reason", change.reason, NOTE_LIMIT, lines=True)
    with transaction(session):
        lock(session, commitment, change.seen_version)
        changed = [name for name, value in kept.items() if getattr(commitment, name) != value]
        if not changed:
            return []
        if not reason:
            raise CommitmentRefused("State the reason.", field="reason")
        _check_dates_of(commitment, kept)
        if "place_id" in changed:
            check_place(session, actor, change.place_id)
        if "department_id" in changed:
            _check_department(session, change.department_id)
        note = "\n".join([*_told(session, commitment, kept), reason])
        former = {name: getattr(commitment, name) for name in changed}
        for name in changed:
            setattr(commitment, name, kept[name])
        commitment.search_text = searched(commitment)
        now = {name: kept[name] for name in changed}
        before, after = (_words(session, facts) for facts in (former, now))
        detail = journal.told(session, before, after, HIDDEN)
        record(session, actor, commitment, CommitmentStep(move=AMEND, note=note), detail)
    return changed


HIDDEN = frozenset({"promise"})
"""What the journal holds no more than a mark of: free text may name citizens."""
_NAMED = {
    "place_id": ("place", Place.name),
    "department_id": ("department", Department.code),
    "promised_by_id": ("promised_by_user", User.username),
    "handler_id": ("handler_user", User.username),
    "monitor_id": ("monitor_user", User.username),
}


def _words(session: Session, facts: dict[str, Any]) -> dict[str, Any]:
    """Give facts as the journal tells them: by names instead of numbers."""
    told: dict[str, Any] = {}
    for name, value in facts.items():
        said, word = _NAMED.get(name, (name, None))
        if word is not None and value is not None:
            value = session.scalar(select(word).where(word.class_.id == value))
        told[said] = value
    told.pop("leader_key", None)  # only the name again, as it is sorted
    return told


def _told(session: Session, commitment: Commitment, kept: dict[str, Any]) -> list[str]:
    """Say what each changed fact read before; the due date has its own line on the timeline."""
    former = {name: getattr(commitment, name) for name in TOLD}
    said = {name: str(value) or gettext("none") for name, value in former.items()}
    said["promised_on"] = shown(commitment.promised_on, commitment.promised_precision)
    place, department = commitment.place_id, commitment.department_id
    said["place_id"] = session.scalars(select(Place.name).where(Place.id == place)).one()
    name = Department.name_en if language() == "en" else Department.name_vi
    given = session.scalar(select(name).where(Department.id == department))
    said["department_id"] = given or gettext("none")
    return [
        gettext("%(fact)s before: %(text)s", fact=gettext(TOLD[name]), text=said[name])
        for name in TOLD
        if former[name] != kept[name]
    ]


def _check_dates_of(commitment: Commitment, kept: dict[str, Any]) -> None:
    due_on, promised_on = kept["due_on"], kept["promised_on"]
    if commitment.due_on is not None and (due_on is None or due_on > commitment.due_on):
        raise CommitmentRefused(
            "A later due date is an extension: record it as one, with its document.",
            field="due_on",
        )
    ended_on = commitment.ended_on
    if ended_on is not None and promised_on is not None and promised_on > ended_on:
        raise CommitmentRefused(
            "The day of the promise cannot be after the day on which it ended.",
            field="promised_on",
        )


def _make(
    session: Session, actor: User | None, new: NewCommitment, kept: dict[str, Any], key: str
) -> Commitment:
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key)):
            return _made(session, code)
        check_place(session, actor, new.place_id)
        _check_department(session, new.department_id)
        _check_origin(session, actor, new)
        year = (kept["promised_on"] or clock.today()).year
        commitment = Commitment(
            code=f"CK-{year}-{next_number(session, 'CK', year):04d}",
            dialogue_id=new.dialogue_id,
            petition_id=new.petition_id,
            outcome=Outcome.OPEN,
            source=new.source,
            logged_by_id=actor.id if actor else None,
            logged_at=clock.now(),
            **kept,
        )
        commitment.search_text = searched(commitment)
        if actor is not None and key:
            journal.keep_key(session, actor, key, commitment.code)
        session.add(commitment)
        session.flush()  # the step names the row
        step = CommitmentStep(
            move=MAKE,
            happened_on=commitment.promised_on,
            happened_precision=commitment.promised_precision,
            document_number=bounded("document_number", new.document_number),
        )
        record(session, actor, commitment, step)
    return commitment


def _made(session: Session, code: str) -> Commitment:
    commitment = session.scalar(select(Commitment).where(Commitment.code == code))
    if commitment is None:
        raise CommitmentRefused("This form cannot be used again; open a new one.")
    return commitment


def _check_maker(actor: User | None) -> None:
    if actor is not None and not actor.may(Permission.MAKE_COMMITMENT):
        raise NotAllowed("Your role does not write commitments down.")


def _check_department(session: Session, department_id: int | None) -> None:
    if department_id is None:
        return
    department = session.get(Department, department_id)
    if department is None or department.is_retired:
        raise CommitmentRefused("Choose a department in use.", field="department")


def _check_origin(session: Session, actor: User | None, new: NewCommitment) -> None:
    """Refuse a dialogue or petition that the person may not know of."""
    scope = scope_ids(session, actor.place_id) if actor is not None else None
    columns: tuple[tuple[Any, int | None], ...] = (
        (Dialogue, new.dialogue_id),
        (Petition, new.petition_id),
    )
    for kind, row_id in columns:
        if row_id is None:
            continue
        place_id = session.scalar(select(kind.place_id).where(kind.id == row_id))
        if place_id is None or (scope is not None and place_id not in scope):
            raise NotFound("There is no such record.")
