"""Figures that others published, and reports as they were sent, which nobody changes."""

from datetime import date, datetime

from sqlalchemy import Connection, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import User
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.lasting import seldom_changes
from tracker.places.models import Place
from tracker.reports.rules import Cut


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


seldom_changes(PublishedFigure)


class SentReport(Base):
    """A report as it was sent: figures, rows, parameters, author and time, under one digest.

    `body` is the canonical document, compressed; `digest` its SHA-256. `content_key` is the digest
    of what was counted alone: the same report is sent once. Never changed, never deleted.
    """

    __tablename__ = "sent_reports"
    __table_args__ = (
        UniqueConstraint("place_id", "content_key"),
        Index("ix_sent_reports_place_sent", "place_id", "sent_at"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    cut: Mapped[Cut] = mapped_column(stored_as_text(Cut))
    period_key: Mapped[text40] = mapped_column(default="")
    period_form: Mapped[text40]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    typed_by: Mapped[date | None]
    petitions: Mapped[int]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime]
    content_key: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(deferred=True)

    place: Mapped[Place] = relationship(lazy="raise")
    sent_by: Mapped[User] = relationship(lazy="raise")


class SentFile(Base):
    """A file of a sent report, byte for byte; the report's document holds its digest."""

    __tablename__ = "sent_files"

    report_id: Mapped[int] = mapped_column(ForeignKey("sent_reports.id"), primary_key=True)
    name: Mapped[text40] = mapped_column(primary_key=True)
    media_type: Mapped[text200]
    size: Mapped[int]
    body: Mapped[bytes] = mapped_column(deferred=True)


def guards(table: str, dialect: str) -> list[str]:
    """Give the statements that keep a table's rows as they are."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, 'a sent report stays as it is'); END"
            for act in ("update", "delete")
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'a sent report stays as it is'; END $$",
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def _guard(table: object, connection: Connection, **_: object) -> None:
    """Make the triggers along with the table that they guard."""
    for statement in guards(str(table), connection.dialect.name):
        connection.exec_driver_sql(statement)


event.listen(SentReport.__table__, "after_create", _guard)
event.listen(SentFile.__table__, "after_create", _guard)
