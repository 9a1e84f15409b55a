"""On which day each petition of a register was received: known beforehand, so numbers follow days.

The petitions of a register are numbered by their days. Which of them fall on a day is counted from
the weights alone, so that any part of a register can be drawn without the parts before it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

FIRST_DAY = date(2021, 1, 4)
GROWTH = 1.12
"""By how much more is raised each year."""
AT_DIALOGUES = 2
"""So many petitions are raised at dialogues for one that comes by another channel."""
REST_DAY = 0.1


@dataclass(frozen=True, slots=True)
class Course:
    """The days of a register, and how many of its petitions lie before the end of each."""

    days: tuple[date, ...]
    ends: tuple[int, ...]

    def day_of(self, number: int) -> date:
        """Give the day of the petition with this number, counted from 0."""
        return self.days[bisect_right(self.ends, number)]

    def before(self, day: date) -> int:
        """Count the petitions received before a day."""
        at = bisect_right(self.days, day - timedelta(1))
        return self.ends[at - 1] if at else 0

    def years(self) -> Iterator[tuple[int, int, int]]:
        """Give each year with the number of its first petition and how many it has."""
        for year in range(self.days[0].year, self.days[-1].year + 1):
            first, end = self.before(date(year, 1, 1)), self.before(date(year + 1, 1, 1))
            yield year, first, end - first


def course(number: int, until: date, dialogues: Mapping[date, int]) -> Course:
    """Spread so many petitions over the days up to one, most of them on days of dialogues."""
    days = [FIRST_DAY + timedelta(n) for n in range((until - FIRST_DAY).days + 1)]
    plain = [_plain(day) for day in days]
    held = sum(dialogues.values())
    share = AT_DIALOGUES * sum(plain) / held if held else 0
    sums = list(
        accumulate(
            weight + share * dialogues.get(day, 0) for day, weight in zip(days, plain, strict=True)
        )
    )
    return Course(tuple(days), _ends(number, sums))


def _plain(day: date) -> float:
    working = 1 if day.weekday() < 5 else REST_DAY
    return float(working * GROWTH ** (day.year - FIRST_DAY.year))


def _ends(number: int, sums: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(number * part / sums[-1]) for part in sums)
