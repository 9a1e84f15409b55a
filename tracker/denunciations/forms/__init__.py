"""What is typed about denunciations."""

from tracker.denunciations.forms.facts import EditForm, IdentityForm, NewForm, TakeOverForm
from tracker.denunciations.forms.moving import MoveForm
from tracker.denunciations.forms.people import PersonForm, ReasonForm, TakerForm, UndoForm

__all__ = [
    "EditForm",
    "IdentityForm",
    "MoveForm",
    "NewForm",
    "PersonForm",
    "ReasonForm",
    "TakeOverForm",
    "TakerForm",
    "UndoForm",
]
