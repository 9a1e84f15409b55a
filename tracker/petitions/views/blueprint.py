"""What the pages of petitions share."""

from collections.abc import Callable

from flask import Blueprint

from tracker.accounts.guard import current_user
from tracker.accounts.permissions import Permission
from tracker.core.web import db_session
from tracker.petitions.models import Petition
from tracker.petitions.queries import petition_for

bp = Blueprint("petitions", __name__)

# A petition's page shows what features to the right of this one know of it, which this one must
# not import: each puts a function here when it is imported, and is asked in that order.
page_sections: list[Callable[[Petition], str]] = []


def asked_petition(code: str) -> Petition:
    """Give the petition of an address; another commune's does not exist."""
    return petition_for(db_session(), current_user(), code)


def may_see_names() -> bool:
    """Tell whether the person works with petitions, and so with who raised them."""
    user = current_user()
    return user.may(Permission.LOG_PETITION) or user.may(Permission.MOVE_PETITION)
