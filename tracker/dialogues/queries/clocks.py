"""How the limits of dialogues stand, asked in the database: the same as rules.clocks tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from tracker.calendar.queries import choices_of, clockwork
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.i18n import language
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Dialogue, DialogueStep, SettledLimit
from tracker.dialogues.rules import (
    WAITS_AT,
    Clock,
    Course,
    Duty,
    Standing,
    Terms,
    clocks_of,
    first_day_due_from,
    readings,
)
from tracker.places.queries import lies_in

ONE_DAY = timedelta(days=1)
DONE_BY = {
    Stage.ANNOUNCED: Duty.NOTICE,
    Stage.CONCLUDED: Duty.CONCLUSION,
    Stage.PUBLISHED: Duty.RESULT,
}
"""The step that does each duty; the rest are days of their own."""


@dataclass(frozen=True, slots=True)
class PressingRow:
    """A dialogue of which something is late or due."""

    id: int
    code: str
    clocks: tuple[Clock, ...]


def terms_of(session: Session, today: date | None = None) -> Terms:
    """Give what dialogues are judged by today, or on another day."""
    soon_days = choices_of(session).due_soon_days
    return Terms(today or clock.today(), clockwork(session), soon_days)


def courses_of(session: Session, ids: Iterable[int]) -> dict[int, Course]:
    """Give what the limits of these dialogues look at.

    A dialogue logged as already announced, concluded or published has no day of it: its first
    step tells when it was held or typed.
    """
    asked = list(ids)
    done, proof = _done_by_steps(session, asked)
    settled = _settled(session, asked)
    courses = {}
    for row in session.execute(
        select(
            Dialogue.id,
            Dialogue.stage,
            Dialogue.held_on,
            Dialogue.date_precision,
            Dialogue.sent_to_village_heads_on,
            Dialogue.units_reported_on,
        ).where(Dialogue.id.in_(asked))
    ):
        own = {
            Duty.VILLAGE_HEADS: row.sent_to_village_heads_on,
            Duty.UNIT_REPORT: row.units_reported_on,
        }
        days = done[row.id] | {duty: day for duty, day in own.items() if day is not None}
        day = row.held_on if row.date_precision is Precision.DAY else None
        courses[row.id] = Course(row.stage, day, days, proof[row.id], settled[row.id])
    return courses


def _settled(session: Session, ids: list[int]) -> dict[int, dict[Duty, date | None]]:
    """Give the limits that stay as they read when they were over, by dialogue."""
    found: dict[int, dict[Duty, date | None]] = {dialogue_id: {} for dialogue_id in ids}
    for row in session.execute(
        select(SettledLimit.dialogue_id, SettledLimit.duty, SettledLimit.due_on)
        .join(Dialogue, Dialogue.id == SettledLimit.dialogue_id)
        .where(SettledLimit.dialogue_id.in_(ids), SettledLimit.held_on == Dialogue.held_on)
    ):
        found[row.dialogue_id][Duty(row.duty)] = row.due_on
    return found


def _done_by_steps(
    session: Session, ids: list[int]
) -> tuple[dict[int, dict[Duty, date]], dict[int, dict[Duty, str]]]:
    """Give what steps have done, and the document of each, by dialogue."""
    done: dict[int, dict[Duty, date]] = {dialogue_id: {} for dialogue_id in ids}
    proof: dict[int, dict[Duty, str]] = {dialogue_id: {} for dialogue_id in ids}
    for step in session.execute(
        select(
            DialogueStep.dialogue_id,
            DialogueStep.stage,
            DialogueStep.happened_on,
            DialogueStep.document_number,
        ).where(
            DialogueStep.dialogue_id.in_(ids),
            DialogueStep.stage.in_(DONE_BY),
            DialogueStep.stage_before.is_not(None),
        )
    ):
        if step.happened_on is not None:
            done[step.dialogue_id][DONE_BY[step.stage]] = step.happened_on
            proof[step.dialogue_id][DONE_BY[step.stage]] = step.document_number
    return done, proof


def clocks_by_id(
    session: Session, ids: Iterable[int], terms: Terms | None = None
) -> Mapping[int, tuple[Clock, ...]]:
    """Judge every duty of these dialogues."""
    judged_by, in_english = terms or terms_of(session), language() == "en"
    return {
        dialogue_id: clocks_of(course, judged_by, in_english=in_english)
        for dialogue_id, course in courses_of(session, ids).items()
    }


def pressing_rows(
    session: Session, scope: frozenset[int], wanted: frozenset[Standing], terms: Terms, most: int
) -> list[PressingRow]:
    """Give the dialogues of a scope of which something presses, the earliest first."""
    rows = session.execute(
        select(Dialogue.id, Dialogue.code)
        .where(lies_in(scope, Dialogue.place_id), presses(Duty, wanted, terms))
        .order_by(Dialogue.held_on, Dialogue.id)
        .limit(most)
    ).all()
    clocks = clocks_by_id(session, [row.id for row in rows], terms)
    return [PressingRow(row.id, row.code, clocks[row.id]) for row in rows]


def presses(
    duties: Iterable[Duty], wanted: frozenset[Standing], terms: Terms
) -> ColumnElement[bool]:
    """Ask for dialogues of which one of these duties stands so: late, due soon, or due."""
    return or_(
        false(),
        *(stands_as(duty, standing, terms) for duty in duties for standing in wanted),
    )


def stands_as(duty: Duty, standing: Standing, terms: Terms) -> ColumnElement[bool]:
    """Ask what rules.clocks tells of a duty that is late, due soon, or due."""
    waits = and_(
        Dialogue.stage.in_(WAITS_AT[duty]), Dialogue.date_precision == Precision.DAY, _undone(duty)
    )
    if duty is Duty.HOLDING:
        return and_(waits, Dialogue.held_on < terms.today) if standing is Standing.LATE else false()
    first, end = _days_due(standing, terms)
    calendar, held_on = terms.works.calendar, Dialogue.held_on
    ways = []
    for held_from, held_before, limit in readings(terms.works, duty):
        if first is not None:
            held_from = max(held_from, first_day_due_from(duty, first, limit, calendar))
        if end is not None:
            held_before = min(held_before, first_day_due_from(duty, end, limit, calendar))
        if held_from < held_before:
            ways.append(and_(held_on >= held_from, held_on < held_before))
    return and_(waits, or_(false(), *ways))


def _days_due(standing: Standing, terms: Terms) -> tuple[date | None, date | None]:
    """Give the first day of those on which a duty is due that stands so, and the day after them."""
    later = terms.today + timedelta(days=terms.soon_days) + ONE_DAY
    return {
        Standing.LATE: (None, terms.today),
        Standing.DUE_SOON: (terms.today, later),
        Standing.DUE: (later, None),
    }[standing]


def _undone(duty: Duty) -> ColumnElement[bool]:
    """Ask for what is no step of its own and has no day yet."""
    if duty is Duty.VILLAGE_HEADS:
        return Dialogue.sent_to_village_heads_on.is_(None)
    if duty is Duty.UNIT_REPORT:
        return Dialogue.units_reported_on.is_(None)
    return true()
