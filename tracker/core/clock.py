"""Moments in UTC, days in Vietnam."""

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Give the present day in Vietnam; until 7 in the morning UTC is still a day behind."""
    return now().astimezone(VIETNAM).date()


def shown_date(day: date | None) -> str:
    """Write a day the way Vietnamese offices do: 05/03/2026."""
    return f"{day:%d/%m/%Y}" if day else ""


def shown_moment(moment: datetime) -> str:
    """Write a moment in Vietnamese time: 07:30 05/03/2026."""
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
