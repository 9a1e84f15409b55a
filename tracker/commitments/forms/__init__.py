"""What is typed about commitments: the promise, its steps, filters, groups and visits."""

from tracker.commitments.forms.facts import CommitmentEditForm, CommitmentForm
from tracker.commitments.forms.groups import GroupForm, MemberForm, VisitForm
from tracker.commitments.forms.listing import FilterForm, LedgerForm
from tracker.commitments.forms.moving import MoveForm, ReasonForm

__all__ = [
    "CommitmentEditForm",
    "CommitmentForm",
    "FilterForm",
    "GroupForm",
    "LedgerForm",
    "MemberForm",
    "MoveForm",
    "ReasonForm",
    "VisitForm",
]
