"""What waits on the first page today."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.core.i18n import N_, Labelled
from tracker.petitions.lifecycle import Status
from tracker.petitions.queries.addresses import petitions_address
from tracker.petitions.queries.register import (
    PetitionFilter,
    PetitionRow,
    Sort,
    petition_count,
    petition_page,
)
from tracker.petitions.rules import Acknowledgement, Ageing, Timeliness

SHOWN = 8


class Waiting(Labelled):
    """Why a petition waits for someone today."""

    LATE = "late", N_("Late")
    DUE_SOON = "due_soon", N_("Due soon")
    AWAITING_APPROVAL = "awaiting_approval", N_("Awaiting approval")
    PLAN_HAS_COME = "plan_has_come", N_("Deferred, and the planned date has come")
    UNASSIGNED = "unassigned", N_("Received, not yet assigned")
    UNDATED = "undated", N_("No due date set")
    UNTOLD = "untold", N_("Notice to the citizen late")
    AGEING = "ageing", N_("Unprocessed for long")


FILTERS = {
    Waiting.LATE: PetitionFilter(open=True, timeliness=Timeliness.LATE),
    Waiting.DUE_SOON: PetitionFilter(open=True, timeliness=Timeliness.DUE_SOON),
    Waiting.AWAITING_APPROVAL: PetitionFilter(status=Status.AWAITING_APPROVAL),
    Waiting.PLAN_HAS_COME: PetitionFilter(status=Status.DEFERRED, plan_has_come=True),
    # What was written down from the press waits for nobody's assignment.
    Waiting.UNASSIGNED: PetitionFilter(status=Status.RECEIVED, not_press=True),
    Waiting.UNDATED: PetitionFilter(open=True, timeliness=Timeliness.NO_DATE),
    Waiting.UNTOLD: PetitionFilter(ack=Acknowledgement.LATE),
    Waiting.AGEING: PetitionFilter(ageing=Ageing.FIRST),
}


@dataclass(frozen=True, slots=True)
class Pile:
    """Petitions that wait for the same thing: how many, the first few, the filter for all."""

    waiting: Waiting
    filter: PetitionFilter
    count: int
    rows: list[PetitionRow]

    @property
    def address(self) -> str:
        """Give the address of the list of exactly these petitions."""
        return petitions_address(self.filter, sort=Sort.DUE)


def today_piles(session: Session, scope: frozenset[int]) -> dict[Waiting, Pile]:
    """Give every pile of the day, empty ones too, soonest due first."""
    return {waiting: _pile(session, scope, waiting) for waiting in Waiting}


def _pile(session: Session, scope: frozenset[int], waiting: Waiting) -> Pile:
    asked = FILTERS[waiting]
    count = petition_count(session, scope, asked)
    rows = petition_page(session, scope, asked, Sort.DUE, size=SHOWN).rows if count else []
    return Pile(waiting, asked, count, rows)
