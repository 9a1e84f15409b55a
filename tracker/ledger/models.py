"""The table of daily movements."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40


class Movement(Base):
    """How much one measure changed on one day, at one place, in one category."""

    __tablename__ = "movements"
    __table_args__ = (UniqueConstraint("place_id", "category_id", "measure", "day"),)

    id: Mapped[pk]
    day: Mapped[date]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    measure: Mapped[text40]
    quantity: Mapped[int]
