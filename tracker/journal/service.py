"""Writing the journal, inside the caller's transaction."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any, Protocol, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.core.csvout import Tally
from tracker.core.db import NOTHING_LEAVES, at_the_end, is_sqlite, transaction
from tracker.core.errors import TrackerError
from tracker.core.text import has_forbidden
from tracker.evidence import service as evidence
from tracker.evidence.queries import mark_of
from tracker.journal.models import CreationKey, JournalEntry, JournalHead
from tracker.journal.rules import BEGINNING, WHOLE_REGISTER, Entry, digest_of

LONGEST_KEY = 40
MOST_REFUSALS = 20
"""So many refused requests of a person are told in an hour."""
Facts = dict[str, Any]

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


def note_change(
    session: Session,
    actor: Actor | None,
    action: str,
    subject: str,
    before: Facts,
    after: Facts,
    place_id: int | None = None,
    private: Collection[str] = (),
) -> None:
    """Add an entry with each fact that changed, before and after."""
    note(session, actor, action, subject, place_id, told(session, before, after, private))


def told(session: Session, before: Facts, after: Facts, private: Collection[str] = ()) -> str:
    """Write down which facts changed; of private ones no more than a mark of each text.

    By its mark a former text is known again when somebody has it, and cannot be read by anyone.
    """

    def plain(facts: Facts) -> Facts:
        kept = {name: facts.get(name) for name in changed}
        marks = {name: mark_of(session, str(kept[name] or "")) for name in changed & set(private)}
        return kept | marks

    changed = {name for name in after if before.get(name) != after[name]}
    detail: Facts = {"after": plain(after)}
    if before:
        detail = {"before": plain(before)} | detail
    return json.dumps(detail, ensure_ascii=False, default=str, sort_keys=True)


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


@dataclass(frozen=True, slots=True)
class FileNotes:
    """What is noted of one file that a person takes out of the register; `detail` says which."""

    actor: Actor
    subject: str
    detail: str = ""

    def begin(self, session: Session) -> None:
        """Write down, before its first byte leaves, that the file is taken out."""
        note_export(session, self.actor, self.subject, self.detail)

    def end(self, session: Session, tally: Tally) -> None:
        """Write down how the file ended."""
        note_end(session, self.actor, self.subject, tally.rows, is_whole=tally.is_whole)

    def take(self, session: Session, rows: int) -> None:
        """Write down that the file, whole before it leaves, was taken out with so many rows."""
        note_taken(session, self.actor, self.subject, self.detail, rows)


def note_refused(session: Session, actor: Actor, act: str, subject: str, detail: str) -> None:
    """Write down that a person asked for what is not theirs; so many an hour of one person.

    What comes beyond is only more of the same, and would drown the journal.
    """
    with transaction(session):
        lately = (
            select(JournalEntry.id)
            .where(
                JournalEntry.actor_id == actor.id,
                JournalEntry.recorded_at > clock.now() - timedelta(hours=1),
                JournalEntry.action.startswith("refused:"),
            )
            .limit(MOST_REFUSALS)
        )
        if len(session.scalars(lately).all()) < MOST_REFUSALS:
            note(session, actor, f"refused:{act}", subject, actor.place_id, detail)


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
    connection = session.connection()
    connection.execute(_ENTERED, rows)
    connection.execute(_MOVED_ON, {"of_chain": chain, "number": number, "digest": before})


def _held_head(session: Session, chain: int) -> tuple[int, str]:
    """Give the number and digest of a chain's last entry, and hold them until the commit."""
    connection, which = session.connection(), {"of_chain": chain}
    head = connection.execute(_HELD, which).one_or_none()
    if head is None:
        first = {"chain": chain, "number": 0, "digest": BEGINNING}
        begin = sqlite.insert(_HEADS) if is_sqlite(session) else postgresql.insert(_HEADS)
        connection.execute(begin.on_conflict_do_nothing(), first)
        head = connection.execute(_HELD, which).one()
    return head.number, head.digest


_HEADS, _KEYS = cast(Table, JournalHead.__table__), cast(Table, CreationKey.__table__)
_IS_OF_CHAIN = _HEADS.c.chain == bindparam("of_chain")
_HELD = select(_HEADS.c.number, _HEADS.c.digest).where(_IS_OF_CHAIN).with_for_update()
_MOVED_ON = update(_HEADS).where(_IS_OF_CHAIN)
_ENTERED = insert(cast(Table, JournalEntry.__table__))
_KEPT_KEY = select(_KEYS.c.user_id, _KEYS.c.code).where(_KEYS.c.key == bindparam("of_key"))


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
    is_ours = len(key) <= LONGEST_KEY and not has_forbidden(key)
    connection = session.connection()
    kept = connection.execute(_KEPT_KEY, {"of_key": key}).one_or_none() if is_ours else None
    is_another = kept and (kept.user_id != actor.id or not kept.code.startswith(prefix))
    if is_another or not is_ours:
        raise TrackerError("This form cannot be used again; open a new one.")
    code: str | None = kept.code if kept else None
    return code


def keep_key(session: Session, actor: Actor, key: str, code: str) -> None:
    """Remember that this form made this record; the primary key decides between two clicks."""
    made = {"key": key, "user_id": actor.id, "code": code}
    session.connection().execute(insert(_KEYS), made)


def keep_key_anew(session: Session, actor: Actor, key: str, code: str) -> None:
    """Remember what was made, also where what the key made before is taken out again."""
    kept = session.get(CreationKey, key)
    if kept is None:
        keep_key(session, actor, key, code)
    else:
        kept.code = code
