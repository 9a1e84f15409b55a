"""Logging a petition, following it to its end, correcting it; every step posts to the ledger."""

from tracker.petitions.service.correcting import amend_petition, correct_step, may_correct
from tracker.petitions.service.identity import LOOK_NOTE_LIMIT, open_identity
from tracker.petitions.service.lookup import (
    as_values,
    fill_lookup,
    finding_set_aside,
    keep_lookup,
    rebuild_lookup,
    renew_lookups,
)
from tracker.petitions.service.moving import (
    hand_over,
    move_petition,
    move_with_evidence,
    offered_moves,
)
from tracker.petitions.service.rebuilding import fill_ack_dates, rebuild_ledger, sum_up
from tracker.petitions.service.receiving import log_petition
from tracker.petitions.service.recounting import (
    MovedDate,
    Moving,
    Preview,
    apply_change,
    preview_change,
)
from tracker.petitions.service.requests import (
    Amendment,
    MoveRefused,
    MoveRequest,
    NewPetition,
    PetitionRefused,
)

__all__ = [
    "LOOK_NOTE_LIMIT",
    "Amendment",
    "MoveRefused",
    "MoveRequest",
    "MovedDate",
    "Moving",
    "NewPetition",
    "PetitionRefused",
    "Preview",
    "amend_petition",
    "as_values",
    "apply_change",
    "correct_step",
    "fill_ack_dates",
    "fill_lookup",
    "finding_set_aside",
    "hand_over",
    "keep_lookup",
    "log_petition",
    "may_correct",
    "move_petition",
    "move_with_evidence",
    "offered_moves",
    "open_identity",
    "preview_change",
    "rebuild_ledger",
    "rebuild_lookup",
    "sum_up",
    "renew_lookups",
]
