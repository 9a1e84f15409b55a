"""Commitments and their steps, the working groups that follow them, and visits to households."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import User
from tracker.commitments.lifecycle import Outcome, Result
from tracker.core.dates import Precision
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.dialogues.models import Department, Dialogue
from tracker.petitions.models import Petition
from tracker.places.models import Place


class Commitment(Base):
    """What a leader promised: at a dialogue, on a petition, or for a place.

    People are kept as they were named; whoever of them signs in is linked besides.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint(
            "(promised_precision = 'unknown') = (promised_on IS NULL)", name="date_as_known"
        ),
        CheckConstraint("(ended_precision = 'unknown') = (ended_on IS NULL)", name="end_as_known"),
        CheckConstraint("outcome <> 'open' OR ended_on IS NULL", name="open_has_no_end"),
        CheckConstraint("promised_on <= due_on", name="due_after_promised"),
        Index("ix_commitments_place_outcome_due", "place_id", "outcome", "due_on", "id"),
        Index("ix_commitments_outcome_due", "outcome", "due_on", "id", "place_id"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    dialogue_id: Mapped[int | None] = mapped_column(ForeignKey("dialogues.id"), index=True)
    petition_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    promise: Mapped[str]
    promised_by: Mapped[text200]
    leader_key: Mapped[text40] = mapped_column(index=True)
    promised_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    promised_on: Mapped[date | None]
    promised_precision: Mapped[Precision] = mapped_column(
        stored_as_text(Precision, "promised_precision")
    )
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    supporting: Mapped[text200] = mapped_column(default="")
    handler: Mapped[text200] = mapped_column(default="")
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    monitor: Mapped[text200] = mapped_column(default="")
    monitor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    due_on: Mapped[date | None]
    outcome: Mapped[Outcome] = mapped_column(stored_as_text(Outcome))
    ended_on: Mapped[date | None]
    ended_precision: Mapped[Precision] = mapped_column(
        stored_as_text(Precision, "ended_precision"), default=Precision.UNKNOWN
    )
    source: Mapped[str] = mapped_column(default="")
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    dialogue: Mapped[Dialogue | None] = relationship(lazy="raise")
    petition: Mapped[Petition | None] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class CommitmentStep(Base):
    """One step of a commitment's life, and how it stood after it; never changed, never deleted.

    `move` names what was done (lifecycle.STEP_WORDS). A step entered by mistake is voided by a
    later one, which names it in `voids_id` and restores what stood before.
    """

    __tablename__ = "commitment_steps"

    id: Mapped[pk]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id"), index=True)
    move: Mapped[text40]
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("commitment_steps.id"))
    outcome: Mapped[Outcome] = mapped_column(stored_as_text(Outcome))
    due_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_precision: Mapped[Precision] = mapped_column(
        stored_as_text(Precision, "ended_precision"), default=Precision.UNKNOWN
    )
    happened_on: Mapped[date | None]
    happened_precision: Mapped[Precision] = mapped_column(
        stored_as_text(Precision, "happened_precision"), default=Precision.UNKNOWN
    )
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(default="")
    document_number: Mapped[text200] = mapped_column(default="")

    actor: Mapped[User | None] = relationship(lazy="raise")


class WorkingGroup(Base):
    """A group of people set up to bring a commitment, or what a dialogue concluded, about."""

    __tablename__ = "working_groups"
    __table_args__ = (
        CheckConstraint("(dialogue_id IS NULL) <> (commitment_id IS NULL)", name="belongs_to_one"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    name: Mapped[text200]
    dialogue_id: Mapped[int | None] = mapped_column(ForeignKey("dialogues.id"), index=True)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    set_up_on: Mapped[date | None]
    document_number: Mapped[text200] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]

    place: Mapped[Place] = relationship(lazy="raise")
    dialogue: Mapped[Dialogue | None] = relationship(lazy="raise")
    commitment: Mapped[Commitment | None] = relationship(lazy="raise")
    members: Mapped[list["WorkingGroupMember"]] = relationship(
        order_by="WorkingGroupMember.id", lazy="raise"
    )


class WorkingGroupMember(Base):
    """One person of a working group, and what the person does in it."""

    __tablename__ = "working_group_members"

    id: Mapped[pk]
    group_id: Mapped[int] = mapped_column(ForeignKey("working_groups.id"), index=True)
    name: Mapped[text200]
    role: Mapped[text200] = mapped_column(default="")


class HouseholdVisit(Base):
    """One visit of a working group to one household; one entered by mistake is voided in sight."""

    __tablename__ = "household_visits"

    id: Mapped[pk]
    group_id: Mapped[int] = mapped_column(ForeignKey("working_groups.id"), index=True)
    household: Mapped[text200]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    visited_on: Mapped[date]
    result: Mapped[Result] = mapped_column(stored_as_text(Result))
    reason: Mapped[str] = mapped_column(default="")
    agreed_option: Mapped[str] = mapped_column(default="")
    visitors: Mapped[text200] = mapped_column(default="")
    document_number: Mapped[text200] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    voided_at: Mapped[datetime | None]
    voided_reason: Mapped[text200] = mapped_column(default="")
