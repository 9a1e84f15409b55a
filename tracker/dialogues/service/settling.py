"""Keeping the limits that are over as they read, in the caller's transaction."""

from collections.abc import Iterable

from sqlalchemy import delete, tuple_
from sqlalchemy.orm import Session

from tracker.dialogues.models import SettledLimit
from tracker.dialogues.queries import MovedLimit

TOGETHER = 200


def settle_limits(session: Session, moved: Iterable[MovedLimit]) -> None:
    """Keep what a change finds over as it read before it; what is open is counted anew."""
    limits = list(moved)
    for at in range(0, len(limits), TOGETHER):
        some = limits[at : at + TOGETHER]
        key = tuple_(SettledLimit.dialogue_id, SettledLimit.duty)
        session.execute(
            delete(SettledLimit).where(key.in_([(one.dialogue_id, one.what.value) for one in some]))
        )
        session.add_all(
            SettledLimit(
                dialogue_id=one.dialogue_id,
                duty=one.what.value,
                held_on=one.held_on,
                due_on=one.before,
            )
            for one in some
            if one.is_over
        )
        session.flush()
