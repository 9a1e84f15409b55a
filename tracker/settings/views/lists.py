"""Categories and departments: two lists with the same pages."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotAllowed, Stale, TrackerError
from tracker.core.i18n import N_, gettext, say
from tracker.core.web import db_session
from tracker.dialogues.models import Category, Department
from tracker.settings import queries
from tracker.settings.forms import (
    ActForm,
    CategoryForm,
    DayCount,
    DepartmentForm,
    seen_version,
)
from tracker.settings.queries import Listed
from tracker.settings.service import lists as service
from tracker.settings.service.lists import ListEntry
from tracker.settings.views.frame import bp, stale_page

ENTRY = "settings/entry.html"
BOTH = ("categories", "departments")


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the two lists."""

    table: type[Listed]
    form: type[DepartmentForm]
    title: str
    one: str
    purpose: str
    new: str


KINDS = {
    "categories": Kind(
        Category,
        CategoryForm,
        N_("Categories"),
        N_("Category"),
        N_("The fields of public life by which petitions are counted in reports."),
        N_("New category"),
    ),
    "departments": Kind(
        Department,
        DepartmentForm,
        N_("Departments"),
        N_("Department"),
        N_("The units that petitions are given to."),
        N_("New department"),
    ),
}


@bp.get("/settings/categories", defaults={"which": "categories"})
@bp.get("/settings/departments", defaults={"which": "departments"})
@requires(Permission.MANAGE_SETTINGS)
def entries(which: str) -> str:
    """Show a list in its order, with what is retired below."""
    rows = queries.listed_rows(db_session(), KINDS[which].table)
    return render_template(
        "settings/entries.html",
        which=which,
        kind=KINDS[which],
        in_use=[row for row in rows if not row.is_retired],
        retired=[row for row in rows if row.is_retired],
        keeps=queries.keeps_lists(db_session(), current_user()),
    )


@bp.route("/settings/categories/new", methods=["GET", "POST"], defaults={"which": "categories"})
@bp.route("/settings/departments/new", methods=["GET", "POST"], defaults={"which": "departments"})
@requires(Permission.MANAGE_SETTINGS)
def new_entry(which: str) -> Any:
    """Add to a list."""
    _check_keeps()
    kind = KINDS[which]
    form = kind.form()
    if not form.validate_on_submit():
        return _entry_page(which, form, None)
    try:
        row = service.add_entry(
            db_session(), current_user(), kind.table, _typed(form), form.key.data or ""
        )
    except NotAllowed:
        raise
    except TrackerError as refusal:
        form.refuse("name_vi", refusal)
        return _entry_page(which, form, None)
    flash(gettext("“%(name)s” is on the list.", name=row.name_vi), "success")
    return redirect(url_for("settings.entries", which=which), 303)


@bp.route("/settings/categories/<code>", methods=["GET", "POST"], defaults={"which": "categories"})
@bp.route(
    "/settings/departments/<code>", methods=["GET", "POST"], defaults={"which": "departments"}
)
@requires(Permission.MANAGE_SETTINGS)
def entry(which: str, code: str) -> Any:
    """Show and change an entry of a list."""
    kind = KINDS[which]
    row = queries.listed_for(db_session(), kind.table, code)
    _check_keeps()
    form = kind.form(data=_kept(row) | {"version": row.version})
    if not form.validate_on_submit():
        return _entry_page(which, form, row)
    try:
        service.change_entry(
            db_session(), current_user(), kind.table, code, _typed(form), seen_version(form)
        )
    except Stale as refusal:
        now = queries.listed_for(db_session(), kind.table, code)
        more = {"which": which, "kind": kind, "entry": now}
        return stale_page(ENTRY, refusal, form, _kept(now), now.version, **more)
    except NotAllowed:
        raise
    except TrackerError as refusal:
        form.refuse("name_vi", refusal)
        return _entry_page(which, form, row)
    flash(gettext("The changes are kept."), "success")
    return redirect(url_for("settings.entries", which=which), 303)


@bp.post("/settings/categories/<code>/up", defaults={"which": "categories", "up": True})
@bp.post("/settings/categories/<code>/down", defaults={"which": "categories", "up": False})
@bp.post("/settings/departments/<code>/up", defaults={"which": "departments", "up": True})
@bp.post("/settings/departments/<code>/down", defaults={"which": "departments", "up": False})
@requires(Permission.MANAGE_SETTINGS)
def move_entry(which: str, code: str, up: bool) -> Response:
    """Move an entry up or down by one."""
    session, user, table = db_session(), current_user(), KINDS[which].table
    seen = seen_version(ActForm())
    try:
        service.move_entry(session, user, table, code, up=up, seen_version=seen)
    except Stale as refusal:
        flash(say(refusal), "warning")
    return redirect(url_for("settings.entries", which=which, _anchor=code), 303)


@bp.post("/settings/categories/<code>/retire", defaults={"which": "categories"})
@bp.post("/settings/departments/<code>/retire", defaults={"which": "departments"})
@requires(Permission.MANAGE_SETTINGS)
def retire_entry(which: str, code: str) -> Response:
    """Offer an entry no more for new records."""
    said = N_("“%(name)s” is no longer offered for new records; its records keep it.")
    return _turned(which, code, service.retire_entry, said)


@bp.post("/settings/categories/<code>/bring-back", defaults={"which": "categories"})
@bp.post("/settings/departments/<code>/bring-back", defaults={"which": "departments"})
@requires(Permission.MANAGE_SETTINGS)
def bring_back_entry(which: str, code: str) -> Response:
    """Offer a retired entry again."""
    return _turned(which, code, service.bring_back_entry, N_("“%(name)s” is offered again."))


def _turned(which: str, code: str, act: Any, said: str) -> Response:
    session, table = db_session(), KINDS[which].table
    row = queries.listed_for(session, table, code)
    try:
        act(session, current_user(), table, code, seen_version(ActForm()))
    except NotAllowed:
        raise
    except TrackerError as refusal:
        flash(say(refusal), "warning")
    else:
        flash(gettext(said, name=row.name_vi), "success")
    return redirect(url_for("settings.entries", which=which), 303)


def _check_keeps() -> None:
    if not queries.keeps_lists(db_session(), current_user()):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")


def _typed(form: DepartmentForm) -> ListEntry:
    names = (form.name_vi.data or "", form.name_en.data or "")
    if not isinstance(form, CategoryForm):
        return ListEntry(*names)
    is_working = form.due_kind.data is not DayCount.CALENDAR
    return ListEntry(*names, form.due_days.data, is_working)


def _kept(row: Listed) -> dict[str, Any]:
    names = {"name_vi": row.name_vi, "name_en": row.name_en}
    if not isinstance(row, Category):
        return names
    counted = DayCount.WORKING if row.due_days_are_working else DayCount.CALENDAR
    return names | {"due_days": row.due_days, "due_kind": counted}


def _entry_page(which: str, form: DepartmentForm, row: Listed | None) -> str:
    return render_template(ENTRY, which=which, kind=KINDS[which], form=form, entry=row)
