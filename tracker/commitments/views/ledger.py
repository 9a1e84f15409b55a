"""The ledger of promises; every number leads to its rows."""

from flask import render_template, request, url_for

from tracker.accounts.guard import current_scope, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.forms import LedgerForm
from tracker.commitments.lifecycle import State
from tracker.commitments.queries.addresses import LABELS, asked_in
from tracker.commitments.queries.ledger import Line, due_dates_missing, ledger
from tracker.commitments.rules import By
from tracker.commitments.views.blueprint import bp
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.petitions.queries.choices import place_choices

NARROWING = ("promised_from", "promised_to", "place")
COLUMNS = (State.KEPT, State.KEPT_LATE, State.OPEN, State.OVERDUE, State.BROKEN, State.WITHDRAWN)


@bp.get("/commitments/ledger")
@requires(Permission.READ_REPORT)
def by_line() -> str:
    """Show, a line for each leader, department or dialogue, what was promised and kept."""
    session, scope = db_session(), current_scope().ids
    given = {name: request.args[name] for name in NARROWING if request.args.get(name)}
    asked = asked_in(session, scope, given)
    form = LedgerForm(request.args)
    form.offer(place_choices(session, scope))
    form.validate()
    by = form.by.data if isinstance(form.by.data, By) else By.LEADER
    return render_template(
        "commitments/ledger.html",
        form=form,
        by=by,
        kinds=list(By),
        states=COLUMNS,
        book=ledger(session, scope, asked.filter, by),
        undated=due_dates_missing(session, scope),
        arguments=asked.arguments,
        unknown=[gettext(LABELS[name]) for name in asked.unknown],
        rows_of=lambda line, **more: _rows_of(line, by, asked.arguments | more),
    )


def _rows_of(line: Line, by: By, arguments: dict[str, str]) -> str:
    """Give the address of the very rows that a number counts."""
    if line.key:
        arguments = arguments | {by.value: line.key}
    return url_for("commitments.index", **arguments)  # type: ignore[arg-type]
