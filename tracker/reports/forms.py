"""What a report is asked by: a period, a place, and as at which day, by what had been typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.errors import NotFound
from tracker.core.fields import BaseForm, DayField
from tracker.core.i18n import N_, gettext, say
from tracker.reports.queries import PlaceTree
from tracker.reports.queries.cuts import Asked as Drawn
from tracker.reports.rules import (
    Cut,
    Form,
    Period,
    PeriodRefused,
    named_period,
    typed_as_at,
    typed_period,
)
from tracker.settings.rules import NamedSpan

Read = TypeVar("Read")
INDENT = "\u2003"
QUARTERS = {"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}
FIRST_MONTHS = ("6", "9")
CALLED = "called:"
"""Before the code of a named period, among the choices of the year's parts."""
NAMES_OF_A_PERIOD = frozenset({"period", "form", "from", "to", "called"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as asked for: the period as named, and the part of it that is counted."""

    period: Period
    counted: Period
    cut: Cut
    tree: PlaceTree
    as_at: date | None
    typed_by: date | None = None

    @property
    def drawn(self) -> Drawn:
        """Give what lines and rows are asked for."""
        return Drawn(self.tree, self.counted, self.typed_by)

    def arguments(self, **changes: str | None) -> dict[str, Any]:
        """Give the address' arguments of this report, or of one that differs in some of them."""
        own = {
            **self.period.arguments,
            "by": str(self.cut),
            "place": self.tree.top.key if self.tree.is_narrowed else None,
            "as_at": self.as_at.isoformat() if self.as_at else None,
            "typed_by": self.typed_by.isoformat() if self.typed_by else None,
        }
        if NAMES_OF_A_PERIOD.intersection(changes):
            own |= dict.fromkeys(NAMES_OF_A_PERIOD)
        return {name: text for name, text in (own | changes).items() if text}


class ReportForm(BaseForm):
    """The fields above the report; its cut stays when they are sent."""

    span = SelectField(N_("Period"), validate_choice=False)
    year = StringField(N_("Year"), render_kw={"autocomplete": "off", "maxlength": 20})
    form = SelectField(N_("Kind of period"), validate_choice=False)
    start = DayField(N_("From day"), name="from")
    end = DayField(N_("To day"), name="to")
    place = SelectField(N_("Place"), validate_choice=False)
    as_at = DayField(N_("Count up to"), description=N_("Empty counts up to today."))
    typed_by = DayField(
        N_("By what had been typed by"),
        description=N_("Empty takes everything that is typed by now."),
    )
    period = HiddenField()
    by = HiddenField()
    called = HiddenField()

    def __init__(
        self, arguments: MultiDict[str, str], tree: PlaceTree, spans: Sequence[NamedSpan] = ()
    ) -> None:
        super().__init__(arguments, meta={"csrf": False})
        self.tree, self.chosen = tree, self._called(spans)
        self.errors_told: list[PeriodRefused] = []
        self.place.choices = [
            SelectChoice(place.key, INDENT * depth + place.choice)
            for depth, place in tree.in_order()
        ]
        self.place.data = self.place.data or tree.top.key
        self.form.choices = [SelectChoice(str(form), say(form)) for form in Form]
        called = [SelectChoice(CALLED + span.code, span.name) for span in spans]
        self.span.choices = [*_spans(), *called]
        self._show_named_period()
        for field in (self.start, self.end, self.as_at, self.typed_by):
            # A link says days as machines do; the page as people do.
            if day := parse_day(_typed(field)):
                field.raw_data = [shown_date(day)]
        if span := self.chosen:
            # The name says the days: they are neither typed nor shown beside it.
            self.span.data = CALLED + span.code
            self.start.raw_data = self.end.raw_data = []

    @property
    def is_open(self) -> bool:
        """Tell whether what is folded away holds something that shapes the report."""
        folded = (self.start, self.end, self.as_at, self.typed_by)
        return any(_typed(field) or field.errors for field in folded)

    def asked(self) -> Asked:
        """Give what is asked for; refuse a period that is none, and a place of someone else."""
        tree, cut = self._narrowed(), self._cut()
        today = clock.today()
        period = self._or_told(lambda: self._period(today))
        last = self._or_told(lambda: typed_as_at(_typed(self.as_at), today))
        typed_by = self._or_told(lambda: self._typed_by(today, period))
        if period is None or last is None or self.errors_told:
            raise self.errors_told.pop(0)
        as_at = last if _typed(self.as_at) else None
        return Asked(period, period.until(last), cut, tree, as_at, typed_by)

    def _or_told(self, read: Callable[[], Read]) -> Read | None:
        """Read a part of what is asked, or keep why it is refused: all is told at once."""
        try:
            return read()
        except PeriodRefused as refusal:
            self.errors_told.append(refusal)
            return None

    def _typed_by(self, today: date, period: Period | None) -> date | None:
        text = _typed(self.typed_by)
        if not text:
            return None
        day = typed_as_at(text, today, "typed_by")
        if period is not None and day < period.start:
            raise PeriodRefused(
                "By %(day)s nothing of this period had been typed: it begins on %(start)s.",
                "typed_by",
                day=shown_date(day),
                start=shown_date(period.start),
            )
        return day

    def _show_named_period(self) -> None:
        """Let the fields say the period that the address names, unless they were sent."""
        key = _typed(self.period) or f"{clock.today().year}"
        if self.year.raw_data or not key:
            return
        year, _, span = key.upper().partition("-")
        is_offered = span in {choice.value for choice in _spans()}
        self.year.data = year if is_offered else key
        self.span.data = span if is_offered else ""

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
        if span := self.chosen:
            return Period(span.start, span.end, span.name)
        if start or end:
            return typed_period(start, end or today.isoformat())
        key = _typed(self.period)
        if self.year.raw_data:
            key = "-".join(part for part in (_typed(self.year), _typed(self.span)) if part)
        return named_period(key or f"{today.year}", self._form())

    def _called(self, spans: Sequence[NamedSpan]) -> NamedSpan | None:
        """Give the named period that was chosen, or that the address names with its first day."""
        days_are_typed = _typed(self.start) or _typed(self.end)
        named = (_typed(self.called), parse_day(_typed(self.start)))
        for span in spans:
            is_chosen = _typed(self.span) == CALLED + span.code and not days_are_typed
            if is_chosen or named == (span.name, span.start):
                return span
        return None

    def _form(self) -> Form:
        text = _typed(self.form)
        if text and text not in {str(form) for form in Form}:
            raise NotFound("There is no such report.")
        return Form(text) if text else Form.CALENDAR

    def tell(self, refusal: PeriodRefused) -> None:
        """Show what was refused beside the fields in which it was typed."""
        for told in (refusal, *self.errors_told):
            name = "year" if told.field == "period" else told.field
            field = next((f for f in self if f.name == name), self.start)
            field.errors = [*field.errors, told]


def _spans() -> list[SelectChoice]:
    return [
        SelectChoice("", gettext("the whole year")),
        *(
            SelectChoice(f"{m:02}", gettext("month %(month)s", month=f"{m:02}"))
            for m in range(1, 13)
        ),
        *(
            SelectChoice(key, gettext("quarter %(quarter)s", quarter=roman))
            for key, roman in QUARTERS.items()
        ),
        *(
            SelectChoice(f"{many}M", gettext("the first %(months)s months", months=many))
            for many in FIRST_MONTHS
        ),
    ]


def _typed(field: DayField | SelectField | StringField | HiddenField) -> str:
    return str(field.raw_data[0]).strip() if field.raw_data else ""
