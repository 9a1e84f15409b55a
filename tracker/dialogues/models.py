"""Dialogues, their steps, and the lists by which they and their petitions are arranged."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import User
from tracker.core.dates import Precision
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.lasting import seldom_changes
from tracker.dialogues.lifecycle import Form, Stage
from tracker.places.models import Place


class Category(Base):
    """A field of public life (lĩnh vực); a retired one keeps its records.

    `due_days` is the commune's own rule for a petition's due date; None sets no date.
    """

    __tablename__ = "categories"

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    name_vi: Mapped[text200]
    name_en: Mapped[text200]
    position: Mapped[int]
    is_retired: Mapped[bool] = mapped_column(default=False)
    due_days: Mapped[int | None]
    due_days_are_working: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Department(Base):
    """A unit that petitions are given to."""

    __tablename__ = "departments"

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    name_vi: Mapped[text200]
    name_en: Mapped[text200]
    position: Mapped[int] = mapped_column(default=0)
    is_retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Dialogue(Base):
    """One meeting between leaders and citizens, known as exactly as its source tells."""

    __tablename__ = "dialogues"
    __table_args__ = (
        CheckConstraint("(date_precision = 'unknown') = (held_on IS NULL)", name="date_as_known"),
        CheckConstraint(
            "invited >= 0 AND present >= 0 AND speakers >= 0", name="counts_not_negative"
        ),
        CheckConstraint(
            "(outcome_precision = 'unknown') = (outcome_on IS NULL)", name="outcome_date_as_known"
        ),
        Index("ix_dialogues_stage_held", "stage", "held_on", "place_id"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    form: Mapped[Form] = mapped_column(stored_as_text(Form))
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    topic: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    venue: Mapped[text200] = mapped_column(default="")
    held_on: Mapped[date | None]
    date_precision: Mapped[Precision] = mapped_column(stored_as_text(Precision))
    starts_at: Mapped[text40] = mapped_column(default="")
    chair: Mapped[text200] = mapped_column(default="")
    secretary: Mapped[text200] = mapped_column(default="")
    audience: Mapped[text200] = mapped_column(default="")
    invited: Mapped[int | None]
    present: Mapped[int | None]
    speakers: Mapped[int | None]
    minutes: Mapped[str] = mapped_column(default="")
    conclusion: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    outcome_on: Mapped[date | None]
    outcome_precision: Mapped[Precision] = mapped_column(
        stored_as_text(Precision, "outcome_precision"), default=Precision.UNKNOWN
    )
    requested_by_voters: Mapped[bool] = mapped_column(default=False)
    sent_to_village_heads_on: Mapped[date | None]
    units_reported_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    place: Mapped[Place] = relationship(lazy="raise")
    steps: Mapped[list["DialogueStep"]] = relationship(order_by="DialogueStep.id", lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class DialogueStep(Base):
    """One step of a dialogue's life; never changed, never deleted."""

    __tablename__ = "dialogue_steps"

    id: Mapped[pk]
    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogues.id"), index=True)
    stage_before: Mapped[text40 | None]
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage))
    happened_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(default="")
    document_number: Mapped[text200] = mapped_column(default="")

    actor: Mapped[User | None] = relationship(lazy="raise")


class SettledLimit(Base):
    """A limit of a dialogue that was over when the calendar or the limit changed, as it read then.

    It holds for the dialogue's day of then; `due_on` None tells that there was no limit.
    """

    __tablename__ = "settled_limits"

    dialogue_id: Mapped[int] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    duty: Mapped[text40] = mapped_column(primary_key=True)  # dialogues.rules.Duty
    held_on: Mapped[date]
    due_on: Mapped[date | None]


seldom_changes(Category, Department, Dialogue, DialogueStep, SettledLimit)
