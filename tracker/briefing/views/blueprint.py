"""What the pages of visits and briefings share."""

from flask import Blueprint

from tracker.accounts.guard import current_scope, current_user
from tracker.briefing.models import Briefing, GrassrootsVisit
from tracker.briefing.queries import briefing_for, visit_for
from tracker.briefing.service import BriefingRefused
from tracker.commitments.service import CommitmentRefused
from tracker.core.errors import TrackerError
from tracker.core.fields import BaseForm
from tracker.core.web import db_session
from tracker.places.queries import place_choices, places_in
from tracker.places.rules import PlaceKind

bp = Blueprint("briefing", __name__)

VISITED = (PlaceKind.VILLAGE, PlaceKind.COMMUNE)


def asked_visit(code: str) -> GrassrootsVisit:
    """Give the visit of an address; another commune's does not exist."""
    return visit_for(db_session(), current_user(), code)


def asked_briefing(code: str) -> Briefing:
    """Give the briefing of an address; another commune's does not exist."""
    return briefing_for(db_session(), current_user(), code)


def visited_places() -> dict[int, str]:
    """Name the villages and communes that a visit may go to."""
    session, scope = db_session(), current_scope().ids
    near = frozenset(place.id for place in places_in(session, scope) if place.kind in VISITED)
    return place_choices(session, near)


def refuse(form: BaseForm, refusal: TrackerError, otherwise: str) -> None:
    """Tell a refusal beside the field it is about, or beside another where it is about none."""
    about = refusal.field if isinstance(refusal, BriefingRefused | CommitmentRefused) else ""
    form.refuse(about if about and about in form else otherwise, refusal)
