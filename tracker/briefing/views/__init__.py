"""Pages of visits, their coverage, and briefings with the pack for the table."""

from tracker.briefing.views import covering, listing, meeting, pack, promising, visiting
from tracker.briefing.views.blueprint import bp

__all__ = ["bp", "covering", "listing", "meeting", "pack", "promising", "visiting"]
