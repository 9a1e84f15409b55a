"""Why a petition is due when it is: a page to read and to print."""

from flask import render_template

from tracker.accounts.guard import requires
from tracker.accounts.permissions import Permission
from tracker.calendar.rules import told
from tracker.core.web import db_session
from tracker.petitions.queries import steps_of
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.views.blueprint import asked_petition, bp


@bp.get("/petitions/<code>/due")
@requires(Permission.READ_REGISTER)
def due(code: str) -> str:
    """Show the account of the due date, and of the day by which the citizen is told."""
    petition, session = asked_petition(code), db_session()
    clocks = clocks_of(session, petition, steps_of(session, petition.id))
    return render_template("petitions/due.html", petition=petition, clocks=clocks, told=told)
