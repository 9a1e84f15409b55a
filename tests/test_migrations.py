"""The schema's history: models equal migrations, and every revision goes up and down with data."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.core import clock, migrate
from tracker.core.db import Base, engine_for
from tracker.core.resources import folder
from tracker.installing import bring_up_to_date
from tracker.ledger.queries import sums
from tracker.ledger.rules import By, Span
from tracker.petitions.queries import entries_missing, ledger_mismatches
from tracker.petitions.queries.lookups import lookup_mismatches
from tracker.petitions.service import rebuild_ledger
from tracker.places.models import Place
from tracker.places.rules import PlaceKind
from tracker.reports.models import SentReport
from tracker.reports.rules import Cut


def test_migrations_make_the_schema_that_the_models_describe(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)

    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": migrate.is_compared}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, Base.metadata)

    assert differences == []
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_the_files_of_revisions_are_named_by_their_numbers():
    config = Config()
    config.set_main_option("script_location", str(folder("migrations")))
    scripts = ScriptDirectory.from_config(config)

    assert [Path(one.path).name[:4] for one in scripts.walk_revisions()] == [
        one.revision for one in scripts.walk_revisions()
    ]
    assert all(migrate.knows(one.revision) for one in scripts.walk_revisions())
    assert not migrate.knows("9999")


def test_checks_after_migration_equal_those_of_the_models(database_url):
    migrated = engine_for(database_url)
    migrate.upgrade(migrated)
    names_by_migration = _check_names(migrated)
    migrated.dispose()

    wanted = {
        (table.name, constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    assert names_by_migration == wanted


def test_the_first_revision_goes_down_and_up_again_with_data(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO places (key, name, kind, is_fictional, source)"
                " VALUES ('xa-thu', 'Xã Thử', 'commune', false, '')"
            )
        )

    migrate.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(engine)

    assert "petitions" in inspect(engine).get_table_names()
    engine.dispose()


def test_sent_reports_stay_as_they_are_after_migrating_and_go_down_with_the_schema(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    with Session(engine) as session:
        place = Place(key="xa-thu", name="Xã Thử", kind=PlaceKind.COMMUNE)
        session.add(place)
        session.flush()
        user = User(username="lanhdao", full_name="Lãnh Đạo", role=Role.LEADER, place_id=place.id)
        user.password_hash, user.created_at = "", clock.now()
        session.add(user)
        session.flush()
        days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 11, 25)}
        texts = dict.fromkeys(("content_key", "digest"), "")
        session.add(
            SentReport(
                code="BC-2026-0001",
                place_id=place.id,
                cut=Cut.CATEGORY,
                period_form="calendar",
                petitions=0,
                sent_by_id=user.id,
                sent_at=clock.now(),
                body=b"",
                **days,
                **texts,
            )
        )
        session.commit()

    with pytest.raises(DBAPIError, match="stays as it is"), engine.begin() as connection:
        connection.execute(text("UPDATE sent_reports SET code = ''"))
    migrate.downgrade(engine, "0010")
    assert "sent_reports" not in inspect(engine).get_table_names()
    migrate.upgrade(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def _check_names(engine: Engine) -> set[tuple[str, str | None]]:
    inspector = inspect(engine)
    return {
        (table, check["name"])
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


BEFORE_0002 = (
    "INSERT INTO places (id, key, name, kind, is_fictional, source)"
    " VALUES (1, 'xa-thu', 'Xã Thử', 'commune', false, '')",
    "INSERT INTO categories (id, code, name_vi, name_en, position, is_retired)"
    " VALUES (1, 'dat', 'Đất đai', 'Land', 1, false)",
    "INSERT INTO departments (id, code, name_vi, name_en, is_retired)"
    " VALUES (1, 'kt', 'Phòng Kinh tế', 'Economy', false)",
    "INSERT INTO users (id, username, full_name, password_hash, role, place_id, is_disabled,"
    " must_change_password, created_at, version)"
    " VALUES (1, 'canbo', 'Cán bộ', 'x', 'staff', 1, false, false, '2026-01-01 00:00:00', 1)",
    "INSERT INTO sign_ins (id, token_hash, user_id, started_at, last_seen_at)"
    " VALUES (1, 'h', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
    "INSERT INTO dialogues (id, code, form, stage, topic, place_id, venue, held_on,"
    " date_precision, starts_at, chair, secretary, audience, minutes, conclusion, source,"
    " logged_at, search_text, version) VALUES (1, 'DT-2026-0001', 'regular', 'held', 'Định kỳ',"
    " 1, '', '2026-01-05', 'day', '', '', '', '', '', '', '', '2026-01-05 00:00:00', '', 1)",
    "INSERT INTO petitions (id, code, dialogue_id, place_id, category_id, department_id, channel,"
    " kind, level, status, citizen_name, citizen_phone, people, content, received_on,"
    " date_precision, source, logged_at, search_text, version) VALUES"
    " (1, 'KN-2026-000001', 1, 1, 1, 1, 'dialogue', 'feedback', 'commune', 'explained',"
    " 'Nguyễn Văn A', '', 1, 'Đường hỏng', '2026-01-05', 'day', '', '2026-01-05 00:00:00', '', 2),"
    " (2, 'KN-2026-000002', NULL, 1, 1, NULL, 'letter', 'feedback', 'commune', 'received',"
    " '', '', 3, 'Nước bẩn', '2026-01-06', 'day', '', '2026-01-06 00:00:00', '', 1)",
    "INSERT INTO petition_steps (id, petition_id, status_before, status, happened_on,"
    " recorded_at, note, document_number) VALUES"
    " (1, 1, NULL, 'received', '2026-01-05', '2026-01-05 00:00:00', '', ''),"
    " (2, 1, 'received', 'explained', '2026-01-09', '2026-01-09 00:00:00', 'Đã rõ', '7/TB'),"
    " (3, 2, NULL, 'received', '2026-01-06', '2026-01-06 00:00:00', '', '')",
    "INSERT INTO movements (id, day, place_id, category_id, measure, quantity) VALUES"
    " (1, '2026-01-05', 1, 1, 'received', 1), (2, '2026-01-06', 1, 1, 'received', 1),"
    " (3, '2026-01-09', 1, 1, 'ended_explained', 1)",
)
TABLES_OF_0001 = (
    *("places", "categories", "departments", "users", "sign_ins", "dialogues"),
    *("petitions", "petition_steps", "movements"),
)


def _rows(engine: Engine) -> dict[str, list[dict[str, object]]]:
    with engine.connect() as connection:
        return {
            table: [
                dict(row._mapping)
                for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))
            ]
            for table in TABLES_OF_0001
            if inspect(connection).has_table(table)
        }


def filled_at_0001(url):
    """Give an engine on the first revision, with records of its day."""
    engine = engine_for(url)
    migrate.upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in BEFORE_0002:
            connection.execute(text(statement))
    return engine


def test_revision_0002_keeps_every_row_on_its_way_up_and_down(database_url):
    engine = filled_at_0001(database_url)
    before = _rows(engine)

    migrate.upgrade(engine, "0002")
    between = _rows(engine)
    migrate.downgrade(engine, "0001")

    assert _rows(engine) == before
    for table, rows in before.items():
        kept = [
            {name: row[name] for name in old} for row, old in zip(between[table], rows, strict=True)
        ]
        assert kept == rows, table
    migrate.upgrade(engine)
    engine.dispose()


def test_revision_0002_tells_of_old_rows_what_is_known_and_the_ledger_can_be_rebuilt(
    database_url,
):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine)

    explained, received = _rows(engine)["petitions"]
    assert (explained["petitioner"], received["petitioner"]) == ("person", "group")
    assert str(explained["ended_on"]) == "2026-01-09"
    assert (explained["latest_note"], explained["latest_document"]) == ("Đã rõ", "7/TB")
    assert [row["move"] for row in _rows(engine)["petition_steps"]] == [
        *("receive", "explain", "receive"),
    ]
    with Session(engine) as session:
        assert entries_missing(session)
        rebuild_ledger(session)
        assert ledger_mismatches(session) == []
    engine.dispose()


def test_revision_0003_keeps_every_row_and_tells_when_a_citizen_was_answered(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0002")
    before = _rows(engine)

    migrate.upgrade(engine, "0003")
    explained, received = _rows(engine)["petitions"]
    assert str(explained["acknowledged_on"]) == "2026-01-09"
    assert (received["acknowledged_on"], received["due_basis"]) == (None, "")
    with engine.begin() as connection:
        connection.execute(text("UPDATE petitions SET due_basis = 'assigned' WHERE id = 2"))
        connection.execute(
            text(
                "INSERT INTO calendar_exceptions (day, is_working, reason, document,"
                " is_provisional, is_lifted) VALUES ('2026-09-02', false, 'Quốc khánh', '',"
                " false, false), ('2026-09-03', false, 'Nhầm', '', false, true)"
            )
        )
    migrate.downgrade(engine, "0002")

    assert _rows(engine) == before
    with engine.connect() as connection:
        days = connection.execute(text("SELECT day FROM calendar_exceptions")).all()
    assert [str(row.day) for row in days] == ["2026-09-02"]
    migrate.upgrade(engine)
    engine.dispose()


def test_revision_0004_goes_down_and_up_again_beside_records_of_before(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0004")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO commitments (id, code, dialogue_id, place_id, promise, promised_by,"
                " leader_key, promised_precision, supporting, handler, monitor, outcome,"
                " ended_precision, source, logged_at, search_text, version) VALUES"
                " (1, 'CK-2026-0001', 1, 1, 'Sửa đường', 'Chủ tịch', 'k', 'unknown', '', '', '',"
                " 'open', 'unknown', '', '2026-01-05 00:00:00', '', 1)"
            )
        )

    migrate.downgrade(engine, "0003")
    assert "commitments" not in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM petitions")).scalar_one() == 2
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_revision_0012_tells_steps_who_helped_and_goes_down_and_up_again(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0011")
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE petitions SET cooperating = 'Công an xã', monitor_id = 1,"
                " kind = 'complaint', ended_on = NULL, acknowledged_on = NULL,"
                " ack_due_on = '2026-01-19' WHERE id = 1"
            )
        )
        connection.execute(
            text(
                "INSERT INTO reminders_sent (id, day, user_id, kind, subject)"
                " VALUES (1, '2026-01-05', 1, 'petition_late', 'KN-2026-000001')"
            )
        )
    before = _rows(engine)

    migrate.upgrade(engine, "0012")
    with engine.connect() as connection:
        told = connection.execute(
            text(
                "SELECT DISTINCT petition_id = 1, cooperating, monitor_id FROM petition_steps"
                " ORDER BY cooperating"
            )
        ).all()
        assert [tuple(row) for row in told] == [(0, "", None), (1, "Công an xã", 1)]
        asked = text("SELECT ack_due_on FROM petitions WHERE id = 1")
        assert connection.execute(asked).scalar_one() is None
        sent = "SELECT count(*) FROM reminders_sent WHERE sent_at IS NOT NULL AND letter = ''"
        assert connection.execute(text(sent)).scalar_one() == 1

    migrate.downgrade(engine, "0011")
    assert "settled_limits" not in inspect(engine).get_table_names()
    with engine.begin() as connection:
        connection.execute(text("UPDATE petitions SET ack_due_on = '2026-01-19' WHERE id = 1"))
    assert _rows(engine) == before
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_revision_0007_goes_down_and_up_again_beside_petitions(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0006")
    before = _rows(engine)
    migrate.upgrade(engine, "0007")
    with engine.begin() as connection:
        connection.execute(text("UPDATE petitions SET monitor_id = 1"))

    migrate.downgrade(engine, "0006")
    assert _rows(engine) == before
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_revision_0006_goes_down_and_up_again_beside_people_and_dialogues(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0005")
    before = _rows(engine)
    migrate.upgrade(engine, "0006")
    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET email = 'canbo@xa.example' WHERE id = 1"))
        connection.execute(
            text(
                "INSERT INTO reminders_sent (id, day, user_id, kind, subject)"
                " VALUES (1, '2026-01-05', 1, 'petition_late', 'KN-2026-000001')"
            )
        )

    migrate.downgrade(engine, "0005")
    assert "reminders_sent" not in inspect(engine).get_table_names()
    assert _rows(engine) == before
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_revision_0005_goes_down_and_up_again_beside_records_of_before(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0005")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO briefings (id, code, place_id, held_on, chair, notes, stage, source,"
                " opened_at, changed_at, version) VALUES (1, 'GB-2026-0001', 1, '2026-01-05',"
                " 'Bí thư', '', 'open', '', '2026-01-05 00:00:00', '2026-01-05 00:00:00', 1)"
            )
        )

    migrate.downgrade(engine, "0004")
    tables = set(inspect(engine).get_table_names())
    assert not tables & {"briefings", "briefing_items", "grassroots_visits", "visit_rhythms"}
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM petitions")).scalar_one() == 2
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_revision_0008_sums_up_what_was_moved_and_gives_the_movements_back(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0007")
    with engine.begin() as connection:
        connection.execute(text("UPDATE movements SET department_id = 1 WHERE id <> 2"))
        connection.execute(
            text(
                "INSERT INTO petition_postings (petition_id, day, measure, quantity) VALUES"
                " (1, '2026-01-05', 'received', 1), (1, '2026-01-09', 'ended_explained', 1),"
                " (2, '2026-01-06', 'received', 1)"
            )
        )
    before = _rows(engine)

    migrate.upgrade(engine, "0008")
    with engine.connect() as connection:
        steps = connection.execute(text("SELECT DISTINCT place_id, kind FROM petition_steps"))
        assert steps.all() == [(1, "feedback")]
        reach = connection.execute(text("SELECT unit_id, place_id, distance FROM place_reach"))
        assert reach.all() == [(1, 1, 0)]
    migrate.downgrade(engine, "0007")

    after = _rows(engine)
    for rows in (before, after):
        for row in rows["movements"]:
            del row["id"]
        rows["movements"].sort(key=str)
    assert after == before
    migrate.upgrade(engine)
    engine.dispose()


def test_after_revision_0008_every_number_is_there_again_once_the_register_is_brought_up_to_date(
    database_url,
):
    engine = filled_at_0001(database_url)

    bring_up_to_date(engine)

    with Session(engine) as session:
        assert ledger_mismatches(session) == []
        found = sums(session, [1], [Span(None, date(2026, 12, 31))], By.CATEGORY)
        assert {key: (row["received"], row["ended_explained"]) for key, row in found.items()} == {
            (0, 1, "1"): (2, 1)
        }
    engine.dispose()


def test_revision_0010_goes_down_and_up_again_beside_places(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0009")
    before = _rows(engine)
    migrate.upgrade(engine, "0010")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO letterheads (id, place_id, issuer, superior, agency, symbol,"
                " place_of_issue, authority, title, signer, recipients, addressees, is_default,"
                " version) VALUES (1, 1, 'party', '', 'ĐẢNG ỦY XÃ', 'ĐU', '', '', '', '', '', '',"
                " false, 1)"
            )
        )

    migrate.downgrade(engine, "0009")
    assert "letterheads" not in inspect(engine).get_table_names()
    assert _rows(engine) == before
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_revision_0009_goes_down_and_up_again_and_writes_the_searched_text_anew(database_url):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0008")
    before = _rows(engine)
    migrate.upgrade(engine, "0009")
    with engine.begin() as connection:
        tokens = "'a_b'" if engine.dialect.name == "sqlite" else "to_tsvector('simple', 'a_b')"
        connection.execute(text(f"INSERT INTO petition_lookup VALUES (1, 11, 12, {tokens})"))

    migrate.downgrade(engine, "0008")

    after = _rows(engine)
    searched = {row["code"]: row.pop("search_text") for row in after["petitions"]}
    assert searched["KN-2026-000001"] == "kn-2026-000001 duong hong\x1fnguyen van a"
    for row in before["petitions"]:
        del row["search_text"]
    assert after == before
    bring_up_to_date(engine)
    with Session(engine) as session:
        assert list(lookup_mismatches(session)) == []
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_who_bring_an_empty_database_up_to_date_do_it_one_after_the_other(database_url):
    engine = engine_for(database_url, for_long_work=True)
    with engine.begin() as connection:
        for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            connection.execute(text(statement))
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(migrate.upgrade, engine) for _ in range(3)]:
            done.result()
    assert migrate.is_at_head(engine)
    engine.dispose()
