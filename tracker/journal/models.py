"""The journal, and the keys that make a creating form count once."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40, text200


class JournalEntry(Base):
    """One act of one person on one subject; written in the transaction of the act itself."""

    __tablename__ = "journal"

    id: Mapped[pk]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    action: Mapped[text40]
    subject: Mapped[text200]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    detail: Mapped[str] = mapped_column(default="")


class CreationKey(Base):
    """The hidden key of a form that made a record: sent again, it leads to the same record."""

    __tablename__ = "creation_keys"

    key: Mapped[text40] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code: Mapped[text40]
