"""Petitions and the steps of their lives."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.models import User
from tracker.core.dates import Precision
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.matching import Tokens
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.petitions.lifecycle import Channel, Kind, Level, LookReason, Petitioner, Status
from tracker.petitions.rules.spellings import without_person
from tracker.places.models import Place


class Petition(Base):
    """What was raised: where, when, by whom, in whose words.

    `former_person` holds the names and telephones that were corrected since, one a line. A text
    that names the person has a copy that does not; a text without a copy may be read by everyone.
    """

    __tablename__ = "petitions"
    __table_args__ = (
        CheckConstraint(
            "(date_precision = 'unknown') = (received_on IS NULL)", name="date_as_known"
        ),
        CheckConstraint("people >= 1", name="someone_raised_it"),
        CheckConstraint(
            "(status = 'joined') = (master_id IS NOT NULL)", name="joined_names_its_master"
        ),
        CheckConstraint("master_id <> id", name="master_is_another"),
        Index("ix_petitions_place_status", "place_id", "status", "id"),
        Index("ix_petitions_category_status", "category_id", "status", "id"),
        Index("ix_petitions_place_received", "place_id", "received_on", "id"),
        Index("ix_petitions_place_ended", "place_id", "ended_on"),
        Index("ix_petitions_place_ack", "place_id", "acknowledged_on", "ack_due_on"),
    )

    id: Mapped[pk]
    code: Mapped[text40] = mapped_column(unique=True)
    dialogue_id: Mapped[int | None] = mapped_column(ForeignKey("dialogues.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    cooperating: Mapped[text200] = mapped_column(default="")
    channel: Mapped[Channel] = mapped_column(stored_as_text(Channel))
    kind: Mapped[Kind] = mapped_column(stored_as_text(Kind))
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    status: Mapped[Status] = mapped_column(stored_as_text(Status))
    petitioner: Mapped[Petitioner] = mapped_column(
        stored_as_text(Petitioner), default=Petitioner.UNNAMED
    )
    citizen_name: Mapped[text200] = mapped_column(default="")
    citizen_phone: Mapped[text40] = mapped_column(default="")
    former_person: Mapped[str] = mapped_column(default="", server_default="")
    people: Mapped[int | None]  # no default: None is a number not known
    content: Mapped[str]
    content_unnamed: Mapped[str | None]
    received_on: Mapped[date | None]
    date_precision: Mapped[Precision] = mapped_column(stored_as_text(Precision))
    due_on: Mapped[date | None]
    due_basis: Mapped[text40] = mapped_column(default="")  # petitions.rules.Basis
    ack_due_on: Mapped[date | None]
    acknowledged_on: Mapped[date | None]
    plan_on: Mapped[date | None]
    master_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"), index=True)
    ended_on: Mapped[date | None]
    latest_note: Mapped[str] = mapped_column(default="")
    note_unnamed: Mapped[str | None]
    latest_document: Mapped[text200] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    monitor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    dialogue: Mapped[Dialogue | None] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")
    category: Mapped[Category] = relationship(lazy="raise")
    department: Mapped[Department | None] = relationship(lazy="raise")
    monitor: Mapped[User | None] = relationship(foreign_keys=[monitor_id], lazy="raise")
    steps: Mapped[list["PetitionStep"]] = relationship(
        foreign_keys="PetitionStep.petition_id", order_by="PetitionStep.id", lazy="raise"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def person(self) -> tuple[str, ...]:
        """Give all that is known of the person's names and telephones."""
        return tuple(getattr(self, name) or "" for name in PERSON)

    @property
    def plain_content(self) -> str:
        """Give the content without its person."""
        return self.content if self.content_unnamed is None else self.content_unnamed


PERSON = ("citizen_name", "citizen_phone", "former_person")
UNNAMED = {"content": "content_unnamed", "latest_note": "note_unnamed"}
"""The texts that lists and files hold, and the copies of them without their person."""


def unnamed_copy(whole: str, person: tuple[str, ...]) -> str | None:
    """Give a text without the person; None where it may be read as it is."""
    plain = without_person(whole, *person)
    return None if plain == whole else plain


@event.listens_for(Petition, "before_insert")
@event.listens_for(Petition, "before_update")
def _keep_unnamed(_mapper: object, _connection: Connection, petition: Petition) -> None:
    """Make the copies anew whenever a text or the person changes, whoever changes it."""
    state: Any = inspect(petition)
    changed = {name for name in (*PERSON, *UNNAMED) if state.attrs[name].history.has_changes()}
    for whole, copy in UNNAMED.items():
        if whole in changed or changed.intersection(PERSON):
            text = getattr(petition, whole) or ""
            setattr(petition, copy, unnamed_copy(text, petition.person))


