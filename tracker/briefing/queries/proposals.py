"""What the next briefing might take up, the most pressing first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.briefing.lifecycle import Why
from tracker.calendar.queries import choices_of
from tracker.commitments.lifecycle import State
from tracker.commitments.queries import (
    CommitmentFilter,
    CommitmentRow,
    commitment_count,
    commitment_page,
)
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.petitions.lifecycle import Status
from tracker.petitions.queries import (
    PetitionFilter,
    PetitionRow,
    Sort,
    petition_count,
    petition_count_shown,
    petition_page,
)
from tracker.petitions.queries.filters import Flow
from tracker.petitions.rules import Timeliness, ended_as

SHOWN = 8
RESULT_DAYS = 30
"""How far back results are told where no briefing was held before."""

PETITIONS: Mapping[Why, tuple[PetitionFilter, dict[str, str]]] = {
    Why.LATE: (
        PetitionFilter(open=True, timeliness=Timeliness.LATE),
        {"overdue": "1", "sort": "due"},
    ),
    Why.APPROVAL: (
        PetitionFilter(status=Status.AWAITING_APPROVAL),
        {"status": "awaiting_approval", "sort": "due"},
    ),
    Why.UNASSIGNED: (
        PetitionFilter(status=Status.RECEIVED),
        {"status": "received", "sort": "due"},
    ),
    Why.PLAN_HAS_COME: (
        PetitionFilter(status=Status.DEFERRED, plan_has_come=True),
        {"plan_has_come": "1", "sort": "due"},
    ),
    Why.UNDATED: (
        PetitionFilter(open=True, timeliness=Timeliness.NO_DATE),
        {"open": "1", "timeliness": "no_date"},
    ),
}
"""Which petitions press for a reason, and the arguments under which their list shows them all."""

ENDED_AS = {Why.RESOLVED: Status.RESOLVED, Why.EXPLAINED: Status.EXPLAINED}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One matter that may be chosen: a petition or a commitment, as one line says it."""

    code: str
    text: str
    place: str
    due_on: date | None
    ended_on: date | None
    petition: PetitionRow | None = None
    commitment: CommitmentRow | None = None


@dataclass(frozen=True, slots=True)
class Pile:
    """Matters proposed for the same reason: how many there are, the first few not yet chosen.

    `arguments` lead to all of them in the list of petitions or of commitments.
    """

    why: Why
    count: int
    rows: list[Proposal]
    arguments: dict[str, str]
    is_of_petitions: bool


def proposals(
    session: Session, scope: frozenset[int], since: date | None, chosen: Collection[str]
) -> list[Pile]:
    """Give what is proposed for a briefing, each matter once, without what is chosen already.

    Results are those since the last briefing, which was held on `since`.
    """
    told = set(chosen)
    piles = []
    for why in Why:
        pile = _pile(session, scope, why, since, len(told))
        rows = [row for row in pile.rows if row.code not in told][:SHOWN]
        told |= {row.code for row in rows}
        if pile.count:
            piles.append(Pile(why, pile.count, rows, pile.arguments, pile.is_of_petitions))
    return piles


def commitments_due(
    session: Session, today: date
) -> dict[Why, tuple[CommitmentFilter, dict[str, str]]]:
    """Give what is asked of commitments: past their date, and due within the next days."""
    soon = today + timedelta(days=choices_of(session).commitment_soon_days)
    days = {"due_from": shown_date(today), "due_to": shown_date(soon)}
    return {
        Why.PROMISE_OVERDUE: (
            CommitmentFilter(state=State.OVERDUE),
            {"state": State.OVERDUE.value},
        ),
        Why.PROMISE_DUE: (
            CommitmentFilter(state=State.OPEN, due_from=today, due_to=soon),
            {"state": State.OPEN.value} | days,
        ),
    }


def _pile(
    session: Session, scope: frozenset[int], why: Why, since: date | None, beside: int
) -> Pile:
    today, size = clock.today(), SHOWN + beside
    if why in ENDED_AS:
        first = since or today - timedelta(days=RESULT_DAYS)
        return _results(session, scope, why, Flow(ended_as(ENDED_AS[why]), first, today), size)
    if why in PETITIONS:
        asked, arguments = PETITIONS[why]
        count = petition_count_shown(session, scope, asked)
        found = petition_page(session, scope, asked, Sort.DUE, size=size).rows if count else []
        return Pile(why, count, [_of_petition(row) for row in found], arguments, True)
    wanted, arguments = commitments_due(session, today)[why]
    count = commitment_count(session, scope, wanted)
    rows = commitment_page(session, scope, wanted, size=size).rows if count else []
    return Pile(why, count, [_of_commitment(row) for row in rows], arguments, False)


def _results(session: Session, scope: frozenset[int], why: Why, flow: Flow, size: int) -> Pile:
    """Give what came to an end since a day; what was reopened since is counted, not shown."""
    asked = PetitionFilter(cell=flow)
    count = petition_count(session, scope, asked)
    found = petition_page(session, scope, asked, Sort.NEWEST, size=size).rows if count else []
    arguments = {
        "cell": flow.measure,
        "cell_from": flow.day_from.isoformat(),
        "cell_to": flow.day_to.isoformat(),
    }
    rows = [_of_petition(row) for row in found if row.status is ENDED_AS[why]]
    return Pile(why, count, rows, arguments, True)


def _of_petition(row: PetitionRow) -> Proposal:
    return Proposal(row.code, row.content, row.place, row.due_on, row.ended_on, petition=row)


def _of_commitment(row: CommitmentRow) -> Proposal:
    ended_on = row.ended_on
    return Proposal(row.code, row.promise, row.place, row.due_on, ended_on, commitment=row)
