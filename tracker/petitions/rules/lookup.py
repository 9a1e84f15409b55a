"""What a petition is found by: tokens for every filter and word of the list, and its place in it.

Nothing here depends on today. What does (late, due soon) is asked by the days that it means.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from tracker.core.dates import FIRST_YEAR, Precision
from tracker.core.matching import words_of, written
from tracker.petitions.lifecycle import ENDED, OPEN, Channel, Kind, Level, Status
from tracker.petitions.rules.clocks import Acknowledgement, Timeliness
from tracker.petitions.rules.history import PAUSED

IDS = 2**32
"""A key is a day and, below it, the petition's id."""
UNDATED_BELOW = IDS
"""Keys of petitions without a day of receipt lie below this one."""
NEVER_DUE = date.max.toordinal() + 1
FIRST_DAY = date(FIRST_YEAR, 1, 1)
LONGEST_FIRST = range(7, -1, -1)
"""Days are found by spans of four times four … days: from the first day on for 179 years."""
NAME = "__"
"""Marks a word that only the person's name or telephone has: not all may find by it."""
SHORTEST_NUMBER = 4
LAST_DIGITS = (3, 4, 6)
"""A telephone number is found by its beginning and by these last digits."""
NO_ONE = 0
WAITS_FOR_DUE, WAITS_FOR_ACK = "_t", "_a"
"""Tokens of petitions whose date is still to come or has passed."""


class Found(Protocol):
    """What is read of a petition to find it by."""

    id: int
    code: str
    place_id: int
    category_id: int
    department_id: int | None
    dialogue_id: int | None
    monitor_id: int | None
    channel: Channel
    kind: Kind
    level: Level
    status: Status
    citizen_name: str
    citizen_phone: str
    content: str
    received_on: date | None
    date_precision: Precision
    due_on: date | None
    ended_on: date | None
    ack_due_on: date | None
    acknowledged_on: date | None
    plan_on: date | None


@dataclass(frozen=True, slots=True)
class LookupRow:
    """What is kept beside a petition to find it by: its place in two orders, and its tokens."""

    petition_id: int
    received_key: int
    due_key: int
    tokens: str


def lookup_row(petition: Found, units: Collection[int]) -> LookupRow:
    """Give what a petition is found by; `units` are those that answer for its place today."""
    return LookupRow(
        petition_id=petition.id,
        received_key=received_key(petition.received_on, petition.id),
        due_key=due_key(petition.due_on, petition.id),
        tokens=written([*_facts(petition, units), *_standing(petition), *_words(petition)]),
    )


def received_key(day: date | None, petition_id: int) -> int:
    """Place a petition by its day of receipt; one without comes before all days."""
    return (day.toordinal() if day else 0) * IDS + petition_id


def due_key(day: date | None, petition_id: int) -> int:
    """Place a petition by its due date; one without comes after all days."""
    return (day.toordinal() if day else NEVER_DUE) * IDS + petition_id


def token(kind: str, value: object) -> str:
    """Write one fact as a token; no word of a text begins like it."""
    return f"_{kind}{value}"


def unit_token(unit_id: int | None, kind: str, value: object) -> str:
    """Write one fact of petitions of a unit as a token: few rows have it where the unit is small.

    Without a unit it is the fact alone.
    """
    return token(kind, value) if unit_id is None else f"_u{unit_id}{kind}{value}"


def span_tokens(kind: str, first: date, last: date) -> list[str]:
    """Give the tokens of the spans that hold exactly the days from first to last: a few of each.

    A span holds four of the next shorter ones, and the shortest is a day.
    """
    found: list[str] = []
    at, end = _day_number(first), _day_number(last) + 1
    while at < end:
        level = next(
            level for level in LONGEST_FIRST if at % 4**level == 0 and at + 4**level <= end
        )
        found.append(token(kind, f"{level}{at // 4**level}"))
        at += 4**level
    return found


@lru_cache(maxsize=20_000)
def _day_tokens(kind: str, day: date | None) -> tuple[str, ...]:
    """Give the tokens of the spans in which a day lies."""
    if day is None:
        return ()
    number = _day_number(day)
    return tuple(token(kind, f"{level}{number // 4**level}") for level in LONGEST_FIRST)


def _day_number(day: date) -> int:
    last: int = 4 ** len(LONGEST_FIRST) - 1
    return min(max((day - FIRST_DAY).days, 0), last)


def _facts(petition: Found, units: Collection[int]) -> Iterator[str]:
    is_open = int(petition.status in OPEN)
    for unit in (None, *units):
        yield unit_token(unit, "c", petition.category_id)
        yield unit_token(unit, "s", petition.status)
        yield unit_token(unit, "o", is_open)
    yield from (token("u", unit) for unit in units)
    yield token("p", petition.place_id)
    yield token("d", petition.department_id or NO_ONE)
    yield token("g", petition.dialogue_id or NO_ONE)
    yield token("m", petition.monitor_id or NO_ONE)
    yield token("k", petition.kind)
    yield token("l", petition.level)
    yield token("h", petition.channel)
    yield token("y", petition.date_precision)
    yield from _day_tokens("r", petition.received_on)
    if petition.date_precision is not Precision.DAY and petition.received_on:
        yield token("i", f"{petition.date_precision}{petition.received_on:%Y%m%d}")


def _standing(petition: Found) -> Iterator[str]:
    """Give how it stands against its dates, and the dates that today is held against."""
    settled = settled_timeliness(petition.status, petition.due_on, petition.ended_on)
    if settled is not None:
        yield token("t", settled)
    else:
        yield WAITS_FOR_DUE
        yield from _day_tokens("w", petition.due_on)
    told = petition.acknowledged_on
    if petition.ack_due_on is None or (told is None and petition.status in ENDED):
        yield token("a", Acknowledgement.NO_LIMIT)
    elif told is None:
        yield WAITS_FOR_ACK
        yield from _day_tokens("b", petition.ack_due_on)
    elif told <= petition.ack_due_on:
        yield token("a", Acknowledgement.DONE_IN_TIME)
    else:
        yield token("a", Acknowledgement.DONE_LATE)
    if petition.status is Status.DEFERRED:
        yield from _day_tokens("e", petition.plan_on)


def settled_timeliness(
    status: Status, due_on: date | None, ended_on: date | None
) -> Timeliness | None:
    """Give how a petition stands against its due date where no day to come changes that."""
    if status in PAUSED:
        return Timeliness.PAUSED
    if due_on is None or (status in ENDED and ended_on is None):
        return Timeliness.NO_DATE
    if ended_on is None or status in OPEN:
        return None
    return Timeliness.DONE_IN_TIME if ended_on <= due_on else Timeliness.DONE_LATE


def _words(petition: Found) -> Iterator[str]:
    """Give the words of its text, code and person; those of the person alone are marked besides."""
    own = {*words_of(petition.content), *words_of(petition.code)}
    own |= {part.lstrip("0") or part for part in words_of(petition.code)}
    people = {*words_of(petition.citizen_name), *_numbers(digits_of(petition.citizen_phone))}
    yield from own | people
    yield from (NAME + word for word in people - own)


def _numbers(digits: str) -> Iterator[str]:
    yield from (digits[:length] for length in range(SHORTEST_NUMBER, len(digits) + 1))
    yield from (digits[-length:] for length in LAST_DIGITS if length < len(digits))


def digits_of(text: str) -> str:
    """Give the digits of a telephone number."""
    return "".join(char for char in text if char.isascii() and char.isdecimal())
