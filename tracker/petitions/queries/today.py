"""What waits on the first page today."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.core.i18n import N_, Labelled
from tracker.petitions.lifecycle import Status
from tracker.petitions.queries.addresses import petitions_address
from tracker.petitions.queries.filters import PetitionFilter, Sort
from tracker.petitions.queries.finding import counts_to, wanted_by
from tracker.petitions.queries.register import (
    PetitionRow,
    petition_page,
)
from tracker.petitions.queries.standing import terms_of
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


def today_piles(
    session: Session, scope: frozenset[int], opened: Collection[Waiting] = frozenset(Waiting)
) -> dict[Waiting, Pile]:
    """Give every pile of the day, empty ones too; the opened ones with rows, soonest due first."""
    terms = terms_of(session)
    wanted = [wanted_by(scope, FILTERS[waiting], terms) for waiting in Waiting]
    piles = {}
    for waiting, count in zip(Waiting, counts_to(session, wanted), strict=True):
        asked, rows = FILTERS[waiting], []
        if count and waiting in opened:
            rows = petition_page(session, scope, asked, Sort.DUE, size=SHOWN, terms=terms).rows
        piles[waiting] = Pile(waiting, asked, count, rows)
    return piles
