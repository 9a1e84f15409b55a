"""Narrowing the list of petitions."""

from collections.abc import Iterable

from wtforms import BooleanField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.core.fields import BaseForm, DayField, WordField
from tracker.core.i18n import N_, gettext
from tracker.petitions.lifecycle import Channel, Group, Kind, Level, Status
from tracker.petitions.queries import Sort
from tracker.petitions.queries.addresses import LABELS, NOBODY, YES
from tracker.petitions.queries.choices import Choice
from tracker.petitions.rules import Acknowledgement, Ageing, Timeliness


class FilterForm(BaseForm):
    """What the list may be narrowed to, filled from the address."""

    class Meta(BaseForm.Meta):
        """Reading changes nothing."""

        csrf = False

    q = SearchField(N_("Search"), render_kw={"autocomplete": "off"})
    status = WordField(LABELS["status"], Status, empty=N_("Any"))
    category = SelectField(LABELS["category"], validate_choice=False)
    place = SelectField(LABELS["place"], validate_choice=False)
    overdue = BooleanField(N_("Late only"))
    department = SelectField(LABELS["department"], validate_choice=False)
    monitor = SelectField(LABELS["monitor"], validate_choice=False)
    kind = WordField(LABELS["kind"], Kind, empty=N_("Any"))
    group = WordField(LABELS["group"], Group, empty=N_("Any"))
    level = WordField(LABELS["level"], Level, empty=N_("Any"))
    channel = WordField(LABELS["channel"], Channel, empty=N_("Any"))
    timeliness = WordField(LABELS["timeliness"], Timeliness, empty=N_("Any"))
    ack = WordField(LABELS["ack"], Acknowledgement, empty=N_("Any"))
    ageing = WordField(LABELS["ageing"], Ageing, empty=N_("Any"))
    received_from = DayField(LABELS["received_from"])
    received_to = DayField(LABELS["received_to"])
    date_unknown = BooleanField(N_("Only where the day is not known"))
    sort = WordField(LABELS["sort"], Sort, default=Sort.NEWEST)

    def offer(
        self,
        categories: Iterable[Choice],
        places: Iterable[Choice],
        departments: Iterable[Choice],
        monitors: Iterable[Choice],
    ) -> None:
        """Offer rows by the codes that stand in addresses."""
        every = SelectChoice("", gettext("Any"))
        self.category.choices = [every, *(SelectChoice(c.code, c.name) for c in categories)]
        self.place.choices = [
            every,
            *(SelectChoice(p.code, p.name, optgroup=p.group or None) for p in places),
        ]
        nobody = SelectChoice(NOBODY, gettext("given to nobody"))
        self.department.choices = [
            every,
            nobody,
            *(SelectChoice(d.code, d.name) for d in departments),
        ]
        self.monitor.choices = [every, *(SelectChoice(m.code, m.name) for m in monitors)]
        for ticked in (self.overdue, self.date_unknown):
            ticked.render_kw = {"value": YES}
