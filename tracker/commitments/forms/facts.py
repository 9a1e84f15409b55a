"""The facts of a promise, as it is written down and as it is corrected."""

from collections.abc import Iterable, Mapping
from typing import Any

from tracker.commitments import rules
from tracker.commitments.forms.shared import VersionField
from tracker.core.fields import (
    BaseForm,
    CreatingForm,
    DayField,
    KnownDateField,
    LongTextField,
    RowField,
    TextField,
    required,
)
from tracker.core.i18n import N_

AS_KNOWN = N_("As exactly as it is known: a day, a month, a quarter, a year; empty when unknown.")
PEOPLE = ("promised_by", "handler", "monitor")


class PersonField(TextField):
    """A person by name; one who signs in is recognised by the name that is offered."""

    def __init__(self, label: str, validators: Iterable[Any] = (), **given: Any) -> None:
        super().__init__(label, validators, render_kw={"list": "people"}, **given)
        self.ids: Mapping[str, int] = {}

    def person(self) -> tuple[str, int | None]:
        """Give the name, and the account it belongs to when there is one."""
        name = self.data or ""
        return name, self.ids.get(rules.name_key(name))


class FactsForm(BaseForm):
    """What may be typed about a promise."""

    promise = LongTextField(
        N_("Commitment"),
        [required(N_("Enter what was promised, in the leader's words."))],
        limit=rules.PROMISE_LIMIT,
        description=N_("In the leader's own words, as they were said or written."),
    )
    promised_by = PersonField(
        N_("Promised by"),
        [required(N_("Enter who promised it."))],
        description=N_("Title or name, as it was said: “Chairman of the commune”."),
    )
    promised_on = KnownDateField(N_("Promised on"), description=AS_KNOWN)
    place = RowField(N_("Place"), [required(N_("Choose the place."))])
    department = RowField(N_("Lead department"), empty=N_("not yet assigned"))
    supporting = TextField(N_("Supporting"))
    handler = PersonField(N_("Carried out by"))
    monitor = PersonField(
        N_("Monitor"), description=N_("Someone other than the person who carries it out.")
    )
    due_on = DayField(
        N_("Due date"), description=N_("Leave it empty when none was set: that is shown, too.")
    )

    def offer(
        self, places: Mapping[int, str], departments: Mapping[int, str], people: Mapping[str, int]
    ) -> None:
        """Offer places, departments, and people by name."""
        self.place.offer(places)
        self.department.offer(departments)
        for name in PEOPLE:
            self[name].ids = {rules.name_key(said): user_id for said, user_id in people.items()}

    def facts(self) -> dict[str, Any]:
        """Give what was typed, by the names the register keeps it under."""
        promised_on, precision = self.promised_on.data
        return {
            "promise": self.promise.data or "",
            "promised_on": promised_on,
            "promised_precision": precision,
            "place_id": self.place.data,
            "department_id": self.department.data,
            "supporting": self.supporting.data or "",
            "due_on": self.due_on.data,
            **{name: self[name].person() for name in PEOPLE},
        }


class CommitmentForm(FactsForm, CreatingForm):
    """A promise to be written down."""

    document_number = TextField(
        N_("Document number"), description=N_("Of the notice of conclusions, if there is one.")
    )


class CommitmentEditForm(FactsForm):
    """The facts of a promise, to be corrected by a visible step."""

    version = VersionField()
    reason = TextField(N_("Reason for the correction"))
