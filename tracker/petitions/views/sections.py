"""What a dialogue's page and list show of the petitions that were raised at it."""

from collections.abc import Mapping

from flask import render_template
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user
from tracker.core.i18n import N_
from tracker.core.web import db_session
from tracker.dialogues.models import Dialogue
from tracker.dialogues.views import CountColumn, count_columns, page_sections
from tracker.petitions.queries import PetitionFilter, Sort, petition_page, reader_of
from tracker.petitions.queries.related import count_by_dialogue, sum_of_dialogue


def petitions_of(dialogue: Dialogue) -> str:
    """Show the petitions of a dialogue, how many people stand behind them, and the way to more."""
    session = db_session()
    asked = PetitionFilter(dialogue_id=dialogue.id)
    reader = reader_of(current_user())
    page = petition_page(session, current_scope().ids, asked, Sort.OLDEST, reader=reader)
    return render_template(
        "petitions/of_dialogue.html",
        dialogue=dialogue,
        rows=page.rows,
        has_more=page.next is not None,
        sum=sum_of_dialogue(session, dialogue.id),
    )


def petitions_raised(session: Session, dialogue_ids: list[int]) -> Mapping[int, int]:
    """Count the petitions of each dialogue."""
    return count_by_dialogue(session, dialogue_ids)


page_sections.append(petitions_of)
count_columns.append(CountColumn(N_("Petitions"), petitions_raised))
