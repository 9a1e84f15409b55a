"""One dialogue: all that is known of it, and the steps of its life."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.forms import UploadForm
from tracker.attachments.queries import attachments_of
from tracker.calendar.rules import told
from tracker.core.errors import TrackerError
from tracker.core.i18n import gettext, say
from tracker.core.web import db_session
from tracker.dialogues.forms import MoveForm
from tracker.dialogues.lifecycle import NOTICE_AFTERWARDS, STEPS, Move
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import (
    clocks_by_id,
    lacks_notice,
    offered_moves,
    tellers_of,
    timeline,
)
from tracker.dialogues.rules import citation
from tracker.dialogues.service import Attendance, move_dialogue, record_notice
from tracker.dialogues.views.blueprint import asked_dialogue, bp, page_sections
from tracker.dialogues.views.writing import refuse
from tracker.places.queries import place_choices


@bp.get("/dialogues/<code>")
@requires(Permission.READ_REGISTER)
def one(code: str) -> str:
    """Show a dialogue and everything it led to."""
    return page_of(asked_dialogue(code))


@bp.post("/dialogues/<code>/moves")
@requires(Permission.MOVE_DIALOGUE)
def move(code: str) -> Any:
    """Take one step; a refused one comes back with what was typed."""
    dialogue = asked_dialogue(code)
    asked = STEPS.get(request.form.get("move", ""))
    if asked is None:
        flash(gettext("There is no such step."), "error")
        return page_of(dialogue), 409
    form = MoveForm.of(asked, dialogue, sent=True)
    if not form.validate():
        return page_of(dialogue, form)
    try:
        _take(asked, dialogue, form)
    except TrackerError as refusal:
        refuse(form, refusal)
        return page_of(asked_dialogue(code), form), refusal.status_code
    if asked is NOTICE_AFTERWARDS:
        flash(gettext("The notice is recorded."), "success")
    else:
        flash(gettext("The dialogue is now “%(stage)s”.", stage=say(dialogue.stage)), "success")
    return redirect(url_for("dialogues.one", code=code), 303)


def page_of(
    dialogue: Dialogue,
    refused: MoveForm | None = None,
    file_form: UploadForm | None = None,
) -> str:
    """Write the page, with a form that was refused in its place."""
    session, user = db_session(), current_user()
    offered = offered_moves(user, dialogue)
    is_notice_asked = user.may(Permission.MOVE_DIALOGUE) and lacks_notice(session, dialogue)
    steps = [*offered, NOTICE_AFTERWARDS] if is_notice_asked else offered
    name = (refused.move.data or "") if refused else ""
    forms = {move.name: MoveForm.of(move, dialogue, sent=False) for move in steps}
    is_lost = refused is not None and name not in forms
    if refused is not None and not is_lost:
        refused.version.data = dialogue.version  # sent again, it answers to what now stands there
        forms[name] = refused
    return render_template(
        "dialogues/one.html",
        dialogue=dialogue,
        place_name=place_choices(session, frozenset({dialogue.place_id}))[dialogue.place_id],
        citation=citation(dialogue.source),
        steps=timeline(session, dialogue),
        clocks=clocks_by_id(session, [dialogue.id])[dialogue.id],
        moves=[(move, forms[move.name]) for move in offered],
        notice=NOTICE_AFTERWARDS,
        notice_form=forms.get(NOTICE_AFTERWARDS.name),
        refused=refused,
        is_lost=is_lost,
        files=attachments_of(session, dialogue.code),
        file_form=file_form or UploadForm(formdata=None),
        # Each section was written, and escaped, by a template of the feature it belongs to.
        sections=[Markup(section(dialogue)) for section in page_sections],
        told=told,
        tell=tellers_of(session, user, [dialogue.id])[dialogue.id],
    )


def _take(asked: Move, dialogue: Dialogue, form: MoveForm) -> None:
    session, user = db_session(), current_user()
    written: dict[str, Any] = {
        "happened_on": form.happened_on.data,
        "note": form.note.data or "",
        "document_number": form.document_number.data or "" if form.document_number else "",
        "seen_version": form.version.data,
    }
    if asked is NOTICE_AFTERWARDS:
        record_notice(session, user, dialogue, **written)
        return
    move_dialogue(
        session,
        user,
        dialogue,
        asked.name,
        attendance=_attendance(form),
        sent_to_village_heads_on=_sent_on(form),
        conclusion=form.conclusion.data or "" if form.conclusion else None,
        **written,
    )


def _sent_on(form: MoveForm) -> date | None:
    return form.sent_to_village_heads_on.data if form.sent_to_village_heads_on else None


def _attendance(form: MoveForm) -> Attendance | None:
    if not form.invited:
        return None
    return Attendance(form.invited.data, form.present.data, form.speakers.data)
