"""What the sums cannot say: how long petitions took, in time or late, how old the rest is."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.ledger.models import LedgerEntry
from tracker.ledger.queries import monthly_sums
from tracker.ledger.rules import Span, end_of_day
from tracker.petitions.lifecycle import ENDED, OPEN, Status
from tracker.petitions.models import Petition, PetitionPosting
from tracker.petitions.queries import terms_of
from tracker.petitions.queries.cells import joined_at_the_end
from tracker.petitions.rules import (
    OUTSTANDING,
    RECEIVED,
    STOCKS,
    Timeliness,
    ended_as,
    timeliness,
)
from tracker.places.queries import ScopeShape, reached
from tracker.reports.queries.cuts import Asked
from tracker.reports.rules import Band, Line, Spread, bands, spread

MOST_COUNTED = 1_000
"""So many petitions are counted one by one for a page; for more the reader asks."""
MOST_LOOKED_AT = 20_000
"""So many may there be where it takes looking at all of them to know which were outstanding."""
RESOLVED, EXPLAINED = ended_as(Status.RESOLVED), ended_as(Status.EXPLAINED)
PUNCTUALITY = (Timeliness.DONE_IN_TIME, Timeliness.DONE_LATE, Timeliness.NO_DATE)


@dataclass(frozen=True, slots=True)
class Measures:
    """What is counted petition by petition; `is_counted` is false where that was too many.

    `matters` are what was received and is not joined to another at the end; by what had been typed
    they are not told. `resolved` says how those resolved in the period stand against their due date
    today; what runs again since is in none of it. Only petitions of a known day of receipt are in
    any period.
    """

    petitions: int
    is_counted: bool = True
    matters: int | None = None
    to_resolve: Spread = Spread()
    to_answer: Spread = Spread()
    resolved: dict[Timeliness, int] | None = None
    bands: tuple[Band, ...] = ()


def measures(
    session: Session, asked: Asked, total: Line, *, of_any_number: bool = False
) -> Measures:
    """Count days and ages of the petitions of a report, if they are not too many or it is asked.

    `total` is the report's: it says how many they are before anyone counts.
    """
    petitions = total.resolved + total.explained + total.outstanding
    is_too_much = petitions > MOST_COUNTED or (
        not _is_of_today(asked) and _ever_received(session, asked) > MOST_LOOKED_AT
    )
    if is_too_much and not of_any_number:
        return Measures(petitions, is_counted=False)
    to_resolve, to_answer, resolved = _took(session, asked)
    return Measures(
        petitions,
        matters=_matters(session, asked, total),
        to_resolve=to_resolve,
        to_answer=to_answer,
        resolved=resolved if asked.typed_by is None else None,
        bands=_aged(session, asked),
    )


def _matters(session: Session, asked: Asked, total: Line) -> int | None:
    if not total.joined:
        return total.received
    if asked.typed_by is not None:
        return None
    period = asked.period
    home, days = asked.tree.home, (period.start, period.end)
    return total.received - joined_at_the_end(session, home, RECEIVED, *days)


def _is_of_today(asked: Asked) -> bool:
    """Tell whether what is outstanding at the end is what is open now."""
    return asked.typed_by is None and asked.period.end >= clock.today()


def _ever_received(session: Session, asked: Asked) -> int:
    moment = None if asked.typed_by is None else end_of_day(asked.typed_by)
    ever = Span(None, asked.period.end)
    (sums,) = monthly_sums(session, asked.tree.home, [ever], moment)
    return sums.get(RECEIVED, 0)


def _took(session: Session, asked: Asked) -> tuple[Spread, Spread, dict[Timeliness, int]]:
    terms = terms_of(session)
    if asked.typed_by:
        rows = session.execute(_ended_then(asked))
    else:
        rows = session.connection().execute(_ended_now(), _values(asked))
    days: dict[str, Counter[int]] = {RESOLVED: Counter(), EXPLAINED: Counter()}
    stands = dict.fromkeys(PUNCTUALITY, 0)
    for day, received_on, status, due_on, ended_on, *counted in rows:
        for measure, number in zip((RESOLVED, EXPLAINED), map(int, counted), strict=True):
            if number:
                days[measure][(day - received_on).days] += number
        kept = timeliness(status, due_on, ended_on, terms)
        if kept in stands and status in ENDED:
            stands[kept] += int(counted[0])
    return spread(+days[RESOLVED]), spread(days[RESOLVED] + days[EXPLAINED]), stands


_FACTS = (Petition.received_on, Petition.status, Petition.due_on, Petition.ended_on)


_HERE = ScopeShape(is_unit=True, is_few=True)
_START, _END = bindparam("start", type_=Date()), bindparam("end", type_=Date())


def _values(asked: Asked) -> dict[str, Any]:
    """Give what the two statements below are asked with, that are built once."""
    period = asked.period
    return {"unit": asked.tree.home, "start": period.start, "end": period.end}


@cache
def _ended_now() -> Any:
    """Select by days what was resolved and explained in the period, from what petitions posted."""
    posted = PetitionPosting
    facts = (posted.day, *_FACTS)
    numbers = [
        func.sum(case((posted.measure == measure, posted.quantity), else_=0))
        for measure in (RESOLVED, EXPLAINED)
    ]
    return (
        select(*facts, *numbers)
        .join(Petition, Petition.id == posted.petition_id)
        .where(
            _HERE.lies_in(posted.place_id),
            posted.measure.in_((RESOLVED, EXPLAINED)),
            posted.day.between(_START, _END),
            Petition.received_on.is_not(None),
        )
        .group_by(*facts)
    )


def _ended_then(asked: Asked) -> Any:
    """Select the same as it had been typed, from the ledger's entries."""
    entry, period = LedgerEntry, asked.period
    facts = (entry.day, *_FACTS)
    resolved, explained = getattr(entry, RESOLVED), getattr(entry, EXPLAINED)
    return (
        select(*facts, func.sum(resolved), func.sum(explained))
        .join(Petition, Petition.id == entry.petition_id)
        .where(
            *_recorded(asked, Span(period.start, period.end)),
            or_(resolved != 0, explained != 0),
        )
        .group_by(*facts)
    )


