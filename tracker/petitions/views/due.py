"""Why a petition is due when it is: a page to read and to print."""

from flask import render_template

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.web import db_session
from tracker.petitions.queries import identity_of, steps_of
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.views.blueprint import asked_petition, bp, told_to


@bp.get("/petitions/<code>/due")
@requires(Permission.READ_REGISTER)
def due(code: str) -> str:
    """Show the account of the due date, and of the day by which the citizen is told."""
    petition, session = asked_petition(code), db_session()
    clocks = clocks_of(session, petition, steps_of(session, petition.id))
    told = told_to(identity_of(session, current_user(), petition))
    return render_template("petitions/due.html", petition=petition, clocks=clocks, told=told)
