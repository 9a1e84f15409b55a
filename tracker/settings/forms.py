"""The forms of settings: people, categories, departments, places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, Field, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.accounts.permissions import Role
from tracker.core.clock import shown_date
from tracker.core.fields import (
    OPTIONAL,
    BaseForm,
    CreatingForm,
    DayField,
    NumberField,
    RowField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_, Labelled, gettext, say
from tracker.settings.rules import MOST_DUE_DAYS


class DayCount(Labelled):
    """How the days of a due date are counted."""

    WORKING = "working", N_("Working days")
    CALENDAR = "calendar", N_("Calendar days")


def _source() -> TextField:
    return TextField(
        N_("By which document"),
        [OPTIONAL],
        description=N_("Number and date of the decision, if there is one."),
    )


class ActForm(BaseForm):
    """A button that changes a record: it carries the version that was on the screen."""

    version = HiddenField()


class FactorRolesForm(BaseForm):
    """The roles whose people must have a second factor."""

    roles = SelectMultipleField(
        N_("Roles that must have a second factor"),
        choices=lambda: [SelectChoice(role.value, say(role)) for role in Role],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class _UsernameForm(BaseForm):
    username = TextField(
        N_("User name"),
        [required(N_("Enter the user name."))],
        limit=40,
        description=N_(
            "For signing in: letters without accents, digits and dots, as in lan.nguyen."
        ),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class _PersonFields(BaseForm):
    full_name = TextField(
        N_("Full name"),
        [required(N_("Enter the full name."))],
        render_kw={"autocomplete": "off"},
    )
    email = TextField(
        N_("E-mail address"),
        [OPTIONAL],
        description=N_("For reminders of what is due and late; leave it empty to send none."),
        render_kw={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"},
    )
    role = WordField(
        N_("Role"),
        Role,
        [required(N_("Choose the role."))],
        description=N_(
            "Staff log dialogues and petitions; leaders read reports and approve;"
            " administrators keep people, lists and places."
        ),
    )
    place = RowField(
        N_("Place"),
        [required(N_("Choose the place."))],
        empty=N_("Choose a place"),
        description=N_("The person sees the records of this place and of all places in it."),
    )


class PersonForm(CreatingForm, _UsernameForm, _PersonFields):
    """A new person."""


class PersonChangeForm(_PersonFields):
    """A person as they are to be; the user name stays."""

    version = HiddenField()
    is_disabled = BooleanField(
        N_("Disabled"),
        description=N_("Can no longer sign in, at once; everything they logged stays."),
    )


class DepartmentForm(CreatingForm):
    """Two names of one entry of a list; a change carries the version that was seen."""

    version = HiddenField()
    name_vi = TextField(N_("Name in Vietnamese"), [required(N_("Enter the Vietnamese name."))])
    name_en = TextField(
        N_("Name in English"),
        [required(N_("Enter the English name."))],
        description=N_("Shown on English pages and in English files."),
    )


class CategoryForm(DepartmentForm):
    """A category, with the commune's own rule for due dates if it has one."""

    due_days = NumberField(
        N_("Days until a petition is due"),
        [OPTIONAL],
        least=1,
        most=MOST_DUE_DAYS,
        description=N_(
            "No general legal limit exists for recommendations: leave this empty unless the"
            " commune has a rule of its own. Petitions already logged keep their dates."
        ),
    )
    due_kind = WordField(N_("Counted in"), DayCount, [OPTIONAL])


class SpanForm(CreatingForm):
    """A stretch of days with a name of the commune's own."""

    version = HiddenField()
    name = TextField(
        N_("Name of the period"),
        [required(N_("Enter the name of the period."))],
        description=N_("As reports will write it: the term of the council 2021–2026."),
    )
    start = DayField(N_("First day"), [required(N_("Enter the first day."))])
    end = DayField(N_("Last day"), [required(N_("Enter the last day."))])


class PlaceCorrectionForm(BaseForm):
    """What was typed wrongly of a place."""

    version = HiddenField()
    name = TextField(
        N_("Full name of the place"),
        [required(N_("Enter the name."))],
        description=N_("With its kind in front: commune, village and so on."),
    )
    valid_from = DayField(
        N_("First day"), [OPTIONAL], description=N_("Leave empty when it is not known.")
    )


class EndingForm(BaseForm):
    """A place's last day and its successor."""

    version = HiddenField()
    last_day = DayField(N_("Last day"), [required(N_("Enter the last day."))])
    successor = RowField(N_("Merged into"), [OPTIONAL], empty=N_("Choose a place"))
    source = _source()


class UndoingForm(BaseForm):
    """Why an ending was a mistake."""

    version = HiddenField()
    reason = TextField(N_("Reason"), [required(N_("State the reason."))])


class NewPlaceForm(CreatingForm, PlaceCorrectionForm):
    """A place in another."""

    source = _source()


class RenamingForm(CreatingForm):
    """A new name from a day on."""

    version = HiddenField()
    name = TextField(N_("New name"), [required(N_("Enter the name."))])
    first_day = DayField(
        N_("First day of the new name"), [required(N_("Enter the first day of the new name."))]
    )
    source = _source()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a stale save: what is kept now, and what was typed."""

    label: str
    kept: str
    typed: str


def differences(form: BaseForm, kept: Mapping[str, Any]) -> list[Difference]:
    """Set what was typed beside what someone else has saved meanwhile."""
    lines = [
        Difference(say(form[name].label.text), _read(form[name], value), _read_typed(form[name]))
        for name, value in kept.items()
    ]
    return [line for line in lines if line.kept != line.typed]


def seen_version(form: BaseForm) -> int:
    """Give the version that was on the screen; one that is no number is never the present one."""
    typed: str = (form["version"].raw_data or ("",))[0]
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _read_typed(field: Field) -> str:
    return _read(field, field.data)


def _read(field: Field, value: Any) -> str:
    if isinstance(field, RowField):
        return field.rows.get(value, "")
    if isinstance(field, BooleanField):
        return gettext("yes") if value else gettext("no")
    if isinstance(field, DayField):
        return shown_date(value)
    if isinstance(field, WordField):
        return say(value) if value else ""
    return "" if value is None else str(value)
