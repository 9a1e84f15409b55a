"""The list of commitments, and its files."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.columns import COLUMNS
from tracker.commitments.forms import FilterForm
from tracker.commitments.queries import commitment_count, commitment_page
from tracker.commitments.queries.addresses import LABELS, Asked, asked_in, leaders
from tracker.commitments.queries.register import commitment_export_rows
from tracker.commitments.views.blueprint import bp
from tracker.core import clock, downloads
from tracker.core.columns import header, lines
from tracker.core.csvout import MEDIA_TYPE, Variant, csv_lines, separator_of, variant_of
from tracker.core.i18n import gettext, ngettext
from tracker.core.web import db_session, download, own_session, streamed
from tracker.core.xlsxout import Sheet, sheet_columns, titles_of
from tracker.journal import service as journal
from tracker.petitions.queries.choices import department_choices, place_choices

MAIN_FILTERS = ("q", "state", "leader", "department", "place")
KEPT_APART = ("dialogue", "petition", "year")
"""Filters that come by links only; the form hands them on unseen."""


@bp.get("/commitments")
@requires(Permission.READ_REGISTER)
def index() -> Any:
    """Show one page of the list, narrowed to what the address says."""
    if any(not text.strip() for text in request.args.values()):
        said = [(k, v) for k, v in request.args.items(multi=True) if v.strip()]
        return redirect(f"{request.path}?{urlencode(said)}".rstrip("?"), 303)
    session, scope = db_session(), current_scope().ids
    asked = asked_in(session, scope, request.args)
    form = FilterForm(request.args)
    form.offer(leaders(session, scope), department_choices(session), place_choices(session, scope))
    return render_template(
        "commitments/index.html",
        page=commitment_page(session, scope, asked.filter, asked.sort, request.args.get("after")),
        count=commitment_count(session, scope, asked.filter),
        asked=asked,
        form=form,
        labels=LABELS,
        unknown=[gettext(LABELS[name]) for name in asked.unknown],
        main_filters=[form[name] for name in MAIN_FILTERS],
        more_filters=[field for field in form if field.name not in (*MAIN_FILTERS, "sort")],
        kept_apart=[(name, request.args[name]) for name in KEPT_APART if name in request.args],
    )


@bp.get("/commitments.csv")
@requires(Permission.EXPORT)
def csv() -> Response:
    """Give all rows of the list as a file: for Excel, or with variant=machine for programs."""
    scope = current_scope().ids
    asked = asked_in(db_session(), scope, request.args)
    variant = variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    count = commitment_count(db_session(), scope, asked.filter)
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), "commitments.csv", _told(asked, count))

    def read(session: Session) -> Iterator[str]:
        rows = lines(
            COLUMNS, commitment_export_rows(session, scope, asked.filter, asked.sort), variant
        )
        yield from csv_lines(header(COLUMNS, variant), rows, variant=variant, separator=separator)

    return download(streamed(read), MEDIA_TYPE, f"cam-ket-{clock.today().isoformat()}.csv")


@bp.get("/commitments.xlsx")
@requires(Permission.EXPORT)
def xlsx() -> Response:
    """Give all rows of the list as a workbook."""
    scope, user = current_scope(), current_user()
    asked = asked_in(db_session(), scope.ids, request.args)

    def sheet(session: Session) -> Sheet:
        count = commitment_count(session, scope.ids, asked.filter)
        found = commitment_export_rows(session, scope.ids, asked.filter, asked.sort)
        return Sheet(
            gettext("Commitments"),
            titles_of(
                gettext("List of commitments"),
                scope.home.name,
                clock.shown_date(clock.today()),
                ngettext("%(num)s commitment", "%(num)s commitments", count),
                *(f"{gettext(LABELS[name])}: {word}" for name, word in asked.shown.items()),
                is_fictional=scope.home.is_fictional,
            ),
            sheet_columns(COLUMNS),
            lines(COLUMNS, found, Variant.EXCEL),
            most=count,
            frozen=2,
        )

    response, rows = downloads.workbook(sheet, f"cam-ket-{clock.today().isoformat()}.xlsx")
    with own_session(read_only=False) as writing:
        journal.note_taken(writing, user, "commitments.xlsx", _filters(asked), rows)
    return response


def _told(asked: Asked, count: int) -> str:
    """Say in the journal what was taken, without the words that were searched for."""
    return "; ".join(part for part in (f"{count} rows", _filters(asked)) if part)


def _filters(asked: Asked) -> str:
    filters = [f"{k}={v}" for k, v in asked.arguments.items() if k != "q"]
    return "; ".join([*filters, *(["q"] if "q" in asked.arguments else [])])
