"""Writing commitments: making and correcting, leading to an end, working groups and visits."""

from tracker.commitments.service.groups import add_member, log_visit, set_up_group, void_visit
from tracker.commitments.service.making import amend_commitment, make_commitment
from tracker.commitments.service.moving import (
    correct_commitment,
    move_commitment,
    move_with_evidence,
)
from tracker.commitments.service.requests import (
    CommitmentChange,
    CommitmentMoveRefused,
    CommitmentRefused,
    MoveRequest,
    NewCommitment,
    NewGroup,
    NewVisit,
    Person,
)

__all__ = [
    "CommitmentChange",
    "CommitmentMoveRefused",
    "CommitmentRefused",
    "MoveRequest",
    "NewCommitment",
    "NewGroup",
    "NewVisit",
    "Person",
    "add_member",
    "amend_commitment",
    "correct_commitment",
    "log_visit",
    "make_commitment",
    "move_commitment",
    "move_with_evidence",
    "set_up_group",
    "void_visit",
]
