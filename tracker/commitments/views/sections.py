"""What the pages of a dialogue and of a petition show of the promises made there."""

from flask import render_template

from tracker.accounts.guard import current_scope
from tracker.commitments.queries import CommitmentFilter, commitment_page, commitments_on
from tracker.commitments.queries.groups import groups_of_dialogue
from tracker.commitments.rules import Sort
from tracker.core.web import db_session
from tracker.dialogues.lifecycle import UPCOMING, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.views import page_sections as dialogue_sections
from tracker.petitions.models import Petition
from tracker.petitions.views import page_sections as petition_sections


def promised_at(dialogue: Dialogue) -> str:
    """Show what was promised at a dialogue; before one that comes, the way to its agenda."""
    session = db_session()
    asked = CommitmentFilter(dialogue_id=dialogue.id)
    page = commitment_page(session, current_scope().ids, asked, Sort.DUE)
    return render_template(
        "commitments/of_dialogue.html",
        dialogue=dialogue,
        rows=page.rows,
        has_more=page.next is not None,
        groups=groups_of_dialogue(session, dialogue.id),
        is_coming=dialogue.stage in UPCOMING,
        is_called_off=dialogue.stage is Stage.CANCELLED,
    )


def promised_on(petition: Petition) -> str:
    """Show what a leader promised, or instructed, on a petition."""
    rows = commitments_on(db_session(), current_scope().ids, petition.id)
    return render_template("commitments/of_petition.html", petition=petition, rows=rows)


dialogue_sections.append(promised_at)
petition_sections.append(promised_on)
