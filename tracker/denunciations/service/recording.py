"""Holding a denunciation while it is changed, and the room's own chained journal."""

from collections.abc import Collection
from dataclasses import replace
from itertools import groupby

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.db import at_the_end, is_sqlite
from tracker.core.errors import NotFound, Stale
from tracker.denunciations.lifecycle import Part
from tracker.denunciations.models import (
    Denunciation,
    DenunciationGrant,
    DenunciationStep,
    DenunciationTaker,
    SecludedEntry,
    SecludedHead,
)
from tracker.denunciations.queries.one import parts_of
from tracker.denunciations.rules import DenunciationRefused
from tracker.journal.rules import BEGINNING, Entry, digest_of


def lock(session: Session, denunciation: Denunciation, seen_version: int | None = None) -> None:
    """Hold the denunciation until commit; refuse when it is no longer as the person saw it."""
    held = select(Denunciation.id).where(Denunciation.id == denunciation.id).with_for_update()
    session.execute(held)
    session.refresh(denunciation)
    if seen_version not in (None, denunciation.version):
        raise Stale("Someone else has just changed this denunciation; look at what it says now.")


def check_part(
    session: Session, actor: User | None, denunciation: Denunciation, wanted: Collection[Part]
) -> None:
    """Refuse whoever is not named in the case, and whoever has another part in it."""
    if actor is None:
        return
    parts = parts_of(session, actor, denunciation.id)
    if not parts:
        raise NotFound("There is no such denunciation.")
    if not parts & frozenset(wanted):
        raise DenunciationRefused("Your part in this case does not include this.", "move")


def record(
    session: Session, actor: User | None, denunciation: Denunciation, step: DenunciationStep
) -> None:
    """Add a step with where the denunciation stands after it, and its entry."""
    step.denunciation_id, step.stage = denunciation.id, denunciation.stage
    step.actor_id = actor.id if actor else None
    step.recorded_at = clock.now()
    session.add(step)
    denunciation.version += 1
    note(session, actor, step.move, denunciation)


def note(
    session: Session, actor: User | None, action: str, case: Denunciation, detail: str = ""
) -> None:
    """Add one entry to the room's journal; it is kept or lost together with the act."""
    actor_id = actor.id if actor else None
    entry = Entry(case.place_id, 0, clock.now(), actor_id, action, case.code, detail)
    at_the_end(session, _chain_up, entry)


def let_in(session: Session, user_id: int) -> None:
    """Let a person know of the room; their record shows administrators nothing of it."""
    _set(session, user_id, is_let_in=True)


def keep_out_when_done(session: Session, user_id: int) -> None:
    """Let a person no longer know of the room once nothing is left for them in it."""
    session.flush()
    cases = select(DenunciationGrant.id).where(
        DenunciationGrant.user_id == user_id, DenunciationGrant.ended_at.is_(None)
    )
    takes = select(DenunciationTaker.id).where(
        DenunciationTaker.user_id == user_id,
        DenunciationTaker.confirmed_at.is_not(None),
        DenunciationTaker.ended_at.is_(None),
    )
    if session.scalar(cases.limit(1)) is None and session.scalar(takes.limit(1)) is None:
        _set(session, user_id, is_let_in=False)


def _set(session: Session, user_id: int, *, is_let_in: bool) -> None:
    # Not through the person's row: its version would tell an administrator that something was done.
    session.execute(update(User).where(User.id == user_id).values(is_let_in=is_let_in))


def _chain_up(session: Session, noted: list[Entry]) -> None:
    by_chain = sorted(noted, key=lambda entry: entry.chain)
    for chain, entries in groupby(by_chain, key=lambda entry: entry.chain):
        number, before = _held_head(session, chain)
        for entry in entries:
            number += 1
            numbered = replace(entry, number=number)
            before = digest_of(numbered, before)
            session.execute(insert(SecludedEntry).values(_row(replace(numbered, digest=before))))
        session.execute(
            update(SecludedHead)
            .where(SecludedHead.chain == chain)
            .values(number=number, digest=before)
            .execution_options(synchronize_session=False)
        )


def _held_head(session: Session, chain: int) -> tuple[int, str]:
    begin = sqlite.insert(SecludedHead) if is_sqlite(session) else postgresql.insert(SecludedHead)
    session.execute(begin.values(chain=chain, number=0, digest=BEGINNING).on_conflict_do_nothing())
    asked = select(SecludedHead.number, SecludedHead.digest).where(SecludedHead.chain == chain)
    number, digest = session.execute(asked.with_for_update()).one()
    return number, digest


def _row(entry: Entry) -> dict[str, object]:
    names = (
        "chain",
        "number",
        "recorded_at",
        "actor_id",
        "action",
        "subject",
        "detail",
        "digest",
    )
    return {name: getattr(entry, name) for name in names}
