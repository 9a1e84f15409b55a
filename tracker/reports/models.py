"""Figures that others published, shown beside what the register holds."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40, text200


class PublishedFigure(Base):
    """A total from a source outside the register, with its qualifier; never rows of its own."""

    __tablename__ = "published_figures"

    id: Mapped[pk]
    key: Mapped[text40] = mapped_column(unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    label_vi: Mapped[text200]
    label_en: Mapped[text200]
    qualifier: Mapped[text40]
    value: Mapped[int]
    source: Mapped[str]
