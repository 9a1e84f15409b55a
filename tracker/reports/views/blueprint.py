"""What the pages of reports share."""

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from tracker.accounts.guard import current_scope
from tracker.core.web import db_session
from tracker.reports.forms import Asked, ReportForm
from tracker.reports.queries import PlaceTree, place_tree
from tracker.settings.queries import named_spans

bp = Blueprint("reports", __name__)


def scope_tree() -> PlaceTree:
    """Give the places that the person may ask reports of."""
    scope = current_scope()
    return place_tree(db_session(), scope.home.id, scope.ids)


def asked_report() -> Asked:
    """Give the report that the address asks for; refuse one that makes no sense."""
    return report_form(request.args).asked()


def report_form(arguments: MultiDict[str, str]) -> ReportForm:
    """Give the form of a report, with the periods that have a name here."""
    return ReportForm(arguments, scope_tree(), named_spans(db_session()))
