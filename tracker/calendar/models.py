"""The table of days that differ from the plain five-day week."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, text200


class CalendarException(Base):
    """A weekday that is off, or a weekend day that is worked, and the document that says so."""

    __tablename__ = "calendar_exceptions"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    reason: Mapped[text200]
    document: Mapped[text200] = mapped_column(default="")
    is_provisional: Mapped[bool] = mapped_column(default=False)
