"""What the pages of denunciations share."""

from flask import Blueprint

from tracker.accounts.guard import current_user
from tracker.core.errors import TrackerError
from tracker.core.fields import BaseForm
from tracker.core.web import db_session
from tracker.denunciations.guard import BLUEPRINT
from tracker.denunciations.models import Denunciation
from tracker.denunciations.queries import denunciation_for

bp = Blueprint(BLUEPRINT, __name__)


def asked_denunciation(code: str) -> Denunciation:
    """Give the denunciation of an address; one that does not name the person does not exist."""
    return denunciation_for(db_session(), current_user(), code)


def refuse(form: BaseForm, refusal: TrackerError, otherwise: str) -> None:
    """Tell a refusal beside the field it is about, or beside another where it is about none."""
    field = refusal.field
    form.refuse(field if field and field in form else otherwise, refusal)
