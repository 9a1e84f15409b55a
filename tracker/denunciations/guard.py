"""Who may know that the room is there: to anyone else its addresses are no addresses."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from werkzeug.exceptions import NotFound

from tracker.accounts.guard import current_user, requires, user_or_none
from tracker.accounts.permissions import Permission
from tracker.denunciations.queries.one import is_let_in

View = Callable[..., Any]
ROOM = "/denunciations"
BLUEPRINT = "denunciations"


def seclude() -> None:
    """Answer whoever is signed in and not let in as any address that does not exist.

    Asked before anything else looks at the address, so that neither a form's token, nor a method,
    nor a missing record answers otherwise. Whoever is not signed in is asked to sign in, as
    everywhere.
    """
    if not is_in_room():
        return
    user = user_or_none()
    if user is not None and not is_let_in(user):
        raise NotFound()


def is_in_room() -> bool:
    """Tell whether the request is for an address of the room."""
    return request.path == ROOM or request.path.startswith(f"{ROOM}/")


def by_name(view: View) -> View:
    """Let in only those who are let in by name; each record then asks for its own people."""

    @requires(Permission.READ_REGISTER)
    @wraps(view)
    def inside(*args: Any, **given: Any) -> Any:
        if not is_let_in(current_user()):
            raise NotFound()
        return view(*args, **given)

    return inside
