"""Pages of dialogues."""

from flask import Blueprint, render_template

from tracker.accounts.guard import requires
from tracker.accounts.permissions import Permission

bp = Blueprint("dialogues", __name__)


@bp.get("/dialogues")
@requires(Permission.READ_REGISTER)
def index() -> str:
    """Show the page."""
    return render_template("shared/error.html", sentence="Dialogues")
