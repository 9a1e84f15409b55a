"""The papers themselves, each made of facts that were read before; all words are Vietnamese."""

from tracker.documents.papers.announcement import announcement, invitation
from tracker.documents.papers.conclusions import conclusions
from tracker.documents.papers.minutes import minutes
from tracker.documents.papers.report import report
from tracker.documents.papers.results import results
from tracker.documents.papers.shared import Writing

__all__ = [
    "Writing",
    "announcement",
    "conclusions",
    "invitation",
    "minutes",
    "report",
    "results",
]
