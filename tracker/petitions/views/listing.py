"""The list of petitions."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.i18n import gettext
from tracker.core.searching import addressed, searched_address, typed_arguments, without_blanks
from tracker.core.web import db_session
from tracker.petitions.forms import FilterForm
from tracker.petitions.queries import (
    petition_count_shown,
    petition_page,
    reader_of,
    terms_of,
)
from tracker.petitions.queries.addresses import LABELS, asked_in
from tracker.petitions.queries.choices import (
    category_choices,
    department_choices,
    place_filter,
    watching_choices,
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


@bp.post("/petitions")
@requires(Permission.READ_REGISTER)
def search() -> Response:
    """Lead to the list that the form asks for, by an address without the words typed."""
    return redirect(searched_address(url_for("petitions.index")), 303)


@bp.get("/petitions")
@requires(Permission.READ_REGISTER)
def index() -> Any:
    """Show one page of the list, narrowed to what the address says."""
    if (shorter := without_blanks()) is not None:
        return shorter
    session, scope = db_session(), current_scope().ids
    typed = typed_arguments()
    asked = asked_in(session, scope, typed, with_names=may_see_names())
    asked = replace(asked, arguments=addressed(asked.arguments))
    terms, after = terms_of(session), request.args.get("after")
    reader = reader_of(current_user())
    page = petition_page(
        session, scope, asked.filter, asked.sort, after, terms=terms, reader=reader
    )
    form = FilterForm(typed)
    form.offer(
        category_choices(session),
        place_filter(session, scope, asked.filter.place_id),
        department_choices(session),
        watching_choices(session, scope, current_user()),
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
        may_take_names=current_user().may(Permission.EXPORT_NAMES),
    )
