"""The list of petitions, and the files of it."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock, csvout, web
from tracker.core.columns import header, lines
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.journal import service as journal
from tracker.petitions.columns import columns_for
from tracker.petitions.forms import FilterForm
from tracker.petitions.queries import (
    petition_count,
    petition_count_shown,
    petition_export_rows,
    petition_page,
    terms_of,
)
from tracker.petitions.queries.addresses import LABELS, Asked, asked_in
from tracker.petitions.queries.choices import (
    category_choices,
    department_choices,
    fictional_ids,
    place_filter,
)
from tracker.petitions.views.blueprint import bp, may_see_names

MAIN_FILTERS = ("q", "status", "category", "place", "overdue")
KEPT_APART = (
    "dialogue",
    "open",
    "only_here",
    "plan_has_come",
    "not_press",
    "cell",
    "cell_from",
    "cell_to",
)
"""Filters that come by links only; the form hands them on unseen."""


@bp.get("/petitions")
@requires(Permission.READ_REGISTER)
def index() -> Any:
    """Show one page of the list, narrowed to what the address says."""
    if any(not text.strip() for text in request.args.values()):
        said = [(k, v) for k, v in request.args.items(multi=True) if v.strip()]
        return redirect(f"{request.path}?{urlencode(said)}".rstrip("?"), 303)
    session, scope = db_session(), current_scope().ids
    asked = asked_in(session, scope, request.args, with_names=may_see_names())
    terms, after = terms_of(session), request.args.get("after")
    page = petition_page(session, scope, asked.filter, asked.sort, after, terms=terms)
    form = FilterForm(request.args)
    form.offer(
        category_choices(session),
        place_filter(session, scope, asked.filter.place_id),
        department_choices(session),
    )
    return render_template(
        "petitions/list.html",
        page=page,
        count=petition_count_shown(session, scope, asked.filter, terms),
        asked=asked,
        form=form,
        labels=LABELS,
        unknown=[gettext(LABELS[name]) for name in asked.unknown],
        main_filters=[form[name] for name in MAIN_FILTERS],
        more_filters=[field for field in form if field.name not in (*MAIN_FILTERS, "sort")],
        kept_apart=[(name, request.args[name]) for name in KEPT_APART if name in request.args],
        names=may_see_names(),
    )


@bp.get("/petitions.csv")
@requires(Permission.EXPORT)
def csv() -> Response:
    """Give all rows of the list as a file; whatever may fail does so before the first byte."""
    scope, user = current_scope().ids, current_user()
    asked = asked_in(db_session(), scope, request.args, with_names=may_see_names())
    variant = csvout.variant_of(request.args.get("variant"))
    separator = csvout.separator_of(request.args.get("separator"), variant)
    count = petition_count(db_session(), scope, asked.filter)
    invented = fictional_ids(db_session(), scope)
    is_fictional = bool(invented) and petition_count(db_session(), invented, asked.filter) > 0
    with web.own_session(read_only=False) as writing:
        journal.note_export(writing, user, "petitions.csv", _told(asked, count))
    shown = columns_for(with_names=may_see_names())

    def pieces(session: Session) -> Iterator[str]:
        rows = petition_export_rows(session, scope, asked.filter, asked.sort)
        yield from csvout.csv_lines(
            header(shown, variant),
            lines(shown, rows, variant),
            variant=variant,
            separator=separator,
        )

    name = f"kien-nghi-{'hu-cau-' if is_fictional else ''}{clock.today():%Y-%m-%d}.csv"
    return web.download(_begun(web.streamed(pieces)), csvout.MEDIA_TYPE, name)


def _begun(pieces: Iterator[str]) -> Iterator[str]:
    """Read the header and the first row at once, so that a failure still has its page."""
    first = list(islice(pieces, 2))

    def rest() -> Iterator[str]:
        try:
            yield from chain(first, pieces)
        finally:
            pieces.close()  # type: ignore[attr-defined]

    return rest()


def _told(asked: Asked, count: int) -> str:
    """Say in the journal what was taken, without the words that were searched for."""
    filters = [f"{k}={v}" for k, v in asked.arguments.items() if k != "q"]
    searched = ["q"] if "q" in asked.arguments else []
    return "; ".join([f"{count} rows", *filters, *searched])
