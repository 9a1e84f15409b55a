"""What administrators change of that by which dates are counted."""

from wtforms import BooleanField, HiddenField

from tracker.calendar.rules import (
    CHOICE_BOUNDS,
    MOST_LIMIT_DAYS,
    Act,
    Change,
    Choices,
    NewReading,
    Unit,
)
from tracker.core.fields import (
    BaseForm,
    CreatingForm,
    DayField,
    NumberField,
    TextField,
    WordField,
    required,
)
from tracker.core.i18n import N_

ADDING = (Act.DAY_OFF, Act.WORKED, Act.SWAP)


class DayForm(BaseForm):
    """A day to be added to the calendar, or the two sides of a swap."""

    act = WordField(N_("What changes"), Act, members=ADDING, default=Act.DAY_OFF)
    day = DayField(
        N_("Day"),
        [required(N_("Enter the day."))],
        description=N_("The day off; of a swap too. Or the weekend day that is worked."),
    )
    other = DayField(
        N_("Weekend day worked for it"),
        description=N_("Only for a swap: both sides are entered together."),
    )
    reason = TextField(
        N_("Reason"), description=N_("For example the holiday's name; a swap names its other side.")
    )
    document = TextField(
        N_("By which document"), description=N_("Number and date of the decision, if there is one.")
    )

    def change(self) -> Change:
        """Give what was typed as it is asked of the calendar."""
        is_swap = self.act.data is Act.SWAP
        return Change(
            self.act.data,
            self.day.data,
            self.other.data if is_swap else None,
            self.reason.data or "",
            self.document.data or "",
        )


class ReadingForm(BaseForm):
    """How a limit shall read from a day on."""

    days = NumberField(
        N_("Days"), [required(N_("Enter the number of days."))], least=1, most=MOST_LIMIT_DAYS
    )
    unit = WordField(N_("Counted in"), Unit)
    legal_basis = TextField(N_("Legal basis"), [required(N_("Enter the legal basis."))])
    valid_from = DayField(
        N_("Counts from"),
        [required(N_("Enter the day from which the limit reads so."))],
        description=N_("For what is received, or held, on this day or later."),
    )
    is_active = BooleanField(N_("The limit counts"))

    def reading(self, code: str) -> NewReading:
        """Give what was typed as it is asked of the limit."""
        return NewReading(
            code,
            self.days.data or 0,
            self.unit.data,
            self.legal_basis.data or "",
            self.valid_from.data,
            bool(self.is_active.data),
        )


def _days(label: str, key: str, hint: str = "") -> NumberField:
    least, most = CHOICE_BOUNDS[key]
    asked = [required(N_("Enter the number of days."))]
    return NumberField(label, asked, least=least, most=most, description=hint)


class ChoicesForm(BaseForm):
    """What the installation decides for itself about its clocks."""

    calendar_rolls = BooleanField(
        N_("A limit in calendar days that ends on a day off moves to the next working day")
    )
    due_soon_days = _days(
        N_("Days before the due date from which a petition is due soon"), "due_soon_days"
    )
    commitment_soon_days = _days(
        N_("Days before the due date from which a commitment is due soon"), "commitment_soon_days"
    )
    leader_after_days = _days(N_("Days late after which the leader is told"), "leader_after_days")
    monitor_after_days = _days(
        N_("Days late after which the monitor is told"), "monitor_after_days"
    )
    announced_to = NumberField(
        N_("Last year whose days off are announced"),
        [required(N_("Enter the year."))],
        least=CHOICE_BOUNDS["announced_to"][0],
        most=CHOICE_BOUNDS["announced_to"][1],
        description=N_("Every date in a later year is marked provisional."),
    )
    dialogues_a_year = NumberField(
        N_("Dialogues that a commune owes each year"),
        [required(N_("Enter the number of dialogues."))],
        least=CHOICE_BOUNDS["dialogues_a_year"][0],
        most=CHOICE_BOUNDS["dialogues_a_year"][1],
        description=N_("The law asks for at least one a year."),
    )
    yearly_from_month = NumberField(
        N_("Month from which the first page tells that a dialogue of the year is missing"),
        [required(N_("Enter the month."))],
        least=CHOICE_BOUNDS["yearly_from_month"][0],
        most=CHOICE_BOUNDS["yearly_from_month"][1],
    )

    def choices(self) -> Choices:
        """Give what was chosen."""
        return Choices(
            calendar_rolls=bool(self.calendar_rolls.data),
            due_soon_days=self.due_soon_days.data,
            commitment_soon_days=self.commitment_soon_days.data,
            leader_after_days=self.leader_after_days.data,
            monitor_after_days=self.monitor_after_days.data,
            announced_to=self.announced_to.data,
            dialogues_a_year=self.dialogues_a_year.data,
            yearly_from_month=self.yearly_from_month.data,
        )


class ApplyForm(CreatingForm):
    """The change that a preview showed, and the seal of what it would move."""

    seal = HiddenField()
