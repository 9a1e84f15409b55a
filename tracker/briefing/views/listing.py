"""The log of visits, and its file."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.briefing.columns import VISITS
from tracker.briefing.forms import FilterForm
from tracker.briefing.queries import visit_count, visit_page
from tracker.briefing.queries.addresses import LABELS, Asked, asked_in
from tracker.briefing.queries.visits import visit_export_rows, visitors
from tracker.briefing.views.blueprint import bp
from tracker.core import clock, downloads
from tracker.core.columns import header, lines
from tracker.core.csvout import MEDIA_TYPE, Variant, csv_lines, separator_of, variant_of
from tracker.core.i18n import gettext, ngettext
from tracker.core.web import db_session, download, own_session, streamed
from tracker.core.xlsxout import Sheet, sheet_columns, titles_of
from tracker.journal import service as journal
from tracker.petitions.queries.choices import place_choices

MAIN_FILTERS = ("q", "kind", "place", "visitor")


@bp.get("/visits")
@requires(Permission.READ_REGISTER)
def visits() -> Any:
    """Show one page of the log of visits, narrowed to what the address says."""
    if any(not text.strip() for text in request.args.values()):
        said = [(k, v) for k, v in request.args.items(multi=True) if v.strip()]
        return redirect(f"{request.path}?{urlencode(said)}".rstrip("?"), 303)
    session, scope = db_session(), current_scope().ids
    asked = asked_in(session, scope, request.args)
    form = FilterForm(request.args)
    form.offer(place_choices(session, scope), visitors(session, scope))
    return render_template(
        "briefing/visits.html",
        page=visit_page(session, scope, asked.filter, asked.sort, request.args.get("after")),
        count=visit_count(session, scope, asked.filter),
        asked=asked,
        form=form,
        labels=LABELS,
        unknown=[gettext(LABELS[name]) for name in asked.unknown],
        main_filters=[form[name] for name in MAIN_FILTERS],
        more_filters=[field for field in form if field.name not in (*MAIN_FILTERS, "sort")],
    )


@bp.get("/visits.csv")
@requires(Permission.EXPORT)
def visits_csv() -> Response:
    """Give all rows of the log as a file: for Excel, or with variant=machine for programs."""
    scope = current_scope().ids
    asked = asked_in(db_session(), scope, request.args)
    variant = variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    count = visit_count(db_session(), scope, asked.filter)
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), "visits.csv", _told(asked, count))

    def read(session: Session) -> Iterator[str]:
        rows = lines(VISITS, visit_export_rows(session, scope, asked.filter, asked.sort), variant)
        yield from csv_lines(header(VISITS, variant), rows, variant=variant, separator=separator)

    return download(streamed(read), MEDIA_TYPE, f"xuong-co-so-{clock.today().isoformat()}.csv")


@bp.get("/visits.xlsx")
@requires(Permission.EXPORT)
def visits_xlsx() -> Response:
    """Give all rows of the log as a workbook."""
    scope, user = current_scope(), current_user()
    asked = asked_in(db_session(), scope.ids, request.args)

    def sheet(session: Session) -> Sheet:
        count = visit_count(session, scope.ids, asked.filter)
        found = visit_export_rows(session, scope.ids, asked.filter, asked.sort)
        return Sheet(
            gettext("Visits"),
            titles_of(
                gettext("Visits to villages and Party cells"),
                scope.home.name,
                clock.shown_date(clock.today()),
                ngettext("%(num)s visit", "%(num)s visits", count),
                *(f"{gettext(LABELS[name])}: {word}" for name, word in asked.shown.items()),
                is_fictional=scope.home.is_fictional,
            ),
            sheet_columns(VISITS),
            lines(VISITS, found, Variant.EXCEL),
            most=count,
            frozen=2,
        )

    response, rows = downloads.workbook(sheet, f"xuong-co-so-{clock.today().isoformat()}.xlsx")
    with own_session(read_only=False) as writing:
        journal.note_taken(writing, user, "visits.xlsx", _told(asked, rows), rows)
    return response


def _told(asked: Asked, count: int) -> str:
    """Say in the journal what was taken, without the words that were searched for."""
    filters = [f"{k}={v}" for k, v in asked.arguments.items() if k != "q"]
    searched = ["q"] if "q" in asked.arguments else []
    return "; ".join([f"{count} rows", *filters, *searched])
