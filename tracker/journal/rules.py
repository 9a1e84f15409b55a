"""How entries are chained: each one's digest covers its content and the digest before it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

WHOLE_REGISTER = 0
"""The chain of what belongs to no place: acts upon the register itself."""
BEGINNING = "0" * 64
"""What stands before the first entry of a chain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the chain sees it; `chain` is the id of its place, or the whole register."""

    chain: int
    number: int
    recorded_at: datetime
    actor_id: int | None
    action: str
    subject: str
    detail: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not fit: the number it was found at, and what is wrong there."""

    chain: int
    number: int
    is_missing: bool


def digest_of(entry: Entry, before: str) -> str:
    """Give the SHA-256 over an entry's content and the digest of the entry before it, in hex."""
    content = [
        before,
        entry.chain,
        entry.number,
        entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.detail,
    ]
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode("utf-8", "surrogatepass")).hexdigest()


def breaks(chain: int, entries: Iterable[Entry], head: tuple[int, str]) -> Iterator[Break]:
    """Walk one chain in its order and give each place where it does not fit.

    `head` is the number and digest that the register keeps as its last: a tail that was cut off
    is missing against it. An altered entry is named once; those after it are judged by the digest
    that they were chained to.
    """
    number, before = 0, BEGINNING
    for entry in entries:
        number += 1
        if entry.number != number:
            yield Break(chain, number, is_missing=True)
            number = entry.number
        elif entry.digest != digest_of(entry, before):
            yield Break(chain, number, is_missing=False)
        before = entry.digest
    if number < head[0]:
        yield Break(chain, number + 1, is_missing=True)
    elif (number, before) != head:
        yield Break(chain, number, is_missing=False)
