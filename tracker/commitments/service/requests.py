"""What people ask to be kept of commitments, and what is refused before anything is written."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.commitments import rules
from tracker.commitments.lifecycle import Result
from tracker.core import clock
from tracker.core.dates import Precision, first_day
from tracker.core.errors import TrackerError
from tracker.core.text import checked, tidy_line


class CommitmentRefused(TrackerError):
    """What was typed cannot be kept; `field` names what it is about, if it is about one."""

    def __init__(self, msgid: str, field: str = "", **values: Any) -> None:
        super().__init__(msgid, **values)
        self.field = field


class CommitmentMoveRefused(CommitmentRefused):
    """How the commitment stands, or something missing, does not allow this step."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as named; `user_id` when it is one who signs in."""

    name: str = ""
    user_id: int | None = None


NOBODY = Person()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be typed about a commitment; a date is given exactly as it is known."""

    place_id: int
    promise: str
    promised_by: Person
    promised_on: date | None = None
    promised_precision: Precision = Precision.UNKNOWN
    department_id: int | None = None
    supporting: str = ""
    handler: Person = NOBODY
    monitor: Person = NOBODY
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommitment(Facts):
    """A promise as it was made: at a dialogue, on a petition, or for a place."""

    dialogue_id: int | None = None
    petition_id: int | None = None
    document_number: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentChange(Facts):
    """How the facts shall read, why, and what the person had on the screen."""

    reason: str
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """One step as it is asked for; `has_new_evidence` says that a file comes with it."""

    move_name: str
    happened_on: date | None = None
    happened_precision: Precision = Precision.DAY
    note: str = ""
    document_number: str = ""
    due_on: date | None = None
    has_new_evidence: bool = False
    seen_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A working group as it is set up, for a commitment or for a dialogue."""

    name: str
    place_id: int
    commitment_id: int | None = None
    dialogue_id: int | None = None
    set_up_on: date | None = None
    document_number: str = ""
    members: tuple[tuple[str, str], ...] = field(default=())
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit:
    """A visit to one household, as it is told."""

    household: str
    place_id: int
    visited_on: date
    result: Result
    reason: str = ""
    agreed_option: str = ""
    visitors: str = ""
    document_number: str = ""


def kept_facts(facts: Facts) -> dict[str, Any]:
    """Give the facts as they are kept; refuse those that contradict each other."""
    people = {name: _person(name, getattr(facts, name)) for name in PEOPLE}
    kept: dict[str, Any] = {
        "place_id": facts.place_id,
        "promise": bounded("promise", facts.promise, rules.PROMISE_LIMIT, lines=True),
        "department_id": facts.department_id,
        "supporting": bounded("supporting", facts.supporting),
        "promised_on": known_day("promised_on", facts.promised_on, facts.promised_precision),
        "promised_precision": facts.promised_precision,
        "due_on": facts.due_on,
    }
    for name, person in people.items():
        kept |= {name: person.name, f"{name}_id": person.user_id}
    if not kept["promise"]:
        raise CommitmentRefused("Enter what was promised, in the leader's words.", field="promise")
    if not kept["promised_by"]:
        raise CommitmentRefused("Enter who promised it.", field="promised_by")
    kept["leader_key"] = rules.leader_key(kept["promised_by"])
    _check_days(kept["promised_on"], kept["due_on"])
    handler, monitor = people["handler"], people["monitor"]
    if rules.is_same_person(monitor.name, monitor.user_id, handler.name, handler.user_id):
        raise CommitmentRefused(
            "The monitor must be someone other than the person who carries it out.",
            field="monitor",
        )
    return kept


PEOPLE = ("promised_by", "handler", "monitor")


def bounded(name: str, text: str, limit: int = rules.LINE_LIMIT, *, lines: bool = False) -> str:
    """Tidy a text; refuse one over its limit or with characters that no register keeps."""
    clean = checked(text if lines else tidy_line(text))
    if len(clean) > limit:
        raise CommitmentRefused(
            "The text has %(length)s characters; at most %(limit)s are kept.",
            field=name,
            length=len(clean),
            limit=limit,
        )
    return clean


def known_day(name: str, day: date | None, precision: Precision) -> date | None:
    """Give the day that stands for a date of the past, known as exactly as it is told."""
    if (day is None) != (precision is Precision.UNKNOWN):
        raise CommitmentRefused("Give a date as exactly as it is known, or none.", field=name)
    first = first_day(day, precision)
    if first is not None and first > clock.today():
        raise CommitmentRefused("The day cannot be after today.", field=name)
    if first is not None and first.year < rules.FIRST_YEAR:
        raise CommitmentRefused("The day lies too far back.", field=name)
    return first


def check_due(due_on: date) -> None:
    """Refuse a due date that is a slip of the finger."""
    if not rules.FIRST_YEAR <= due_on.year <= clock.today().year + rules.YEARS_AHEAD:
        raise CommitmentRefused(
            "The year must lie between %(first)s and %(last)s.",
            field="due_on",
            first=rules.FIRST_YEAR,
            last=clock.today().year + rules.YEARS_AHEAD,
        )


def _check_days(promised_on: date | None, due_on: date | None) -> None:
    if due_on is None:
        return
    check_due(due_on)
    if promised_on is not None and due_on < promised_on:
        raise CommitmentRefused(
            "The due date cannot be before the day of the promise.", field="due_on"
        )


def _person(name: str, person: Person) -> Person:
    return Person(bounded(name, person.name), person.user_id if person.name.strip() else None)
