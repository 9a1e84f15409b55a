"""What the pages of dialogues share, and the places in them that other features fill."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user
from tracker.core.web import db_session
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import dialogue_for
from tracker.places.queries import place_choices

bp = Blueprint("dialogues", __name__)


@dataclass(frozen=True, slots=True)
class CountColumn:
    """A column of the list with a number for each dialogue, by its id; its header is a message id.

    A dialogue that `count` does not name has none of what is counted.
    """

    header: str
    count: Callable[[Session, list[int]], Mapping[int, int]]


# A dialogue's page shows what came of it, which features to the right of this one know and this
# one must not import: each puts a function here when it is imported, and is asked in that order.
page_sections: list[Callable[[Dialogue], str]] = []
count_columns: list[CountColumn] = []


def asked_dialogue(code: str) -> Dialogue:
    """Give the dialogue of an address; another commune's does not exist."""
    return dialogue_for(db_session(), current_user(), code)


def offered_places() -> dict[int, str]:
    """Name the places among which this person chooses."""
    return place_choices(db_session(), current_scope().ids)
