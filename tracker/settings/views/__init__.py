"""The pages of administrators."""

from tracker.settings.views import index, lists, people, places, spans
from tracker.settings.views.frame import bp

__all__ = ["bp", "index", "lists", "people", "places", "spans"]
