"""What each person was reminded of, and on which day."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40


class ReminderSent(Base):
    """One matter that one person is written about on one day; there is never a second.

    It is claimed first, under the key of its e-mail, and marked as sent once the server has it: a
    claim that stays unsent is taken up again by a later run of the day.
    """

    __tablename__ = "reminders_sent"
    __table_args__ = (UniqueConstraint("day", "user_id", "kind", "subject"),)

    id: Mapped[pk]
    day: Mapped[date]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[text40]
    subject: Mapped[text40]
    letter: Mapped[text40]
    claimed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
