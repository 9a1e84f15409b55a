"""Pages of reports."""

from flask import Blueprint, render_template

from tracker.accounts.guard import requires
from tracker.accounts.permissions import Permission

bp = Blueprint("reports", __name__)


@bp.get("/reports/resolution")
@requires(Permission.READ_REPORT)
def resolution() -> str:
    """Show the page."""
    return render_template("shared/error.html", sentence="Reports")
