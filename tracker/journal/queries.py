"""Questions about the journal: does each chain hold, and what stands at its end."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.journal.models import JournalEntry, JournalHead
from tracker.journal.rules import BEGINNING, WHOLE_REGISTER, Break, Entry, breaks

STREAMED = 1000


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
