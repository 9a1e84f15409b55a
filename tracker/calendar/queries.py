"""Questions about the calendar, the limits of time, and what the installation decides."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarException, DeadlineRule, InstallationSetting
from tracker.calendar.rules import (
    Calendar,
    Choices,
    Clockwork,
    KeptDay,
    Rule,
    SpecialDay,
    choices_from,
)
from tracker.core.lasting import lasting

_KEPT = "clockwork"
Known = TypeVar("Known")


def clockwork(session: Session) -> Clockwork:
    """Give what dates are counted by now."""
    return Clockwork(calendar_of(session), rules_of(session))


def calendar_of(session: Session) -> Calendar:
    """Give the calendar as it counts now; read once in a transaction."""
    return _once(session, "calendar", _read_calendar)


def rules_of(session: Session) -> tuple[Rule, ...]:
    """Give every reading of every limit; read once in a transaction."""
    return _once(session, "rules", _read_rules)


def choices_of(session: Session) -> Choices:
    """Give what the installation decides for itself; read once in a transaction."""
    return _once(session, "choices", _read_choices)


def forget_clockwork(session: Session) -> None:
    """Read everything anew after a change."""
    session.info.pop(_KEPT, None)


def exceptions(session: Session) -> dict[date, bool]:
    """Give every day that differs from the plain week: True when worked, False when off."""
    return calendar_of(session).exceptions


def exceptions_of(session: Session, year: int) -> list[CalendarException]:
    """Give a year's days off and days worked at a weekend, in order."""
    return [row for row in days_of(session, year) if not row.is_lifted]


def days_of(session: Session, year: int) -> list[CalendarException]:
    """Give everything that the calendar holds of a year, also what was taken out, in order."""
    asked = select(CalendarException).where(
        CalendarException.day.between(date(year, 1, 1), date(year, 12, 31))
    )
    return list(session.scalars(asked.order_by(CalendarException.day)))


def kept_days(session: Session) -> dict[date, KeptDay]:
    """Give everything that the calendar holds, also what was taken out."""
    rows = session.execute(
        select(
            CalendarException.day,
            CalendarException.is_working,
            CalendarException.reason,
            CalendarException.document,
            CalendarException.is_provisional,
            CalendarException.paired_with,
            CalendarException.is_lifted,
        )
    )
    return {
        day: KeptDay(day, SpecialDay(works, reason, document, provisional), paired, lifted)
        for day, works, reason, document, provisional, paired, lifted in rows
    }


def years_kept(session: Session) -> list[int]:
    """Give the years that the calendar holds days of."""
    return sorted({day.year for day in kept_days(session)})


def limit_rows(session: Session) -> list[DeadlineRule]:
    """Give every reading of every limit, the newest of each first."""
    asked = select(DeadlineRule).order_by(
        DeadlineRule.code, DeadlineRule.valid_from.desc(), DeadlineRule.id.desc()
    )
    return list(session.scalars(asked))


def _once(session: Session, key: str, read: Callable[[Session], Known]) -> Known:
    """Read something once for as long as a transaction lasts, so that long work does not repeat."""
    known = _known(session)
    if key in known:
        found: Known = known[key]
        return found
    value = read(session)
    known = _known(session) | {key: value}
    session.info[_KEPT] = (session.get_transaction(), known)
    return value


def _known(session: Session) -> dict[str, Any]:
    transaction, known = session.info.get(_KEPT, (None, {}))
    return known if transaction is not None and transaction is session.get_transaction() else {}


@lasting
def _read_calendar(session: Session) -> Calendar:
    special = {day: row.special for day, row in kept_days(session).items() if not row.is_lifted}
    choices = choices_of(session)
    return Calendar(special, choices.calendar_rolls, choices.announced_to)


@lasting
def _read_rules(session: Session) -> tuple[Rule, ...]:
    rows = session.execute(
        select(
            DeadlineRule.code,
            DeadlineRule.days,
            DeadlineRule.unit,
            DeadlineRule.valid_from,
            DeadlineRule.is_active,
            DeadlineRule.name_vi,
            DeadlineRule.name_en,
            DeadlineRule.legal_basis,
            DeadlineRule.id,
            DeadlineRule.counted_from_vi,
            DeadlineRule.counted_from_en,
        )
    )
    return tuple(Rule(*row) for row in rows)


@lasting
def _read_choices(session: Session) -> Choices:
    rows = session.execute(select(InstallationSetting.key, InstallationSetting.value))
    return choices_from({row.key: row.value for row in rows})
