"""What an installation decides for itself about its clocks, and about the dialogues of a year."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from tracker.calendar.rules.days import LAST_ANNOUNCED_YEAR
from tracker.core.errors import TrackerError

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Choices:
    """Each setting with its usual value; the names are the keys it is kept under."""

    calendar_rolls: bool = True
    due_soon_days: int = 3
    commitment_soon_days: int = 7
    leader_after_days: int = 1
    monitor_after_days: int = 5
    announced_to: int = LAST_ANNOUNCED_YEAR
    dialogues_a_year: int = 1
    yearly_from_month: int = 9

    def written(self) -> dict[str, str]:
        """Give each setting as the table keeps it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            key: (YES if value else NO) if isinstance(value, bool) else str(value)
            for key, value in values.items()
        }

    def check(self) -> None:
        """Refuse a number that no office would mean."""
        for name, (least, most) in CHOICE_BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise TrackerError(
                    "Enter a whole number from %(least)s to %(most)s.", least=least, most=most
                )


CHOICE_BOUNDS = {
    "due_soon_days": (0, 60),
    "commitment_soon_days": (0, 60),
    "leader_after_days": (0, 365),
    "monitor_after_days": (0, 365),
    "announced_to": (2020, 2100),
    "dialogues_a_year": (1, 12),
    "yearly_from_month": (1, 12),
}


def choices_from(kept: Mapping[str, str]) -> Choices:
    """Read settings as the table keeps them; what it does not hold has its usual value."""
    usual = Choices()
    read: dict[str, Any] = {
        field.name: _read(kept[field.name], getattr(usual, field.name))
        for field in fields(Choices)
        if field.name in kept
    }
    return Choices(**read)


def _read(text: str, usual: bool | int) -> bool | int:
    if isinstance(usual, bool):
        return text == YES
    return int(text) if text.isdecimal() else usual
