"""A denunciation's life as data: the law's stages, the moves between them, and who takes them.

Buttons, checks and tests read this one table.
"""

from dataclasses import dataclass

from tracker.core.i18n import N_, Labelled


class Stage(Labelled):
    """Where a denunciation stands."""

    RECEIVED = "received", N_("Received, being looked at")
    ACCEPTED = "accepted", N_("Accepted for resolution")
    VERIFYING = "verifying", N_("Being verified")
    CONCLUDED = "concluded", N_("Concluded")
    ACTED_ON = "acted_on", N_("Conclusion acted on")
    NOT_ACCEPTED = "not_accepted", N_("Not accepted")
    HANDED_ON = "handed_on", N_("Handed to the competent body")
    TAKEN_BACK = "taken_back", N_("Taken back by the denouncer")


class Way(Labelled):
    """How a denunciation was received."""

    LETTER = "letter", N_("Letter")
    IN_PERSON = "in_person", N_("In person")
    DIALOGUE = "dialogue", N_("At a dialogue")
    FORWARDED = "forwarded", N_("Forwarded by another body")


class Part(Labelled):
    """What a person who is named in a case does in it."""

    HANDLER = "handler", N_("Handles the case")
    LEADER = "leader", N_("Leader in charge")
    DEPUTY = "deputy", N_("Stands in for the leader")


OPEN = frozenset({Stage.RECEIVED, Stage.ACCEPTED, Stage.VERIFYING, Stage.CONCLUDED})
ENDED = frozenset(Stage) - OPEN
EVERY_PART = frozenset(Part)
DECIDES = frozenset({Part.LEADER, Part.DEPUTY})
NAMES_OTHERS = frozenset({Part.HANDLER, Part.LEADER})
"""Who lets further people into a case; only its leader ends what another was let in by."""


@dataclass(frozen=True, slots=True)
class Move:
    """One step: where it may start, who may take it, and what it asks for."""

    name: str
    label: str
    sources: frozenset[Stage]
    target: Stage | None
    parts: frozenset[Part] = EVERY_PART
    needs_note: bool = False
    needs_document: bool = False
    needs_until: bool = False


_LOOKED_AT = frozenset({Stage.RECEIVED})
_RESOLVED = frozenset({Stage.ACCEPTED, Stage.VERIFYING})
LIFECYCLE = (
    Move("accept", N_("Accept"), _LOOKED_AT, Stage.ACCEPTED, DECIDES, needs_document=True),
    Move("refuse", N_("Do not accept"), _LOOKED_AT, Stage.NOT_ACCEPTED, DECIDES, needs_note=True),
    Move(
        "hand_on",
        N_("Hand to the competent body"),
        _LOOKED_AT,
        Stage.HANDED_ON,
        needs_note=True,
        needs_document=True,
    ),
    Move("verify", N_("Begin to verify"), frozenset({Stage.ACCEPTED}), Stage.VERIFYING),
    Move(
        "conclude",
        N_("Conclude"),
        frozenset({Stage.VERIFYING}),
        Stage.CONCLUDED,
        DECIDES,
        needs_note=True,
        needs_document=True,
    ),
    Move(
        "act_on",
        N_("Record what followed, and end the case"),
        frozenset({Stage.CONCLUDED}),
        Stage.ACTED_ON,
        needs_note=True,
        needs_document=True,
    ),
    Move(
        "extend",
        N_("Extend the limit"),
        _RESOLVED,
        None,
        DECIDES,
        needs_note=True,
        needs_document=True,
        needs_until=True,
    ),
    Move(
        "take_back",
        N_("Record that the denouncer takes it back"),
        frozenset({Stage.RECEIVED, Stage.ACCEPTED, Stage.VERIFYING}),
        Stage.TAKEN_BACK,
        needs_note=True,
    ),
    Move("progress", N_("Note the progress"), OPEN, None, needs_note=True),
)
MOVES = {move.name: move for move in LIFECYCLE}

UNDOABLE = frozenset(move.name for move in LIFECYCLE if move.target or move.needs_until)
"""What moves the stage or the limit: the last of these can be taken back, in sight."""
RECEIVE, AMEND, UNDO = "receive", "amend", "undo"
STEP_WORDS = {
    RECEIVE: N_("Received"),
    "accept": N_("Accepted"),
    "refuse": N_("Not accepted"),
    "hand_on": N_("Handed to the competent body"),
    "verify": N_("Verification begun"),
    "extend": N_("Limit extended"),
    "conclude": N_("Concluded"),
    "act_on": N_("Acted on"),
    "take_back": N_("Taken back by the denouncer"),
    "progress": N_("Progress"),
    AMEND: N_("Details corrected"),
    UNDO: N_("Earlier step entered by mistake"),
}
"""The word for each kind of step on a timeline."""
ACT_WORDS = STEP_WORDS | {
    "name": N_("Person let in"),
    "end_grant": N_("Person no longer let in"),
    "let_in_again": N_("Person let in again"),
    "identity": N_("Identity of the denouncer opened"),
    "identity_corrected": N_("Identity of the denouncer corrected"),
    "taken_over": N_("Taken over from the register of petitions"),
    "file": N_("File kept"),
    "file_opened": N_("File opened"),
    "file_removed": N_("File removed"),
}
"""The word for each act in the room's own journal."""
