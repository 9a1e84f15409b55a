"""Filling the table of days off, which people may then edit."""

import re
from collections.abc import Iterator
from datetime import date, datetime

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarException
from tracker.core.clock import shown_date
from tracker.core.db import transaction
from tracker.core.i18n import DEFAULT_LANGUAGE, gettext, speaking

YEARS = range(2020, 2028)
LAST_ANNOUNCED_YEAR = 2026
"""Days off of later years are computed, not yet announced: their rows say so."""

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


def _rows() -> Iterator[CalendarException]:
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
    yield _row(off, is_working=False, reason=reason_off, document=document)
    yield _row(worked, is_working=True, reason=reason_worked, document=document)


def _row(day: date, *, is_working: bool, reason: str, document: str = "") -> CalendarException:
    return CalendarException(
        day=day,
        is_working=is_working,
        reason=reason,
        document=document,
        is_provisional=day.year > LAST_ANNOUNCED_YEAR,
    )
