"""What a report is asked by: a period in two days, a place, and the day up to which is counted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.core import clock
from tracker.core.errors import NotFound
from tracker.core.fields import BaseForm, DayField
from tracker.core.i18n import N_
from tracker.reports.queries import PlaceTree
from tracker.reports.rules import (
    Cut,
    Period,
    PeriodRefused,
    named_period,
    typed_as_at,
    typed_period,
)

INDENT = "\u2003"


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as asked for: the period as named, and the part of it that is counted."""

    period: Period
    counted: Period
    cut: Cut
    tree: PlaceTree
    as_at: date | None

    def arguments(self, **changes: str | None) -> dict[str, Any]:
        """Give the address' arguments of this report, or of one that differs in some of them."""
        own = {
            **self.period.arguments,
            "by": str(self.cut),
            "place": self.tree.top.key if self.tree.is_narrowed else None,
            "as_at": self.as_at.isoformat() if self.as_at else None,
        }
        if "period" in changes:
            own |= {"from": None, "to": None}
        return {name: text for name, text in (own | changes).items() if text}


class ReportForm(BaseForm):
    """The fields above the report; its cut stays when they are sent."""

    start = DayField(N_("From day"), name="from")
    end = DayField(N_("To day"), name="to")
    place = SelectField(N_("Place"), validate_choice=False)
    as_at = DayField(N_("Count up to"), description=N_("Empty counts up to today."))
    period = HiddenField()
    by = HiddenField()

    def __init__(self, arguments: MultiDict[str, str], tree: PlaceTree) -> None:
        super().__init__(arguments, meta={"csrf": False})
        self.tree = tree
        self.place.choices = [
            SelectChoice(place.key, INDENT * depth + place.choice)
            for depth, place in tree.in_order()
        ]
        self.place.data = self.place.data or tree.top.key

    def asked(self) -> Asked:
        """Give what is asked for; refuse a period that is none, and a place of someone else."""
        tree = self._narrowed()
        today = clock.today()
        as_at_text = _typed(self.as_at)
        last = typed_as_at(as_at_text, today)
        period = self._period(today)
        return Asked(period, period.until(last), self._cut(), tree, last if as_at_text else None)

    def _narrowed(self) -> PlaceTree:
        text = _typed(self.place)
        if not text:
            return self.tree
        return self.tree.narrowed(text)

    def _cut(self) -> Cut:
        if not self.by.data:
            return Cut.CATEGORY
        if self.by.data not in {str(cut) for cut in Cut}:
            raise NotFound("There is no such report.")
        return Cut(self.by.data)

    def _period(self, today: date) -> Period:
        start, end = _typed(self.start), _typed(self.end)
        if start or end:
            return typed_period(start, end or today.isoformat())
        return named_period(_typed(self.period) or f"{today.year}")

    def tell(self, refusal: PeriodRefused) -> None:
        """Show a refused period beside the field in which it was typed."""
        field = next((f for f in self if f.name == refusal.field), self.start)
        field.errors = [*field.errors, refusal]


def _typed(field: DayField | SelectField | HiddenField) -> str:
    return str(field.raw_data[0]).strip() if field.raw_data else ""
