"""Opening who raised a petition, by someone who does not handle it."""

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.petitions.lifecycle import LookReason
from tracker.petitions.models import IdentityLook, Petition
from tracker.petitions.queries.identity import identity_of
from tracker.petitions.service.requests import PetitionRefused, check_length

LOOK_NOTE_LIMIT = 200


def open_identity(
    session: Session, actor: User, petition: Petition, reason: LookReason, note: str = ""
) -> None:
    """Open who raised a petition to this person for a while; the journal tells why, never who.

    Whoever knows it already, or asks twice, leaves no second look.
    """
    if not actor.may(Permission.OPEN_IDENTITY):
        raise NotAllowed("Your role does not see who raised a petition.")
    told = checked(note)
    check_length(told, LOOK_NOTE_LIMIT)
    if reason is LookReason.OTHER and not told:
        raise PetitionRefused("State the reason.")
    with transaction(session):
        session.refresh(petition, with_for_update={"of": Petition})
        if not identity_of(session, actor, petition).may_open:
            return
        session.add(
            IdentityLook(
                petition_id=petition.id,
                user_id=actor.id,
                reason=reason,
                note=told,
                opened_at=clock.now(),
            )
        )
        journal.note(
            session, actor, "identity:opened", petition.code, petition.place_id, reason.value
        )
