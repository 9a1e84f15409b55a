"""Writing visits, their rhythm, briefings, and the commitments that come of both."""

from tracker.briefing.service.briefings import end_briefing, open_briefing
from tracker.briefing.service.items import choose_items, move_item, record, remove_item
from tracker.briefing.service.promises import promise_of_decision, promise_of_instruction
from tracker.briefing.service.requests import (
    BriefingRefused,
    Chosen,
    DecisionsStale,
    NewBriefing,
    NewVisit,
    Recording,
    RhythmChange,
    TypedText,
    VisitChange,
)
from tracker.briefing.service.visits import amend_visit, log_visit, set_rhythm, void_visit

__all__ = [
    "BriefingRefused",
    "Chosen",
    "DecisionsStale",
    "NewBriefing",
    "NewVisit",
    "Recording",
    "RhythmChange",
    "TypedText",
    "VisitChange",
    "amend_visit",
    "choose_items",
    "end_briefing",
    "log_visit",
    "move_item",
    "open_briefing",
    "promise_of_decision",
    "promise_of_instruction",
    "record",
    "remove_item",
    "set_rhythm",
    "void_visit",
]
