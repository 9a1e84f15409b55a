"""The journal's page for administrators, and its file."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.columns import csv_of
from tracker.core.csvout import MEDIA_TYPE, Tally, separator_of, variant_of
from tracker.core.downloads import dated, leaving
from tracker.core.web import db_session
from tracker.journal.service import FileNotes
from tracker.trail.columns import COLUMNS
from tracker.trail.forms import TrailForm
from tracker.trail.queries import trail_page, trail_rows

bp = Blueprint("trail", __name__)


@bp.get("/settings/journal")
@requires(Permission.READ_JOURNAL)
def index() -> Any:
    """Show one page of the journal, narrowed to what the address says."""
    form = TrailForm(request.args)
    asked = form.asked()
    page = trail_page(db_session(), current_scope(), asked, request.args.get("after"))
    return render_template("trail/list.html", page=page, form=form, arguments=form.arguments())


@bp.get("/settings/journal.csv")
@requires(Permission.READ_JOURNAL)
def csv() -> Response:
    """Give all entries of the list as a file: for Excel, or with variant=machine for programs."""
    form, scope = TrailForm(request.args), current_scope()
    asked = form.asked()
    variant = variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    told = "; ".join(f"{name}={text}" for name, text in form.arguments().items())

    def pieces(session: Session, tally: Tally) -> Iterator[bytes]:
        rows = tally.of(trail_rows(session, scope, asked))
        for piece in csv_of(COLUMNS, rows, variant, separator):
            yield piece.encode()

    notes = FileNotes(current_user(), "journal.csv", told)
    return leaving(pieces, MEDIA_TYPE, dated("nhat-ky", "csv", is_fictional=False), notes)
