"""Writing dialogues: one module for the facts, one for the stages."""

from tracker.dialogues.service.keeping import edit_dialogue, log_dialogue
from tracker.dialogues.service.moving import move_dialogue, record_notice
from tracker.dialogues.service.requests import (
    FACTS,
    Attendance,
    DialogueChange,
    DialogueMoveRefused,
    DialogueRefused,
    NewDialogue,
)
from tracker.dialogues.service.settling import settle_limits

__all__ = [
    "FACTS",
    "Attendance",
    "DialogueChange",
    "DialogueMoveRefused",
    "DialogueRefused",
    "NewDialogue",
    "edit_dialogue",
    "log_dialogue",
    "move_dialogue",
    "record_notice",
    "settle_limits",
]
