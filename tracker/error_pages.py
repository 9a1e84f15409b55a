"""One page for every refusal and mishap: a sentence, and nothing of the machinery."""

import errno
import logging
import re
import secrets
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    SecurityError,
    Unauthorized,
)

from tracker.accounts import views as accounts
from tracker.accounts.forms import SignInForm
from tracker.accounts.guard import user_or_none
from tracker.core import i18n, web
from tracker.core.db import is_away
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.core.i18n import N_
from tracker.journal import service as journal

ENDED_AND_KEPT = N_("Your sign-in has ended. Sign in again; what you typed is kept.")
ENDED = N_("Your sign-in has ended. Sign in again; this was too long to be kept.")
TOO_OLD = N_("This form was opened before you last signed in. Open it again.")
NOT_DONE = N_("This could not be done.")
UNKNOWN_HOST = N_("This server does not answer under that name.")
WAIT = 5
"""Seconds after which to try again: a database that restarts takes about so long."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
SECRET = frozenset({"password", "old", "new", "code"})
"""Fields that no page ever gives back."""
UNSEEN = frozenset({"key", "version", "next", "save", "move"})
CHOSEN = re.compile(r"[a-z_]*|\d{1,6}")
"""What a list or a tick sends: sent again, but not shown, as nobody typed it in these words."""
CODE = re.compile(r"[A-Z]{2,4}-\d{4}-\d{1,8}")
"""The code of a record, as an address names it."""
APART = "denunciations."
log = logging.getLogger("tracker")


def register(app: Flask) -> None:
    """Name the page for each kind of error."""
    app.register_error_handler(TrackerError, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(DBAPIError, _database_error)
    for kind in (PoolTimeout, PendingRollbackError):
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(MemoryError, _out_of_memory)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(CSRFError, _not_from_here)
    app.register_error_handler(Unauthorized, _sign_in_first)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)


def _refused(refusal: TrackerError) -> tuple[str, int, dict[str, str]]:
    if isinstance(refusal, NotAllowed | NotFound):
        _note_refusal("role" if isinstance(refusal, NotAllowed) else "record")
    wait = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    return _error_page(i18n.say(refusal), refusal.status_code), refusal.status_code, wait


def _note_refusal(act: str) -> None:
    """Journal that somebody known asked for what is not theirs; apart from what they did before.

    What is kept apart is not named here: that it was asked for would tell that it is there.
    """
    user, page = user_or_none(), request.endpoint or ""
    if user is None or page.startswith(APART):
        return
    named = str((request.view_args or {}).get("code", ""))
    subject = named if CODE.fullmatch(named) else page
    try:
        with web.own_session(read_only=False) as writing:
            journal.note_refused(writing, user, act, subject, page)
    except SQLAlchemyError as error:
        log.warning("could not note a refusal: %s", type(error).__name__)


def _stale(_error: StaleDataError) -> tuple[str, int, dict[str, str]]:
    return _refused(Stale("Someone else has just changed this record; look again."))


def _database_error(error: DBAPIError) -> Any:
    return _database_away(error) if is_away(error) else _bug(error)


def _database_away(error: SQLAlchemyError) -> tuple[str, int, dict[str, str]]:
    log.error("database unavailable: %s", type(getattr(error, "orig", error)).__name__)
    return _again_in_a_moment()


def _out_of_memory(_error: MemoryError) -> tuple[str, int, dict[str, str]]:
    log.error("out of memory")
    return _again_in_a_moment()


def _again_in_a_moment() -> tuple[str, int, dict[str, str]]:
    """Ask to send again; what was typed is given back."""
    _ask_no_more()
    wait = {"Retry-After": str(WAIT)}
    if request.method in web.READING or not request.form or SECRET.intersection(request.form):
        sentence = i18n.gettext("The register cannot be reached just now; try again in a moment.")
        return _error_page(sentence, 503), 503, wait
    # Whether the answer to a commit was lost is not known here: the form's own key decides.
    sentence = i18n.gettext(
        "The register cannot be reached just now. Everything you typed is still here: send it again"
        " in a moment, it counts once. Files must be chosen again."
    )
    return _resend_page(sentence), 503, wait


def _disk_error(error: OSError) -> tuple[str, int]:
    """Say that there is no room; any other error of the system is a fault."""
    if error.errno not in NO_ROOM:
        return _bug(error)
    log.error("the disk takes nothing: %s", errno.errorcode[error.errno or 0])
    _ask_no_more()
    sentence = i18n.gettext(
        "The disk of this server is full or cannot be written, so nothing was kept. Tell the"
        " operator."
    )
    return _error_page(sentence, 507), 507


def _not_from_here(error: CSRFError) -> tuple[str, int]:
    """Refuse a form without this browser's token; what was typed here may be sent again."""
    if error.description == "cross-site":
        return _error_page(i18n.gettext("This form came from another site."), 400), 400
    if user_or_none() is None:
        return _sign_in_page(400)
    if SECRET.intersection(request.form):
        return _error_page(i18n.gettext(TOO_OLD), 400), 400
    sentence = i18n.gettext(
        "Your form was not taken the first time. Everything you typed is still here; files must be"
        " chosen again."
    )
    return _resend_page(sentence), 400


