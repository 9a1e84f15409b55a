"""The denunciations that a person is named in."""

from flask import render_template

from tracker.accounts.guard import current_user
from tracker.core import clock
from tracker.core.web import db_session
from tracker.denunciations.guard import by_name
from tracker.denunciations.queries import takes_for
from tracker.denunciations.queries.register import denunciation_rows, figures_of
from tracker.denunciations.views.blueprint import bp


@bp.get("/denunciations")
@by_name
def index() -> str:
    """List the cases that name the person, with the figures of this year."""
    session, user = db_session(), current_user()
    return render_template(
        "denunciations/index.html",
        rows=denunciation_rows(session, user),
        figures=figures_of(session, user, clock.today().year),
        may_take=bool(takes_for(session, user)),
    )
