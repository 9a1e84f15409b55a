"""Pages of papers: those of a dialogue and of a report, and the letterheads in settings."""

from tracker.documents.views import letterheads, of_dialogue, of_report, sections
from tracker.documents.views.blueprint import bp

__all__ = ["bp", "letterheads", "of_dialogue", "of_report", "sections"]
