"""The first page: what to do today, for whoever is asking."""

from flask import Blueprint, render_template

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission, Role
from tracker.commitments.queries import promise_piles
from tracker.core.web import db_session
from tracker.denunciations.queries import proposals_for
from tracker.petitions.queries import Waiting, today_piles
from tracker.retention.queries import open_requests
from tracker.today import queries

bp = Blueprint("today", __name__)

PILES = {
    Role.STAFF: (
        Waiting.LATE,
        Waiting.DUE_SOON,
        Waiting.UNASSIGNED,
        Waiting.UNTOLD,
        Waiting.AGEING,
        Waiting.PLAN_HAS_COME,
        Waiting.AWAITING_APPROVAL,
        Waiting.UNDATED,
    ),
    Role.LEADER: (
        Waiting.AWAITING_APPROVAL,
        Waiting.LATE,
        Waiting.DUE_SOON,
        Waiting.AGEING,
        Waiting.UNTOLD,
        Waiting.PLAN_HAS_COME,
        Waiting.UNASSIGNED,
        Waiting.UNDATED,
    ),
}
"""Which piles a role sees, the most pressing first; the first three open on the page itself."""
OPEN_PILES = 3


@bp.get("/")
@requires(Permission.READ_REGISTER)
def today() -> str:
    """Show what is late, due soon, waiting for approval, promised, announced and newly logged."""
    session, scope = db_session(), current_scope().ids
    order = PILES.get(current_user().role, PILES[Role.LEADER])
    since = queries.newly_since()
    piles, newly = today_piles(session, scope, since, order[:OPEN_PILES])
    shown = [piles[waiting] for waiting in order]
    keeps_backups = current_user().role is Role.ADMIN and not current_scope().fictional
    keeps_requests = current_user().may(Permission.KEEP_REQUESTS)
    return render_template(
        "today/today.html",
        piles=shown,
        opened=[pile for pile in shown[:OPEN_PILES] if pile.count],
        promises=promise_piles(session, scope),
        behind=queries.villages_behind(session, scope) if current_user().role in PILES else 0,
        papers=queries.paper_piles(session, scope),
        year=queries.year_in_question(session, scope),
        dialogues=queries.dialogues_in_question(session, scope),
        takers_proposed=proposals_for(session, current_user(), scope),
        asked_of_data=open_requests(session, scope) if keeps_requests else 0,
        newly=newly,
        newly_since=since,
        newly_days=queries.NEWLY_DAYS,
        backup=queries.backup_to_see_to(session) if keeps_backups else None,
    )
