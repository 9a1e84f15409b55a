"""What is typed about a dialogue: its facts, its steps."""

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SearchField,
    SelectField,
    ValidationError,
)
from wtforms.widgets import HiddenInput

from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.fields import (
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
from tracker.core.i18n import N_, gettext
from tracker.dialogues import rules
from tracker.dialogues.lifecycle import NOTICE_AFTERWARDS, Form, Move, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import DialogueFilter

AS_KNOWN = N_("As exactly as it is known: a day, a month, a quarter, a year; empty when unknown.")
DATED = {"held_on": "date_precision", "outcome_on": "outcome_precision"}
"""The fields that hold a day and how exactly it is known, with the column of the latter."""
YES = "yes"
KEPT_AS_TYPED = (*("form", "starts_at", "requested_by_voters", *rules.DAYS_AFTER, "version"),)
NO_FACTS = frozenset({"csrf_token", "key", "version", "place"})


class VersionField(Field):
    """The version that stood on the person's screen; nonsense is one that never was."""

    widget = HiddenInput()

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits; nothing sent is no version."""
        text = valuelist[0] if valuelist else ""
        is_number = text.isascii() and text.isdecimal() and len(text) < 10
        self.data = (int(text) if is_number else -1) if text else None


def clock_time(form: BaseForm, field: Field) -> None:
    """Refuse what is no time of day; write one as hh:mm."""
    if not field.data:
        return
    read = rules.read_time(field.data)
    if read is None:
        raise ValidationError(gettext("There is no such time; type it as hh:mm."))
    field.data = read


class FactsForm(BaseForm):
    """The facts that are known when a dialogue is planned, and those counted on the day."""

    form = WordField(N_("Form of dialogue"), Form, [required(N_("Choose the form."))])
    topic = TextField(N_("Topic"), [required(N_("Enter the topic."))], limit=rules.TOPIC_LIMIT)
    place = RowField(N_("Place"), [required(N_("Choose the place."))])
    venue = TextField(N_("Venue"))
    held_on = KnownDateField(N_("Date of the dialogue"), description=AS_KNOWN)
    starts_at = TextField(N_("Time"), [clock_time], description=N_("hh:mm"), limit=20)
    chair = TextField(N_("Chaired by"))
    secretary = TextField(N_("Minutes kept by"))
    audience = TextField(N_("Audience"), description=N_("Which people are invited or came."))
    invited = NumberField(N_("Number invited"), most=rules.MOST_PEOPLE)
    present = NumberField(N_("Number present"), most=rules.MOST_PEOPLE)
    speakers = NumberField(N_("Number who spoke"), most=rules.MOST_PEOPLE)
    requested_by_voters = BooleanField(
        N_("Requested by at least ten percent of the voters"),
        description=N_("The reason why it is held (Law 72/2025/QH15, article 43)."),
    )

    def facts(self) -> dict[str, Any]:
        """Give what was typed, by the names the register keeps it under."""
        typed: dict[str, Any] = {"place_id": self.place.data}
        for field in self:
            if field.name in DATED:
                typed[field.name], typed[DATED[field.name]] = field.data
            elif field.name not in NO_FACTS:
                typed[field.name] = field.data
        return typed


class DialogueForm(FactsForm, CreatingForm):
    """A new dialogue: one to come, or one that has taken place already."""

    stage = WordField(
        N_("Stage"), Stage, [required(N_("Choose the stage."))], members=(Stage.PLANNED, Stage.HELD)
    )


class DialogueEditForm(FactsForm):
    """All facts of a dialogue, with what was said and what came of it."""

    version = VersionField()
    minutes = LongTextField(N_("Minutes"), limit=rules.MINUTES_LIMIT)
    conclusion = LongTextField(N_("Conclusions"), limit=rules.TEXT_LIMIT)
    follow_up = LongTextField(N_("What was to follow"), limit=rules.TEXT_LIMIT)
    outcome = LongTextField(N_("What came of it"), limit=rules.TEXT_LIMIT)
    outcome_on = KnownDateField(N_("Date of the outcome"), description=AS_KNOWN)
    sent_to_village_heads_on = DayField(N_("Results sent to village heads on"))
    units_reported_on = DayField(N_("Units in charge reported on"))


def edit_form(dialogue: Dialogue, places: Mapping[int, str], *, sent: bool) -> DialogueEditForm:
    """Give the form as it was sent, or as the dialogue stands."""
    kept = {name: getattr(dialogue, name) for name in (*rules.TEXT_LIMITS, *rules.COUNTS)}
    kept |= {name: getattr(dialogue, name) for name in KEPT_AS_TYPED}
    kept["place"] = dialogue.place_id
    for day, precision in DATED.items():
        kept[day] = (getattr(dialogue, day), getattr(dialogue, precision))
    form = DialogueEditForm(request.form if sent else None, data=kept)
    form.place.offer(places)
    return form


def in_words(field: Field) -> str:
    """Write what a field holds the way its form shows it."""
    if hasattr(field, "iter_choices"):
        chosen = [label for _, label, selected, *_ in field.iter_choices() if selected]
        return str(chosen[0]) if chosen else ""
    if isinstance(field, BooleanField):
        return gettext("yes") if field.data else gettext("no")
    text: str = field._value()  # type: ignore[attr-defined]
    return text.replace("\r\n", "\n")


class MoveForm(BaseForm):
    """One step of a dialogue's life: it shows only what its move asks for."""

    move = HiddenField()
    version = VersionField()
    happened_on = DayField(N_("Day of the step"))
    document_number = TextField(N_("Document number"), limit=rules.LINE_LIMIT)
    invited = NumberField(N_("Number invited"), most=rules.MOST_PEOPLE)
    present = NumberField(N_("Number present"), most=rules.MOST_PEOPLE)
    speakers = NumberField(N_("Number who spoke"), most=rules.MOST_PEOPLE)
    sent_to_village_heads_on = DayField(N_("Results sent to village heads on"))
    conclusion = LongTextField(N_("Conclusions"), limit=rules.TEXT_LIMIT)
    note = LongTextField(N_("Note"), limit=rules.TEXT_LIMIT)

    @classmethod
    def of(cls, move: Move, dialogue: Dialogue, *, sent: bool) -> "MoveForm":
        """Give the form of one move, as it was sent or empty, with ids of its own on the page."""
        is_day = dialogue.date_precision is Precision.DAY
        begun = {"move": move.name, "version": dialogue.version, "happened_on": clock.today()}
        if move.asks_attendance:
            begun |= {name: getattr(dialogue, name) for name in rules.COUNTS}
            begun["happened_on"] = dialogue.held_on if is_day else None
        if move.asks_sending:
            begun["sent_to_village_heads_on"] = dialogue.sent_to_village_heads_on
        if move.asks_conclusion:
            begun["conclusion"] = dialogue.conclusion
        if move is NOTICE_AFTERWARDS:
            begun["happened_on"] = None  # today would be too late
        form = cls(request.form if sent else None, data=begun)
        form._ask_for(move)
        for field in form:
            field.id = f"{move.name}-{field.name}"
        return form

    def _ask_for(self, move: Move) -> None:
        if not move.asks_attendance:
            del self.invited, self.present, self.speakers
        if not move.asks_sending:
            del self.sent_to_village_heads_on
        if not move.asks_conclusion:
            del self.conclusion
        if not move.needs_document:
            del self.document_number
        else:
            _demand(self.document_number, N_("Enter the document number."))
        if move is NOTICE_AFTERWARDS:
            _demand(self.happened_on, N_("Enter the day of the notice."))
        if move.needs_note:
            _demand(self.note, N_("State the reason."))


def _demand(field: Field, sentence: str) -> None:
    field.validators = [required(sentence), *field.validators]
    field.flags.required = True


class FilterForm(BaseForm):
    """What the list may be narrowed to, filled from the address."""

    class Meta(BaseForm.Meta):
        """Reading changes nothing."""

        csrf = False

    q = SearchField(N_("Search"), render_kw={"autocomplete": "off"})
    form = WordField(N_("Form of dialogue"), Form, empty=N_("Any"))
    stage = WordField(N_("Stage"), Stage, empty=N_("Any"))
    place = SelectField(N_("Place"), validate_choice=False)
    held_from = DayField(N_("Held from"))
    held_to = DayField(N_("Held to"))
    clock = WordField(N_("Limits"), rules.Pressing, empty=N_("Any"))
    duty = WordField(N_("Of what"), rules.Duty, empty=N_("Any"))
    date_unknown = BooleanField(N_("Only with an unknown date"), render_kw={"value": YES})
    held = BooleanField(N_("Only held, as reports count them"), render_kw={"value": YES})
    sort = WordField(N_("Order"), rules.Sort, default=rules.Sort.NEWEST)

    def asked(self, place_ids: Mapping[str, int]) -> DialogueFilter:
        """Give the filter; what the address says wrongly narrows nothing and is told beside it."""
        return DialogueFilter(
            q=self.q.data or "",
            form=self.form.data,
            stage=self.stage.data,
            place_id=place_ids.get(self.place.data or ""),
            held_from=self.held_from.data,
            held_to=self.held_to.data,
            date_unknown=self.date_unknown.data,
            held=self.held.data,
            clock=self.clock.data,
            duty=self.duty.data if self.clock.data else None,
        )
