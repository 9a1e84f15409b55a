"""What the next dialogue opens with, as an agenda page and as one sheet a village."""

from flask import render_template, request

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.queries.agenda import agenda
from tracker.commitments.views.blueprint import bp
from tracker.core.web import db_session
from tracker.dialogues.queries import dialogue_for


@bp.get("/dialogues/<code>/agenda")
@requires(Permission.READ_REGISTER)
def of_dialogue(code: str) -> str:
    """Show what people told last time and what became of it, with nobody's name in it."""
    session = db_session()
    dialogue = dialogue_for(session, current_user(), code)
    return render_template(
        "commitments/agenda.html",
        dialogue=dialogue,
        agenda=agenda(session, current_scope().ids, dialogue),
        by_village=request.args.get("by") == "village",
    )
