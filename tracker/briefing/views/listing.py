"""The log of visits, and its file."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.briefing.columns import VISITS
from tracker.briefing.forms import FilterForm
from tracker.briefing.queries import visit_count, visit_page
from tracker.briefing.queries.addresses import LABELS, Asked, asked_in
from tracker.briefing.queries.visits import visit_export_rows, visitors
from tracker.briefing.views.blueprint import bp
from tracker.core.downloads import ListFile
from tracker.core.i18n import gettext, ngettext
from tracker.core.searching import (
    addressed,
    journaled,
    narrowed_by,
    searched_address,
    typed_arguments,
    without_blanks,
)
from tracker.core.web import db_session
from tracker.journal.service import FileNotes
from tracker.petitions.queries.choices import place_choices
from tracker.places.queries import fictional_ids

MAIN_FILTERS = ("q", "kind", "place", "visitor")


@bp.post("/visits")
@requires(Permission.READ_REGISTER)
def search_visits() -> Response:
    """Lead to the list that the form asks for, by an address without the words typed."""
    return redirect(searched_address(url_for("briefing.visits")), 303)


@bp.get("/visits")
@requires(Permission.READ_REGISTER)
def visits() -> Any:
    """Show one page of the log of visits, narrowed to what the address says."""
    if (shorter := without_blanks()) is not None:
        return shorter
    session, scope = db_session(), current_scope().ids
    asked = _asked()
    form = FilterForm(typed_arguments())
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
    asked = _asked()
    return _file(asked).csv(_notes(asked, "visits.csv"))


@bp.get("/visits.zip")
@requires(Permission.EXPORT)
def visits_package() -> Response:
    """Give the file for programs with a description of its columns, in one package."""
    asked = _asked()
    return _file(asked).package("visits", _notes(asked, "visits.zip"))


@bp.get("/visits.xlsx")
@requires(Permission.EXPORT)
def visits_xlsx() -> Response:
    """Give all rows of the log as a workbook."""
    asked = _asked()
    return _file(asked).workbook(_notes(asked, "visits.xlsx"))


def _asked() -> Asked:
    asked = asked_in(db_session(), current_scope().ids, typed_arguments())
    return replace(asked, arguments=addressed(asked.arguments))


def _file(asked: Asked) -> ListFile:
    session, scope = db_session(), current_scope()
    invented = fictional_ids(session, scope.ids)
    return ListFile(
        stem="xuong-co-so",
        tab=gettext("Visits"),
        title=gettext("Visits to villages and Party cells"),
        place=scope.home.name,
        columns=VISITS,
        rows=lambda session: visit_export_rows(session, scope.ids, asked.filter, asked.sort),
        count=lambda session: visit_count(session, scope.ids, asked.filter),
        counted=lambda count: ngettext("%(num)s visit", "%(num)s visits", count),
        narrowed=narrowed_by(LABELS, asked.shown),
        is_fictional=bool(invented) and visit_count(session, invented, asked.filter) > 0,
    )


def _notes(asked: Asked, subject: str) -> FileNotes:
    return FileNotes(current_user(), subject, "; ".join(journaled(asked.arguments)))
