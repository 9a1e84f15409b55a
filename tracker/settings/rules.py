"""Codes made from names, and which kinds of place people may have: pure rules."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.core.text import fold
from tracker.places.rules import PlaceKind

LONGEST_CODE = 40
HOMES = (PlaceKind.REGISTER, PlaceKind.PROVINCE, PlaceKind.COMMUNE)
"""What a person's place may be: records are answered for by communes and those above."""
MOST_DUE_DAYS = 365
LAST_BACKUP = "last_backup_at"
LAST_VERIFIED = "last_verified_at"
BACKUP_TOO_OLD = timedelta(days=2)
EARLIEST_DAY = date(1900, 1, 1)


SPAN = "span:"
LONGEST_SPAN_NAME, MOST_SPANS = 40, 40
FIRST_SPAN_DAY, LAST_SPAN_DAY = date(1900, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """A stretch of days that reports are asked for by a name of the commune's own, as a term."""

    code: str
    name: str
    start: date
    end: date
    version: int = 1

    @property
    def written(self) -> str:
        """Give the span as one setting of the installation."""
        return f"{self.start.isoformat()} {self.end.isoformat()} {self.name}"


def span_in(key: str, value: str, version: int) -> NamedSpan | None:
    """Read a setting as a span; one that was taken out of use is none."""
    start, _, rest = value.partition(" ")
    end, _, name = rest.partition(" ")
    if not name:
        return None
    days = date.fromisoformat(start), date.fromisoformat(end)
    return NamedSpan(key.removeprefix(SPAN), name, *days, version)


def code_from(name: str, taken: Collection[str], *, between: str = "_") -> str:
    """Make a code from a name, in plain letters, other than those that are taken.

    >>> code_from("Giải phóng mặt bằng", {"giai_phong_mat_bang"})
    'giai_phong_mat_bang_2'
    """
    plain = re.sub(r"[^a-z0-9]+", between, fold(name)).strip(between) or "muc"
    code, number = plain[:LONGEST_CODE].rstrip(between), 1
    while code in taken:
        number += 1
        ending = f"{between}{number}"
        code = plain[: LONGEST_CODE - len(ending)].rstrip(between) + ending
    return code


def is_too_old(last_backup: datetime | None, now: datetime) -> bool:
    """Tell whether the last good backup is so old, or missing, that someone must see to it."""
    return last_backup is None or now - last_backup > BACKUP_TOO_OLD
