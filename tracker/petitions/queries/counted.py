"""The petitions behind a number of a report, as far as the other filters leave them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from tracker.core.dates import Precision, first_day
from tracker.petitions.lifecycle import ENDED, OPEN, Channel, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries.cells import behind
from tracker.petitions.queries.filters import PetitionFilter
from tracker.petitions.queries.finding import Wanted, by_words, found
from tracker.petitions.queries.standing import ages_as, stands_as, tells_as
from tracker.petitions.rules import Terms, Timeliness, statuses_of

FACTS = ("category_id", "status", "kind", "level", "channel", "dialogue_id", "monitor_id")
"""Fields of the filter that are a column of their own."""


def counted(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    terms: Terms,
    *,
    newest_first: bool = False,
) -> Select[Any]:
    """Select the petitions behind a number of a report, as far as the other filters leave them."""
    statement, asked = behind(scope, asked, newest_first=newest_first)
    if asked.q.strip():
        clauses = by_words(asked.q, with_names=not asked.without_names)
        words = found(session, Wanted(tuple(clauses))).subquery()
        statement = statement.where(Petition.id.in_(select(words.c.petition_id)))
    return statement.where(*_conditions(asked, terms))


def _conditions(asked: PetitionFilter, terms: Terms) -> Iterator[ColumnElement[bool]]:
    yield from _by_facts(asked)
    yield from _by_days(asked)
    yield from _by_standing(asked, terms)


def _by_facts(asked: PetitionFilter) -> Iterator[ColumnElement[bool]]:
    for name in FACTS:
        wanted = getattr(asked, name)
        if wanted is not None:
            yield getattr(Petition, name) == wanted
    if asked.department_id is not None:
        yield (
            Petition.department_id == asked.department_id
            if asked.department_id
            else (Petition.department_id.is_(None))
        )
    if asked.group is not None:
        yield Petition.status.in_(statuses_of({asked.group}))
    if asked.open is not None:
        yield Petition.status.in_(OPEN if asked.open else ENDED)


def _by_days(asked: PetitionFilter) -> Iterator[ColumnElement[bool]]:
    if asked.received_from:
        yield Petition.received_on >= asked.received_from
    if asked.received_to:
        yield or_(*_spans_within(asked.received_to))
    if asked.date_unknown:
        yield Petition.date_precision != Precision.DAY


def _spans_within(last: date) -> Iterator[ColumnElement[bool]]:
    """Ask for dates whose whole month, quarter or year is over by a day, if that is all we know."""
    after = last + timedelta(days=1) if last < date.max else last
    for precision in Precision:
        if start := first_day(after, precision):
            yield and_(Petition.date_precision == precision, Petition.received_on < start)


def _by_standing(asked: PetitionFilter, terms: Terms) -> Iterator[ColumnElement[bool]]:
    if asked.overdue:
        yield stands_as(Timeliness.LATE, terms)
    if asked.timeliness is not None:
        yield stands_as(asked.timeliness, terms)
    if asked.ack is not None:
        yield tells_as(asked.ack, terms)
    if asked.ageing is not None:
        yield ages_as(asked.ageing, terms)
    if asked.not_press:
        yield Petition.channel != Channel.PRESS
    if asked.plan_has_come:
        yield and_(Petition.status == Status.DEFERRED, Petition.plan_on <= terms.today)
