"""Pages of petitions."""

from flask import Blueprint, render_template

from tracker.accounts.guard import requires
from tracker.accounts.permissions import Permission

bp = Blueprint("petitions", __name__)


@bp.get("/petitions")
@requires(Permission.READ_REGISTER)
def index() -> str:
    """Show the page."""
    return render_template("shared/error.html", sentence="Petitions")
