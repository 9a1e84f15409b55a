"""Who is asking, what they may do, and which places they answer for."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, redirect, session, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Unauthorized

from tracker.accounts import second_factors, sign_ins
from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotAllowed
from tracker.core.web import SIGN_IN, db_session, go_on_with, look, own_session
from tracker.places.queries import Scope, scope_of

View = Callable[..., Any]
TOKEN = SIGN_IN
log = logging.getLogger("tracker")


def public(view: View) -> View:
    """Declare that a view is for everyone, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only people in whose role includes this act."""

    def guarded(view: View) -> View:
        @wraps(view)
        def inside(*args: Any, **given: Any) -> Any:
            if user_or_none() is None:
                raise Unauthorized()
            if current_user().must_change_password:
                return redirect(url_for("accounts.password"), 303)
            if lacks_second_factor():
                return redirect(url_for("accounts.second_factor"), 303)
            if not current_user().may(permission):
                raise NotAllowed("Your role does not include this.")
            return view(*args, **given)

        inside.permission = permission  # type: ignore[attr-defined]
        return inside

    return guarded


def signed_in(view: View) -> View:
    """Let anyone in who is signed in, even with a password that must be changed first."""

    @wraps(view)
    def inside(*args: Any, **given: Any) -> Any:
        if user_or_none() is None:
            raise Unauthorized()
        return view(*args, **given)

    inside.permission = "signed in"  # type: ignore[attr-defined]
    return inside


def user_or_none() -> User | None:
    """Give the person who is asking, once looked up for the whole request."""
    if "user" not in g:
        g.user = _look_up()
    user: User | None = g.user
    return user


def current_user() -> User:
    """Give the person who is asking; a view behind `requires` always has one."""
    user = user_or_none()
    if user is None:
        raise Unauthorized()
    return user


def lacks_second_factor() -> bool:
    """Tell whether the person's role asks for a second factor that they have not set up yet."""
    user = current_user()
    if "lacks_second_factor" not in g:
        is_asked = user.role in second_factors.required_roles(db_session())
        g.lacks_second_factor = is_asked and not second_factors.has_one(db_session(), user.id)
    lacks: bool = g.lacks_second_factor
    return lacks


def current_scope() -> Scope:
    """Give the places, old and new, for which the person's place answers today."""
    if "scope" not in g:
        g.scope = scope_of(db_session(), current_user().place_id)
    scope: Scope = g.scope
    return scope


def _look_up() -> User | None:
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    # On a session of its own: a form being posted must not hold the write lock for this.
    reading = look()
    try:
        found = sign_ins.current(reading, token)
    except BaseException:
        reading.close()
        raise
    go_on_with(reading)
    if found is None:
        return None
    user, row = found
    if sign_ins.needs_touch(row):
        try:
            with own_session(read_only=False) as writing:
                sign_ins.touch(writing, row.id)
        except OperationalError:
            # On a full or busy disk pages still open; the sign-in only ends a little sooner.
            log.warning("could not note that a person is still there")
    return user
