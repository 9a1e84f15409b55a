"""Days that differ from the plain five-day week, limits set by law, and what is set here."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.calendar.rules import Certainty, Unit
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.i18n import language
from tracker.core.lasting import seldom_changes


class CalendarException(Base):
    """A weekday that is off, or a weekend day that is worked, and the document that says so.

    A lifted one stays as it was written but no longer counts. The two sides of a swap name
    each other.
    """

    __tablename__ = "calendar_exceptions"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    reason: Mapped[text200]
    document: Mapped[text200] = mapped_column(default="")
    is_provisional: Mapped[bool] = mapped_column(default=False)
    paired_with: Mapped[date | None]
    is_lifted: Mapped[bool] = mapped_column(default=False)


class DeadlineRule(Base):
    """A limit of time, as it reads from a day on; a changed limit is a further row.

    Which row counts is chosen by the day of the trigger; of two for one day the later written.
    """

    __tablename__ = "deadline_rules"
    __table_args__ = (
        CheckConstraint("days >= 1", name="a_day_at_least"),
        Index("ix_deadline_rules_code_valid_from", "code", "valid_from"),
    )

    id: Mapped[pk]
    code: Mapped[text40]
    name_vi: Mapped[text200]
    name_en: Mapped[text200]
    days: Mapped[int]
    unit: Mapped[Unit] = mapped_column(stored_as_text(Unit))
    counted_from_vi: Mapped[text200]
    counted_from_en: Mapped[text200]
    legal_basis: Mapped[text200]
    certainty: Mapped[Certainty] = mapped_column(stored_as_text(Certainty))
    valid_from: Mapped[date]
    is_local: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def name(self) -> str:
        """Give the limit's name in the language in force."""
        return self.name_en if language() == "en" else self.name_vi

    def counted_from(self) -> str:
        """Say in the language in force from which day it is counted."""
        return self.counted_from_en if language() == "en" else self.counted_from_vi


class InstallationSetting(Base):
    """One thing that this installation decides for itself; what is not kept has its usual value."""

    __tablename__ = "installation_settings"

    key: Mapped[text40] = mapped_column(primary_key=True)
    value: Mapped[text200]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


seldom_changes(CalendarException, DeadlineRule, InstallationSetting)
