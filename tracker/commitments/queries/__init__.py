"""Questions about commitments: one of them, the list, the ledger, the agenda, working groups."""

from tracker.commitments.queries.one import commitment_for
from tracker.commitments.queries.register import (
    CommitmentFilter,
    CommitmentRow,
    commitment_count,
    commitment_page,
    commitments_on,
)
from tracker.commitments.queries.today import Due, Pile, promise_piles

__all__ = [
    "CommitmentFilter",
    "CommitmentRow",
    "Due",
    "Pile",
    "commitment_count",
    "commitment_for",
    "commitment_page",
    "commitments_on",
    "promise_piles",
]
