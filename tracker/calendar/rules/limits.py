"""Limits of time as data: what is counted, on what basis, from which day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.calendar.rules.days import Calendar, due_date
from tracker.core.i18n import N_, Labelled

ACK = "ACK"
STALE_CODES = ("STALE_30", "STALE_40", "STALE_45")
MOST_LIMIT_DAYS = 3650
FROM_RECEIPT = frozenset({"ACK", "KN_ACCEPT", "TC_INITIAL", "TC_TRANSFER", *STALE_CODES})
"""The limits that are counted from the day of receipt."""
COUNTED_BY = frozenset(
    {
        *("ACK", "KN_ACCEPT", "KN_RESOLVE", *STALE_CODES),
        *("TC_INITIAL", "TC_RESOLVE"),
        *("DLG_NOTICE", "DLG_RESULT", "DLG_CONCLUSION", "DLG_UNIT_REPORT"),
    }
)
"""The limits that dates of the register are counted by; the others are kept to look up."""


class Unit(Labelled):
    """What a limit counts."""

    WORKING = "working", N_("working days")
    CALENDAR = "calendar", N_("calendar days")


class Certainty(Labelled):
    """How well the text of a limit is known; the law itself has the last word."""

    TWO_SOURCES = "two_sources", N_("Two independent sources agree")
    ONE_SOURCE = "one_source", N_("Read in one public source")
    ONE_EXAMPLE = "one_example", N_("One local text, as an example")
    MEMORY = "memory", N_("Not yet checked against a text")
    DECIDED_HERE = "decided_here", N_("Set by this installation")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many days of a kind, and where it is written that they are."""

    days: int
    unit: Unit
    name: str = ""
    legal_basis: str = ""
    code: str = ""

    def due(self, start: date, calendar: Calendar) -> date:
        """Count the limit from its day zero."""
        return due_date(
            start,
            self.days,
            working=self.unit is Unit.WORKING,
            exceptions=calendar.exceptions,
            rolls=calendar.rolls,
        )

    def keeps_off_days_off(self, calendar: Calendar) -> bool:
        """Tell whether a date under this limit never stays on a day off."""
        return self.unit is Unit.WORKING or calendar.rolls


@dataclass(frozen=True, slots=True)
class Rule:
    """One reading of a limit, from the day it holds."""

    code: str
    days: int
    unit: Unit
    valid_from: date
    is_active: bool
    name_vi: str = ""
    name_en: str = ""
    legal_basis: str = ""
    id: int = 0
    counted_from_vi: str = ""
    counted_from_en: str = ""

    @property
    def is_from_receipt(self) -> bool:
        """Tell whether the limit is counted from the day of receipt."""
        return self.code in FROM_RECEIPT

    def counted_from(self, *, in_english: bool) -> str:
        """Say from which day it is counted."""
        return self.counted_from_en if in_english else self.counted_from_vi

    def limit(self, *, in_english: bool = False) -> Limit:
        """Give what is counted."""
        name = self.name_en if in_english else self.name_vi
        return Limit(self.days, self.unit, name, self.legal_basis, self.code)


@dataclass(frozen=True, slots=True)
class NewReading:
    """How a limit shall read from a day on."""

    code: str
    days: int
    unit: Unit
    legal_basis: str
    valid_from: date | None
    is_active: bool = True


def rule_on(rules: Iterable[Rule], code: str, day: date) -> Rule | None:
    """Give the reading of a limit that counts for a trigger on this day, if it is switched on."""
    held = [rule for rule in rules if rule.code == code and rule.valid_from <= day]
    if not held:
        return None
    newest = max(held, key=lambda rule: (rule.valid_from, rule.id))
    return newest if newest.is_active else None


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Everything that dates are counted by: the days and the limits."""

    calendar: Calendar
    rules: tuple[Rule, ...] = ()

    def rule(self, code: str, day: date) -> Rule | None:
        """Give the reading of a limit that counts for a trigger on this day."""
        return rule_on(self.rules, code, day)
