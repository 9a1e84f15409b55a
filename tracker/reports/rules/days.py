"""How long things took, and how old they are: nearest ranks, and bands of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Spread:
    """Days from receipt to an end, of so many petitions: the middle one, and the nine in ten.

    Of n days in order the p-th percentile is the one at place ⌈p·n/100⌉ (the nearest rank): a day
    that some petition really took.
    """

    count: int = 0
    median: int | None = None
    ninetieth: int | None = None


def spread(counts: Mapping[int, int]) -> Spread:
    """Give the spread of days, counted by how many took so many."""
    number = sum(counts.values())
    if number <= 0:
        return Spread()
    return Spread(number, nearest_rank(counts, 50), nearest_rank(counts, 90))


def nearest_rank(counts: Mapping[int, int], percent: int) -> int:
    """Give the value at place ⌈percent·n/100⌉ of n values in order."""
    place, passed = ceil(percent * sum(counts.values()) / 100), 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= place:
            return value
    raise ValueError("There are no values.")


BANDS = ((0, 10), (11, 30), (31, 45), (46, 90), (91, None))
"""Days since receipt that the outstanding is sorted by: after 45 a handler answers for it."""


@dataclass(frozen=True, slots=True)
class Band:
    """Petitions outstanding for so many days; `received_from` and `received_to` say the same."""

    least: int
    most: int | None
    received_from: date | None
    received_to: date | None
    count: int = 0


def bands(as_at: date) -> list[Band]:
    """Give the bands of age on a day, the youngest first."""
    return [
        Band(
            least,
            most,
            None if most is None else as_at - timedelta(days=most),
            as_at - timedelta(days=least),
        )
        for least, most in BANDS
    ]
