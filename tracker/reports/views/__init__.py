"""Pages of reports: the resolution report and its files, and reports as they were sent."""

from tracker.reports.views import resolution, sent
from tracker.reports.views.blueprint import bp

__all__ = ["bp", "resolution", "sent"]
