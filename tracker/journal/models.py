"""The journal, the heads of its chains, and the keys that make a creating form count once."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40, text200


class JournalEntry(Base):
    """One act of one person on one subject; written in the transaction of the act itself.

    Entries of a place stand in one chain, numbered from 1; the database itself refuses to change
    or delete them. `chain` is the place's id, or journal.rules.WHOLE_REGISTER.
    """

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    id: Mapped[pk]
    chain: Mapped[int]
    number: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    action: Mapped[text40]
    subject: Mapped[text200]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    detail: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(String(64))


class JournalHead(Base):
    """The last entry of a chain; who adds to the chain holds this row until the commit."""

    __tablename__ = "journal_heads"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class CreationKey(Base):
    """The hidden key of a form that made a record: sent again, it leads to the same record."""

    __tablename__ = "creation_keys"

    key: Mapped[text40] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code: Mapped[text40]
