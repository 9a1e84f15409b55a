"""Questions about the journal: does each chain hold, and what stands at its end."""

from collections.abc import Iterator
from itertools import groupby
from string import hexdigits

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.journal.models import JournalEntry, JournalHead
from tracker.journal.rules import BEGINNING, WHOLE_REGISTER, Break, Entry, breaks

STREAMED = 1000
FEWEST_SIGNS = 16
"""So many signs of a digest are typed from a paper at least: 64 bits, which nobody meets."""


def journal_breaks(session: Session) -> Iterator[Break]:
    """Walk every chain from its beginning and give each place where it does not fit."""
    heads = {row.chain: (row.number, row.digest) for row in session.execute(_HEADS)}
    rows = session.execute(_ENTRIES, execution_options={"yield_per": STREAMED})
    for chain, entries in groupby(rows, key=lambda row: row.chain):
        yield from breaks(chain, (Entry(*row) for row in entries), heads.pop(chain, (0, BEGINNING)))
    for chain, head in heads.items():
        yield from breaks(chain, (), head)
    for chain, number in session.execute(_MISPLACED):
        yield Break(chain, number, is_missing=False)


def journal_heads(session: Session, chains: frozenset[int]) -> dict[int, str]:
    """Give the last digest of some places' chains, to be printed and kept elsewhere."""
    rows = session.execute(_HEADS.where(JournalHead.chain.in_(chains)))
    return {row.chain: row.digest for row in rows}


def head_of(session: Session, chain: int) -> tuple[int, str]:
    """Give the number and digest of a chain's last entry, to be printed and kept elsewhere."""
    row = session.execute(_HEADS.where(JournalHead.chain == chain)).one_or_none()
    return (row.number, row.digest) if row else (0, BEGINNING)


def entry_on_paper(session: Session, digest: str) -> JournalEntry | None:
    """Find the entry whose digest stands on a paper; its first signs are enough."""
    typed = "".join(digest.lower().split())
    if len(typed) < FEWEST_SIGNS or set(typed) - set(hexdigits):
        return None
    asked = select(JournalEntry).where(JournalEntry.digest.startswith(typed))
    return session.scalars(asked.limit(1)).one_or_none()


_HEADS = select(JournalHead.chain, JournalHead.number, JournalHead.digest)
_MISPLACED = select(JournalEntry.chain, JournalEntry.number).where(
    func.coalesce(JournalEntry.place_id, WHOLE_REGISTER) != JournalEntry.chain
)
"""Entries shown for another place than the one in whose chain they stand."""
_ENTRIES = select(
    JournalEntry.chain,
    JournalEntry.number,
    JournalEntry.recorded_at,
    JournalEntry.actor_id,
    JournalEntry.action,
    JournalEntry.subject,
    JournalEntry.detail,
    JournalEntry.digest,
).order_by(JournalEntry.chain, JournalEntry.number)
