"""A report as it was sent: canonical bytes, their digest, and what differs from today's."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from tracker.reports.rules.lines import Line

FACTS = ("place", "category", "department", "kind", "level", "channel")
"""Under what a row is counted, in the order in which it is kept."""


class Row(NamedTuple):
    """One petition as a report counts it: its code, under what, and in which numbers how often."""

    code: str
    place: str
    category: str
    department: str
    kind: str
    level: str
    channel: str
    numbers: Mapping[str, int]


class Difference(NamedTuple):
    """One number of one line, as sent and now; a line may be gone or new."""

    code: str
    line: str
    number: str
    sent: int
    now: int


class Moved(NamedTuple):
    """One petition that is counted otherwise than when the report was sent.

    `sent` or `now` is empty where it was not, or is no longer counted.
    """

    code: str
    sent: Row | None
    now: Row | None

    @property
    def facts(self) -> list[str]:
        """Name what it is counted under otherwise."""
        if self.sent is None or self.now is None:
            return []
        return [name for name in FACTS if getattr(self.sent, name) != getattr(self.now, name)]

    @property
    def numbers(self) -> list[str]:
        """Name the numbers in which it is counted otherwise."""
        then = self.sent.numbers if self.sent else {}
        now = self.now.numbers if self.now else {}
        return [name for name in {**then, **now} if then.get(name, 0) != now.get(name, 0)]


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since a report was sent."""

    cells: list[Difference]
    rows: list[Moved]

    @property
    def is_none(self) -> bool:
        """Tell whether the report would be the same today."""
        return not self.cells and not self.rows


def canonical(document: Any) -> bytes:
    """Write a document in the one way in which equal documents are equal bytes."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(body: bytes) -> str:
    """Give the SHA-256 of bytes, as it is printed."""
    return sha256(body).hexdigest()


def numbers_of(line: Line) -> dict[str, int]:
    """Give the numbers of a line that are not nothing, by name."""
    return {name: number for name, number in asdict(line).items() if number}


def line_from(numbers: Mapping[str, int]) -> Line:
    """Make a line of its kept numbers."""
    return Line(**numbers)


def row_from(kept: Iterable[Any]) -> Row:
    """Read a row as it is kept."""
    return Row(*kept)


def differing_rows(sent: Iterable[Row], now: Iterable[Row]) -> list[Moved]:
    """Give the petitions that are counted otherwise now, by code."""
    then_by, now_by = ({row.code: row for row in rows} for rows in (sent, now))
    return [
        Moved(code, then_by.get(code), now_by.get(code))
        for code in sorted(then_by.keys() | now_by.keys())
        if then_by.get(code) != now_by.get(code)
    ]


def differing_cells(
    sent: Mapping[str, tuple[str, Line]], now: Mapping[str, tuple[str, Line]]
) -> Iterator[Difference]:
    """Give the numbers that are others now, line by line in the order they were sent."""
    for code in {**sent, **now}:
        name = (sent.get(code) or now[code])[0]
        then = asdict(sent[code][1] if code in sent else Line())
        today = asdict(now[code][1] if code in now else Line())
        for number in then:
            if then[number] != today[number]:
                yield Difference(code, name, number, then[number], today[number])
