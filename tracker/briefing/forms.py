"""What is typed about visits, their rhythm and briefings."""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.briefing import rules
from tracker.briefing.lifecycle import Every, VisitKind
from tracker.briefing.queries.addresses import LABELS, YES
from tracker.commitments.forms.facts import PersonField
from tracker.commitments.forms.shared import VersionField
from tracker.commitments.rules import name_key
from tracker.core.fields import (
    BaseForm,
    CreatingForm,
    DayField,
    LongTextField,
    NumberField,
    RowField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_, gettext
from tracker.petitions.queries.choices import Choice

DECISION, SEEN = "decision-", "seen-"


class VisitFactsForm(BaseForm):
    """What may be typed about a visit."""

    kind = WordField(N_("Kind of visit"), VisitKind, [required(N_("Choose the kind of visit."))])
    visited_on = DayField(N_("Day of the visit"), [required(N_("Enter the day of the visit."))])
    place = RowField(N_("Village or commune"), [required(N_("Choose the place."))])
    cell = TextField(
        N_("Party cell"), description=N_("Only for a Party-cell meeting: the name of the cell.")
    )
    visitor = PersonField(
        N_("Visited by"),
        [required(N_("Enter who made the visit."))],
        description=N_("Name and office of the leader; one visit for each leader."),
    )
    heard = LongTextField(
        N_("What was heard"),
        [required(N_("Enter what was heard; when nothing was raised, say so."))],
        limit=rules.TEXT_LIMIT,
        description=N_("One thing a line: each can then be logged as a petition in one click."),
    )
    instruction = LongTextField(
        N_("Instruction given"),
        limit=rules.DECISION_LIMIT,
        description=N_("What the leader told to be done; it can be followed as a commitment."),
    )

    def offer(self, places: Mapping[int, str], people: Mapping[str, int]) -> None:
        """Offer places, and people by name."""
        self.place.offer(places)
        self.visitor.ids = {name_key(said): user_id for said, user_id in people.items()}

    def facts(self) -> dict[str, Any]:
        """Give what was typed, by the names the register keeps it under."""
        name, user_id = self.visitor.person()
        return {
            "kind": self.kind.data,
            "visited_on": self.visited_on.data,
            "place_id": self.place.data,
            "cell": self.cell.data or "",
            "visitor": name,
            "visitor_id": user_id,
            "heard": self.heard.data or "",
            "instruction": self.instruction.data or "",
        }


class VisitForm(VisitFactsForm, CreatingForm):
    """A visit to be logged."""


class VisitEditForm(VisitFactsForm):
    """A visit to be corrected in sight."""

    version = VersionField()
    reason = TextField(N_("Reason for the correction"))


class VoidForm(BaseForm):
    """Why a visit was entered by mistake."""

    version = VersionField()
    reason = TextField(N_("Reason"), [required(N_("State the reason."))])


class FilterForm(BaseForm):
    """What the log may be narrowed to, filled from the address."""

    class Meta(BaseForm.Meta):
        """Reading changes nothing."""

        csrf = False

    q = SearchField(N_("Search"), render_kw={"autocomplete": "off"})
    kind = WordField(LABELS["kind"], VisitKind, empty=N_("Any"))
    place = SelectField(LABELS["place"], validate_choice=False)
    visitor = SelectField(LABELS["visitor"], validate_choice=False)
    visited_from = DayField(LABELS["visited_from"])
    visited_to = DayField(LABELS["visited_to"])
    instructed = BooleanField(LABELS["instructed"], render_kw={"value": YES})
    with_voided = BooleanField(LABELS["with_voided"], render_kw={"value": YES})
    sort = WordField(LABELS["sort"], rules.Sort, default=rules.Sort.NEWEST)

    def offer(self, places: Iterable[Choice], visitors: Mapping[str, str]) -> None:
        """Offer places and visitors by the signs that stand in addresses."""
        every = SelectChoice("", gettext("Any"))
        self.place.choices = [
            every,
            *(SelectChoice(p.code, p.name, optgroup=p.group or None) for p in places),
        ]
        self.visitor.choices = [every, *(SelectChoice(k, name) for k, name in visitors.items())]


class RhythmForm(BaseForm):
    """How often visits of a kind are expected."""

    version = VersionField()
    every = WordField(N_("Expected"), Every, [required(N_("Choose how it is counted."))])
    days = NumberField(
        N_("Number of days"),
        least=1,
        most=rules.MOST_DAYS,
        description=N_("Only where it is counted in days."),
    )
    basis = TextField(
        N_("By whose word"),
        [required(N_("Name who asks for this rhythm: a document or a practice."))],
        description=N_("A regulation, a plan, or the practice that is followed."),
    )


class OpenForm(CreatingForm):
    """The next briefing, to be opened."""

    held_on = DayField(N_("Held on"), [required(N_("Enter the day of the briefing."))])
    chair = TextField(N_("Chaired by"), [required(N_("Enter who chairs the briefing."))])


class BriefingForm(BaseForm):
    """An open briefing: everything on its page is sent together, so that nothing typed is lost."""

    version = VersionField()
    held_on = DayField(N_("Held on"), [required(N_("Enter the day of the briefing."))])
    chair = TextField(N_("Chaired by"), [required(N_("Enter who chairs the briefing."))])
    subject = LongTextField(
        N_("Another matter, in words"),
        limit=rules.TEXT_LIMIT,
        description=N_("For what is neither a petition nor a commitment in the register."),
    )
    notes = LongTextField(N_("Other conclusions of the briefing"), limit=rules.TEXT_LIMIT)


def typed_decisions(sent: MultiDict[str, str]) -> dict[int, tuple[str, str | None]]:
    """Give each decision that was sent, by its matter: the text, and the sign of the one before."""
    return {
        int(name.removeprefix(DECISION)): (text, sent.get(SEEN + name.removeprefix(DECISION)))
        for name, text in sent.items()
        if name.startswith(DECISION) and _is_number(name.removeprefix(DECISION))
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
