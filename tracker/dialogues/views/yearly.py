"""Whether each commune has had its dialogue of the year."""

from flask import render_template, request

from tracker.accounts.guard import current_scope, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.dates import FIRST_YEAR, YEARS_AHEAD
from tracker.core.web import db_session
from tracker.dialogues.queries import year_of
from tracker.dialogues.views.blueprint import bp


@bp.get("/dialogues/yearly")
@requires(Permission.READ_REGISTER)
def yearly() -> str:
    """Show the communes of a scope with their dialogues of a year, those without one first."""
    this_year = clock.today().year
    typed = request.args.get("year", "")
    is_year = typed.isascii() and typed.isdecimal() and len(typed) == 4
    year = min(max(int(typed), FIRST_YEAR), this_year + YEARS_AHEAD) if is_year else this_year
    of_year = year_of(db_session(), current_scope().ids, year)
    return render_template("dialogues/yearly.html", this_year=this_year, year=of_year)
