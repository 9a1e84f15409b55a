"""Narrowing the list of commitments, and asking for the ledger."""

from collections.abc import Iterable, Mapping

from wtforms import BooleanField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.commitments.lifecycle import State
from tracker.commitments.queries.addresses import LABELS, NOBODY, YES
from tracker.commitments.rules import By, Sort
from tracker.core.fields import BaseForm, DayField, WordField
from tracker.core.i18n import N_, gettext
from tracker.petitions.queries.choices import Choice


class _Reading(BaseForm):
    """A form that is filled from the address."""

    class Meta(BaseForm.Meta):
        """Reading changes nothing."""

        csrf = False


class FilterForm(_Reading):
    """What the list may be narrowed to, filled from the address."""

    q = SearchField(N_("Search"), render_kw={"autocomplete": "off"})
    state = WordField(LABELS["state"], State, empty=N_("Any"))
    leader = SelectField(LABELS["leader"], validate_choice=False)
    department = SelectField(LABELS["department"], validate_choice=False)
    place = SelectField(LABELS["place"], validate_choice=False)
    due_from = DayField(LABELS["due_from"])
    due_to = DayField(LABELS["due_to"])
    promised_from = DayField(LABELS["promised_from"])
    promised_to = DayField(LABELS["promised_to"])
    undated = BooleanField(N_("Only without a due date"), render_kw={"value": YES})
    sort = WordField(LABELS["sort"], Sort, default=Sort.DUE)

    def offer(
        self, leaders: Mapping[str, str], departments: Iterable[Choice], places: Iterable[Choice]
    ) -> None:
        """Offer rows by the codes that stand in addresses."""
        every = SelectChoice("", gettext("Any"))
        self.leader.choices = [every, *(SelectChoice(key, name) for key, name in leaders.items())]
        nobody = SelectChoice(NOBODY, gettext("given to nobody"))
        self.department.choices = [
            every,
            nobody,
            *(SelectChoice(d.code, d.name) for d in departments),
        ]
        self.place.choices = [every, *_grouped(places)]


class LedgerForm(_Reading):
    """What the ledger has a line for, and which promises it counts."""

    by = WordField(N_("A line for each"), By, default=By.LEADER)
    promised_from = DayField(LABELS["promised_from"])
    promised_to = DayField(LABELS["promised_to"])
    place = SelectField(LABELS["place"], validate_choice=False)

    def offer(self, places: Iterable[Choice]) -> None:
        """Offer places by the keys that stand in addresses."""
        self.place.choices = [SelectChoice("", gettext("Any")), *_grouped(places)]


def _grouped(places: Iterable[Choice]) -> list[SelectChoice]:
    return [SelectChoice(p.code, p.name, optgroup=p.group or None) for p in places]
