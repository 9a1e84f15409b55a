"""Questions about the calendar."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarException


def exceptions(session: Session) -> dict[date, bool]:
    """Give every day that differs from the plain week: True when worked, False when off."""
    rows = session.execute(select(CalendarException.day, CalendarException.is_working))
    return {row.day: row.is_working for row in rows}


def exceptions_of(session: Session, year: int) -> list[CalendarException]:
    """Give a year's days off and days worked at a weekend, in order."""
    asked = select(CalendarException).where(
        CalendarException.day.between(date(year, 1, 1), date(year, 12, 31))
    )
    return list(session.scalars(asked.order_by(CalendarException.day)))
