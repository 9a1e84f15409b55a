"""Kinds of visits and how a rhythm is kept; a briefing's two stages; why something is on it."""

from tracker.core.i18n import N_, Labelled


class VisitKind(Labelled):
    """Where leaders went to hear: the same words as the channels of petitions."""

    VILLAGE_VISIT = "village_visit", N_("Village visit")
    PARTY_CELL = "party_cell", N_("Party-cell meeting")


class Every(Labelled):
    """What a rhythm counts by: so many days since the last time, or a period of the calendar."""

    DAYS = "days", N_("Once in a number of days")
    MONTH = "month", N_("Once in each calendar month")
    QUARTER = "quarter", N_("Once in each calendar quarter")


class Standing(Labelled):
    """How a village, a cell or a leader stands against the rhythm on a day."""

    NEVER = "never", N_("None recorded")
    LATE = "late", N_("Late")
    TO_COME = "to_come", N_("Still to come")
    IN_TIME = "in_time", N_("In time")


class Stage(Labelled):
    """A briefing is prepared and held while it is open; once ended it is only read."""

    OPEN = "open", N_("Open briefing")
    ENDED = "ended", N_("Ended briefing")


class Why(Labelled):
    """Why a matter is proposed for the briefing, the most pressing first."""

    LATE = "late", N_("Late petitions")
    PROMISE_OVERDUE = "promise_overdue", N_("Commitments past their date")
    APPROVAL = "approval", N_("Results awaiting approval")
    UNASSIGNED = "unassigned", N_("Received, awaiting a decision on who handles it")
    PROMISE_DUE = "promise_due", N_("Commitments due soon")
    PLAN_HAS_COME = "plan_has_come", N_("Deferred, and the planned date has come")
    UNDATED = "undated", N_("Petitions without a due date")
    RESOLVED = "resolved", N_("Resolved since the last briefing")
    EXPLAINED = "explained", N_("Explained since the last briefing")
