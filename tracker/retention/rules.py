"""What is left of a text once a person's data is taken out, and when a record's time is over."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tracker.commitments.rules import KnownNames, unnamed
from tracker.petitions.lifecycle import Kind
from tracker.petitions.rules.masking import LEFT_OUT
from tracker.petitions.rules.spellings import names_of, without_person
from tracker.retention.lifecycle import Class

MOST_YEARS = 100
BASIS_LIMIT, MARKS_LIMIT, ANSWER_LIMIT = 200, 2_000, 5_000
REQUEST_LIMIT = "DATA_REQUEST"
"""The limit of time, among those of the calendar, within which a request is answered."""


@dataclass(frozen=True, slots=True)
class Period:
    """For how many years a class is kept after its end, by which rule; without years it stays."""

    of: Class
    years: int | None = None
    legal_basis: str = ""
    version: int = 0

    def over_since(self, today: date) -> date | None:
        """Give the last day of an end whose time is over by today."""
        return None if self.years is None else years_before(today, self.years)


def class_of(kind: Kind) -> Class:
    """Give the class that a petition of a kind belongs to."""
    return Class.COMPLAINT if kind is Kind.COMPLAINT else Class.PETITION


def years_before(day: date, years: int) -> date:
    """Give the same day so many years before; the end of February where it had one day less."""
    if years >= day.year:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def marks_in(text: str) -> list[str]:
    """Read what is to be taken out besides, one word or phrase a line; the longest goes first."""
    return sorted({line.strip() for line in text.splitlines() if line.strip()}, key=len)[::-1]


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes a person's name, telephone and what was marked out of texts."""

    person: Sequence[str]
    marks: Iterable[str] = field(default=())

    def of(self, text: str) -> str:
        """Give what is left of a text, line by line."""
        plain = without_person(text, *self.person)
        return "\n".join(self._line(line) if line.strip() else line for line in plain.splitlines())

    def _line(self, line: str) -> str:
        plain = line
        for mark in self.marks:
            plain = re.sub(re.escape(mark), LEFT_OUT, plain, flags=re.IGNORECASE)
        return unnamed(plain, self.person[0], KnownNames(names_of(self.person)))


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Give the texts that change, each as it reads before and after."""
    return {name: (text, after[name]) for name, text in before.items() if text != after[name]}
