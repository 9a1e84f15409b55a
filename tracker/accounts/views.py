"""Signing in and out, one's own password, one's own sign-ins."""

import json
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from tracker.accounts import queries, second_factors, service, sign_ins
from tracker.accounts.forms import CodeForm, OwnPasswordForm, RemoveFactorForm, SignInForm
from tracker.accounts.guard import TOKEN, current_user, lacks_second_factor, public, signed_in
from tracker.accounts.models import User
from tracker.accounts.rules import WrongPassword
from tracker.core.errors import TooManyTries, TrackerError
from tracker.core.i18n import gettext, say
from tracker.core.web import db_session, is_local_path, sealer

bp = Blueprint("accounts", __name__)
HALF = "half_sign_in"
KEPT_LIMIT = 2_000_000
"""How many characters of an interrupted form are carried over a new sign-in."""


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Sign a person in; whoever was interrupted gets their text back."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form)
    try:
        token = sign_ins.sign_in(
            db_session(),
            form.username.data or "",
            form.password.data or "",
            request.remote_addr or "",
            request.user_agent.string,
        )
    except TrackerError as refusal:
        form.refuse("password", refusal)
        return (
            render_template("accounts/sign_in.html", form=form),
            refusal.status_code,
            _wait(refusal),
        )
    if sign_ins.awaits_code(db_session(), token):
        session[HALF] = token
        asked = CodeForm(formdata=None, next=form.next.data, kept=form.kept.data)
        return render_template("accounts/code.html", form=asked)
    return _begun(form, token)


@bp.post("/sign-in/code")
@public
def sign_in_code() -> Any:
    """Finish a sign-in by the code of the second factor."""
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("accounts/code.html", form=form)
    try:
        token = sign_ins.finish(
            db_session(),
            sealer(),
            session.get(HALF, ""),
            form.code.data or "",
            request.remote_addr or "",
        )
    except TrackerError as refusal:
        form.refuse("code", refusal)
        return (
            render_template("accounts/code.html", form=form),
            refusal.status_code,
            _wait(refusal),
        )
    return _begun(form, token)


def _begun(form: SignInForm | CodeForm, token: str) -> Any:
    """Start the new session, and lead to the page or the form that waited for it."""
    session.clear()
    g.pop("csrf_token", None)  # the next form belongs to the new sign-in
    session[TOKEN] = token
    path = form.next.data if form.next.data and is_local_path(form.next.data) else "/"
    if fields := _kept_fields(form.kept.data or "", token):
        return render_template("accounts/resend.html", path=path, fields=fields)
    return redirect(path, 303)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End this sign-in for good; the old cookie is dead everywhere."""
    if token := session.get(TOKEN):
        sign_ins.sign_out(db_session(), token)
    session.clear()
    response = redirect(url_for("accounts.sign_in", out=1), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> Any:
    """Let a person choose a new password; signing in anew follows."""
    form = OwnPasswordForm()
    if form.validate_on_submit():
        own = db_session().get_one(User, current_user().id)
        try:
            sign_ins.check_throttle(db_session(), own.username, request.remote_addr or "")
            service.change_own_password(db_session(), own, form.old.data or "", form.new.data or "")
        except TrackerError as refusal:
            if isinstance(refusal, WrongPassword):
                sign_ins.note_failure(db_session(), own, request.remote_addr or "")
            form.refuse(refusal.field or "old", refusal)
        else:
            session.clear()
            flash(gettext("The password is changed; sign in with the new one."), "success")
            return redirect(url_for("accounts.sign_in"), 303)
    return render_template("accounts/password.html", form=form)


@bp.get("/account")
@signed_in
def account() -> str:
    """Show a person's own sign-ins, each of which they may end."""
    reading, own = db_session(), current_user()
    return render_template(
        "accounts/account.html",
        sign_ins=queries.open_sign_ins(reading, own),
        has_factor=second_factors.has_one(reading, own.id),
        codes_left=second_factors.codes_left(reading, own.id),
    )


@bp.route("/account/second-factor", methods=["GET", "POST"])
@signed_in
def second_factor() -> Any:
    """Set up a second factor: a picture for the telephone, then its first code."""
    own = current_user()
    form = CodeForm()
    if second_factors.has_one(db_session(), own.id):
        return redirect(url_for("accounts.account"), 303)
    if form.validate_on_submit():
        try:
            codes = second_factors.confirm(db_session(), sealer(), own, form.code.data or "")
        except TrackerError as refusal:
            form.refuse("code", refusal)
        else:
            return render_template("accounts/recovery_codes.html", codes=codes)
    import segno  # few ever see a picture: a start does without what draws it

    offer = second_factors.prepared(db_session(), sealer(), own)
    made = segno.make(offer.address).svg_inline(scale=5, border=2) if offer else ""
    return render_template(
        "accounts/second_factor.html",
        form=form,
        seed=offer.seed if offer else "",
        picture=Markup(made),
        is_asked=lacks_second_factor(),
    )


@bp.post("/account/second-factor/begin")
@signed_in
def begin_second_factor() -> Any:
    """Prepare the picture for the telephone, and lead to it."""
    try:
        second_factors.prepare(db_session(), sealer(), current_user())
    except TrackerError as refusal:
        flash(say(refusal), "error")
    return redirect(url_for("accounts.second_factor"), 303)


@bp.route("/account/second-factor/remove", methods=["GET", "POST"])
@signed_in
def remove_second_factor() -> Any:
    """Do without a second factor again; asks for the password, and where the role may."""
    own = db_session().get_one(User, current_user().id)
    form = RemoveFactorForm()
    if form.validate_on_submit():
        try:
            sign_ins.check_throttle(db_session(), own.username, request.remote_addr or "")
            second_factors.remove_own(db_session(), own, form.old.data or "")
        except TrackerError as refusal:
            if isinstance(refusal, WrongPassword):
                sign_ins.note_failure(db_session(), own, request.remote_addr or "")
            form.refuse("old", refusal)
        else:
            flash(gettext("The second factor is taken away."), "success")
            return redirect(url_for("accounts.account"), 303)
    return render_template("accounts/second_factor_remove.html", form=form)


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@signed_in
def end_sign_in(sign_in_id: int) -> Response:
    """End one of a person's own sign-ins."""
    sign_ins.end_one(db_session(), current_user(), sign_in_id)
    flash(gettext("That sign-in is ended."), "success")
    return redirect(url_for("accounts.account"), 303)


def kept_form() -> str:
    """Pack what was typed into an interrupted form, without its secrets."""
    secret = {"csrf_token", "password", "old", "new", "code"}
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in secret]
    owner = sign_ins.owner_id(db_session(), session.get(TOKEN, ""))
    packed = json.dumps({"by": owner, "fields": fields}, ensure_ascii=False)
    return packed if len(packed) <= KEPT_LIMIT else ""


def _wait(refusal: TrackerError) -> dict[str, str]:
    if isinstance(refusal, TooManyTries):
        return {"Retry-After": str(refusal.retry_after)}
    return {}


def _kept_fields(packed: str, token: str) -> list[tuple[str, str]]:
    """Unpack an interrupted form, for the person who typed it and for nobody else."""
    try:
        kept = json.loads(packed)
        fields = [(str(name), str(text)) for name, text in kept["fields"]]
        is_own = kept["by"] in (None, sign_ins.owner_id(db_session(), token))
    except (ValueError, TypeError, KeyError):
        return []
    return fields if is_own else []
