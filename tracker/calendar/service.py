"""Filling the tables that dates are counted by, and writing what people change in them.

What people change is checked and journaled by the caller, in its own transaction.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarException, DeadlineRule, InstallationSetting
from tracker.calendar.queries import choices_of, forget_clockwork
from tracker.calendar.rules import (
    LAST_ANNOUNCED_YEAR,
    Certainty,
    Choices,
    KeptDay,
    Unit,
)
from tracker.core.clock import shown_date
from tracker.core.db import transaction
from tracker.core.i18n import DEFAULT_LANGUAGE, gettext, speaking

YEARS = range(2020, 2028)
ANNOUNCED_SWAPS = ((date(2026, 1, 2), date(2026, 1, 10), "12729/VPCP-KGVX (25/12/2025)"),)
"""Swaps that the package does not know: the day off, the Saturday worked for it, the document."""

_INSTEAD_OF = re.compile(r"thay cho ngày (\d{2}/\d{2}/\d{4})")
_SATURDAY = 5


def seed_calendar(session: Session) -> None:
    """Bring in Vietnam's days off and swapped days; a row that exists is never overwritten."""
    with transaction(session):
        known = set(session.scalars(select(CalendarException.day)))
        for row in _rows():
            if row.day not in known:
                session.add(row)
                known.add(row.day)
        forget_clockwork(session)


def seed_limits(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Bring in the limits that are not there yet; a limit that exists is never overwritten."""
    with transaction(session):
        known = set(session.scalars(select(DeadlineRule.code)))
        for row in rows:
            if row["code"] not in known:
                read = {"unit": Unit(row["unit"]), "certainty": Certainty(row["certainty"])}
                session.add(DeadlineRule(**{**row, **read}))
        forget_clockwork(session)


def write_days(session: Session, rows: Iterable[KeptDay]) -> None:
    """Write days of the calendar as they shall read; for use inside a transaction."""
    for row in rows:
        kept = session.get(CalendarException, row.day)
        if kept is None:
            kept = CalendarException(day=row.day)
            session.add(kept)
        kept.is_working = row.special.is_working
        kept.reason = row.special.reason
        kept.document = row.special.document
        kept.is_provisional = row.special.is_provisional
        kept.paired_with = row.paired_with
        kept.is_lifted = row.is_lifted
    session.flush()
    forget_clockwork(session)


def write_limit(session: Session, row: DeadlineRule) -> None:
    """Add a reading of a limit; for use inside a transaction."""
    session.add(row)
    session.flush()
    forget_clockwork(session)


def write_choices(session: Session, choices: Choices) -> None:
    """Keep what the installation decides for itself; for use inside a transaction."""
    before = choices_of(session)
    rows = {row.key: row for row in session.scalars(select(InstallationSetting))}
    for key, value in choices.written().items():
        if key not in rows:
            session.add(InstallationSetting(key=key, value=value))
        elif rows[key].value != value:
            rows[key].value = value
    if choices.announced_to > before.announced_to:
        session.execute(
            update(CalendarException)
            .where(CalendarException.day <= date(choices.announced_to, 12, 31))
            .values(is_provisional=False)
        )
    session.flush()
    forget_clockwork(session)


def _rows() -> Iterator[CalendarException]:
    import holidays  # tables of a hundred countries, which no server needs

    # The announced document speaks first: of two rows for one day the earlier is kept.
    for off, worked, document in ANNOUNCED_SWAPS:
        yield from _swap(off, worked, document)
    for day, name in sorted(holidays.country_holidays("VN", years=YEARS, language="vi").items()):
        if swapped := _INSTEAD_OF.search(name):
            yield from _swap(day, datetime.strptime(swapped[1], "%d/%m/%Y").date())
        elif day.weekday() < _SATURDAY:
            yield _row(day, is_working=False, reason=name)


def _swap(off: date, worked: date, document: str = "") -> Iterator[CalendarException]:
    with speaking(DEFAULT_LANGUAGE):  # as the names of the holidays are
        reason_off = gettext("Off, worked instead on %(day)s", day=shown_date(worked))
        reason_worked = gettext("Worked instead of %(day)s", day=shown_date(off))
    for day, other, reason in ((off, worked, reason_off), (worked, off, reason_worked)):
        row = _row(day, is_working=day == worked, reason=reason, document=document)
        row.paired_with = other
        yield row


def _row(day: date, *, is_working: bool, reason: str, document: str = "") -> CalendarException:
    return CalendarException(
        day=day,
        is_working=is_working,
        reason=reason,
        document=document,
        is_provisional=day.year > LAST_ANNOUNCED_YEAR,
        is_lifted=False,
    )
