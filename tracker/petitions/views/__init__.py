"""Pages of petitions: the list and its files, logging, one petition and what is done to it."""

from tracker.petitions.views import (
    calendar,
    correcting,
    downloads,
    due,
    files,
    identity,
    limits,
    listing,
    logging,
    one,
    sections,
)
from tracker.petitions.views.blueprint import bp, page_sections

__all__ = [
    "bp",
    "calendar",
    "correcting",
    "downloads",
    "due",
    "files",
    "identity",
    "limits",
    "listing",
    "logging",
    "one",
    "page_sections",
    "sections",
]
