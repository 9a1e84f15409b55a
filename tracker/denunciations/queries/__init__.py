"""Questions about denunciations; whoever is not named in a case finds nothing."""

from tracker.denunciations.queries.journal import secluded_mismatches
from tracker.denunciations.queries.one import denunciation_for, parts_of
from tracker.denunciations.queries.people import (
    places_open_to,
    proposals_for,
    taker_names,
    takes_for,
)

__all__ = [
    "denunciation_for",
    "parts_of",
    "places_open_to",
    "proposals_for",
    "secluded_mismatches",
    "taker_names",
    "takes_for",
]
