"""Writing the journal, inside the caller's transaction."""

from typing import Protocol

from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.core.db import NOTHING_LEAVES, transaction
from tracker.core.errors import TrackerError
from tracker.journal.models import CreationKey, JournalEntry

LONGEST_KEY = 40


class Actor(Protocol):
    """Whoever acts: the journal knows people by their ids and places alone."""

    @property
    def id(self) -> int: ...

    @property
    def place_id(self) -> int: ...


def note(
    session: Session,
    actor: Actor | None,
    action: str,
    subject: str,
    place_id: int | None = None,
    detail: str = "",
) -> None:
    """Add one entry; it is kept or lost together with the change it tells of.

    `detail` names what was touched, never what stands in it: no citizen's data in the journal.
    """
    session.add(
        JournalEntry(
            recorded_at=clock.now(),
            actor_id=actor.id if actor else None,
            action=action,
            subject=subject,
            place_id=place_id,
            detail=detail,
        )
    )


def note_export(session: Session, actor: Actor, subject: str, detail: str = "") -> None:
    """Write down, before its first line leaves, that a file was taken out of the register.

    Whoever asks for the headers alone takes nothing out.
    """
    if session.info.get(NOTHING_LEAVES):
        return
    with transaction(session):
        note(session, actor, "export", subject, actor.place_id, detail)


def note_end(session: Session, actor: Actor, subject: str, rows: int, *, is_whole: bool) -> None:
    """Write down how a file ended: with how many rows, or that it broke off on its way."""
    how = f"{rows} rows" if is_whole else f"broke off after {rows} rows"
    with transaction(session):
        note(session, actor, "exported", subject, actor.place_id, how)


def note_taken(session: Session, actor: Actor, subject: str, detail: str, rows: int) -> None:
    """Write down, before it leaves, that a file with so many rows was taken out."""
    if session.info.get(NOTHING_LEAVES):
        return
    with transaction(session):
        note(session, actor, "export", subject, actor.place_id, detail)
        note(session, actor, "exported", subject, actor.place_id, f"{rows} rows")


def made_before(session: Session, actor: Actor, key: str, prefix: str = "") -> str | None:
    """Give the code of the record that this person's form with this key made already.

    A key that made a record of another kind, whose codes begin otherwise, is refused.
    """
    kept = session.get(CreationKey, key)
    is_another = kept and (kept.user_id != actor.id or not kept.code.startswith(prefix))
    if len(key) > LONGEST_KEY or is_another:
        raise TrackerError("This form cannot be used again; open a new one.")
    return kept.code if kept else None


def keep_key(session: Session, actor: Actor, key: str, code: str) -> None:
    """Remember that this form made this record; the primary key decides between two clicks."""
    session.add(CreationKey(key=key, user_id=actor.id, code=code))
