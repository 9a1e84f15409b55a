"""Whatever is bent by other means than the program's is named by `tracker verify`."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Enum, LargeBinary, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.evidence import EXEMPT, filled, kind_of, unguarded
from tracker.core import clock, migrate
from tracker.core.db import Base, engine_for, transaction
from tracker.denunciations.queries import secluded_mismatches
from tracker.evidence.queries import SECRETS, unfit_records
from tracker.evidence.rules import KINDS, digest_of, evidence_key
from tracker.evidence.service import digest_all
from tracker.installing import DIGESTED, bring_up_to_date
from tracker.journal.models import JournalEntry
from tracker.ledger.rules import MEASURES
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.queries.lookups import lookup_mismatches
from tracker.reports.queries.sent import sent_mismatches
from tracker.trail.queries import journal_mismatches
from tracker.verifying import mismatches, unfit

OWNER = {part: kind.table for kind in KINDS.values() for part in kind.parts}
BY_EVIDENCE = sorted({*KINDS, *OWNER})
ALIKE = frozenset(MEASURES[2:])
"""Columns that are summed and compared like the first two."""
VERIFIED_BY = {
    "journal": journal_mismatches,
    "secluded": secluded_mismatches,
    "petition_lookup": lookup_mismatches,
    "": ledger_mismatches,
}
OTHERWISE = sorted(set(Base.metadata.tables) - set(BY_EVIDENCE) - set(EXEMPT))


@pytest.fixture
def full(engine):
    """Give a session on a register that has a row in every table."""
    with Session(engine, expire_on_commit=False) as session:
        filled(session)
        unguarded(session)
        assert [*mismatches(session), *unfit(session)] == []
        yield session


def test_every_table_is_watched_or_named_with_its_reason():
    assert all(EXEMPT.values())
    assert not set(EXEMPT) & set(BY_EVIDENCE)


def test_a_bent_column_is_named_whatever_table_it_stands_in(full):
    missed = []
    for name in BY_EVIDENCE:
        table, kind = Base.metadata.tables[name], OWNER.get(name, name)
        row = full.execute(select(table).limit(1)).mappings().one()
        key = [column == row[column.name] for column in table.primary_key]
        for column in table.columns:
            with_change = update(table).where(*key).values({column: _other(column, row)})
            if _is_taken(full, with_change) and not _is_found(full, kind, column):
                missed.append(str(column))
            full.rollback()
    assert not missed, "\n".join(missed)


def test_a_row_taken_away_or_put_in_is_named_whatever_table_it_stands_in(full):
    missed = []
    for name in BY_EVIDENCE:
        table, kind = Base.metadata.tables[name], OWNER.get(name, name)
        row = dict(full.execute(select(table).limit(1)).mappings().one())
        key = [column == row[column.name] for column in table.primary_key]
        for said, act in (
            ("taken", delete(table).where(*key)),
            ("put in", insert(table).values(_forged(table, row))),
        ):
            if _is_taken(full, act) and not list(unfit_records(full, [kind])):
                missed.append(f"{name}: {said}")
            full.rollback()
    assert not missed, "\n".join(missed)


def test_what_is_recounted_or_chained_is_named_when_it_is_bent(full):
    missed = []
    for name in OTHERWISE:
        table = Base.metadata.tables[name]
        row = dict(full.execute(select(table).limit(1)).mappings().one())
        key = [column == row[column.name] for column in table.primary_key]
        acts = [delete(table).where(*key)]
        acts += [
            update(table).where(*key).values({column: _other(column, row)})
            for column in table.columns
            if column.name not in ALIKE
            and (not column.primary_key or column.autoincrement is not True)
        ]
        for act in acts:
            if _is_taken(full, act) and not next(iter(_verifier(name)(full)), None):
                missed.append(" ".join(str(act).split())[:70])
            full.rollback()
    assert not missed, "\n".join(missed)


def test_a_record_taken_away_with_its_evidence_is_missed_by_the_journal(full):
    code = full.scalar(text("SELECT code FROM briefings"))
    for statement in (
        "DELETE FROM briefing_items",
        "DELETE FROM briefings",
        "DELETE FROM evidence WHERE kind = 'briefings'",
    ):
        full.execute(text(statement))

    assert any(code in line for line in unfit(full))


def test_evidence_is_written_with_the_newest_secret_and_read_with_any(session, make):
    old, new = evidence_key("a former secret"), evidence_key("the secret of today")
    bind = session.get_bind()
    bind.update_execution_options(**{SECRETS: [old]})
    make.petition()
    session.close()
    bind.update_execution_options(**{SECRETS: [new, old]})
    assert list(unfit_records(session)) == []

    session.close()
    bind.update_execution_options(**{SECRETS: [new]})
    assert {found.kind for found in unfit_records(session)} >= {"petitions", "places"}
    with transaction(session):
        digest_all(session, anew=True)
    assert list(unfit_records(session)) == []


def test_a_column_that_a_later_version_adds_leaves_former_evidence_as_it_is():
    row = {"id": 1, "code": "KN-2026-000001", "note": "x"}
    key = evidence_key("a secret")
    later = row | {"added": None, "told": "", "is_new": False}

    assert digest_of([("petitions", [row])], key) == digest_of([("petitions", [later])], key)
    assert digest_of([("petitions", [row])], key) != digest_of([("dialogues", [row])], key)
    assert digest_of([("petitions", [row | {"id": 0}])], key) != digest_of(
        [("petitions", [{}])], key
    )


def _verifier(name):
    return next((check for begins, check in VERIFIED_BY.items() if name.startswith(begins)))


def _is_found(session, kind, column):
    if column.name in KINDS[kind].apart:
        return next(sent_mismatches(session), None)
    return next(unfit_records(session, [kind]), None)


def _other(column, row):
    """Give another value that the column can hold."""
    value = row[column.name]
    if isinstance(column.type, Enum):
        return next(word for word in column.type.enum_class if word != value)
    if isinstance(column.type, LargeBinary):
        return b"other"
    kind = kind_of(column)
    if kind is bool:
        return not value
    if kind is int:
        return (value or 0) + 1
    if kind is datetime:
        return value + timedelta(seconds=1) if value else clock.now()
    if kind is date:
        return value + timedelta(days=1) if value else clock.today()
    return f"{(value or '')[:30]}x"


def _forged(table, row):
    given = dict(row)
    for column in table.columns:
        if column.primary_key or column.unique:
            other = _other(column, row)
            given[column.name] = other + 9_000 if isinstance(other, int) else other
    return given


def _is_taken(session, act):
    """Tell whether the database takes the change at all: its own rules refuse some."""
    try:
        session.connection().execute(act)
    except DBAPIError:
        return False
    return True


def test_a_register_of_before_is_digested_when_it_is_brought_up_to_date(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine, "0014")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO places (key, name, kind, is_fictional, source, version)"
                " VALUES ('xa', 'Xã Cũ', 'commune', :no, '', 1)"
            ),
            {"no": False},
        )
    bring_up_to_date(engine)
    with Session(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM evidence WHERE kind = 'places'")) == 1
        assert list(unfit(session)) == []
        told = select(JournalEntry.subject).where(JournalEntry.action == DIGESTED)
        assert session.scalar(told).endswith("records")
        session.execute(text("UPDATE places SET name = 'Xã Khác'"))
        assert "places 1" in next(iter(unfit(session)))
        session.rollback()
    migrate.downgrade(engine, "0014")
    migrate.upgrade(engine)
    engine.dispose()
