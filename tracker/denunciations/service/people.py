"""Letting people into a case by name, and ending that."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotFound
from tracker.denunciations.lifecycle import EVERY_PART, NAMES_OTHERS, Part
from tracker.denunciations.models import Denunciation, DenunciationGrant
from tracker.denunciations.queries.people import leaders_for, people_for
from tracker.denunciations.rules import DenunciationRefused
from tracker.denunciations.service.recording import (
    check_part,
    keep_out_when_done,
    let_in,
    lock,
    note,
)


def name_person(
    session: Session, actor: User, denunciation: Denunciation, user_id: int, part: Part
) -> None:
    """Let a person into the case; neither an administrator nor the accused can be named."""
    with transaction(session):
        check_part(session, actor, denunciation, NAMES_OTHERS)
        lock(session, denunciation)
        place_id, accused = denunciation.place_id, denunciation.accused
        offered = people_for(session, place_id, accused)
        if part is Part.LEADER:
            offered = leaders_for(session, frozenset({place_id}), accused)
        if user_id not in offered:
            raise DenunciationRefused("This person cannot be named in this case.", "person")
        if _live(session, denunciation, user_id=user_id, part=part):
            raise DenunciationRefused("This person has this part already.", "person")
        session.add(
            DenunciationGrant(
                denunciation_id=denunciation.id,
                user_id=user_id,
                part=part,
                granted_by_id=actor.id,
                granted_at=clock.now(),
            )
        )
        let_in(session, user_id)
        denunciation.version += 1
        note(session, actor, "name", denunciation, f"{user_id} {part.value}")


def end_grant(session: Session, actor: User, denunciation: Denunciation, grant_id: int) -> None:
    """End what a person was let in by; only a leader of the case does, and one leader stays."""
    with transaction(session):
        check_part(session, actor, denunciation, {Part.LEADER})
        lock(session, denunciation)
        grant = _grant(session, denunciation, grant_id)
        leaders = _live(session, denunciation, part=Part.LEADER)
        if grant.part is Part.LEADER and len(leaders) == 1:
            raise DenunciationRefused("A case keeps at least one leader.", "person")
        grant.ended_at = clock.now()
        denunciation.version += 1
        note(session, actor, "end_grant", denunciation, f"{grant.user_id} {grant.part.value}")
        keep_out_when_done(session, grant.user_id)


def let_in_again(session: Session, actor: User, denunciation: Denunciation, grant_id: int) -> None:
    """Let a person in again whose password was given by somebody else; another one vouches."""
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        lock(session, denunciation)
        grant = _grant(session, denunciation, grant_id)
        let_in(session, grant.user_id)
        note(session, actor, "let_in_again", denunciation, str(grant.user_id))


def _grant(session: Session, denunciation: Denunciation, grant_id: int) -> DenunciationGrant:
    grant = session.get(DenunciationGrant, grant_id)
    if grant is None or grant.denunciation_id != denunciation.id or grant.ended_at is not None:
        raise NotFound("There is no such person.")
    return grant


def _live(
    session: Session, denunciation: Denunciation, part: Part, user_id: int | None = None
) -> list[int]:
    asked = select(DenunciationGrant.id).where(
        DenunciationGrant.denunciation_id == denunciation.id,
        DenunciationGrant.part == part,
        DenunciationGrant.ended_at.is_(None),
    )
    if user_id is not None:
        asked = asked.where(DenunciationGrant.user_id == user_id)
    return list(session.scalars(asked))
