"""What the sums cannot say: how long petitions took, in time or late, how old the rest is."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.ledger.models import LedgerEntry
from tracker.ledger.queries import monthly_sums
from tracker.ledger.rules import Span, end_of_day
from tracker.petitions.lifecycle import OPEN, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries import terms_of
from tracker.petitions.rules import (
    OUTSTANDING,
    RECEIVED,
    STOCKS,
    Timeliness,
    ended_as,
    timeliness,
)
from tracker.places.models import PlaceReach
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

    `resolved` says how those resolved in the period stand against their due date today; what runs
    again since is in none of it. Only petitions of a known day of receipt are in any period.
    """

    petitions: int
    is_counted: bool = True
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
        to_resolve=to_resolve,
        to_answer=to_answer,
        resolved=resolved if asked.typed_by is None else None,
        bands=_aged(session, asked),
    )


def _is_of_today(asked: Asked) -> bool:
    """Tell whether what is outstanding at the end is what is open now."""
    return asked.typed_by is None and asked.period.end >= clock.today()


def _ever_received(session: Session, asked: Asked) -> int:
    moment = None if asked.typed_by is None else end_of_day(asked.typed_by)
    ever = Span(None, asked.period.end)
    (sums,) = monthly_sums(session, asked.tree.home, [ever], moment)
    return sums.get(RECEIVED, 0)


def _took(session: Session, asked: Asked) -> tuple[Spread, Spread, dict[Timeliness, int]]:
    entry, terms = LedgerEntry, terms_of(session)
    facts = (
        entry.day,
        Petition.received_on,
        Petition.status,
        Petition.due_on,
        Petition.ended_on,
    )
    period = asked.period
    resolved, explained = getattr(entry, RESOLVED), getattr(entry, EXPLAINED)
    rows = session.execute(
        select(*facts, func.sum(resolved), func.sum(explained))
        .join(Petition, Petition.id == entry.petition_id)
        .where(
            *_recorded(asked, Span(period.start, period.end)),
            or_(resolved != 0, explained != 0),
        )
        .group_by(*facts)
    )
    days: dict[str, Counter[int]] = {RESOLVED: Counter(), EXPLAINED: Counter()}
    stands = dict.fromkeys(PUNCTUALITY, 0)
    for day, received_on, status, due_on, ended_on, *counted in rows:
        for measure, number in zip((RESOLVED, EXPLAINED), map(int, counted), strict=True):
            if number:
                days[measure][(day - received_on).days] += number
        kept = timeliness(status, due_on, ended_on, terms)
        if kept in stands:
            stands[kept] += int(counted[0])
    return spread(+days[RESOLVED]), spread(days[RESOLVED] + days[EXPLAINED]), stands


def _aged(session: Session, asked: Asked) -> tuple[Band, ...]:
    """Sort what is outstanding at the end by its age."""
    entry, end = LedgerEntry, asked.period.end
    standing: ColumnElement[Any] = sum(
        weight * getattr(entry, measure) for measure, weight in STOCKS[OUTSTANDING].items()
    )
    statement = (
        select(Petition.received_on, func.sum(standing))
        .join(Petition, Petition.id == entry.petition_id)
        .where(*_recorded(asked, Span(None, end)))
        .group_by(Petition.received_on)
    )
    if _is_of_today(asked):
        reach = select(PlaceReach.place_id).where(PlaceReach.unit_id == asked.tree.home)
        still_open = (Petition.place_id.in_(reach), Petition.status.in_(OPEN))
        statement = statement.where(entry.petition_id.in_(select(Petition.id).where(*still_open)))
    elif asked.typed_by is None:
        # Whatever ended by then and stayed so adds up to nothing.
        statement = statement.where(or_(Petition.ended_on.is_(None), Petition.ended_on > end))
    found = Counter[int]()
    aged = bands(end)
    for received_on, number in session.execute(statement):
        age = (end - received_on).days
        for at, band in enumerate(aged):
            if band.least <= age and (band.most is None or age <= band.most):
                found[at] += int(number)
    return tuple(replace(band, count=found[at]) for at, band in enumerate(aged))


def _recorded(asked: Asked, span: Span) -> list[ColumnElement[bool]]:
    reach = select(PlaceReach.place_id).where(PlaceReach.unit_id == asked.tree.home)
    # What was typed by a day may have been corrected since: its day of receipt may be lost.
    is_dated = Petition.received_on.is_not(None)
    conditions = [LedgerEntry.place_id.in_(reach), LedgerEntry.day <= span.end, is_dated]
    if span.start is not None:
        conditions.append(LedgerEntry.day >= span.start)
    if asked.typed_by is not None:
        conditions.append(LedgerEntry.recorded_at < end_of_day(asked.typed_by))
    return conditions
