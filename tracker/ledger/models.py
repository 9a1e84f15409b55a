"""The ledger's tables: entries, which are never changed, and their sums for every unit."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, text40


class LedgerEntry(Base):
    """What one step of a petition changed on one day, in the cell it was counted under by then.

    Only ever added to. When a petition is amended or given to another department, entries take its
    whole history back from the former cell and add it to the new one: a report follows today's
    cells, and the entries recorded by a moment are what a report drawn at that moment showed.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_place_day", "place_id", "day"),
        Index("ix_ledger_entries_place_recorded", "place_id", "recorded_at"),
        {"sqlite_with_rowid": False},
    )

    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    day: Mapped[date]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    department_id: Mapped[int]
    kind: Mapped[text40]
    level: Mapped[text40]
    channel: Mapped[text40]
    received: Mapped[int]
    reopened: Mapped[int]
    ended_resolved: Mapped[int]
    ended_explained: Mapped[int]
    ended_transferred: Mapped[int]
    ended_declined: Mapped[int]
    ended_withdrawn: Mapped[int]
    ended_joined: Mapped[int]
    late: Mapped[int]
    undated: Mapped[int]


class LedgerSum(Base):
    """What entries add up to for a unit and all that it answers for, by one cut, on a day or month.

    Sums stand by month and by day; of a village by month and for all together alone, as its own
    entries are few. A month stands under its first day.
    """

    __tablename__ = "ledger_sums"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    cut: Mapped[text40] = mapped_column(primary_key=True)
    grain: Mapped[text40] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[text40] = mapped_column(primary_key=True)
    received: Mapped[int]
    reopened: Mapped[int]
    ended_resolved: Mapped[int]
    ended_explained: Mapped[int]
    ended_transferred: Mapped[int]
    ended_declined: Mapped[int]
    ended_withdrawn: Mapped[int]
    ended_joined: Mapped[int]
    late: Mapped[int]
    undated: Mapped[int]
