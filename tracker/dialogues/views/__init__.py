"""Pages of dialogues: the list and its file, logging and editing, one dialogue and its files."""

from tracker.dialogues.views import files, listing, one, writing, yearly
from tracker.dialogues.views.blueprint import CountColumn, bp, count_columns, page_sections

__all__ = [
    "CountColumn",
    "bp",
    "count_columns",
    "files",
    "listing",
    "one",
    "page_sections",
    "writing",
    "yearly",
]