def _aged(session: Session, asked: Asked) -> tuple[Band, ...]:
    """Sort what is outstanding at the end by its age."""
    end = asked.period.end
    if asked.typed_by:
        rows = session.execute(_standing_then(asked))
    else:
        standing = _standing_now(is_of_today=_is_of_today(asked))
        rows = session.connection().execute(standing, _values(asked))
    found = Counter[int]()
    aged = bands(end)
    for received_on, number in rows:
        if received_on is None:
            continue
        age = (end - received_on).days
        for at, band in enumerate(aged):
            if band.least <= age and (band.most is None or age <= band.most):
                found[at] += int(number)
    return tuple(replace(band, count=found[at]) for at, band in enumerate(aged))


@cache
def _standing_now(*, is_of_today: bool) -> Any:
    """Select by the day of receipt what is outstanding, from what petitions posted.

    Whatever ended by the end and stayed so adds up to nothing, and is not looked at.
    """
    posted, weights = PetitionPosting, STOCKS[OUTSTANDING]
    here = select(Petition.id, Petition.received_on).where(_HERE.lies_in(Petition.place_id))
    if is_of_today:
        may_stand = here.where(Petition.status.in_(OPEN)).subquery()
    else:
        # One after the other, so that both are found by an index; what has no day is left to us.
        ended_later = (Petition.ended_on.is_(None), Petition.ended_on > _END)
        may_stand = union_all(*(here.where(each) for each in ended_later)).subquery()
    return (
        select(
            may_stand.c.received_on,
            func.sum(case(weights, value=posted.measure, else_=0) * posted.quantity),
        )
        .join(posted, posted.petition_id == may_stand.c.id)
        .where(posted.day <= _END)  # of any measure, so that postings are found by their petition
        .group_by(may_stand.c.received_on)
    )


def _standing_then(asked: Asked) -> Any:
    """Select the same as it had been typed, from the ledger's entries."""
    standing: ColumnElement[Any] = sum(
        weight * getattr(LedgerEntry, measure) for measure, weight in STOCKS[OUTSTANDING].items()
    )
    return (
        select(Petition.received_on, func.sum(standing))
        .join(Petition, Petition.id == LedgerEntry.petition_id)
        .where(*_recorded(asked, Span(None, asked.period.end)))
        .group_by(Petition.received_on)
    )


def _recorded(asked: Asked, span: Span) -> list[ColumnElement[bool]]:
    # What was typed by a day may have been corrected since: its day of receipt may be lost.
    is_dated = Petition.received_on.is_not(None)
    conditions = [
        LedgerEntry.place_id.in_(reached(asked.tree.home)),
        LedgerEntry.day <= span.end,
        is_dated,
    ]
    if span.start is not None:
        conditions.append(LedgerEntry.day >= span.start)
    if asked.typed_by is not None:
        conditions.append(LedgerEntry.recorded_at < end_of_day(asked.typed_by))
    return conditions
