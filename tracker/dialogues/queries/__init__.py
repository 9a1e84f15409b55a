"""Questions about dialogues: one of them, the list, their limits, one a year."""

from tracker.dialogues.queries.clocks import (
    PressingRow,
    clocks_by_id,
    courses_of,
    pressing_rows,
    stands_as,
    terms_of,
)
from tracker.dialogues.queries.moving import MovedLimit, moved_limits
from tracker.dialogues.queries.one import (
    StepRow,
    dialogue_for,
    lacks_notice,
    offered_moves,
    timeline,
)
from tracker.dialogues.queries.register import (
    DialogueFilter,
    DialoguePage,
    DialogueRow,
    ExportRow,
    dialogue_count,
    dialogue_export_rows,
    dialogue_page,
    pressing_counts,
)
from tracker.dialogues.queries.telling import Teller, tellers, tellers_of
from tracker.dialogues.queries.yearly import Year, YearRow, year_of

__all__ = [
    "DialogueFilter",
    "DialoguePage",
    "DialogueRow",
    "ExportRow",
    "MovedLimit",
    "PressingRow",
    "StepRow",
    "Teller",
    "Year",
    "YearRow",
    "clocks_by_id",
    "courses_of",
    "dialogue_count",
    "dialogue_export_rows",
    "dialogue_for",
    "dialogue_page",
    "lacks_notice",
    "moved_limits",
    "offered_moves",
    "pressing_counts",
    "pressing_rows",
    "stands_as",
    "tellers",
    "tellers_of",
    "terms_of",
    "timeline",
    "year_of",
]
