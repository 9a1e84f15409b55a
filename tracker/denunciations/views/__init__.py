"""Pages of denunciations for those named in them, and of who takes denunciations."""

from tracker.denunciations.views import files, identity, listing, one, takers, writing
from tracker.denunciations.views.blueprint import bp
from tracker.denunciations.views.takers import takers_bp

__all__ = [
    "bp",
    "files",
    "identity",
    "listing",
    "one",
    "takers",
    "takers_bp",
    "writing",
]
