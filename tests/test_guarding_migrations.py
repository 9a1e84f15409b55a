"""The revisions that chain the journal and ask for second factors, up and down with data."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.test_migrations import _rows, filled_at_0001
from tracker.core import migrate
from tracker.journal.models import JournalEntry
from tracker.journal.queries import journal_breaks


def test_revision_0013_chains_the_entries_of_before_and_guards_them(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0012")
    with engine.begin() as connection:
        for at, place_id in enumerate(("1", "NULL", "1"), start=10):
            connection.execute(
                text(
                    "INSERT INTO journal (recorded_at, actor_id, action, subject, place_id, detail)"
                    f" VALUES ('2026-11-{at} 01:02:03.000004+00:00', 1, 'petition:assign',"
                    f" 'KN-2026-0000{at}', {place_id}, 'tệp “a”')"
                )
            )
    before = _rows(engine)

    migrate.upgrade(engine, "0013")
    with Session(engine) as session:
        assert list(journal_breaks(session)) == []
        assert session.scalars(
            select(JournalEntry.number).where(JournalEntry.place_id == 1)
        ).all() == [1, 2]
    migrate.downgrade(engine, "0012")

    assert _rows(engine) == before
    migrate.upgrade(engine)
    engine.dispose()


def test_revision_0014_goes_down_and_up_again_beside_sign_ins(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0013")
    before = _rows(engine)
    migrate.upgrade(engine, "0014")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO second_factors VALUES (1, 'sealed', NULL, 0)",
            "INSERT INTO recovery_codes VALUES (1, 1, 'hash', NULL)",
            "INSERT INTO role_rules VALUES ('admin')",
            "INSERT INTO sign_ins (id, token_hash, user_id, started_at, last_seen_at, address,"
            " browser, awaits_code) VALUES (9, 'h2', 1, '2026-01-02', '2026-01-02', '', '', true)",
        ):
            connection.execute(text(statement))

    migrate.downgrade(engine, "0013")
    assert _rows(engine) == before
    migrate.upgrade(engine)
    engine.dispose()
