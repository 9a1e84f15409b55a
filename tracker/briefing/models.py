"""Visits of leaders to villages and Party cells, the rhythm expected of them, and briefings."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import User
from tracker.briefing.lifecycle import Every, Stage, VisitKind
from tracker.commitments.models import Commitment
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.lasting import seldom_changes
from tracker.petitions.models import Petition
from tracker.places.models import Place


class GrassrootsVisit(Base):
    """One time a leader went to a village, or sat in at a meeting of a Party cell.

    The visitor is kept as named; one who signs in is linked besides. One entered by mistake is
    voided in sight and counts no more.
    """

    __tablename__ = "grassroots_visits"
    __table_args__ = (
        CheckConstraint("(kind = 'party_cell') = (cell <> '')", name="cell_is_named"),
        Index("ix_grassroots_visits_place_day", "place_id", "visited_on", "id"),
        Index("ix_grassroots_visits_kind_day", "kind", "visited_on", "id"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    kind: Mapped[VisitKind] = mapped_column(stored_as_text(VisitKind))
    visited_on: Mapped[date]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    visitor: Mapped[text200]
    visitor_key: Mapped[text40] = mapped_column(index=True)
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cell: Mapped[text200] = mapped_column(default="")
    heard: Mapped[str]
    instruction: Mapped[str] = mapped_column(default="")
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    source: Mapped[str] = mapped_column(default="")
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    place: Mapped[Place] = relationship(lazy="raise")
    commitment: Mapped[Commitment | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class VisitCorrection(Base):
    """One correction of a visit: why, and what stood before; never changed, never deleted."""

    __tablename__ = "grassroots_visit_corrections"

    id: Mapped[pk]
    visit_id: Mapped[int] = mapped_column(ForeignKey("grassroots_visits.id"), index=True)
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    before: Mapped[str]

    actor: Mapped[User | None] = relationship(lazy="raise")


class VisitRhythm(Base):
    """How often visits of a kind are expected here, and by whose word; without a row, as usual."""

    __tablename__ = "visit_rhythms"
    __table_args__ = (
        CheckConstraint("(every = 'days') = (days IS NOT NULL)", name="days_where_counted"),
        CheckConstraint("days >= 1", name="a_day_at_least"),
    )

    kind: Mapped[VisitKind] = mapped_column(stored_as_text(VisitKind), primary_key=True)
    every: Mapped[Every] = mapped_column(stored_as_text(Every))
    days: Mapped[int | None]
    basis: Mapped[text200]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Briefing(Base):
    """A meeting of leaders at which chosen matters are gone through; a place has one open at most.

    `changed_at` moves with every change of its items, so that its version tells of those, too.
    """

    __tablename__ = "briefings"
    __table_args__ = (
        CheckConstraint("(stage = 'ended') = (ended_at IS NOT NULL)", name="ended_at_a_moment"),
        Index(
            "uq_briefings_one_open",
            "place_id",
            unique=True,
            sqlite_where=text("stage = 'open'"),
            postgresql_where=text("stage = 'open'"),
        ),
        Index("ix_briefings_place_day", "place_id", "held_on", "id"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    held_on: Mapped[date]
    chair: Mapped[text200]
    notes: Mapped[str] = mapped_column(default="")
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    source: Mapped[str] = mapped_column(default="")
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    place: Mapped[Place] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class BriefingItem(Base):
    """One matter of a briefing: a petition, a commitment, or a matter in words; what was decided.

    `made_id` is the commitment that the decision became.
    """

    __tablename__ = "briefing_items"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN petition_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN commitment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN subject = '' THEN 0 ELSE 1 END) = 1",
            name="is_about_one",
        ),
        UniqueConstraint("briefing_id", "petition_id"),
        UniqueConstraint("briefing_id", "commitment_id"),
    )

    id: Mapped[pk]
    briefing_id: Mapped[int] = mapped_column(ForeignKey("briefings.id"), index=True)
    position: Mapped[int]
    petition_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"))
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    subject: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    made_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))

    petition: Mapped[Petition | None] = relationship(lazy="raise")
    commitment: Mapped[Commitment | None] = relationship(
        foreign_keys="BriefingItem.commitment_id", lazy="raise"
    )


seldom_changes(GrassrootsVisit, VisitRhythm)
