"""What administrators keep in order."""

from flask import Blueprint, render_template

from tracker.accounts.guard import requires
from tracker.accounts.permissions import Permission

bp = Blueprint("settings", __name__)


@bp.get("/settings")
@requires(Permission.MANAGE_SETTINGS)
def index() -> str:
    """Show the page."""
    return render_template("shared/error.html", sentence="Settings")
