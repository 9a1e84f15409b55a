"""The forms of petitions: logging, steps, corrections, files, the list's filters."""

from tracker.petitions.forms.clocks import ApplyForm, ChoicesForm, DayForm, ReadingForm
from tracker.petitions.forms.facts import AmendForm, FactsForm, LogForm
from tracker.petitions.forms.identity import LookForm
from tracker.petitions.forms.listing import FilterForm
from tracker.petitions.forms.moving import FileForm, MoveForm, ReasonForm
from tracker.petitions.forms.shared import refuse_beside, seen

__all__ = [
    "AmendForm",
    "ApplyForm",
    "ChoicesForm",
    "DayForm",
    "FactsForm",
    "FileForm",
    "FilterForm",
    "LogForm",
    "LookForm",
    "MoveForm",
    "ReadingForm",
    "ReasonForm",
    "refuse_beside",
    "seen",
]
