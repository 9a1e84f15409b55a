"""Who may watch over a petition: someone who can open it, and does not do the work."""

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.petitions.models import Petition
from tracker.petitions.rules import WORK
from tracker.petitions.service.requests import MoveRefused, PetitionRefused
from tracker.places.queries import scope_ids

WORKING_MOVES = WORK[0]


def check_monitor(
    session: Session,
    actor: User | None,
    petition: Petition,
    monitor_id: int | None,
    working: frozenset[int],
    place_id: int | None = None,
) -> None:
    """Refuse a monitor who does the work, cannot open the petition, or is none of the actor's."""
    if monitor_id is None:
        return
    if monitor_id in working:
        raise PetitionRefused(
            "The monitor must be someone other than the person who handles the petition."
        )
    place_id = place_id or petition.place_id
    if monitor_id == petition.monitor_id and place_id == petition.place_id:
        return
    monitor = session.get(User, monitor_id)
    if (
        monitor is None
        or monitor.is_disabled
        or (actor is not None and monitor.place_id not in scope_ids(session, actor.place_id))
        or place_id not in scope_ids(session, monitor.place_id)
    ):
        raise PetitionRefused("Choose a monitor who signs in for this place.")


def check_hands(actor: User | None, move_name: str, monitor_id: int | None) -> None:
    """Refuse that whoever watches over a petition takes up its work."""
    if actor is not None and actor.id == monitor_id and move_name in WORKING_MOVES:
        raise MoveRefused(
            "You watch over this petition, so someone else handles it. Choose another monitor"
            " first: with the step “Assign”, or by correcting the details."
        )
