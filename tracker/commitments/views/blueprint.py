"""What the pages of commitments share."""

from collections.abc import Callable
from functools import reduce

from flask import Blueprint

from tracker.accounts.guard import current_user
from tracker.accounts.permissions import Permission
from tracker.commitments.models import Commitment
from tracker.commitments.queries import commitment_for
from tracker.commitments.service import CommitmentRefused
from tracker.core.errors import TrackerError
from tracker.core.fields import BaseForm
from tracker.core.web import db_session
from tracker.dialogues.queries import tellers_of
from tracker.petitions.queries import identity_of

bp = Blueprint("commitments", __name__)


def asked_commitment(code: str) -> Commitment:
    """Give the commitment of an address; another commune's does not exist."""
    return commitment_for(db_session(), current_user(), code)


def said_to(commitment: Commitment) -> Callable[[str], str]:
    """Tell its texts without whom the reader does not know: who raised it, who spoke there."""
    session, user = db_session(), current_user()
    told: list[Callable[[str], str]] = []
    if commitment.petition is not None:
        told.append(identity_of(session, user, commitment.petition).told)
    if (key := commitment.dialogue_id) is not None:
        told.append(tellers_of(session, user, [key])[key])
    return lambda text: reduce(lambda said, tell: tell(said), told, text)


def may_see_names() -> bool:
    """Tell whether the person works with households, and so with their names."""
    return current_user().may(Permission.REPORT_COMMITMENT)


def refuse(form: BaseForm, refusal: TrackerError, otherwise: str) -> None:
    """Tell a refusal beside the field it is about, or beside another where it is about none."""
    field = refusal.field if isinstance(refusal, CommitmentRefused) else ""
    form.refuse(field if field and field in form else otherwise, refusal)
