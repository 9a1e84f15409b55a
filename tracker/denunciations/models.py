"""Denunciations, who denounced, who is let in, and the room's own journal."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.denunciations.lifecycle import Part, Stage, Way


class Denunciation(Base):
    """One denunciation; its files lie under `files_key`, which tells nobody whose they are."""

    __tablename__ = "denunciations"
    __table_args__ = (
        CheckConstraint("accepted_on >= received_on", name="accepted_after_received"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    received_on: Mapped[date]
    way: Mapped[Way] = mapped_column(stored_as_text(Way))
    accused: Mapped[text200]
    content: Mapped[str]
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    accepted_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    files_key: Mapped[text40] = mapped_column(unique=True)
    source: Mapped[str] = mapped_column(default="")
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class DenouncerIdentity(Base):
    """Who denounced, each fact sealed with a key that is not in the database."""

    __tablename__ = "denouncer_identities"

    denunciation_id: Mapped[int] = mapped_column(ForeignKey("denunciations.id"), primary_key=True)
    sealed_name: Mapped[str]
    sealed_phone: Mapped[str]
    sealed_address: Mapped[str]
    sealed_other: Mapped[str]


class DenunciationStep(Base):
    """One step of a denunciation's life; never changed, never deleted."""

    __tablename__ = "denunciation_steps"

    id: Mapped[pk]
    denunciation_id: Mapped[int] = mapped_column(ForeignKey("denunciations.id"), index=True)
    move: Mapped[text40]
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    happened_on: Mapped[date]
    until_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    document_number: Mapped[text200] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class DenunciationGrant(Base):
    """A person who is named in a case, and by whom; one that ended stays to be read."""

    __tablename__ = "denunciation_grants"
    __table_args__ = (Index("ix_denunciation_grants_user", "user_id", "ended_at"),)

    id: Mapped[pk]
    denunciation_id: Mapped[int] = mapped_column(ForeignKey("denunciations.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    part: Mapped[Part] = mapped_column(stored_as_text(Part))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DenunciationTaker(Base):
    """A person who takes denunciations for a place: named by one person, confirmed by another."""

    __tablename__ = "denunciation_takers"
    __table_args__ = (CheckConstraint("confirmed_by_id <> proposed_by_id", name="two_people"),)

    id: Mapped[pk]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SecludedEntry(Base):
    """One act upon one denunciation, in a chain of its own that no other journal counts.

    `chain` is the place's id; the database itself refuses to change or delete an entry.
    """

    __tablename__ = "secluded_entries"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    id: Mapped[pk]
    chain: Mapped[int]
    number: Mapped[int]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[text40]
    subject: Mapped[text200] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(String(64))


class SecludedHead(Base):
    """The last entry of a chain; who adds to the chain holds this row until the commit."""

    __tablename__ = "secluded_heads"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
