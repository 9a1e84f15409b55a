"""Forms of periods, of taking data out, and of citizens' requests."""

from wtforms import HiddenField

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
from tracker.core.i18n import N_
from tracker.retention.lifecycle import Decision, Proof, Right
from tracker.retention.rules import ANSWER_LIMIT, MARKS_LIMIT, MOST_YEARS


class PeriodForm(BaseForm):
    """For how many years a class of records is kept."""

    years = NumberField(
        N_("Years after the end"),
        least=1,
        most=MOST_YEARS,
        description=N_("Left empty, nothing comes due by itself."),
    )
    legal_basis = TextField(N_("Legal basis"))
    version = HiddenField()


class ProposeForm(BaseForm):
    """Why a person's data goes, and what goes besides their name and telephone."""

    ground = TextField(N_("Reason"), [required(N_("State the reason."))])
    marks = LongTextField(
        N_("Words to take out besides"),
        limit=MARKS_LIMIT,
        description=N_("One word or phrase a line: other people's names, house numbers, trades."),
    )


class ClearForm(BaseForm):
    """Why visits are rid of what they tell of people."""

    ground = TextField(N_("Reason"), [required(N_("State the reason."))])


class RequestForm(CreatingForm):
    """What a citizen asks about their own data."""

    person = TextField(
        N_("Who asks"), [required(N_("Enter who asks."))], render_kw={"autocomplete": "off"}
    )
    asks = WordField(
        N_("What is asked"), Right, [required(N_("Choose what is asked."))], default=Right.ACCESS
    )
    proof = WordField(N_("How the person was made sure of"), Proof, default=Proof.PAPER)
    received_on = DayField(N_("Date received"), [required(N_("Enter the day of receipt."))])
    place = RowField(N_("Place"), [required(N_("Choose the village or the commune."))])
    petitions = TextField(
        N_("Petitions that it is about"),
        description=N_("Their codes, with a space between."),
        render_kw={"autocomplete": "off"},
    )
    said = LongTextField(N_("In the citizen's own words"), limit=ANSWER_LIMIT)


class AnswerForm(BaseForm):
    """What was decided, and what the citizen was told."""

    decision = WordField(
        N_("Decision"),
        Decision,
        [required(N_("Choose the decision."))],
        members=(Decision.GRANTED, Decision.PARTLY, Decision.REFUSED),
        empty=N_("Choose the decision"),
    )
    proof = WordField(N_("How the person was made sure of"), Proof)
    decided_on = DayField(N_("Day of the answer"), [required(N_("Enter the day of the answer."))])
    answer = LongTextField(
        N_("The answer given"),
        [required(N_("Enter what the citizen was answered."))],
        limit=ANSWER_LIMIT,
    )
    document_number = TextField(N_("Document number"))
    version = HiddenField()
