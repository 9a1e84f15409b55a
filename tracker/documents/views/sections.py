"""What a dialogue's page shows of its papers."""

from flask import render_template

from tracker.accounts.guard import current_user
from tracker.accounts.permissions import Permission
from tracker.core.web import db_session
from tracker.dialogues.models import Dialogue
from tracker.dialogues.views import page_sections
from tracker.documents.queries.letterheads import unit_of
from tracker.documents.views.of_dialogue import is_of_others, offered


def papers_of(dialogue: Dialogue) -> str:
    """Show which papers can be written of a dialogue now, and whose they would be."""
    offers = offered(dialogue)
    from_a_source = is_of_others(dialogue)
    if not (offers or from_a_source) or not current_user().may(Permission.EXPORT):
        return ""
    unit = unit_of(db_session(), dialogue.place_id)
    return render_template(
        "documents/of_dialogue.html",
        dialogue=dialogue,
        offers=offers,
        unit=unit,
        from_a_source=from_a_source,
    )


page_sections.append(papers_of)
