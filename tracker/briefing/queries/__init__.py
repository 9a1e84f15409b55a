"""Questions about visits, the rhythm they keep, and briefings."""

from tracker.briefing.queries.briefings import (
    briefing_for,
    briefing_page,
    items_of,
    last_ended,
    open_briefing_of,
)
from tracker.briefing.queries.coverage import coverage, rhythms, villages_behind
from tracker.briefing.queries.proposals import proposals
from tracker.briefing.queries.visits import VisitFilter, visit_count, visit_for, visit_page

__all__ = [
    "VisitFilter",
    "briefing_for",
    "briefing_page",
    "coverage",
    "items_of",
    "last_ended",
    "open_briefing_of",
    "proposals",
    "rhythms",
    "visit_count",
    "visit_for",
    "visit_page",
    "villages_behind",
]
