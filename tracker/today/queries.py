"""What waits today beside petitions: dialogues that come, and those that want their papers."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.core.dates import Precision
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Dialogue
from tracker.petitions.queries import PetitionFilter, petition_count
from tracker.places.models import Place

SHOWN = 8
NEWLY_DAYS = 7


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """A dialogue as one line of the first page."""

    code: str
    topic: str
    stage: Stage
    place: str
    held_on: date | None
    date_precision: Precision


def coming_dialogues(session: Session, scope: frozenset[int]) -> list[DialogueRow]:
    """Give the dialogues that are planned or announced, the nearest first."""
    return _dialogues(session, scope, {Stage.PLANNED, Stage.ANNOUNCED}, latest_first=False)


def unfinished_dialogues(session: Session, scope: frozenset[int]) -> list[DialogueRow]:
    """Give the dialogues held whose conclusions or results are not out yet, the latest first."""
    return _dialogues(session, scope, {Stage.HELD, Stage.CONCLUDED}, latest_first=True)


def newly_received(session: Session, scope: frozenset[int]) -> tuple[int, date]:
    """Count the petitions received in the last seven days; give the first of these days too."""
    since = clock.today() - timedelta(days=NEWLY_DAYS - 1)
    return petition_count(session, scope, PetitionFilter(received_from=since)), since


def _dialogues(
    session: Session, scope: frozenset[int], stages: set[Stage], *, latest_first: bool
) -> list[DialogueRow]:
    day = Dialogue.held_on.desc() if latest_first else Dialogue.held_on
    rows = session.execute(
        select(
            Dialogue.code,
            Dialogue.topic,
            Dialogue.stage,
            Place.name,
            Dialogue.held_on,
            Dialogue.date_precision,
        )
        .join(Place, Place.id == Dialogue.place_id)
        .where(Dialogue.place_id.in_(scope), Dialogue.stage.in_(stages))
        .order_by(day.nulls_last(), Dialogue.id)
        .limit(SHOWN)
    )
    return [DialogueRow(*row) for row in rows]
