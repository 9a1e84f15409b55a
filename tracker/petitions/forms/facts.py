"""Logging a petition, and correcting its facts."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField

from tracker.core.fields import (
    NOT_OFFERED,
    BaseForm,
    CreatingForm,
    DayField,
    KnownDateField,
    LongTextField,
    NumberField,
    RowField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_
from tracker.petitions.forms.shared import KindField, PlaceField, in_use
from tracker.petitions.lifecycle import Channel, Kind, Level, Petitioner
from tracker.petitions.queries.choices import Choice
from tracker.petitions.rules import CONTENT_LIMIT, NOTE_LIMIT

CHOSEN = [required(NOT_OFFERED)]

OUTSIDE_DIALOGUES = (
    Channel.VILLAGE_VISIT,
    Channel.PARTY_CELL,
    Channel.RECEPTION,
    Channel.LETTER,
    Channel.TELEPHONE,
)
"""The channels of a petition that no dialogue brought; the press is not logged by hand."""


class FactsForm(BaseForm):
    """Everything that may be typed about a petition."""

    citizen_name = TextField(
        N_("Full name"),
        description=N_("Of the person, or of the one who speaks for a group."),
        render_kw={"autocomplete": "off"},
    )
    petitioner = WordField(N_("Raised by"), Petitioner, CHOSEN, default=Petitioner.PERSON)
    people = NumberField(
        N_("Number of people"),
        least=1,
        default=1,
        description=N_("For a group: how many people; empty when not known."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    place = PlaceField(
        N_("Village or commune"),
        [required(N_("Choose the village or the commune."))],
        empty=N_("Choose a place"),
    )
    citizen_phone = TextField(
        N_("Telephone"), limit=40, render_kw={"inputmode": "tel", "autocomplete": "off"}
    )
    content = LongTextField(
        N_("Content"),
        [required(N_("Enter what was raised."))],
        limit=CONTENT_LIMIT,
        description=N_("In the citizen's own words."),
    )
    category = RowField(
        N_("Category"), [required(N_("Choose the category."))], empty=N_("Choose a category")
    )
    kind = KindField(
        N_("Kind"),
        CHOSEN,
        default=Kind.RECOMMENDATION,
        description=N_(
            "A complaint is accepted, or refused, within a limit of its own. A denunciation is not"
            " logged here: hand it to the person who receives denunciations, and name nobody."
        ),
    )
    level = WordField(N_("Level of competence"), Level, CHOSEN, default=Level.COMMUNE)
    department = RowField(N_("Department in charge"), empty=N_("Not yet assigned"))
    cooperating = TextField(N_("Cooperating units"))
    channel = WordField(
        N_("Channel"), Channel, CHOSEN, members=OUTSIDE_DIALOGUES, default=Channel.VILLAGE_VISIT
    )
    received_on = KnownDateField(
        N_("Date received"),
        description=N_("A month or a year alone when the day is not known; empty when unknown."),
    )
    due_on = DayField(
        N_("Due date"),
        description=N_("Never invented: left empty, only the category's own rule sets one."),
    )

    def offer(
        self, places: Iterable[Choice], categories: Iterable[Choice], departments: Iterable[Choice]
    ) -> None:
        """Offer what is in use, and what the petition names already."""
        self.place.offer_places(places)
        self.category.offer(in_use(categories, self.category.object_data))
        self.department.offer(in_use(departments, self.department.object_data))

    def facts(self) -> dict[str, Any]:
        """Give what was typed, under the names that the service knows."""
        received_on, precision = self.received_on.data
        return {
            "place_id": self.place.data,
            "category_id": self.category.data,
            "kind": self.kind.data,
            "department_id": self.department.data,
            "cooperating": self.cooperating.data or "",
            "level": self.level.data,
            "petitioner": self.petitioner.data,
            **self.person(),
            "people": self.people.data,
            "received_on": received_on,
            "date_precision": precision,
            "due_on": self.due_on.data,
        }

    def person(self) -> dict[str, Any]:
        """Give who raised it and what was said, as it was typed."""
        names = ("citizen_name", "citizen_phone", "content")
        return {name: self[name].data for name in names if name in self}


class LogForm(FactsForm, CreatingForm):
    """A new petition."""

    answer = LongTextField(N_("The answer given"), limit=NOTE_LIMIT)


class AmendForm(FactsForm):
    """Facts of a petition as they should read, and why."""

    channel = WordField(N_("Channel"), Channel, CHOSEN)
    monitor = RowField(
        N_("Monitor"),
        empty=N_("No monitor"),
        description=N_("Someone other than who handles it; told when the petition stays late."),
    )
    reason = LongTextField(
        N_("Reason for the correction"),
        [required(N_("State the reason."))],
        limit=NOTE_LIMIT,
    )
    version = HiddenField()
    kept_person: Mapping[str, Any] | None = None

    def leave_person(self, kept: Mapping[str, Any]) -> None:
        """Keep facts that name who raised it as they are, for someone to whom that is not open."""
        for name in kept:
            del self[name]
        self.kept_person = kept

    def person(self) -> dict[str, Any]:
        """Give who raised it and what was said: as it was typed, or as it is kept."""
        return super().person() | dict(self.kept_person or {})

    def facts(self) -> dict[str, Any]:
        """Give what was typed, with what a new petition has elsewhere."""
        return super().facts() | {"channel": self.channel.data, "monitor_id": self.monitor.data}
