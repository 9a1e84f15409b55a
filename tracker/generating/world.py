"""All that one part of a register is drawn from: given to each process once, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.calendar.rules import Clockwork
from tracker.generating.days import Course
from tracker.generating.province import Commune


@dataclass(frozen=True, slots=True)
class Held:
    """A dialogue that took place: its id, and the number of its commune."""

    id: int
    commune: int


@dataclass(frozen=True, slots=True)
class World:
    """The places, people, lists, days and words of a register, and where its numbers begin.

    `first_id` is the id of the first petition, `first_step` of its first step; `codes` gives for
    each year what to add to a petition's number to have its running number in the year; `units`
    are those that answer for a place today; `evidence_key` is what petitions are digested with.
    """

    seed: int
    number: int
    until: date
    first_id: int
    first_step: int
    evidence_key: bytes
    codes: Mapping[int, int]
    course: Course
    communes: Sequence[Commune]
    units: Mapping[int, Sequence[int]]
    held: Mapping[date, Sequence[Held]]
    categories: Mapping[str, int]
    category_names: Mapping[int, str]
    departments: Mapping[str, int]
    clocks: Clockwork
    blocks: Mapping[str, Any]
    words: Mapping[str, Any]
    source: str
