"""A dialogue's life as data: its forms, its states, and the moves between them."""

from dataclasses import dataclass

from tracker.core.i18n import N_, Labelled


class Form(Labelled):
    """Why a dialogue is held (domain words: định kỳ, chuyên đề, đột xuất)."""

    REGULAR = "regular", N_("Regular")
    THEMATIC = "thematic", N_("Thematic")
    AD_HOC = "ad_hoc", N_("Ad hoc")
    UNKNOWN = "unknown", N_("Not known")


class Stage(Labelled):
    """How far a dialogue has come."""

    PLANNED = "planned", N_("Planned")
    ANNOUNCED = "announced", N_("Announced")
    HELD = "held", N_("Held")
    CONCLUDED = "concluded", N_("Concluded")
    PUBLISHED = "published", N_("Results published")
    CANCELLED = "cancelled", N_("Cancelled")


@dataclass(frozen=True, slots=True)
class Move:
    """One step, where it may start, and what it asks for."""

    name: str
    label: str
    sources: frozenset[Stage]
    target: Stage
    needs_note: bool = False
    needs_document: bool = False
    asks_attendance: bool = False
    asks_sending: bool = False
    asks_conclusion: bool = False


LIFECYCLE = (
    Move(
        "announce", N_("Announce"), frozenset({Stage.PLANNED}), Stage.ANNOUNCED, needs_document=True
    ),
    Move(
        "hold",
        N_("Record as held"),
        frozenset({Stage.PLANNED, Stage.ANNOUNCED}),
        Stage.HELD,
        asks_attendance=True,
    ),
    Move(
        "conclude",
        N_("Issue the conclusions"),
        frozenset({Stage.HELD}),
        Stage.CONCLUDED,
        needs_document=True,
        asks_conclusion=True,
    ),
    Move(
        "publish",
        N_("Publish the results"),
        frozenset({Stage.CONCLUDED}),
        Stage.PUBLISHED,
        needs_document=True,
        asks_sending=True,
    ),
    Move(
        "cancel",
        N_("Cancel the dialogue"),
        frozenset({Stage.PLANNED, Stage.ANNOUNCED}),
        Stage.CANCELLED,
        needs_note=True,
    ),
)
MOVES = {move.name: move for move in LIFECYCLE}
HAPPENED = frozenset({Stage.HELD, Stage.CONCLUDED, Stage.PUBLISHED})
"""The stages of a dialogue that took place."""
UPCOMING = frozenset({Stage.PLANNED, Stage.ANNOUNCED})
"""The stages of a dialogue that is still expected."""
NOTICE_AFTERWARDS = Move(
    "record_notice",
    N_("Record the notice afterwards"),
    HAPPENED,
    Stage.ANNOUNCED,
    needs_document=True,
)
"""No move: the stage stays, only what proves the notice is written down."""
STEPS = MOVES | {NOTICE_AFTERWARDS.name: NOTICE_AFTERWARDS}
