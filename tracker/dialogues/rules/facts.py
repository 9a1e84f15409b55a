"""What may be typed about a dialogue: limits, times of day, dates that make sense."""

import re
from datetime import date

from tracker.core.i18n import N_, Labelled
from tracker.dialogues.lifecycle import HAPPENED, Stage

LINE_LIMIT = 200
TOPIC_LIMIT = 500
TEXT_LIMIT = 20_000
MINUTES_LIMIT = 200_000
MOST_PEOPLE = 100_000
TEXT_LIMITS = {
    "topic": TOPIC_LIMIT,
    "venue": LINE_LIMIT,
    "chair": LINE_LIMIT,
    "secretary": LINE_LIMIT,
    "audience": LINE_LIMIT,
    "minutes": MINUTES_LIMIT,
    "conclusion": TEXT_LIMIT,
    "follow_up": TEXT_LIMIT,
    "outcome": TEXT_LIMIT,
}
LINES_KEPT = frozenset({"minutes", "conclusion", "follow_up", "outcome", "note"})
"""The texts of several lines; all others are one line."""
DAYS_AFTER = ("sent_to_village_heads_on", "units_reported_on")
"""The days of what a dialogue that took place led to."""
COUNTS = ("invited", "present", "speakers")

_TIME = re.compile(r"^(\d{1,2})(?:\s*(?:giờ|[:hg.])\s*(?:(\d{2})(?:\s*phút)?)?)?$", re.I)
_MARK = re.compile(r"\s*\[[\w-]+\]$")


class Sort(Labelled):
    """In which order the list stands; what has no date comes last."""

    NEWEST = "newest", N_("Newest first")
    NEXT = "next", N_("Expected next first")


def read_time(text: str) -> str | None:
    """Read a time of day as people type it (7:30, 7h30, 14h) as hh:mm; None when it is none."""
    found = _TIME.match(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def is_held_ahead(stage: Stage, held_on: date | None, today: date) -> bool:
    """Tell whether a dialogue is said to have taken place on a day that is still to come."""
    return stage in HAPPENED and held_on is not None and held_on > today


def citation(source: str) -> str:
    """Give a source as a person cites it, without the mark by which its seed is known again."""
    return _MARK.sub("", source)
