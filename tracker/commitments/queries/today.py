"""Which promises press today."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.calendar.queries import choices_of
from tracker.commitments.lifecycle import State
from tracker.commitments.queries.register import (
    CommitmentFilter,
    CommitmentRow,
    commitment_counts,
    commitment_page,
)
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.i18n import N_, Labelled

SHOWN = 8


class Due(Labelled):
    """Why a promise presses."""

    OVERDUE = "overdue", N_("Promises past their date")
    SOON = "soon", N_("Promises due soon")


@dataclass(frozen=True, slots=True)
class Pile:
    """Promises that press for the same reason: how many, the first few, the arguments for all."""

    due: Due
    count: int
    rows: list[CommitmentRow]
    arguments: dict[str, str]


def promise_piles(session: Session, scope: frozenset[int]) -> list[Pile]:
    """Give what is overdue and what falls due within the next days, the oldest date first."""
    today = clock.today()
    soon = today + timedelta(days=choices_of(session).commitment_soon_days)
    overdue = CommitmentFilter(state=State.OVERDUE)
    nearing = CommitmentFilter(state=State.OPEN, due_from=today, due_to=soon)
    days = {"due_from": shown_date(today), "due_to": shown_date(soon)}
    piles = (
        (Due.OVERDUE, overdue, {"state": State.OVERDUE.value}),
        (Due.SOON, nearing, {"state": State.OPEN.value} | days),
    )
    counts = commitment_counts(session, scope, [asked for _, asked, _ in piles])
    return [
        Pile(due, count, _first_rows(session, scope, asked) if count else [], arguments)
        for (due, asked, arguments), count in zip(piles, counts, strict=True)
    ]


def _first_rows(
    session: Session, scope: frozenset[int], asked: CommitmentFilter
) -> list[CommitmentRow]:
    return commitment_page(session, scope, asked, size=SHOWN).rows
