"""A petition's life as data: statuses, report groups, and the moves between them.

Buttons, checks, the diagram in the README and the tests all read this one table.
"""

from dataclasses import dataclass

from tracker.accounts.permissions import Permission
from tracker.core.i18n import N_, Labelled


class Status(Labelled):
    """Where a petition stands."""

    RECEIVED = "received", N_("Received")
    ASSIGNED = "assigned", N_("Assigned")
    IN_PROGRESS = "in_progress", N_("In progress")
    AWAITING_CITIZEN = "awaiting_citizen", N_("Awaiting the citizen")
    DEFERRED = "deferred", N_("Deferred to a planned date")
    AWAITING_APPROVAL = "awaiting_approval", N_("Awaiting approval")
    EXPLAINED = "explained", N_("Explained")
    RESOLVED = "resolved", N_("Resolved")
    TRANSFERRED = "transferred", N_("Transferred")
    DECLINED = "declined", N_("Declined")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    JOINED = "joined", N_("Joined to another")


class Kind(Labelled):
    """Legal kind, by content; a denunciation is kept apart and is not logged here."""

    RECOMMENDATION = "recommendation", N_("Recommendation")
    FEEDBACK = "feedback", N_("Feedback")
    COMPLAINT = "complaint", N_("Complaint")
    QUESTION = "question", N_("Question")


class Level(Labelled):
    """Whose competence it is."""

    COMMUNE = "commune", N_("Commune level")
    PROVINCE = "province", N_("Province level")
    CENTRAL = "central", N_("Central level")
    OTHER = "other", N_("Another body")
    UNKNOWN = "unknown", N_("Not yet known")


class Channel(Labelled):
    """How it reached the register."""

    DIALOGUE = "dialogue", N_("Dialogue")
    VILLAGE_VISIT = "village_visit", N_("Village visit")
    PARTY_CELL = "party_cell", N_("Party-cell meeting")
    RECEPTION = "reception", N_("Citizen reception")
    LETTER = "letter", N_("Letter")
    TELEPHONE = "telephone", N_("Telephone")
    PRESS = "press", N_("Press")


class Profile(Labelled):
    """For whom something leaves the register."""

    PUBLIC = "public", N_("For everyone: nobody is named")
    INTERNAL = "internal", N_("For the office: with names")


class LookReason(Labelled):
    """Why someone who does not handle a petition must know who raised it."""

    CONTACT = "contact", N_("To ask or to answer the citizen")
    INVITE = "invite", N_("To invite the citizen to a meeting")
    VERIFY = "verify", N_("To check the matter on the spot")
    SAME = "same", N_("To see whether another petition is from the same person")
    SUPERVISE = "supervise", N_("To inspect how the petition is handled")
    OTHER = "other", N_("Another reason, told below")


class Petitioner(Labelled):
    """Who stands behind a petition."""

    PERSON = "person", N_("One person")
    GROUP = "group", N_("A group of people")
    UNNAMED = "unnamed", N_("Unnamed")


class Ground(Labelled):
    """Why a petition is declined (after decree 154/2026/NĐ-CP art. 4, for matters not received)."""

    ALREADY_ANSWERED = "already_answered", N_("Already answered, nothing new")
    COURT_JUDGMENT = "court_judgment", N_("A court judgment is in force")
    HANDLED_ELSEWHERE = "handled_elsewhere", N_("Being handled by another body")
    NO_CAPACITY = "no_capacity", N_("No legal capacity or no mandate")
    OUT_OF_SCOPE = "out_of_scope", N_("Outside the scope of dialogue")
    UNCLEAR = "unclear", N_("Content not clear enough to be handled")


class Group(Labelled):
    """The group a status is reported in."""

    RESOLVED = "resolved", N_("Resolved")
    IN_PROGRESS = "in_progress", N_("In progress")
    EXPLAINED = "explained", N_("Explained")
    TRANSFERRED = "transferred", N_("Transferred")
    UNRESOLVED = "unresolved", N_("Not yet resolved, with the reason")
    OUT_OF_SCOPE = "out_of_scope", N_("Declined or withdrawn")
    JOINED = "joined", N_("Joined to another")


