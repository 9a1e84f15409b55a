"""What people ask to be kept of a dialogue, and what is refused before anything is written."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from tracker.core import clock, dates
from tracker.core.dates import Precision, first_day
from tracker.core.errors import TrackerError
from tracker.core.text import checked, tidy_line
from tracker.dialogues import rules
from tracker.dialogues.lifecycle import HAPPENED, Form, Stage


class DialogueRefused(TrackerError):
    """What was typed cannot be kept; `field` names what it is about, if it is about one."""

    def __init__(self, msgid: str, field: str = "", **values: Any) -> None:
        super().__init__(msgid, **values)
        self.field = field


class DialogueMoveRefused(DialogueRefused):
    """The dialogue's stage, or something missing, does not allow this move."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be typed about a dialogue; a date is given exactly as it is known."""

    form: Form
    topic: str
    place_id: int
    venue: str = ""
    held_on: date | None = None
    date_precision: Precision = Precision.UNKNOWN
    starts_at: str = ""
    chair: str = ""
    secretary: str = ""
    audience: str = ""
    invited: int | None = None
    present: int | None = None
    speakers: int | None = None
    requested_by_voters: bool = False
    minutes: str = ""
    conclusion: str = ""
    follow_up: str = ""
    outcome: str = ""
    outcome_on: date | None = None
    outcome_precision: Precision = Precision.UNKNOWN
    sent_to_village_heads_on: date | None = None
    units_reported_on: date | None = None


FACTS = tuple(fact.name for fact in fields(Facts))


@dataclass(frozen=True, slots=True)
class NewDialogue(Facts):
    """What is known of a dialogue when it is logged: one to come, or one that took place."""

    source: str = ""
    stage: Stage = Stage.PLANNED


@dataclass(frozen=True, slots=True)
class DialogueChange(Facts):
    """How the facts shall read; `seen_version` is what the person had on the screen."""

    seen_version: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many came and spoke, as counted on the day; None leaves what is known already."""

    invited: int | None = None
    present: int | None = None
    speakers: int | None = None


def kept_facts(facts: Facts, stage: Stage) -> dict[str, Any]:
    """Give the facts as they are kept; refuse those that contradict each other."""
    kept: dict[str, Any] = {name: getattr(facts, name) for name in FACTS}
    for name, limit in rules.TEXT_LIMITS.items():
        kept[name] = bounded(name, kept[name], limit)
    if not kept["topic"]:
        raise DialogueRefused("Enter the topic.", field="topic")
    kept["starts_at"] = _read_time(facts.starts_at)
    kept["held_on"] = _read_day("held_on", facts.held_on, facts.date_precision)
    kept["outcome_on"] = _read_day("outcome_on", facts.outcome_on, facts.outcome_precision)
    check_counts(facts)
    today = clock.today()
    if rules.is_held_ahead(stage, kept["held_on"], today):
        raise DialogueRefused(
            "A dialogue that took place cannot have a date after today.", field="held_on"
        )
    if kept["outcome_on"] and kept["outcome_on"] > today:
        raise DialogueRefused("The outcome cannot have a date after today.", field="outcome_on")
    for name in rules.DAYS_AFTER:
        check_day_after(name, kept[name], stage, kept["held_on"])
    return kept


def check_day_after(field: str, day: date | None, stage: Stage, held_on: date | None) -> None:
    """Refuse a day of something that only a dialogue that took place can have led to."""
    if day is None:
        return
    if stage not in HAPPENED:
        raise DialogueRefused("The dialogue has not taken place yet.", field=field)
    if day > clock.today():
        raise DialogueRefused("The day cannot be after today.", field=field)
    if held_on is not None and day < held_on:
        raise DialogueRefused("The day cannot be before the dialogue itself.", field=field)


def bounded(name: str, text: str, limit: int) -> str:
    clean = checked(text if name in rules.LINES_KEPT else tidy_line(text))
    if len(clean) > limit:
        raise DialogueRefused(
            "The text has %(length)s characters; at most %(limit)s are kept.",
            field=name,
            length=len(clean),
            limit=limit,
        )
    return clean


def _read_time(text: str) -> str:
    read = rules.read_time(text) if text.strip() else ""
    if read is None:
        raise DialogueRefused("There is no such time; type it as hh:mm.", field="starts_at")
    return read


def _read_day(name: str, day: date | None, precision: Precision) -> date | None:
    if (day is None) != (precision is Precision.UNKNOWN):
        raise DialogueRefused("Give a date as exactly as it is known, or none.", field=name)
    if not dates.is_sensible_year(day, clock.today()):
        raise DialogueRefused(
            "The year must lie between %(first)s and %(last)s.",
            field=name,
            first=dates.FIRST_YEAR,
            last=clock.today().year + dates.YEARS_AHEAD,
        )
    return first_day(day, precision)


def check_counts(facts: Facts | Attendance) -> None:
    for name in rules.COUNTS:
        number = getattr(facts, name)
        if number is not None and not 0 <= number <= rules.MOST_PEOPLE:
            raise DialogueRefused(
                "Enter a whole number from %(least)s to %(most)s.",
                field=name,
                least=0,
                most=rules.MOST_PEOPLE,
            )
