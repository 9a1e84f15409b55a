"""A due date, and why it is that day; also where no register stands yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarException
from tracker.calendar.queries import exceptions, exceptions_of
from tracker.calendar.rules import due_date, is_working_day
from tracker.calendar.service import seed_calendar
from tracker.core.i18n import gettext


@dataclass(frozen=True, slots=True)
class SkippedDay:
    """A day that was not counted, and the reason."""

    day: date
    reason: str


@contextmanager
def calendar_of(engine: Engine) -> Iterator[Session]:
    """Open the register's own calendar; where there is none, the one every register starts with."""
    with Session(engine) as session:
        if _has_calendar(engine, session):
            yield session
            return
    passing = create_engine("sqlite://")  # in memory, for as long as this command runs
    CalendarException.metadata.create_all(passing, [CalendarException.metadata.tables[_TABLE]])
    with Session(passing) as session:
        seed_calendar(session)
        yield session
    passing.dispose()


def explained(
    session: Session, start: date, days: int, *, working: bool
) -> tuple[date, list[SkippedDay]]:
    """Give the due date and the days that were not counted towards it."""
    known = exceptions(session)
    due_on = due_date(start, days, working=working, exceptions=known)
    first = start + timedelta(days=1 if working else days)
    reasons = {
        row.day: row.reason
        for year in range(start.year, due_on.year + 1)
        for row in exceptions_of(session, year)
    }
    span = (first + timedelta(days=ahead) for ahead in range((due_on - first).days))
    return due_on, [
        SkippedDay(day, reasons.get(day) or gettext("weekend"))
        for day in span
        if not is_working_day(day, known)
    ]


_TABLE = CalendarException.__tablename__


def _has_calendar(engine: Engine, session: Session) -> bool:
    if not inspect(engine).has_table(_TABLE):
        return False
    return session.scalar(select(CalendarException.day).limit(1)) is not None