class Clock(Labelled):
    """What a status does to the time that runs towards the due date."""

    RUNS = "runs", N_("runs")
    PAUSES = "pauses", N_("pauses")
    STOPPED = "stopped", N_("stopped")


@dataclass(frozen=True, slots=True)
class Move:
    """One step: where it may start, who may take it, and what it asks for.

    One without a target leaves the petition where it stands. `kinds` are the legal kinds that have
    it; `limit_code` names the limit of the law that begins with it.
    """

    name: str
    label: str
    sources: frozenset[Status]
    target: Status | None
    permission: Permission = Permission.MOVE_PETITION
    needs_note: bool = False
    needs_document: bool = False
    needs_plan_date: bool = False
    needs_master: bool = False
    needs_ground: bool = False
    needs_evidence: bool = False
    offers_department: bool = False
    offers_due_date: bool = False
    needs_later_due_date: bool = False
    needs_department: bool = False
    needs_note_or_document: bool = False
    is_for_unanswered: bool = False
    kinds: frozenset[Kind] = frozenset(Kind)
    limit_code: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status means for the report and for the clock."""

    group: Group
    clock: Clock


MEANINGS = {
    Status.RECEIVED: Meaning(Group.IN_PROGRESS, Clock.RUNS),
    Status.ASSIGNED: Meaning(Group.IN_PROGRESS, Clock.RUNS),
    Status.IN_PROGRESS: Meaning(Group.IN_PROGRESS, Clock.RUNS),
    Status.AWAITING_CITIZEN: Meaning(Group.IN_PROGRESS, Clock.PAUSES),
    Status.DEFERRED: Meaning(Group.UNRESOLVED, Clock.RUNS),
    Status.AWAITING_APPROVAL: Meaning(Group.IN_PROGRESS, Clock.RUNS),
    Status.EXPLAINED: Meaning(Group.EXPLAINED, Clock.STOPPED),
    Status.RESOLVED: Meaning(Group.RESOLVED, Clock.STOPPED),
    Status.TRANSFERRED: Meaning(Group.TRANSFERRED, Clock.STOPPED),
    Status.DECLINED: Meaning(Group.OUT_OF_SCOPE, Clock.STOPPED),
    Status.WITHDRAWN: Meaning(Group.OUT_OF_SCOPE, Clock.STOPPED),
    Status.JOINED: Meaning(Group.JOINED, Clock.STOPPED),
}
OPEN = frozenset(s for s, meaning in MEANINGS.items() if meaning.clock is not Clock.STOPPED)
ENDED = frozenset(Status) - OPEN
_HELD_BACK = frozenset({Status.AWAITING_CITIZEN, Status.DEFERRED})
_AT_WORK = frozenset({Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS})

LIFECYCLE = (
    Move(
        "assign",
        N_("Assign"),
        _AT_WORK,
        Status.ASSIGNED,
        needs_department=True,
        offers_department=True,
        offers_due_date=True,
    ),
    Move(
        "start",
        N_("Start work"),
        frozenset({Status.RECEIVED, Status.ASSIGNED}),
        Status.IN_PROGRESS,
    ),
    Move(
        "ask_citizen",
        N_("Ask the citizen for more"),
        _AT_WORK,
        Status.AWAITING_CITIZEN,
        needs_note=True,
    ),
    Move(
        "defer",
        N_("Defer for lack of means"),
        _AT_WORK,
        Status.DEFERRED,
        needs_note=True,
        needs_plan_date=True,
    ),
    Move("resume", N_("Resume work"), _HELD_BACK, Status.IN_PROGRESS),
    Move(
        "propose",
        N_("Submit the result for approval"),
        _AT_WORK,
        Status.AWAITING_APPROVAL,
        needs_note=True,
        needs_evidence=True,
    ),
    Move(
        "resolve",
        N_("Approve as resolved"),
        frozenset({Status.AWAITING_APPROVAL}),
        Status.RESOLVED,
        Permission.APPROVE_PETITION,
    ),
    Move(
        "return",
        N_("Return for more work"),
        frozenset({Status.AWAITING_APPROVAL}),
        Status.IN_PROGRESS,
        Permission.APPROVE_PETITION,
        needs_note=True,
    ),
    Move("explain", N_("Explain"), _AT_WORK, Status.EXPLAINED, needs_note=True),
    Move(
        "transfer",
        N_("Transfer to the competent body"),
        _AT_WORK,
        Status.TRANSFERRED,
        needs_note=True,
        needs_document=True,
    ),
    Move(
        "decline",
        N_("Decline"),
        _AT_WORK,
        Status.DECLINED,
        needs_note=True,
        needs_ground=True,
    ),
    Move(
        "withdraw",
        N_("Record the withdrawal"),
        OPEN - {Status.AWAITING_APPROVAL},
        Status.WITHDRAWN,
        needs_note=True,
    ),
    Move(
        "join",
        N_("Join to another petition"),
        _AT_WORK,
        Status.JOINED,
        needs_note=True,
        needs_master=True,
    ),
    Move(
        "reopen",
        N_("Reopen"),
        ENDED,
        Status.IN_PROGRESS,
        Permission.APPROVE_PETITION,
        needs_note=True,
    ),
)
RECEIVE, AMEND, CORRECT, RECALCULATE = "receive", "amend", "correct", "recalculate"
EXTEND, ACKNOWLEDGE, ACCEPT = "extend", "acknowledge", "accept"
STAYING = (
    Move(
        EXTEND,
        N_("Extend the due date"),
        frozenset(s for s, meaning in MEANINGS.items() if meaning.clock is Clock.RUNS),
        None,
        needs_note=True,
        needs_document=True,
        needs_later_due_date=True,
    ),
    Move(
        ACKNOWLEDGE,
        N_("Record the notice to the citizen"),
        OPEN,
        None,
        needs_note_or_document=True,
        is_for_unanswered=True,
        kinds=frozenset(Kind) - {Kind.COMPLAINT},
    ),
    Move(
        ACCEPT,
        N_("Accept the complaint"),
        _AT_WORK,
        None,
        needs_document=True,
        kinds=frozenset({Kind.COMPLAINT}),
        limit_code="KN_RESOLVE",
    ),
)
"""Steps that leave the petition where it stands."""
MOVES = {move.name: move for move in LIFECYCLE + STAYING}

STEP_WORDS = {move.name: move.label for move in MOVES.values()} | {
    RECEIVE: N_("Received into the register"),
    AMEND: N_("Details corrected"),
    CORRECT: N_("Earlier step entered by mistake"),
    RECALCULATE: N_("Due date counted anew"),
}
"""The word for each kind of step on a timeline: the moves, and what is not a move."""

ANSWERS = frozenset({Status.EXPLAINED, Status.RESOLVED, Status.TRANSFERRED, Status.DECLINED})
"""The statuses that a petition reaches only by telling the citizen what became of it."""

TRANSFER_ADVICE = {
    Kind.COMPLAINT: N_(
        "A complaint outside the commune's competence is not transferred: the person is guided to"
        " the competent body (Law 42/2013/QH13 article 26). Transfer only a letter that the law"
        " has passed on."
    ),
    Kind.RECOMMENDATION: N_(
        "A recommendation outside the commune's competence is transferred to the competent body,"
        " and the citizen is told (Law 42/2013/QH13 article 26)."
    ),
    Kind.FEEDBACK: N_(
        "Feedback outside the commune's competence is transferred to the competent body, and the"
        " citizen is told (Law 42/2013/QH13 article 26)."
    ),
}
"""What the law says, by legal kind, about a matter that another body is competent for."""

NOTICE_LIMITS = {Kind.COMPLAINT: "KN_ACCEPT"}
"""The limit (code of a deadline rule) by which a citizen is answered or told, where not by ACK."""
