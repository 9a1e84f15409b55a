"""Setting up a working group, and logging its visits one after another."""

from collections.abc import Mapping
from typing import Any

from tracker.commitments import rules
from tracker.commitments.lifecycle import Result
from tracker.core.fields import (
    BaseForm,
    CreatingForm,
    DayField,
    LongTextField,
    RowField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_


class GroupForm(CreatingForm):
    """A working group to be set up."""

    name = TextField(N_("Name of the group"), [required(N_("Enter the group's name."))])
    place = RowField(N_("Place"), [required(N_("Choose the place."))])
    set_up_on = DayField(N_("Set up on"))
    document_number = TextField(N_("Document number"))
    members = LongTextField(
        N_("Members"),
        description=N_("One person a line; after a semicolon, what the person does in the group."),
        limit=rules.NOTE_LIMIT,
    )

    def member_lines(self) -> tuple[tuple[str, str], ...]:
        """Give each line that names somebody."""
        lines = (self.members.data or "").splitlines()
        return tuple(rules.member_in(line) for line in lines if line.strip())


class MemberForm(BaseForm):
    """One more member."""

    member = TextField(
        N_("One more member"),
        [required(N_("Enter the member's name."))],
        description=N_("A name; after a semicolon, what the person does in the group."),
        limit=2 * rules.LINE_LIMIT,
    )


class VisitForm(CreatingForm):
    """A visit to one household."""

    household = TextField(
        N_("Household"),
        [required(N_("Enter the household."))],
        description=N_("The head of the household, or the name the village knows it by."),
    )
    place = RowField(N_("Village"), [required(N_("Choose the village."))], empty=N_("Choose"))
    visited_on = DayField(N_("Day of the visit"), [required(N_("Enter the day of the visit."))])
    result = WordField(
        N_("What the household said"),
        Result,
        [required(N_("Choose the result."))],
        empty=N_("Choose"),
    )
    reason = LongTextField(N_("Why not yet"), limit=rules.NOTE_LIMIT)
    agreed_option = LongTextField(N_("What was agreed"), limit=rules.NOTE_LIMIT)
    visitors = TextField(N_("Visited by"))
    document_number = TextField(N_("Number of the minutes"))

    def offer(self, places: Mapping[int, str]) -> None:
        """Offer the villages of the group's place."""
        self.place.offer(places)

    def visit(self) -> dict[str, Any]:
        """Give what was typed, by the names the register keeps it under."""
        names = ("household", "reason", "agreed_option", "visitors", "document_number")
        return {
            "place_id": self.place.data,
            "visited_on": self.visited_on.data,
            "result": self.result.data,
            **{name: self[name].data or "" for name in names},
        }
