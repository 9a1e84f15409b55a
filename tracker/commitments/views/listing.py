"""The list of commitments, and its files."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.columns import COLUMNS
from tracker.commitments.forms import FilterForm
from tracker.commitments.queries import commitment_count, commitment_page
from tracker.commitments.queries.addresses import LABELS, Asked, asked_in, leaders
from tracker.commitments.queries.register import commitment_export_rows
from tracker.commitments.views.blueprint import bp
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
from tracker.petitions.queries.choices import department_choices, place_choices
from tracker.places.queries import fictional_ids

MAIN_FILTERS = ("q", "state", "leader", "department", "place")
KEPT_APART = ("dialogue", "petition", "year")
"""Filters that come by links only; the form hands them on unseen."""


@bp.post("/commitments")
@requires(Permission.READ_REGISTER)
def search() -> Response:
    """Lead to the list that the form asks for, by an address without the words typed."""
    return redirect(searched_address(url_for("commitments.index")), 303)


@bp.get("/commitments")
@requires(Permission.READ_REGISTER)
def index() -> Any:
    """Show one page of the list, narrowed to what the address says."""
    if (shorter := without_blanks()) is not None:
        return shorter
    session, scope = db_session(), current_scope().ids
    asked = _asked()
    form = FilterForm(typed_arguments())
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
    asked = _asked()
    return _file(asked).csv(_notes(asked, "commitments.csv"))


@bp.get("/commitments.zip")
@requires(Permission.EXPORT)
def package() -> Response:
    """Give the file for programs with a description of its columns, in one package."""
    asked = _asked()
    return _file(asked).package("commitments", _notes(asked, "commitments.zip"))


@bp.get("/commitments.xlsx")
@requires(Permission.EXPORT)
def xlsx() -> Response:
    """Give all rows of the list as a workbook."""
    asked = _asked()
    return _file(asked).workbook(_notes(asked, "commitments.xlsx"))


def _asked() -> Asked:
    asked = asked_in(db_session(), current_scope().ids, typed_arguments())
    return replace(asked, arguments=addressed(asked.arguments))


def _file(asked: Asked) -> ListFile:
    session, scope = db_session(), current_scope()
    invented = fictional_ids(session, scope.ids)
    return ListFile(
        stem="cam-ket",
        tab=gettext("Commitments"),
        title=gettext("List of commitments"),
        place=scope.home.name,
        columns=COLUMNS,
        rows=lambda session: commitment_export_rows(session, scope.ids, asked.filter, asked.sort),
        count=lambda session: commitment_count(session, scope.ids, asked.filter),
        counted=lambda count: ngettext("%(num)s commitment", "%(num)s commitments", count),
        narrowed=narrowed_by(LABELS, asked.shown),
        is_fictional=bool(invented) and commitment_count(session, invented, asked.filter) > 0,
    )


def _notes(asked: Asked, subject: str) -> FileNotes:
    return FileNotes(current_user(), subject, "; ".join(journaled(asked.arguments)))
