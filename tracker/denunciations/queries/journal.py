"""The room's own journal: of one case for those named in it, and whether its chains hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.i18n import gettext
from tracker.denunciations.lifecycle import ACT_WORDS
from tracker.denunciations.models import Denunciation, SecludedEntry, SecludedHead
from tracker.journal.rules import BEGINNING, Break, Entry, breaks
from tracker.places.models import Place

STREAMED = 1000
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Act:
    """One entry as the page of the case tells it."""

    recorded_at: datetime
    actor: str | None
    action: str
    detail: str
    number: int

    @property
    def word(self) -> str:
        """Name the act."""
        return ACT_WORDS.get(self.action, self.action)


def acts_upon(session: Session, code: str) -> list[Act]:
    """Give what was done in a case that was fetched, and so authorised, before."""
    rows = session.execute(
        select(
            SecludedEntry.recorded_at,
            User.full_name,
            SecludedEntry.action,
            SecludedEntry.detail,
            SecludedEntry.number,
        )
        .outerjoin(User, User.id == SecludedEntry.actor_id)
        .where(SecludedEntry.subject == code)
        .order_by(SecludedEntry.id.desc())
    )
    return [Act(*row) for row in rows]


def secluded_mismatches(session: Session) -> list[str]:
    """Say of each chain of the room's journal where it does not fit, and which case is gone."""
    names = {row.id: row.name for row in session.execute(select(Place.id, Place.name))}
    found = islice(secluded_breaks(session), MOST_LINES)
    there = select(Denunciation.code).where(Denunciation.code == SecludedEntry.subject).exists()
    gone = session.scalars(select(SecludedEntry.subject).where(~there).distinct())
    return [
        *(_told(broken, names.get(broken.chain, "")) for broken in found),
        *(gettext("the journal tells of %(code)s, which is not there", code=code) for code in gone),
    ]


def secluded_breaks(session: Session) -> Iterator[Break]:
    """Walk every chain from its beginning and give each place where it does not fit."""
    asked = select(SecludedHead.chain, SecludedHead.number, SecludedHead.digest)
    heads = {row.chain: (row.number, row.digest) for row in session.execute(asked)}
    rows = session.execute(_ENTRIES, execution_options={"yield_per": STREAMED})
    for chain, entries in groupby(rows, key=lambda row: row.chain):
        yield from breaks(chain, (Entry(*row) for row in entries), heads.pop(chain, (0, BEGINNING)))
    for chain, head in heads.items():
        yield from breaks(chain, (), head)


def _told(broken: Break, place: str) -> str:
    at = {"place": place, "number": broken.number}
    if broken.is_missing:
        return gettext("journal apart of %(place)s: entry %(number)s is missing", **at)
    return gettext("journal apart of %(place)s: entry %(number)s is not what was written", **at)


_ENTRIES = select(
    SecludedEntry.chain,
    SecludedEntry.number,
    SecludedEntry.recorded_at,
    SecludedEntry.actor_id,
    SecludedEntry.action,
    SecludedEntry.subject,
    SecludedEntry.detail,
    SecludedEntry.digest,
).order_by(SecludedEntry.chain, SecludedEntry.number)
