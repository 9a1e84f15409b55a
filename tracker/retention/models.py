"""Periods of keeping, the taking out of personal data, and citizens' requests about their own."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.lasting import seldom_changes
from tracker.retention.lifecycle import Class, Decision, Proof, Right, Stage


class RetentionPeriod(Base):
    """For how many years a class of records is kept; without years nothing comes due by itself."""

    __tablename__ = "retention_periods"
    __table_args__ = (CheckConstraint("years >= 1", name="a_year_at_least"),)

    of: Mapped[Class] = mapped_column(stored_as_text(Class, "retention_class"), primary_key=True)
    years: Mapped[int | None]
    legal_basis: Mapped[text200] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Anonymisation(Base):
    """The taking out of a person's data: proposed by one, carried out or refused by another."""

    __tablename__ = "anonymisations"
    __table_args__ = (
        CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_another"),
    )

    id: Mapped[pk]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), index=True)
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage, "anonymisation_stage"))
    ground: Mapped[text200]
    marks: Mapped[str] = mapped_column(default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Clearing(Base):
    """The taking out of what visits of a place tell of people: proposed by one, done by another.

    It means every visit of the class up to a day; `visits` says how many they were when done.
    """

    __tablename__ = "clearings"
    __table_args__ = (
        CheckConstraint("decided_by_id <> proposed_by_id", name="cleared_by_another"),
    )

    id: Mapped[pk]
    of: Mapped[Class] = mapped_column(stored_as_text(Class, "clearing_class"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    until: Mapped[date]
    stage: Mapped[Stage] = mapped_column(stored_as_text(Stage, "clearing_stage"))
    ground: Mapped[text200]
    visits: Mapped[int] = mapped_column(default=0)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PersonRequest(Base):
    """What a citizen asks about their own data: to see it, to correct it, to have it deleted."""

    __tablename__ = "person_requests"

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    asks: Mapped[Right] = mapped_column(stored_as_text(Right, "person_right"))
    person: Mapped[text200]
    proof: Mapped[Proof] = mapped_column(stored_as_text(Proof, "person_proof"))
    petitions: Mapped[text200] = mapped_column(default="")  # codes, with a space between
    said: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date]
    due_on: Mapped[date | None]
    decision: Mapped[Decision] = mapped_column(stored_as_text(Decision, "person_decision"))
    decided_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(default="")
    document_number: Mapped[text200] = mapped_column(default="")
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


seldom_changes(PersonRequest)
