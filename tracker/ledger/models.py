"""The table of daily movements."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40

NO_DEPARTMENT = 0
"""Stands in the key for "given to nobody yet": a NULL would never equal another."""


class Movement(Base):
    """How much one measure changed on one day, at one place, in one category and department."""

    __tablename__ = "movements"
    __table_args__ = (
        UniqueConstraint(
            "place_id", "category_id", "department_id", "measure", "day", name="uq_movements_cell"
        ),
    )

    id: Mapped[pk]
    day: Mapped[date]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    department_id: Mapped[int] = mapped_column(default=NO_DEPARTMENT)
    measure: Mapped[text40]
    quantity: Mapped[int]
