"""The tree of places: adding, correcting, renaming from a day on, ending with a successor."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import Stale
from tracker.core.fields import BaseForm
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.places.models import Place
from tracker.places.rules import KIND_BELOW, DayRefused, PlaceKind, PlaceRefused, SuccessorRefused
from tracker.settings import queries
from tracker.settings.forms import (
    EndingForm,
    NewPlaceForm,
    PlaceCorrectionForm,
    RenamingForm,
    UndoingForm,
    seen_version,
)
from tracker.settings.service import places as service
from tracker.settings.service.places import Correction, Ending, NewPlace, Renaming, Undoing
from tracker.settings.service.recording import UsedForm
from tracker.settings.views.frame import bp, stale_page

FORM = "settings/place_form.html"


@bp.get("/settings/places")
@requires(Permission.MANAGE_SETTINGS)
def places() -> str:
    """Show the tree of the administrator's scope."""
    scope = current_scope()
    tree = queries.place_tree(db_session(), scope.ids, scope.home.id)
    return render_template("settings/places.html", tree=tree)


@bp.get("/settings/places/<key>")
@requires(Permission.MANAGE_SETTINGS)
def place(key: str) -> str:
    """Show one place, with what may be done to it."""
    row = _place(key)
    facts = queries.place_facts(db_session(), row)
    is_root = row.kind is PlaceKind.REGISTER
    return render_template(
        "settings/place.html",
        place=row,
        facts=facts,
        kind_below=None if facts.has_ended else KIND_BELOW.get(row.kind),
        may_rename=not facts.has_ended and not is_root,
        may_undo=service.may_undo_ending(db_session(), row),
        may_end=not facts.has_ended and not is_root and row.id != current_user().place_id,
    )


@bp.route("/settings/places/<key>/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def new_place(key: str) -> Any:
    """Add a place in another."""
    parent, form = _place(key), NewPlaceForm()
    if form.validate_on_submit():
        new = NewPlace(form.name.data or "", form.valid_from.data, form.source.data or "")
        try:
            service.add_place(db_session(), current_user(), key, new, form.key.data or "")
        except (PlaceRefused, UsedForm) as refusal:
            form.refuse(_field(refusal, "valid_from"), refusal)
        else:
            return _done(key, gettext("“%(name)s” is added.", name=new.name))
    return _form_page("new", parent, form)


@bp.route("/settings/places/<key>/correct", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def correct_place(key: str) -> Any:
    """Correct what was typed wrongly of a place."""
    row = _place(key)
    form = PlaceCorrectionForm(data=_kept(row) | {"version": row.version})
    if form.validate_on_submit():
        typed = Correction(form.name.data or "", form.valid_from.data, seen_version(form))
        try:
            service.correct_place(db_session(), current_user(), key, typed)
        except Stale as refusal:
            return _stale("correct", key, form, refusal)
        except PlaceRefused as refusal:
            form.refuse(_field(refusal, "valid_from"), refusal)
        else:
            return _done(key, gettext("The changes are kept."))
    return _form_page("correct", row, form)


@bp.route("/settings/places/<key>/rename", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def rename_place(key: str) -> Any:
    """Give a place a new name from a day on."""
    row = _place(key)
    form = RenamingForm(data={"name": row.name, "version": row.version})
    if form.validate_on_submit():
        typed = Renaming(
            form.name.data or "", form.first_day.data, seen_version(form), form.source.data or ""
        )
        try:
            heir = service.rename_place(
                db_session(), current_user(), key, typed, form.key.data or ""
            )
        except Stale as refusal:
            return _stale("rename", key, form, refusal)
        except (PlaceRefused, UsedForm) as refusal:
            form.refuse(_field(refusal, "first_day"), refusal)
        else:
            return _done(heir.key, gettext("The new name is kept; records keep the old one."))
    return _form_page("rename", row, form)


@bp.route("/settings/places/<key>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def end_place(key: str) -> Any:
    """End a place, in favour of its successor."""
    row = _place(key)
    form = EndingForm(data={"version": row.version})
    form.successor.offer(queries.successor_choices(db_session(), current_scope().ids, row))
    if form.validate_on_submit():
        typed = Ending(
            form.last_day.data, form.successor.data, seen_version(form), form.source.data or ""
        )
        try:
            service.end_place(db_session(), current_user(), key, typed)
        except Stale as refusal:
            return _stale("end", key, form, refusal)
        except SuccessorRefused as refusal:
            form.refuse("successor", refusal)
        except PlaceRefused as refusal:
            form.refuse("last_day", refusal)
        else:
            return _done(key, gettext("The place is ended; its records stay."))
    return _form_page("end", row, form)


@bp.route("/settings/places/<key>/undo", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def undo_place(key: str) -> Any:
    """Take back an ending that was entered by mistake."""
    row = _place(key)
    form = UndoingForm(data={"version": row.version})
    if form.validate_on_submit():
        typed = Undoing(form.reason.data or "", seen_version(form))
        try:
            service.undo_ending(db_session(), current_user(), key, typed)
        except Stale as refusal:
            return _stale("undo", key, form, refusal)
        except PlaceRefused as refusal:
            form.refuse("reason", refusal)
        else:
            return _done(key, gettext("The ending is taken back; the journal keeps both."))
    return _form_page("undo", row, form)


def _place(key: str) -> Place:
    return queries.place_for(db_session(), current_scope().ids, key)


def _kept(row: Place) -> dict[str, Any]:
    return {"name": row.name, "valid_from": row.valid_from}


def _field(refusal: Exception, day_field: str) -> str:
    return day_field if isinstance(refusal, DayRefused) else "name"


def _stale(act: str, key: str, form: BaseForm, refusal: Stale) -> tuple[str, int]:
    now = _place(key)
    kept = {name: value for name, value in _kept(now).items() if name in form}
    facts = queries.place_facts(db_session(), now)
    more = {"act": act, "place": now, "facts": facts}
    return stale_page(FORM, refusal, form, kept, now.version, **more)


def _form_page(act: str, row: Place, form: BaseForm) -> str:
    facts = queries.place_facts(db_session(), row)
    kind_below = KIND_BELOW.get(row.kind)
    return render_template(FORM, act=act, place=row, form=form, facts=facts, kind_below=kind_below)


def _done(key: str, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("settings.place", key=key), 303)
