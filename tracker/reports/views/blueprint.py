"""What the pages of reports share."""

from flask import Blueprint, request

from tracker.accounts.guard import current_scope
from tracker.core.web import db_session
from tracker.reports.forms import Asked, ReportForm
from tracker.reports.queries import PlaceTree, place_tree

bp = Blueprint("reports", __name__)


def scope_tree() -> PlaceTree:
    """Give the places that the person may ask reports of."""
    scope = current_scope()
    return place_tree(db_session(), scope.home.id, scope.ids)


def asked_report() -> Asked:
    """Give the report that the address asks for; refuse one that makes no sense."""
    return ReportForm(request.args, scope_tree()).asked()
