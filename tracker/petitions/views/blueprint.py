"""What the pages of petitions share."""

from collections.abc import Callable

from flask import Blueprint

from tracker.accounts.guard import current_user
from tracker.accounts.permissions import Permission
from tracker.calendar.rules import Limit, Line, told
from tracker.core import clock
from tracker.core.clock import shown_moment
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.petitions.models import Petition
from tracker.petitions.queries import Identity, petition_for

bp = Blueprint("petitions", __name__)

# A petition's page shows what features to the right of this one know of it, which this one must
# not import: each puts a function here when it is imported, and is asked in that order.
page_sections: list[Callable[[Petition], str]] = []


def asked_petition(code: str) -> Petition:
    """Give the petition of an address; another commune's does not exist."""
    return petition_for(db_session(), current_user(), code)


def told_to(identity: Identity) -> Callable[[Line, Limit | None], str]:
    """Tell an account's lines without the person whom the reader does not know."""
    return lambda line, limit: identity.told(told(line, limit))


def may_take_names() -> bool:
    """Tell whether the person may take files with names out of the register."""
    return current_user().may(Permission.EXPORT_NAMES)


def taken_out_by(name: str) -> str:
    """Say in a file with names whose it is, who took it out, and when."""
    return gettext(
        "For the office itself, holds personal data. Taken out by %(name)s at %(moment)s.",
        name=name,
        moment=shown_moment(clock.now()),
    )


def may_see_names() -> bool:
    """Tell whether the person works with petitions, and so may come to know who raised them."""
    return current_user().may(Permission.OPEN_IDENTITY)
