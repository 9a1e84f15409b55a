"""What waits today beside petitions: dialogues to come, those that want papers, one a year."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, true
from sqlalchemy.orm import Session

from tracker.briefing.queries import villages_behind as behind
from tracker.calendar.queries import choices_of
from tracker.core import clock
from tracker.core.dates import Precision, first_day
from tracker.core.i18n import N_, Labelled
from tracker.core.lasting import lasting
from tracker.dialogues.lifecycle import UPCOMING, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import (
    DialogueFilter,
    Year,
    clocks_by_id,
    pressing_counts,
    terms_of,
    year_of,
)
from tracker.dialogues.rules import Clock, Duty, Pressing, pressing
from tracker.places.models import Place
from tracker.places.queries import lies_in
from tracker.settings.queries import last_backup_at
from tracker.settings.rules import is_too_old

SHOWN = 8
WITHOUT_RESULT = frozenset({Stage.HELD, Stage.CONCLUDED})
NEWLY_DAYS = 7


@dataclass(frozen=True, slots=True)
class DialogueRow:
    """A dialogue as one line of the first page; `clock` is what presses most of it."""

    code: str
    topic: str
    stage: Stage
    place: str
    held_on: date | None
    date_precision: Precision
    clock: Clock | None


class Paper(Labelled):
    """What is owed around dialogues today."""

    LATE = "late", N_("Papers of dialogues late")
    NOTICE = "notice", N_("Dialogues to be announced")
    RESULT = "result", N_("Results of dialogues to be published")


PAPERS = {
    Paper.LATE: DialogueFilter(clock=Pressing.LATE),
    Paper.NOTICE: DialogueFilter(clock=Pressing.DUE, duty=Duty.NOTICE),
    Paper.RESULT: DialogueFilter(clock=Pressing.DUE, duty=Duty.RESULT),
}


@dataclass(frozen=True, slots=True)
class PaperPile:
    """Dialogues that want the same: how many, and the arguments under which the list shows them."""

    paper: Paper
    count: int
    arguments: dict[str, str]


def paper_piles(session: Session, scope: frozenset[int]) -> list[PaperPile]:
    """Count the dialogues of which something is late, to be announced or to be published."""
    counts = _papers_wanted(session, scope, clock.today())
    return [
        PaperPile(paper, count, _arguments(asked))
        for (paper, asked), count in zip(PAPERS.items(), counts, strict=True)
        if count
    ]


@lasting
def _papers_wanted(session: Session, scope: frozenset[int], today: date) -> list[int]:
    return pressing_counts(session, scope, list(PAPERS.values()), terms_of(session, today))


def _arguments(asked: DialogueFilter) -> dict[str, str]:
    named = {"clock": asked.clock, "duty": asked.duty}
    return {name: word.value for name, word in named.items() if word is not None}


def villages_behind(session: Session, scope: frozenset[int]) -> int:
    """Count the villages that no leader visited within the set time."""
    return behind(session, scope, clock.today())


def year_in_question(session: Session, scope: frozenset[int]) -> Year | None:
    """Give the year's dialogues by commune, late in a year in which some commune lacks one."""
    today = clock.today()
    if today.month < choices_of(session).yearly_from_month:
        return None
    year = year_of(session, scope, today.year)
    return year if year.count("missing") else None


@dataclass(frozen=True, slots=True)
class Dialogues:
    """The dialogues that somebody waits for: to come, passed unnoted, held and not finished."""

    coming: list[DialogueRow]
    passed: list[DialogueRow]
    unfinished: list[DialogueRow]


def dialogues_in_question(session: Session, scope: frozenset[int]) -> Dialogues:
    """Give the dialogues to come, the nearest first; those passed and unfinished, the latest first.

    One whose day may still come is not passed, however roughly the day is known.
    """
    return _dialogues_on(session, scope, clock.today())


@lasting
def _dialogues_on(session: Session, scope: frozenset[int], today: date) -> Dialogues:
    may_come = _may_still_come(today)
    coming = _first(
        session, scope, UPCOMING, or_(Dialogue.held_on.is_(None), may_come), latest_first=False
    )
    has_passed = and_(Dialogue.held_on.is_not(None), not_(may_come))
    passed = _first(session, scope, UPCOMING, has_passed, latest_first=True)
    unfinished = _first(session, scope, WITHOUT_RESULT, true(), latest_first=True)
    asked = [row.id for row in (*coming, *passed, *unfinished)]
    clocks = clocks_by_id(session, asked, terms_of(session, today))

    def shown(rows: list[Any]) -> list[DialogueRow]:
        named = ((*row[1:], pressing(clocks[row.id])) for row in rows)
        return [DialogueRow(*fields) for fields in named]

    return Dialogues(shown(coming), shown(passed), shown(unfinished))


def newly_since() -> date:
    """Give the first of the days of which the page counts what was received."""
    return clock.today() - timedelta(days=NEWLY_DAYS - 1)


def _first(
    session: Session,
    scope: frozenset[int],
    stages: Collection[Stage],
    which: ColumnElement[bool],
    *,
    latest_first: bool,
) -> list[Any]:
    day = Dialogue.held_on.desc() if latest_first else Dialogue.held_on
    asked = (
        select(
            Dialogue.id,
            Dialogue.code,
            Dialogue.topic,
            Dialogue.stage,
            Place.name,
            Dialogue.held_on,
            Dialogue.date_precision,
        )
        .join(Place, Place.id == Dialogue.place_id)
        .where(lies_in(scope, Dialogue.place_id), Dialogue.stage.in_(stages), which, _is_ours())
        .order_by(day.nulls_last(), Dialogue.id)
        .limit(SHOWN)
    )
    return list(session.execute(asked))


def _may_still_come(today: date) -> ColumnElement[bool]:
    """Ask for dates of which some day is not over, as exactly as each is known."""
    known = [precision for precision in Precision if precision is not Precision.UNKNOWN]
    return or_(
        *(
            and_(Dialogue.date_precision == precision, Dialogue.held_on >= first)
            for precision in known
            if (first := first_day(today, precision))
        )
    )


def _is_ours() -> ColumnElement[bool]:
    """Leave out what was only written down from a source that names no day: nobody waits for it."""
    return or_(Dialogue.source == "", Dialogue.held_on.is_not(None))


@dataclass(frozen=True, slots=True)
class BackupAge:
    """When the last good backup was made, if ever."""

    at: datetime | None


def backup_to_see_to(session: Session) -> BackupAge | None:
    """Give the age of the last good backup when it is missing or too old."""
    at = last_backup_at(session)
    return BackupAge(at) if is_too_old(at, clock.now()) else None
