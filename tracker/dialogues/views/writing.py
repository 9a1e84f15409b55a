"""Logging a dialogue, and changing its facts."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import Field

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import Stale, TrackerError
from tracker.core.fields import BaseForm
from tracker.core.i18n import gettext, say
from tracker.core.web import db_session
from tracker.dialogues.forms import DialogueEditForm, DialogueForm, edit_form, in_words
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.rules import MINUTES_LIMIT
from tracker.dialogues.service import (
    DialogueChange,
    DialogueRefused,
    NewDialogue,
    edit_dialogue,
    log_dialogue,
)
from tracker.dialogues.views.blueprint import asked_dialogue, bp, offered_places

NEVER_SEEN = -1


@bp.route("/dialogues/new", methods=["GET", "POST"])
@requires(Permission.LOG_DIALOGUE)
def new() -> Any:
    """Log a dialogue; the same form sent twice makes one and leads to it."""
    form = DialogueForm(data=_begun() if request.method == "GET" else None)
    form.place.offer(offered_places())
    if not form.validate_on_submit():
        return render_template("dialogues/new.html", form=form)
    try:
        asked = NewDialogue(**form.facts())
        dialogue = log_dialogue(db_session(), current_user(), asked, form.key.data or "")
    except TrackerError as refusal:
        refuse(form, refusal)
        return render_template("dialogues/new.html", form=form), refusal.status_code
    flash(gettext("Dialogue %(code)s is logged.", code=dialogue.code), "success")
    return redirect(url_for("dialogues.one", code=dialogue.code), 303)


@bp.route("/dialogues/<code>/edit", methods=["GET", "POST"])
@requires(Permission.LOG_DIALOGUE)
def edit(code: str) -> Any:
    """Change a dialogue's facts; a form that was overtaken shows both texts and saves nothing."""
    dialogue = asked_dialogue(code)
    is_sent = request.method == "POST"
    places = offered_places()
    form = edit_form(dialogue, places, sent=is_sent)
    if not is_sent or not form.validate():
        return _edit_page(form, dialogue)
    seen = NEVER_SEEN if form.version.data is None else form.version.data
    try:
        change = DialogueChange(**form.facts(), seen_version=seen)
        edit_dialogue(db_session(), current_user(), dialogue, change)
    except Stale as stale:
        return _overtaken(form, code, places, stale)
    except TrackerError as refusal:
        refuse(form, refusal)
        return _edit_page(form, dialogue), refusal.status_code
    flash(gettext("The changes are saved."), "success")
    return redirect(url_for("dialogues.one", code=code), 303)


def refuse(form: BaseForm, refusal: TrackerError) -> None:
    """Tell a refusal beside the field it is about, or on top of the page."""
    field = refusal.field if isinstance(refusal, DialogueRefused) else ""
    if field and field in form:
        form.refuse(field, refusal)
    else:
        flash(say(refusal), "error")


def _begun() -> dict[str, Any]:
    """Give what a new form starts with: today, here, still to be held."""
    return {
        "form": Form.REGULAR,
        "stage": Stage.PLANNED,
        "place": current_scope().home.id,
        "held_on": (clock.today(), Precision.DAY),
    }


def _edit_page(
    form: DialogueEditForm, dialogue: Dialogue, overtaken: Sequence[tuple[Field, str, str]] = ()
) -> str:
    return render_template(
        "dialogues/edit.html",
        form=form,
        dialogue=dialogue,
        overtaken=overtaken,
        minutes_limit=MINUTES_LIMIT,
    )


def _overtaken(
    form: DialogueEditForm, code: str, places: dict[int, str], stale: Stale
) -> tuple[str, int]:
    """Show what is kept now beside what was typed; saving once more is then a decision."""
    dialogue: Dialogue = asked_dialogue(code)
    kept = edit_form(dialogue, places, sent=False)
    pairs = [(field, in_words(kept[field.name]), in_words(field)) for field in form]
    overtaken = [
        (field, now, typed)
        for field, now, typed in pairs
        if field.name not in ("csrf_token", "version") and now != typed
    ]
    form.version.data = dialogue.version
    flash(say(stale), "error")
    return _edit_page(form, dialogue, overtaken), stale.status_code
