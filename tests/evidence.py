"""A register with a row in every table, for tests that bend each of them."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Enum, LargeBinary, Table, insert, select
from sqlalchemy.orm import Session

from tests.conftest import Maker
from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.db import Base, UtcDateTime, is_sqlite, transaction
from tracker.core.sealing import Sealer
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.service import Identity, NewDenunciation, receive_denunciation
from tracker.evidence.service import digest_all
from tracker.journal import service as journal
from tracker.places.queries import scope_ids
from tracker.reminders.models import ReminderSent
from tracker.reports.queries import place_tree
from tracker.reports.queries.cuts import Asked
from tracker.reports.rules import Cut, Period
from tracker.reports.service import draft_report, send_report

EXEMPT = {
    "counters": "running numbers only: one set back makes the next number clash",
    "creation_keys": "lead a form that is sent twice to the record it made, and to no other",
    "evidence": "is what the others are compared with",
    "lasting_marks": "only tells processes when to read a list anew",
    "failed_sign_ins": "throttles for some hours, then goes",
    ReminderSent.__tablename__: "says which letter left, and is deleted after some weeks",
    "sign_ins": "who is signed in just now; moves with every page",
}
FITTING: dict[str, dict[str, Any]] = {
    "attachments": {"subject": "KN-2026-000001"},
    "briefing_items": {"subject": "Việc chung"},
    "briefings": {"stage": "open", "code": "GB-2026-0001"},
    "commitments": {"promised_precision": "unknown", "ended_precision": "unknown"},
    "grassroots_visits": {"kind": "village_visit", "cell": ""},
    "visit_rhythms": {"every": "month"},
    "working_groups": {"commitment_id": 1},
}
"""What the tables' own rules ask of a row made of usual values."""
_numbers = itertools.count(1)


def filled(session: Session) -> None:
    """Put a row into every table: by the services where reports count it, else as it comes."""
    make = Maker(session)
    make.petition(dialogue_id=make.dialogue().id)
    place, today = make.home, clock.today()
    tree = place_tree(session, place.id, scope_ids(session, place.id))
    asked = Asked(tree, Period(today.replace(month=1, day=1), today))
    send_report(session, make.user(role=Role.LEADER), draft_report(session, asked, Cut.CATEGORY))
    denounced(session, make)
    with transaction(session):
        for table in Base.metadata.sorted_tables:
            if table.name not in EXEMPT and session.execute(select(table).limit(1)).first() is None:
                session.connection().execute(insert(table).values(_row(session, table)))
        digest_all(session, anew=True)
        journal.note(session, None, "briefing:open", "GB-2026-0001", place.id)


def denounced(session: Session, make: Maker) -> None:
    """Keep one denunciation, whose acts stand in a chain of their own."""
    new = NewDenunciation(
        place_id=make.home.id,
        received_on=clock.today(),
        way=Way.LETTER,
        accused="Một cán bộ",
        content="Một việc",
        is_anonymous=False,
        identity=Identity("Một người"),
        leader_id=make.user(role=Role.LEADER).id,
    )
    receive_denunciation(session, Sealer(["a secret of the tests"]), None, new)


def unguarded(session: Session) -> None:
    """Take away what the database itself refuses: whoever holds it can."""
    session.close()
    engine: Any = session.get_bind()
    raw = engine.raw_connection()
    driver = raw.driver_connection
    if is_sqlite(session):
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'sent_%'"
        for (name,) in driver.execute(triggers).fetchall():
            driver.execute(f"DROP TRIGGER {name}")
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("PRAGMA ignore_check_constraints=ON")
    else:
        driver.execute("SET session_replication_role = replica")
        driver.commit()
    raw.close()


def kind_of(column: Column[Any]) -> type:
    """Give the kind of values that a column holds."""
    return datetime if isinstance(column.type, UtcDateTime) else column.type.python_type


def _row(session: Session, table: Table) -> dict[str, Any]:
    given = {
        column.name: _value(session, column)
        for column in table.columns
        if not column.nullable and not (column.primary_key and _numbers_itself(column))
    }
    return given | FITTING.get(table.name, {})


def _numbers_itself(column: Column[Any]) -> bool:
    return column.table.autoincrement_column is column and not column.foreign_keys


def _value(session: Session, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return session.execute(select(key.column).limit(1)).scalar_one()
    if isinstance(column.type, Enum):
        return next(iter(column.type.enum_class))  # type: ignore[call-overload]
    if isinstance(column.type, LargeBinary):
        return b"bytes"
    kind = kind_of(column)
    if kind is datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    if kind is date:
        return date(2026, 1, 2)
    return {int: 1, bool: False}.get(kind, f"word {next(_numbers)}")
