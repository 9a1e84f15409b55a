"""The files of the list of petitions: its filters, its order, all its rows."""

from collections.abc import Iterator

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock, csvout, web
from tracker.core.columns import cells_of, header
from tracker.core.csvout import Tally
from tracker.core.csvsql import csv_pieces
from tracker.core.downloads import begun, told_at_the_end
from tracker.core.web import db_session
from tracker.journal import service as journal
from tracker.petitions.columns import columns_for
from tracker.petitions.queries import terms_of
from tracker.petitions.queries.addresses import Asked, asked_in
from tracker.petitions.queries.choices import fictional_ids
from tracker.petitions.queries.exported import file_fields, holds_any, petition_lines
from tracker.petitions.views.blueprint import bp, may_see_names


@bp.get("/petitions.csv")
@requires(Permission.EXPORT)
def csv() -> Response:
    """Give all rows of the list as a file; whatever may fail does so before the first byte."""
    scope, user, asked = current_scope().ids, current_user(), _asked()
    variant = csvout.variant_of(request.args.get("variant"))
    separator = csvout.separator_of(request.args.get("separator"), variant)
    name = f"{_name(asked)}.csv"
    with web.own_session(read_only=False) as writing:
        journal.note_export(writing, user, "petitions.csv", _told(asked))
    shown, tally = columns_for(with_names=may_see_names()), Tally()

    def pieces(session: Session) -> Iterator[bytes]:
        terms = terms_of(session)
        cells = cells_of(shown, file_fields(scope, terms), variant)
        found = petition_lines(
            session, scope, asked.filter, asked.sort, cells, variant, separator, terms
        )
        yield from csv_pieces(header(shown, variant), found, separator, tally)

    body = told_at_the_end(
        begun(web.streamed(pieces)),
        tally,
        lambda session, told: journal.note_end(
            session, user, "petitions.csv", told.rows, is_whole=told.is_whole
        ),
    )
    return web.download(body, csvout.MEDIA_TYPE, name)


def _asked() -> Asked:
    scope = current_scope().ids
    return asked_in(db_session(), scope, request.args, with_names=may_see_names())


def _name(asked: Asked) -> str:
    """Name a file by its day, and say in its name when it holds invented records."""
    session = db_session()
    invented = fictional_ids(session, current_scope().ids)
    is_fictional = bool(invented) and holds_any(session, invented, asked.filter)
    return f"kien-nghi-{'hu-cau-' if is_fictional else ''}{clock.today():%Y-%m-%d}"


def _told(asked: Asked) -> str:
    """Say in the journal what was taken, without the words that were searched for."""
    filters = [f"{k}={v}" for k, v in asked.arguments.items() if k != "q"]
    searched = ["q"] if "q" in asked.arguments else []
    return "; ".join([*filters, *searched])
