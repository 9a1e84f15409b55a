"""The pages of administrators."""

from tracker.settings.views import health, index, lists, people, places, spans
from tracker.settings.views.frame import bp

__all__ = ["bp", "health", "index", "lists", "people", "places", "spans"]
