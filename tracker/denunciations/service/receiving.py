"""Receiving a denunciation, and correcting what was written of it."""

import secrets
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.db import transaction
from tracker.core.errors import NotFound
from tracker.core.i18n import N_, gettext, say
from tracker.core.sealing import Sealer
from tracker.denunciations import rules
from tracker.denunciations.lifecycle import AMEND, EVERY_PART, RECEIVE, Part, Stage
from tracker.denunciations.models import Denunciation, DenunciationGrant, DenunciationStep
from tracker.denunciations.queries.people import leaders_for, places_open_to
from tracker.denunciations.rules import DenunciationRefused
from tracker.denunciations.service.identity import sealed_row
from tracker.denunciations.service.recording import check_part, let_in, lock, note, record
from tracker.denunciations.service.requests import (
    DenunciationChange,
    Identity,
    NewDenunciation,
    bounded,
    kept_identity,
    needed,
    past_day,
)
from tracker.journal import service as journal

PREFIX = "TC-"
TOLD = {
    "received_on": N_("Received on"),
    "way": N_("How it came"),
    "accused": N_("Accused"),
    "content": N_("Content"),
}


def receive_denunciation(
    session: Session, sealer: Sealer, actor: User | None, new: NewDenunciation, key: str = ""
) -> Denunciation:
    """Write a denunciation down, seal who denounced, and name its leader and its handler.

    Only a person who takes denunciations for the place may; the same key makes it once.
    """
    identity = kept_identity(new.identity, is_anonymous=new.is_anonymous)
    facts = _facts(new.received_on, new.accused, new.content)
    try:
        return _receive(session, sealer, actor, new, facts, identity, key)
    except IntegrityError:
        # Another sending with the same key came first: it is done now.
        return _receive(session, sealer, actor, new, facts, identity, key)


def amend_denunciation(
    session: Session, actor: User, denunciation: Denunciation, change: DenunciationChange
) -> list[str]:
    """Correct facts by a visible step; gives the names of those that changed."""
    facts = _facts(change.received_on, change.accused, change.content) | {"way": change.way}
    reason = bounded("reason", change.reason, rules.NOTE_LIMIT, lines=True)
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        lock(session, denunciation, change.seen_version)
        changed = [name for name in TOLD if getattr(denunciation, name) != facts[name]]
        if not changed:
            return []
        if not reason:
            raise DenunciationRefused("State the reason.", "reason")
        accepted = denunciation.accepted_on
        if accepted is not None and change.received_on > accepted:
            raise DenunciationRefused(
                "The day of receipt cannot be after the day of acceptance.", "received_on"
            )
        former = [_former(denunciation, name) for name in changed]
        for name in changed:
            setattr(denunciation, name, facts[name])
        step = DenunciationStep(
            move=AMEND, happened_on=clock.today(), note="\n".join([*former, reason])
        )
        record(session, actor, denunciation, step)
    return changed


def _former(denunciation: Denunciation, name: str) -> str:
    value = getattr(denunciation, name)
    said = shown_date(value) if isinstance(value, date) else say(value) if name == "way" else value
    return gettext("%(fact)s before: %(text)s", fact=gettext(TOLD[name]), text=said)


def _facts(received_on: date, accused: str, content: str) -> dict[str, object]:
    return {
        "received_on": past_day("received_on", received_on),
        "accused": bounded("accused", accused, rules.ACCUSED_LIMIT),
        "content": needed("content", content, rules.CONTENT_LIMIT, N_("Enter what is denounced.")),
    }


def _receive(
    session: Session,
    sealer: Sealer,
    actor: User | None,
    new: NewDenunciation,
    facts: dict[str, object],
    identity: Identity,
    key: str,
) -> Denunciation:
    with transaction(session):
        if actor is not None and key and (code := journal.made_before(session, actor, key, PREFIX)):
            asked = select(Denunciation).where(Denunciation.code == code)
            return session.scalars(asked).one()
        if actor is not None and new.place_id not in places_open_to(session, actor):
            raise NotFound("There is no such place.")
        if new.leader_id not in leaders_for(session, frozenset({new.place_id}), new.accused):
            raise DenunciationRefused(
                "Choose a leader of this place who is not the one accused.", "leader"
            )
        denunciation = Denunciation(
            code=rules.new_code(),
            place_id=new.place_id,
            way=new.way,
            is_anonymous=new.is_anonymous,
            stage=Stage.RECEIVED,
            files_key=secrets.token_hex(16),
            source=new.source,
            logged_by_id=actor.id if actor else None,
            logged_at=clock.now(),
            **facts,
        )
        if actor is not None and key:
            journal.keep_key(session, actor, key, denunciation.code)
        session.add(denunciation)
        session.flush()  # what belongs to it names the row
        if not new.is_anonymous:
            session.add(sealed_row(sealer, denunciation.id, identity))
        _name_first(session, actor, denunciation, new.leader_id)
        step = DenunciationStep(move=RECEIVE, happened_on=denunciation.received_on, note=new.note)
        record(session, actor, denunciation, step)
    return denunciation


def _name_first(
    session: Session, actor: User | None, denunciation: Denunciation, leader_id: int
) -> None:
    """Name the leader in charge, and whoever received it as its handler."""
    people = {leader_id: Part.LEADER}
    if actor is not None:
        people.setdefault(actor.id, Part.HANDLER)
    for user_id, part in people.items():
        session.add(
            DenunciationGrant(
                denunciation_id=denunciation.id,
                user_id=user_id,
                part=part,
                granted_by_id=actor.id if actor else None,
                granted_at=clock.now(),
            )
        )
        let_in(session, user_id)
        note(session, actor, "name", denunciation, f"{user_id} {part.value}")
