"""Which limits of dialogues another calendar, or another reading of a limit, would move."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.rules import Clockwork
from tracker.core.dates import Precision
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries.clocks import courses_of
from tracker.dialogues.rules import LIMIT_OF, Duty, due_of

TOGETHER = 200
Moves = dict[Duty, tuple[date | None, date | None]]


@dataclass(frozen=True, slots=True)
class MovedLimit:
    """One limit of one dialogue, as it is and as it would be; one that is over stays as it is."""

    dialogue_id: int
    place_id: int
    code: str
    what: Duty
    held_on: date
    before: date | None
    after: date | None
    is_over: bool


def moved_limits(session: Session, before: Clockwork, after: Clockwork) -> Iterator[MovedLimit]:
    """Give the limits that would read otherwise, dialogue by dialogue."""
    counted = (Dialogue.date_precision == Precision.DAY, Dialogue.stage != Stage.CANCELLED)
    held = session.scalars(select(Dialogue.held_on).where(*counted).distinct()).all()
    by_day = {day: moves for day in held if day and (moves := _moves(day, before, after))}
    days = iter(sorted(by_day))
    while some := list(islice(days, TOGETHER)):
        asked = select(Dialogue.id, Dialogue.place_id, Dialogue.code, Dialogue.held_on)
        found = session.execute(
            asked.where(*counted, Dialogue.held_on.in_(some)).order_by(Dialogue.id)
        ).all()
        yield from _limits(session, found, by_day)


def _limits(
    session: Session, found: Sequence[Any], by_day: Mapping[date, Moves]
) -> Iterator[MovedLimit]:
    rows = iter(found)
    while some := list(islice(rows, TOGETHER)):
        courses = courses_of(session, [row.id for row in some])
        for row in some:
            course = courses[row.id]
            for duty, (was, will) in by_day[row.held_on].items():
                is_over = course.is_over(duty)
                if is_over and duty in course.settled:
                    continue  # it stays as it read once before
                yield MovedLimit(
                    row.id, row.place_id, row.code, duty, row.held_on, was, will, is_over
                )


def _moves(day: date, before: Clockwork, after: Clockwork) -> Moves:
    dues = {duty: (_due(duty, day, before), _due(duty, day, after)) for duty in LIMIT_OF}
    return {duty: (was, will) for duty, (was, will) in dues.items() if was != will}


def _due(duty: Duty, day: date, works: Clockwork) -> date | None:
    rule = works.rule(LIMIT_OF[duty], day)
    return due_of(duty, day, rule.limit(), works.calendar) if rule else None
