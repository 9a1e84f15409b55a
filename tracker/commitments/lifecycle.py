"""A commitment's life as data: how it ended, how it stands, and the steps between.

Buttons, checks and tests read this one table.
"""

from dataclasses import dataclass

from tracker.accounts.permissions import Permission
from tracker.core.i18n import N_, Labelled


class Outcome(Labelled):
    """What was said last of a commitment; how it stands follows from this and its dates."""

    OPEN = "open", N_("Not ended")
    KEPT = "kept", N_("Kept")
    BROKEN = "broken", N_("Broken")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class State(Labelled):
    """How a commitment stands on a day; never typed, always counted from its facts."""

    OVERDUE = "overdue", N_("Past its date")
    OPEN = "open", N_("To be kept")
    KEPT = "kept", N_("Kept")
    KEPT_LATE = "kept_late", N_("Kept late")
    BROKEN = "broken", N_("Broken")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Result(Labelled):
    """What a household said when the working group came."""

    AGREES = "agrees", N_("Agrees")
    NOT_YET = "not_yet", N_("Not yet")
    NOT_HOME = "not_home", N_("Nobody at home")


@dataclass(frozen=True, slots=True)
class Move:
    """One step: where it may start, who may take it, and what it asks for.

    `wants_due` leaves the step to commitments that have a due date already, or to those without.
    """

    name: str
    label: str
    sources: frozenset[Outcome]
    target: Outcome
    permission: Permission = Permission.REPORT_COMMITMENT
    needs_note: bool = False
    needs_document: bool = False
    needs_due_date: bool = False
    needs_proof: bool = False
    wants_due: bool | None = None


_OPEN = frozenset({Outcome.OPEN})
LIFECYCLE = (
    Move("progress", N_("Note the progress"), _OPEN, Outcome.OPEN, needs_note=True),
    Move(
        "keep",
        N_("Record as kept"),
        frozenset({Outcome.OPEN, Outcome.BROKEN}),
        Outcome.KEPT,
        needs_note=True,
        needs_proof=True,
    ),
    Move(
        "date",
        N_("Set the due date"),
        _OPEN,
        Outcome.OPEN,
        needs_due_date=True,
        wants_due=False,
    ),
    Move(
        "extend",
        N_("Extend the due date"),
        _OPEN,
        Outcome.OPEN,
        needs_note=True,
        needs_document=True,
        needs_due_date=True,
        wants_due=True,
    ),
    Move(
        "break",
        N_("Say openly that it is broken"),
        _OPEN,
        Outcome.BROKEN,
        Permission.JUDGE_COMMITMENT,
        needs_note=True,
    ),
    Move(
        "withdraw",
        N_("Withdraw the commitment"),
        _OPEN,
        Outcome.WITHDRAWN,
        Permission.JUDGE_COMMITMENT,
        needs_note=True,
    ),
)
MOVES = {move.name: move for move in LIFECYCLE}

MAKE, AMEND, CORRECT = "make", "amend", "correct"
STEP_WORDS = {move.name: move.label for move in LIFECYCLE} | {
    "progress": N_("Progress"),
    "keep": N_("Kept"),
    "date": N_("Due date set"),
    "extend": N_("Due date extended"),
    "break": N_("Broken"),
    "withdraw": N_("Withdrawn"),
    MAKE: N_("Promised"),
    AMEND: N_("Details corrected"),
    CORRECT: N_("Earlier step entered by mistake"),
}
"""The word for each kind of step on a timeline: the moves, and what is not a move."""
