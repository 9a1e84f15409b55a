"""Writing the journal, inside the caller's transaction."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.core.db import NOTHING_LEAVES, at_the_end, transaction
from tracker.core.errors import TrackerError
from tracker.evidence import service as evidence
from tracker.journal.models import CreationKey, JournalEntry, JournalHead
from tracker.journal.rules import BEGINNING, WHOLE_REGISTER, Entry, digest_of

LONGEST_KEY = 40

evidence.watch()  # whoever can write a journal leaves evidence of the records themselves as well


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
    It is chained to the place's entry before it at the very end of the transaction.
    """
    chain = WHOLE_REGISTER if place_id is None else place_id
    actor_id = actor.id if actor else None
    entry = Entry(chain, 0, clock.now(), actor_id, action, subject, detail)
    at_the_end(session, _chain_up, entry)


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
        note(session, actor, "export:ended", subject, actor.place_id, how)


def _chain_up(session: Session, noted: list[Entry]) -> None:
    """Chain new entries to the last of their place; in one order, against waiting in a ring."""
    by_chain = sorted(noted, key=lambda entry: entry.chain)
    for chain, entries in groupby(by_chain, key=lambda entry: entry.chain):
        _add_to(session, chain, entries)


def _add_to(session: Session, chain: int, entries: Iterable[Entry]) -> None:
    number, before = _held_head(session, chain)
    rows = []
    for entry in entries:
        number += 1
        numbered = replace(entry, number=number)
        before = digest_of(numbered, before)
        rows.append(_row(replace(numbered, digest=before)))
    session.execute(insert(JournalEntry), rows)
    session.execute(
        update(JournalHead)
        .where(JournalHead.chain == chain)
        .values(number=number, digest=before)
        .execution_options(synchronize_session=False)
    )


def _held_head(session: Session, chain: int) -> tuple[int, str]:
    """Give the number and digest of a chain's last entry, and hold them until the commit."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    begin = sqlite.insert(JournalHead) if is_sqlite else postgresql.insert(JournalHead)
    session.execute(begin.values(chain=chain, number=0, digest=BEGINNING).on_conflict_do_nothing())
    asked = select(JournalHead.number, JournalHead.digest).where(JournalHead.chain == chain)
    number, digest = session.execute(asked.with_for_update()).one()
    return number, digest


def _row(entry: Entry) -> dict[str, object]:
    return {
        "chain": entry.chain,
        "number": entry.number,
        "recorded_at": entry.recorded_at,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "place_id": None if entry.chain == WHOLE_REGISTER else entry.chain,
        "detail": entry.detail,
        "digest": entry.digest,
    }


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
