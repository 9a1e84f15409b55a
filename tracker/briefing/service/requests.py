"""What people ask to be kept of visits and briefings, and what is refused before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.briefing import rules
from tracker.briefing.lifecycle import Every, VisitKind
from tracker.core import clock
from tracker.core.errors import Stale, TrackerError
from tracker.core.text import checked, tidy_line


class BriefingRefused(TrackerError):
    """What was asked for cannot be kept; `field` names what it is about, if it is about one."""

    def __init__(self, msgid: str, field: str = "", **values: Any) -> None:
        super().__init__(msgid, **values)
        self.field = field


class DecisionsStale(Stale):
    """Someone else wrote other texts meanwhile; `items` names whose, 0 is the briefing's own."""

    def __init__(self, msgid: str, items: tuple[int, ...]) -> None:
        super().__init__(msgid)
        self.items = items


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What may be typed about a visit; `cell` only where it was to a Party cell."""

    kind: VisitKind
    visited_on: date
    place_id: int
    visitor: str
    heard: str
    visitor_id: int | None = None
    cell: str = ""
    instruction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit(VisitFacts):
    """A visit as it is logged."""

    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChange(VisitFacts):
    """How a visit shall read, why, and what the person had on the screen."""

    reason: str
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class NewBriefing:
    """A briefing as it is opened."""

    place_id: int
    held_on: date
    chair: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is put on a briefing: petitions and commitments by code, and a matter in words."""

    petitions: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class TypedText:
    """A text as it was typed, and the fingerprint of the one that stood there before."""

    text: str
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """What is written during a briefing: decisions by item, notes of the whole, day and chair."""

    decisions: Mapping[int, TypedText] = field(default_factory=dict)
    notes: TypedText | None = None
    held_on: date | None = None
    chair: str | None = None


@dataclass(frozen=True, slots=True)
class RhythmChange:
    """How often visits of a kind shall be expected, and by whose word."""

    kind: VisitKind
    every: Every
    days: int | None
    basis: str
    seen_version: int | None = None


def bounded(name: str, text: str, limit: int = rules.LINE_LIMIT, *, lines: bool = False) -> str:
    """Tidy a text; refuse one over its limit or with characters that no register keeps."""
    clean = checked(text if lines else tidy_line(text))
    if len(clean) > limit:
        raise BriefingRefused(
            "The text has %(length)s characters; at most %(limit)s are kept.",
            field=name,
            length=len(clean),
            limit=limit,
        )
    return clean


def kept_visit(facts: VisitFacts) -> dict[str, Any]:
    """Give a visit's facts as they are kept; refuse those that cannot be."""
    is_cell = facts.kind is VisitKind.PARTY_CELL
    kept: dict[str, Any] = {
        "kind": facts.kind,
        "visited_on": facts.visited_on,
        "place_id": facts.place_id,
        "visitor": bounded("visitor", facts.visitor),
        "visitor_id": facts.visitor_id,
        "cell": bounded("cell", facts.cell) if is_cell else "",
        "heard": bounded("heard", facts.heard, rules.TEXT_LIMIT, lines=True),
        "instruction": bounded("instruction", facts.instruction, rules.DECISION_LIMIT, lines=True),
    }
    if facts.visited_on > clock.today():
        raise BriefingRefused(
            "A visit is logged after it was made: the day cannot be after today.",
            field="visited_on",
        )
    if facts.visited_on.year < rules.FIRST_YEAR:
        raise BriefingRefused("The day lies too far back.", field="visited_on")
    if not kept["visitor"]:
        raise BriefingRefused("Enter who made the visit.", field="visitor")
    if is_cell and not kept["cell"]:
        raise BriefingRefused("Enter the name of the Party cell.", field="cell")
    if not kept["heard"]:
        raise BriefingRefused(
            "Enter what was heard; when nothing was raised, say so.", field="heard"
        )
    return kept


def kept_chair(text: str) -> str:
    """Give who chairs a briefing as it is kept; somebody must."""
    chair = bounded("chair", text)
    if not chair:
        raise BriefingRefused("Enter who chairs the briefing.", field="chair")
    return chair


def kept_day(held_on: date) -> date:
    """Give the day of a briefing; refuse one that is a slip of the finger."""
    last = clock.today().year + 1
    if not rules.FIRST_YEAR <= held_on.year <= last:
        raise BriefingRefused(
            "The year must lie between %(first)s and %(last)s.",
            "held_on",
            first=rules.FIRST_YEAR,
            last=last,
        )
    return held_on