def _resend_page(sentence: str) -> str:
    """Give back what was typed, to be sent again with this browser's token."""
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    typed = [text for name, text in fields if name not in UNSEEN and not CHOSEN.fullmatch(text)]
    return render_template(
        "accounts/resend.html", path=request.path, fields=fields, typed=typed, sentence=sentence
    )


def _sign_in_first(_error: Unauthorized) -> Any:
    """Lead to signing in; a form that was being sent keeps what was typed."""
    if request.method in web.READING:
        here = request.full_path.rstrip("?")
        return redirect(f"/sign-in?next={web.quoted(here)}", 303)
    return _sign_in_page(401)


def _sign_in_page(status: int) -> tuple[str, int]:
    from_here = request.path if request.endpoint != "accounts.sign_in" else "/"
    kept = accounts.kept_form()
    form = SignInForm(formdata=None, next=from_here, kept=kept)
    flash(i18n.gettext(ENDED_AND_KEPT if kept else ENDED), "warning")
    return render_template("accounts/sign_in.html", form=form), status


def _http_error(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    code = error.code or 500
    if isinstance(error, MethodNotAllowed) and request.method in web.READING:
        return _page_before()
    if isinstance(error, SecurityError):
        # Under a strange host's name there are no addresses, so there is no page to draw.
        return Response(i18n.gettext(UNKNOWN_HOST), status=code, mimetype="text/plain")
    return _error_page(_sentence_for(error), code), code


def _page_before() -> Any:
    """Lead from an address that only takes a form, reloaded or bookmarked, to its record's page."""
    path = request.path
    while path := path.rpartition("/")[0]:
        if web.opens_for_reading(path):
            return redirect(quote(path), 303)
    return redirect("/", 303)


def _sentence_for(error: HTTPException) -> str:
    if isinstance(error, RequestEntityTooLarge):
        return i18n.gettext("This is more than the register takes at once; send less.")
    known = {
        400: N_("The request could not be understood."),
        404: N_("There is no such page."),
        405: N_("This address does not take that."),
    }
    return i18n.gettext(known.get(error.code or 500, NOT_DONE))


def _bug(error: Exception) -> tuple[str, int]:
    incident = secrets.token_hex(4)
    # The message of an exception may hold what a citizen typed: only its place is written down.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("incident %s: %s at %s", incident, type(error).__name__, where)
    if _propagates():
        raise error
    _ask_no_more()
    sentence = i18n.gettext(
        "Something went wrong here. Tell the operator number %(n)s.", n=incident
    )
    return _error_page(sentence, 500), 500


def _ask_no_more() -> None:
    """Draw the page as for nobody: what failed once must not be asked again on the way out."""
    web.close_session()
    g.user = None


def _propagates() -> bool:
    return bool(current_app.testing)


def _error_page(sentence: str, status: int) -> str:
    return render_template("shared/error.html", sentence=sentence, status=status)
