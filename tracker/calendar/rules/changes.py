"""Changes of the calendar, checked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracker.calendar.rules.days import Calendar, SpecialDay, is_weekend
from tracker.core.clock import shown_date
from tracker.core.errors import TrackerError
from tracker.core.i18n import DEFAULT_LANGUAGE, N_, Labelled, gettext, speaking

FIRST_YEAR = 2020
YEARS_AHEAD = 5


class CalendarRefused(TrackerError):
    """A change of the calendar contradicts what it holds, or lacks something."""


class Act(Labelled):
    """What may be done to the calendar."""

    DAY_OFF = "day_off", N_("Add a day off")
    WORKED = "worked", N_("Add a weekend day that is worked")
    SWAP = "swap", N_("Swap a working day for a weekend day")
    LIFT = "lift", N_("Take a day out")
    RESTORE = "restore", N_("Put a day back in")


@dataclass(frozen=True, slots=True)
class KeptDay:
    """A day as the table holds it: also one that was taken out, and its other side."""

    day: date
    special: SpecialDay
    paired_with: date | None = None
    is_lifted: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One asked-for change; a swap names the day off first, then the weekend day worked for it."""

    act: Act
    day: date | None = None
    other: date | None = None
    reason: str = ""
    document: str = ""


def days_after(change: Change, kept: Mapping[date, KeptDay], today: date) -> list[KeptDay]:
    """Give the rows that a change writes; refuse one that contradicts the calendar."""
    if change.act in (Act.LIFT, Act.RESTORE):
        return _turned(change, kept)
    if change.day is None:
        raise CalendarRefused("Enter the day.")
    if change.act is Act.SWAP and change.other is None:
        raise CalendarRefused("A swap has two sides: enter the day off and the day worked for it.")
    for day in filter(None, (change.day, change.other)):
        if not FIRST_YEAR <= day.year <= today.year + YEARS_AHEAD:
            raise CalendarRefused(
                "The calendar is kept from %(first)s to %(last)s.",
                first=FIRST_YEAR,
                last=today.year + YEARS_AHEAD,
            )
    if change.act is not Act.SWAP and not change.reason.strip():
        raise CalendarRefused("Enter the reason.")
    if change.act is Act.DAY_OFF:
        return [_off(change, kept)]
    if change.act is Act.WORKED:
        return [_worked(change, change.day, kept)]
    return _swap(change, kept)


def with_days(calendar: Calendar, rows: list[KeptDay]) -> Calendar:
    """Give the calendar as it is once these rows are written."""
    special = dict(calendar.special)
    for row in rows:
        special.pop(row.day, None)
        if not row.is_lifted:
            special[row.day] = row.special
    return replace(calendar, special=special)


def _off(change: Change, kept: Mapping[date, KeptDay]) -> KeptDay:
    day = change.day or date.min
    if (held := _held(kept, day)) and not held.special.is_working:
        raise CalendarRefused(
            "%(day)s is a day off already: %(reason)s.",
            day=shown_date(day),
            reason=held.special.reason,
        )
    if held:
        raise CalendarRefused(
            "%(day)s is worked for another day; take that swap out first.", day=shown_date(day)
        )
    if is_weekend(day):
        raise CalendarRefused("%(day)s is a weekend day and off anyway.", day=shown_date(day))
    return KeptDay(day, SpecialDay(False, change.reason.strip(), change.document.strip()))


def _worked(change: Change, day: date, kept: Mapping[date, KeptDay]) -> KeptDay:
    if not is_weekend(day):
        raise CalendarRefused(
            "%(day)s is no weekend day; only a Saturday or a Sunday is worked for another day.",
            day=shown_date(day),
        )
    if _held(kept, day):
        raise CalendarRefused("%(day)s is worked already.", day=shown_date(day))
    return KeptDay(day, SpecialDay(True, change.reason.strip(), change.document.strip()))


def _swap(change: Change, kept: Mapping[date, KeptDay]) -> list[KeptDay]:
    if change.day is None or change.other is None:  # told before; for the checker
        raise CalendarRefused("A swap has two sides: enter the day off and the day worked for it.")
    with speaking(DEFAULT_LANGUAGE):  # as the names of the holidays are
        off_told = gettext("Off, worked instead on %(day)s", day=shown_date(change.other))
        worked_told = gettext("Worked instead of %(day)s", day=shown_date(change.day))
    off = _off(replace(change, reason=change.reason.strip() or off_told), kept)
    worked = _worked(
        replace(change, reason=change.reason.strip() or worked_told), change.other, kept
    )
    return [
        replace(off, paired_with=change.other),
        replace(worked, paired_with=change.day),
    ]


def _turned(change: Change, kept: Mapping[date, KeptDay]) -> list[KeptDay]:
    """Take a day out or put it back, with the other side of its swap."""
    lifting = change.act is Act.LIFT
    row = kept.get(change.day) if change.day else None
    if row is None:
        raise CalendarRefused("The calendar holds no such day.")
    if row.is_lifted and lifting:
        raise CalendarRefused("This day was taken out already.")
    if not row.is_lifted and not lifting:
        raise CalendarRefused("This day is in the calendar already.")
    other = kept.get(row.paired_with) if row.paired_with else None
    both = [side for side in (row, other) if side is not None and side.is_lifted is not lifting]
    return [replace(side, is_lifted=lifting) for side in both]


def _held(kept: Mapping[date, KeptDay], day: date) -> KeptDay | None:
    row = kept.get(day)
    return None if row is None or row.is_lifted else row
