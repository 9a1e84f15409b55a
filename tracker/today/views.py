"""The first page: what to do today."""

from flask import Blueprint, render_template

from tracker.accounts.guard import requires
from tracker.accounts.permissions import Permission

bp = Blueprint("today", __name__)


@bp.get("/")
@requires(Permission.READ_REGISTER)
def today() -> str:
    """Show the page."""
    return render_template("shared/error.html", sentence="Today")
