"""What keeps denunciations as they were written: a revision, triggers, and a move elsewhere."""

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import Maker
from tests.evidence import denounced
from tests.test_migrations import _rows, filled_at_0001
from tracker.core import migrate
from tracker.core.db import engine_for
from tracker.core.sealing import Sealer
from tracker.demo import build, clear
from tracker.denunciations.models import DenouncerIdentity, Denunciation
from tracker.denunciations.queries import secluded_mismatches
from tracker.transferring import transfer
from tracker.verifying import mismatches


def test_revision_0018_goes_down_and_up_again_and_the_database_keeps_what_was_written(
    database_url,
):
    engine = filled_at_0001(database_url)
    migrate.upgrade(engine, "0017")
    before = _rows(engine)
    migrate.upgrade(engine, "0018")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO denunciations (id, code, place_id, received_on, way, accused, content,"
            " is_anonymous, stage, files_key, source, logged_at, version) VALUES (1, 'TC-X', 1,"
            " '2026-01-02', 'letter', 'a', 'b', true, 'received', 'k', '', '2026-01-02', 1)",
            "INSERT INTO denunciation_steps (id, denunciation_id, move, stage, happened_on, note,"
            " document_number, recorded_at) VALUES (1, 1, 'receive', 'received', '2026-01-02', '',"
            " '', '2026-01-02')",
            "INSERT INTO secluded_entries (id, chain, number, recorded_at, action, subject, detail,"
            " digest) VALUES (1, 1, 1, '2026-01-02', 'receive', 'TC-X', '', 'd')",
        ):
            connection.execute(text(statement))
    for statement in (
        "UPDATE denunciation_steps SET note = 'khác'",
        "DELETE FROM denunciation_steps",
        "UPDATE secluded_entries SET detail = 'khác'",
        "DELETE FROM secluded_entries",
    ):
        with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
            connection.execute(text(statement))

    migrate.downgrade(engine, "0017")
    assert _rows(engine) == before
    assert "denunciations" not in inspect(engine).get_table_names()
    migrate.upgrade(engine)
    engine.dispose()


def test_a_register_takes_its_denunciations_along_and_both_journals_still_hold(tmp_path):
    migrated = engine_for(f"sqlite:///{tmp_path / 'from.db'}")
    migrate.upgrade(migrated)
    target = engine_for(f"sqlite:///{tmp_path / 'to.db'}")
    with Session(migrated, expire_on_commit=False) as source:
        denounced(source, Maker(source))
    transfer(migrated, target, tmp_path / "files", lambda rows: None)
    with Session(target) as moved:
        assert len(moved.scalars(select(Denunciation)).all()) == 1
        assert len(moved.scalars(select(DenouncerIdentity)).all()) == 1
        assert secluded_mismatches(moved) == []
        assert list(mismatches(moved)) == []
        moved.execute(text("DROP TRIGGER secluded_entries_no_update"))
        moved.execute(text("UPDATE secluded_entries SET detail = 'khác'"))
        assert any("nhật ký riêng" in line for line in mismatches(moved))
    migrated.dispose()
    target.dispose()


def test_the_demonstration_shows_two_to_one_person_and_goes_away_whole(tmp_path):
    engine = engine_for(f"sqlite:///{tmp_path / 'demo.db'}")
    sealer = Sealer(["a secret of the tests"])
    for _ in range(2):
        build(engine, petitions=1, seed=1, sealer=sealer)
    with Session(engine) as session:
        kept = session.scalars(select(Denunciation).order_by(Denunciation.id)).all()
        assert [one.is_anonymous for one in kept] == [False, True]
        assert all("hư cấu" in one.accused for one in kept)
    clear(engine, tmp_path)
    engine.dispose()
