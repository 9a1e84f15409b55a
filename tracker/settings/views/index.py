"""The first page of settings."""

from flask import render_template

from tracker.accounts.guard import current_scope, requires
from tracker.accounts.permissions import Permission
from tracker.calendar.queries import rules_of
from tracker.core.web import db_session
from tracker.settings import queries
from tracker.settings.views.frame import bp


@bp.get("/settings")
@requires(Permission.MANAGE_SETTINGS)
def index() -> str:
    """Show what administrators keep, and how much there is of it."""
    counts = queries.counts(db_session(), current_scope().ids)
    limits = len({rule.code for rule in rules_of(db_session())})
    spans = len(queries.named_spans(db_session()))
    return render_template("settings/index.html", counts=counts, limits=limits, spans=spans)
