"""Pages of commitments: list and ledger, one and its steps, the agenda, working groups."""

from tracker.commitments.views import (
    agenda,
    files,
    groups,
    ledger,
    listing,
    one,
    sections,
    writing,
)
from tracker.commitments.views.blueprint import bp

__all__ = [
    "agenda",
    "bp",
    "files",
    "groups",
    "ledger",
    "listing",
    "one",
    "sections",
    "writing",
]
