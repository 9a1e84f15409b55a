"""Named periods: the list, a new one, one of them."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotAllowed, Stale
from tracker.core.i18n import gettext, say
from tracker.core.web import db_session
from tracker.settings import queries
from tracker.settings.forms import ActForm, SpanForm, seen_version
from tracker.settings.rules import NamedSpan
from tracker.settings.service import spans as service
from tracker.settings.service.spans import SpanRefused
from tracker.settings.views.frame import bp, stale_page

SPAN = "settings/span.html"


@bp.get("/settings/periods")
@requires(Permission.MANAGE_SETTINGS)
def spans() -> str:
    """Show the named periods, the latest first."""
    session = db_session()
    keeps = queries.keeps_lists(session, current_user())
    return render_template("settings/spans.html", rows=queries.named_spans(session), keeps=keeps)


@bp.route("/settings/periods/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def new_span() -> Any:
    """Name a period."""
    _check_keeps()
    form = SpanForm()
    if not form.validate_on_submit():
        return render_template(SPAN, form=form, span=None)
    try:
        span = service.add_span(db_session(), current_user(), _typed(form, ""), form.key.data or "")
    except SpanRefused as refusal:
        form.refuse(refusal.field, refusal)
        return render_template(SPAN, form=form, span=None)
    flash(gettext("“%(name)s” is on the list.", name=span.name), "success")
    return redirect(url_for("settings.spans"), 303)


@bp.route("/settings/periods/<code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def span(code: str) -> Any:
    """Show and change a named period."""
    kept = queries.span_for(db_session(), code)
    _check_keeps()
    form = SpanForm(data=_kept(kept) | {"version": kept.version})
    if not form.validate_on_submit():
        return render_template(SPAN, form=form, span=kept)
    try:
        service.change_span(db_session(), current_user(), _typed(form, code))
    except Stale as refusal:
        now = queries.span_for(db_session(), code)
        return stale_page(SPAN, refusal, form, _kept(now), now.version, span=now)
    except SpanRefused as refusal:
        form.refuse(refusal.field, refusal)
        return render_template(SPAN, form=form, span=kept)
    flash(gettext("The changes are kept."), "success")
    return redirect(url_for("settings.spans"), 303)


@bp.post("/settings/periods/<code>/retire")
@requires(Permission.MANAGE_SETTINGS)
def retire_span(code: str) -> Response:
    """Offer a named period no more."""
    kept, version = queries.span_for(db_session(), code), seen_version(ActForm())
    seen = NamedSpan(code, kept.name, kept.start, kept.end, version)
    try:
        service.retire_span(db_session(), current_user(), seen)
    except Stale as refusal:
        flash(say(refusal), "warning")
    else:
        said = gettext(
            "“%(name)s” is no longer offered; reports that were sent keep it.", name=kept.name
        )
        flash(said, "success")
    return redirect(url_for("settings.spans"), 303)


def _check_keeps() -> None:
    if not queries.keeps_lists(db_session(), current_user()):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")


def _typed(form: SpanForm, code: str) -> NamedSpan:
    name, start, end = form.name.data or "", form.start.data, form.end.data
    return NamedSpan(code, name, start, end, seen_version(form) if code else 1)


def _kept(span: NamedSpan) -> dict[str, Any]:
    return {"name": span.name, "start": span.start, "end": span.end}
