"""Making a commitment of a decision or an instruction: both are kept together, or neither."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.briefing.models import Briefing, BriefingItem, GrassrootsVisit
from tracker.briefing.service.recording import changed, lock_open, lock_visit
from tracker.briefing.service.requests import BriefingRefused
from tracker.commitments.models import Commitment
from tracker.commitments.service import NewCommitment, make_commitment
from tracker.core.db import batch
from tracker.core.errors import NotFound
from tracker.journal import service as journal


def promise_of_decision(
    session: Session,
    actor: User | None,
    briefing: Briefing,
    item_id: int,
    new: NewCommitment,
    key: str = "",
) -> Commitment:
    """Make a commitment of what was decided on a matter; the same key makes it once.

    Raises BriefingRefused where nothing is decided yet, or where it is a commitment already.
    """

    def make() -> Commitment:
        lock_open(session, briefing)
        asked = select(BriefingItem).where(
            BriefingItem.id == item_id, BriefingItem.briefing_id == briefing.id
        )
        item = session.scalar(asked.execution_options(populate_existing=True))
        if item is None:
            raise NotFound("There is no such matter on this briefing.")
        if item.made_id is not None:
            return _made_before(session, actor, item.made_id, key)
        if not item.decision:
            raise BriefingRefused("Write down first what was decided.", field="promise")
        commitment = make_commitment(session, actor, new, key)
        item.made_id = commitment.id
        changed(session, actor, briefing, "promise")
        return commitment

    return _together(session, make)


def promise_of_instruction(
    session: Session,
    actor: User | None,
    visit: GrassrootsVisit,
    new: NewCommitment,
    key: str = "",
) -> Commitment:
    """Make a commitment of the instruction given at a visit; the same key makes it once.

    Raises BriefingRefused where no instruction was given, or where it is a commitment already.
    """

    def make() -> Commitment:
        lock_visit(session, visit, None)
        if visit.commitment_id is not None:
            return _made_before(session, actor, visit.commitment_id, key)
        if not visit.instruction:
            raise BriefingRefused("No instruction was given at this visit.", field="promise")
        commitment = make_commitment(session, actor, new, key)
        visit.commitment_id = commitment.id
        journal.note(session, actor, "visit:promise", visit.code, visit.place_id)
        return commitment

    return _together(session, make)


def _together(session: Session, make: Callable[[], Commitment]) -> Commitment:
    try:
        with batch(session):
            return make()
    except (IntegrityError, PendingRollbackError):
        # Another sending with the same key, or the year's first number, came first: it is done now.
        with batch(session):
            return make()


def _made_before(session: Session, actor: User | None, commitment_id: int, key: str) -> Commitment:
    commitment = session.get_one(Commitment, commitment_id)
    if actor is not None and key and journal.made_before(session, actor, key) == commitment.code:
        return commitment
    raise BriefingRefused(
        "This is commitment %(code)s already.", field="promise", code=commitment.code
    )
