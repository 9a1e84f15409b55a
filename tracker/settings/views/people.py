"""People: the list, a new one, changing one, a new password, ending sign-ins."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.models import User
from tracker.accounts.permissions import Permission, Role
from tracker.accounts.queries import open_sign_ins, person_for
from tracker.accounts.rules import EmailRefused
from tracker.accounts.second_factors import has_one, required_roles
from tracker.accounts.service import UserChange, UsernameRefused
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.places.models import Place
from tracker.settings import queries
from tracker.settings.forms import (
    ActForm,
    FactorRolesForm,
    PersonChangeForm,
    PersonForm,
    seen_version,
)
from tracker.settings.service import people as service
from tracker.settings.service.people import NewPerson
from tracker.settings.views.frame import bp, stale_page

PAGE = "settings/person.html"


@bp.get("/settings/people")
@requires(Permission.MANAGE_PEOPLE)
def people() -> str:
    """List the people of the administrator's scope."""
    session = db_session()
    asked = FactorRolesForm(formdata=None, roles=sorted(required_roles(session)))
    return render_template(
        "settings/people.html",
        people=queries.people_rows(session, current_scope().ids),
        asked=asked,
        keeps=queries.keeps_lists(session, current_user()),
    )


@bp.post("/settings/people/second-factor")
@requires(Permission.MANAGE_PEOPLE)
def require_second_factor() -> Response:
    """Choose the roles whose people must have a second factor."""
    form = FactorRolesForm()
    roles = frozenset(role for role in Role if role.value in (form.roles.data or ()))
    service.require_second_factor(db_session(), current_user(), roles)
    flash(gettext("The changes are kept."), "success")
    return redirect(url_for("settings.people"), 303)


@bp.route("/settings/people/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def new_person() -> Any:
    """Make a person; the answer shows the first password, once."""
    form = PersonForm()
    _offer_places(form, None)
    if not form.is_submitted() and len(form.place.rows) == 1:
        (form.place.data,) = form.place.rows
    if not form.validate_on_submit():
        return render_template("settings/person_new.html", form=form)
    new = NewPerson(
        username=form.username.data or "",
        full_name=form.full_name.data or "",
        role=form.role.data,
        place_id=form.place.data,
        email=form.email.data or "",
    )
    try:
        user, password = service.add_person(db_session(), current_user(), new, form.key.data or "")
    except TrackerError as refusal:
        form.refuse(_field_of(refusal, "full_name"), refusal)
        return render_template("settings/person_new.html", form=form)
    return _password_page(user, password, is_first=True)


@bp.route("/settings/people/<username>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def person(username: str) -> Any:
    """Show and change a person."""
    user = person_for(db_session(), current_user(), username)
    form = PersonChangeForm(data=_kept(user) | {"version": user.version})
    _offer_places(form, user.place)
    if not form.validate_on_submit():
        return _person_page(user, form)
    change = UserChange(
        full_name=form.full_name.data or "",
        role=form.role.data,
        place_id=form.place.data,
        is_disabled=form.is_disabled.data,
        seen_version=seen_version(form),
        email=form.email.data or "",
    )
    try:
        service.change_person(db_session(), current_user(), user.username, change)
    except Stale as refusal:
        now = person_for(db_session(), current_user(), username)
        return stale_page(PAGE, refusal, form, _kept(now), now.version, **_around(now))
    except (NotFound, NotAllowed):
        raise
    except TrackerError as refusal:
        form.refuse(_field_of(refusal, "role"), refusal)
        return _person_page(user, form)
    flash(gettext("The changes are kept."), "success")
    return redirect(url_for("settings.people"), 303)


@bp.post("/settings/people/<username>/password")
@requires(Permission.MANAGE_PEOPLE)
def new_password(username: str) -> Any:
    """Give a person a new password; the answer shows it, once."""
    user = person_for(db_session(), current_user(), username)
    try:
        password = service.give_new_password(
            db_session(), current_user(), user.username, seen_version(ActForm())
        )
    except Stale as refusal:
        form = PersonChangeForm(formdata=None, data=_kept(user))
        _offer_places(form, user.place)
        return stale_page(PAGE, refusal, form, {}, user.version, **_around(user))
    return _password_page(user, password, is_first=False)


@bp.post("/settings/people/<username>/second-factor/remove")
@requires(Permission.MANAGE_PEOPLE)
def remove_second_factor(username: str) -> Response:
    """Take a lost second factor away."""
    user = person_for(db_session(), current_user(), username)
    service.remove_second_factor(db_session(), current_user(), user.username)
    flash(gettext("The second factor is taken away."), "success")
    return redirect(url_for("settings.person", username=user.username), 303)


@bp.post("/settings/people/<username>/sign-ins/end")
@requires(Permission.MANAGE_PEOPLE)
def end_sign_ins(username: str) -> Response:
    """End every sign-in of a person."""
    user = person_for(db_session(), current_user(), username)
    service.end_sign_ins(db_session(), current_user(), user.username)
    flash(gettext("Every sign-in of %(name)s is ended.", name=user.full_name), "success")
    return redirect(url_for("settings.person", username=user.username), 303)


def _field_of(refusal: TrackerError, usual: str) -> str:
    """Name the field that a refusal is about."""
    if isinstance(refusal, UsernameRefused):
        return "username"
    return "email" if isinstance(refusal, EmailRefused) else usual


def _offer_places(form: PersonForm | PersonChangeForm, present: Place | None) -> None:
    form.place.offer(queries.home_choices(db_session(), current_scope().ids, present))


def _kept(user: User) -> dict[str, Any]:
    return {
        "full_name": user.full_name,
        "email": user.email or "",
        "role": user.role,
        "place": user.place_id,
        "is_disabled": user.is_disabled,
    }


def _person_page(user: User, form: PersonChangeForm) -> str:
    return render_template(PAGE, form=form, **_around(user))


def _around(user: User) -> dict[str, Any]:
    session = db_session()
    return {
        "person": user,
        "sign_ins": open_sign_ins(session, user),
        "has_factor": has_one(session, user.id),
    }


def _password_page(user: User, password: str | None, *, is_first: bool) -> str:
    """Show a password in the answer to the form itself: it never stands in an address or cookie."""
    return render_template(
        "settings/password_once.html", person=user, password=password, is_first=is_first
    )