class PetitionStep(Base):
    """One step of a petition's life, and how it stood after it; never changed, never deleted.

    Place, category, department, kind, level and channel are those it was counted under by then.
    `move` names what was done (petitions.lifecycle.STEP_WORDS). A step entered by mistake is
    voided by a later one, which names it in `voids_id` and restores what stood before.
    """

    __tablename__ = "petition_steps"

    id: Mapped[pk]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), index=True)
    move: Mapped[text40]
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("petition_steps.id"))
    status_before: Mapped[text40 | None]
    status: Mapped[Status] = mapped_column(stored_as_text(Status))
    happened_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_basis: Mapped[text40] = mapped_column(default="")
    plan_on: Mapped[date | None]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    cooperating: Mapped[text200] = mapped_column(default="", server_default="")
    monitor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    master_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"))
    ground: Mapped[text40] = mapped_column(default="")
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    channel: Mapped[text40]
    kind: Mapped[text40]
    level: Mapped[text40]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(default="")
    document_number: Mapped[text200] = mapped_column(default="")

    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id], lazy="raise")


class IdentityLook(Base):
    """One time that someone who does not handle a petition opened who raised it, and why."""

    __tablename__ = "identity_looks"
    __table_args__ = (Index("ix_identity_looks_petition", "petition_id", "user_id", "opened_at"),)

    id: Mapped[pk]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[LookReason] = mapped_column(stored_as_text(LookReason, "lookreason"))
    note: Mapped[text200] = mapped_column(default="")
    opened_at: Mapped[datetime]


class PetitionPosting(Base):
    """What one petition adds to one measure on one day, as it is counted now.

    The ledger's entries add up to these. A number of a report is a sum over postings, so its rows
    are the petitions that posted it; how many it is, is asked of the ledger's sums.
    """

    __tablename__ = "petition_postings"
    __table_args__ = (
        Index("ix_petition_postings_measure_day", "measure", "day", "petition_id", "place_id"),
        Index("ix_petition_postings_place", "place_id", "measure", "day", "petition_id"),
        UniqueConstraint("petition_id", "measure", "day"),
    )

    id: Mapped[pk]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    day: Mapped[date]
    measure: Mapped[text40]
    quantity: Mapped[int]


TOKEN_INDEX = Index(
    "ix_petition_lookup_tokens",
    "tokens",
    postgresql_using="gin",
    postgresql_with={"fastupdate": "off"},
).ddl_if("postgresql")


OF_OPEN = text("petition_lookup.tokens @@ '_o1'::tsquery")
"""Open petitions, which are few: PostgreSQL keeps them in each order by themselves."""


class PetitionLookup(Base):
    """What a petition is found by (rules.lookup), beside it: its places in two orders, its tokens.

    SQLite finds tokens in two full-text tables, one in each order, which triggers keep; PostgreSQL
    in indexes of this table.
    """

    __tablename__ = "petition_lookup"
    __table_args__ = (
        Index("ix_petition_lookup_received_key", "received_key").ddl_if("postgresql"),
        Index("ix_petition_lookup_due_key", "due_key").ddl_if("postgresql"),
        *(
            Index(f"ix_petition_lookup_open_{key}", key, postgresql_where=OF_OPEN).ddl_if(
                "postgresql"
            )
            for key in ("received_key", "due_key")
        ),
        TOKEN_INDEX,
    )

    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    received_key: Mapped[int] = mapped_column(BigInteger)
    due_key: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[str] = mapped_column(Tokens)


FOUND_IN = {"received_key": "petition_by_received", "due_key": "petition_by_due"}
"""SQLite's full-text table for each order; its row number is the key."""


def triggers() -> dict[str, str]:
    """Give the triggers that keep the full-text tables, by name."""
    made = {}
    for key, name in FOUND_IN.items():
        add = f"INSERT INTO {name} (rowid, tokens) VALUES (new.{key}, new.tokens)"
        old = f"({name}, rowid, tokens) VALUES ('delete', old.{key}, old.tokens)"
        take = f"INSERT INTO {name} {old}"
        for event_name, act, body in (
            ("added", "INSERT", f"{add};"),
            ("taken", "DELETE", f"{take};"),
            ("changed", "UPDATE", f"{take}; {add};"),
        ):
            trigger = f"{name}_{event_name}"
            made[trigger] = (
                f"CREATE TRIGGER {trigger} AFTER {act} ON petition_lookup BEGIN {body} END"
            )
    return made


def _keep_full_text(table: object, connection: Connection, **_: object) -> None:
    """Make the full-text tables along with the table that they are over."""
    if connection.dialect.name != "sqlite":
        return
    for key, name in FOUND_IN.items():
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {name} USING fts5(tokens, content='petition_lookup',"
            f" content_rowid='{key}', detail=none, tokenize=\"ascii tokenchars '_'\")"
        )
        # Short pages: a rare token's rows are looked up in the long lists of common ones.
        connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES ('pgsz', 500)")
    for statement in triggers().values():
        connection.exec_driver_sql(statement)


event.listen(PetitionLookup.__table__, "after_create", _keep_full_text)
