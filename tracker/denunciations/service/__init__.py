"""Writing denunciations: receiving and leading them, letting people in, opening an identity."""

from tracker.denunciations.service.files import keep_case_file, note_file_opened, remove_case_file
from tracker.denunciations.service.identity import correct_identity, open_identity
from tracker.denunciations.service.moving import move_denunciation, undo_step
from tracker.denunciations.service.people import end_grant, let_in_again, name_person
from tracker.denunciations.service.receiving import amend_denunciation, receive_denunciation
from tracker.denunciations.service.requests import (
    DenunciationChange,
    Identity,
    MoveRequest,
    NewDenunciation,
)
from tracker.denunciations.service.takers import confirm_taker, end_taker, propose_taker

__all__ = [
    "DenunciationChange",
    "Identity",
    "MoveRequest",
    "NewDenunciation",
    "amend_denunciation",
    "confirm_taker",
    "correct_identity",
    "end_grant",
    "end_taker",
    "keep_case_file",
    "let_in_again",
    "move_denunciation",
    "name_person",
    "note_file_opened",
    "open_identity",
    "propose_taker",
    "receive_denunciation",
    "remove_case_file",
    "undo_step",
]
