"""Backups: whole under load, verified, never over anything, and brought back to the last row."""

import os
import random
import secrets
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from tests.clusters import POSTGRES_BIN_PATH
from tests.conftest import Maker, _named, _on_server
from tracker.accounts.permissions import Role
from tracker.attachments.models import Attachment
from tracker.attachments.service import Upload, keep_file
from tracker.backups import archive, back_up, databases, making, restore, rotate
from tracker.cli.program import cli
from tracker.core import clock, migrate
from tracker.core.db import Base, engine_for
from tracker.core.errors import TrackerError
from tracker.journal.models import JournalEntry
from tracker.petitions.models import Petition
from tracker.settings.queries import last_backup_at
from tracker.settings.rules import is_too_old
from tracker.verifying import mismatches, wrong_files

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
NOTED = {"installation_settings", "journal"}
"""What a finished backup writes down in the register that goes on."""


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the programs of the very PostgreSQL that the tests run on."""
    monkeypatch.setenv("PATH", f"{POSTGRES_BIN_PATH}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give a register made by its migrations, as a real one is."""
    engine = engine_for(database_url, for_long_work=True)
    if not inspect(engine).has_table("alembic_version"):
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            head = max(migrate._revisions())
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    yield engine
    engine.dispose()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def filled(make: Maker, session: Session, files: Path) -> Petition:
    """Give a register with a petition and a file."""
    petition, person = make.petition(), make.user()
    keep_file(session, person, petition.code, make.home.id, Upload("don.pdf", BytesIO(PDF)), files)
    return petition


@pytest.fixture
def empty(engine: Engine, tmp_path: Path) -> Iterator[tuple[Engine, Path]]:
    """Give an empty place for a register of the same engine."""
    instance = tmp_path / "elsewhere"
    instance.mkdir(mode=0o700)
    if engine.dialect.name == "sqlite":
        place = engine_for(f"sqlite:///{instance / 'tracker.db'}")
        yield place, instance
        place.dispose()
        return
    uri, name = engine.url.render_as_string(hide_password=False), f"r{secrets.token_hex(6)}"
    _on_server(_named(uri, "postgres"), f"CREATE DATABASE {name}")
    place = engine_for(_named(uri, name), for_long_work=True)
    yield place, instance
    place.dispose()
    _on_server(_named(uri, "postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def _counted(_bytes: int) -> None:
    pass


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_a_register_comes_back_to_the_last_row_and_byte(
    engine, session, filled, files, empty, tmp_path
):
    session.rollback()
    before = _rows(engine)
    made = back_up(engine, files, tmp_path / "so.zip", _counted)
    assert (made.files, made.wrong_files) == (1, [])
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".tracker-*")) == []

    place, instance = empty
    done = restore(place, instance, made.path, _counted)
    assert (done.files, done.needs_upgrade) == (1, False)
    assert _rows(place) == before
    with Session(place) as back:
        assert list(mismatches(back)) == []
        assert wrong_files(back, instance / "files") == []
    assert list(instance.glob(".restoring-*")) == []


def test_a_backup_is_remembered_where_every_machine_sees_it(
    engine, session, filled, files, tmp_path
):
    assert is_too_old(last_backup_at(session), clock.now())
    session.rollback()
    back_up(engine, files, tmp_path / "so.zip", _counted)

    at = last_backup_at(session)
    assert at is not None
    assert not is_too_old(at, clock.now())
    assert is_too_old(at, clock.now() + timedelta(days=2, minutes=1))
    kept = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert (kept.action, kept.subject) == ("register:backup", "so.zip")


def test_nothing_is_ever_overwritten(engine, session, filled, files, empty, tmp_path):
    session.rollback()
    path = tmp_path / "so.zip"
    path.write_bytes(b"something else")
    with pytest.raises(TrackerError, match="already"):
        back_up(engine, files, path, _counted)
    assert path.read_bytes() == b"something else"

    path.unlink()
    back_up(engine, files, path, _counted)
    before = _rows(engine)
    with pytest.raises(TrackerError, match="not empty"):
        restore(engine, tmp_path / "none", path, _counted)
    assert _rows(engine) == before

    place, instance = empty
    (instance / "files").mkdir()
    (instance / "files" / "other").write_text("of another register")
    with pytest.raises(TrackerError, match="not empty"):
        restore(place, instance, path, _counted)
    assert inspect(place).get_table_names() == []


def test_a_backup_made_while_people_work_holds_one_moment(engine, session, make, files, empty):
    make.petition()
    session.rollback()
    acknowledged: list[str] = []
    is_over = threading.Event()

    def work() -> None:
        with Session(engine, expire_on_commit=False) as own:
            maker = Maker(own)
            maker._home = make.home
            category, person = maker.category(), maker.user()
            while not is_over.is_set():
                petition = maker.petition(category=category)
                upload = Upload("don.pdf", BytesIO(PDF))
                keep_file(own, person, petition.code, make.home.id, upload, files)
                acknowledged.append(petition.code)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    try:
        while len(acknowledged) < 5:
            is_over.wait(0.05)
        known = list(acknowledged)
        place, instance = empty
        made = back_up(engine, files, instance.parent / "so.zip", _counted)
    finally:
        is_over.set()
        for worker in workers:
            worker.join()

    restore(place, instance, made.path, _counted)
    with Session(place) as back:
        codes = list(back.scalars(select(Petition.code)))
        assert set(known) <= set(codes)
        assert len(codes) == len(set(codes))
        assert list(mismatches(back)) == []
        assert wrong_files(back, instance / "files") == []


def test_a_damaged_backup_is_refused_wherever_the_damage_is(
    engine, session, filled, files, empty, tmp_path
):
    session.rollback()
    made = back_up(engine, files, tmp_path / "so.zip", _counted)
    whole, drawn = made.path.read_bytes(), random.Random(7)
    place, instance = empty
    spoilt = tmp_path / "spoilt.zip"
    for _ in range(50):
        at = drawn.randrange(len(whole))
        other = bytes([whole[at] ^ (1 << drawn.randrange(8))])
        spoilt.write_bytes(whole[:at] + other + whole[at + 1 :])
        with pytest.raises(archive.Damaged):
            restore(place, instance, spoilt, _counted)
    for kept in (0, 10, 63, 64, 65, len(whole) // 2, len(whole) - 1):
        spoilt.write_bytes(whole[:kept])
        with pytest.raises(archive.Damaged):
            restore(place, instance, spoilt, _counted)
    assert inspect(place).get_table_names() == []
    assert not (instance / "files").exists()


def test_a_register_that_is_not_whole_is_not_brought_back(
    engine, session, filled, files, empty, tmp_path, monkeypatch
):
    session.execute(text("DELETE FROM petition_postings"))
    session.commit()
    path = tmp_path / "so.zip"
    with pytest.raises(TrackerError, match="whole register"):
        back_up(engine, files, path, _counted)
    assert not path.exists()
    if engine.dialect.name == "sqlite":
        return
    monkeypatch.setattr(making, "check_moment", lambda _: None)  # as a former program left it
    back_up(engine, files, path, _counted)
    place, instance = empty
    with pytest.raises(TrackerError, match="whole register"):
        restore(place, instance, path, _counted)
    assert inspect(place).get_table_names() == []
    assert not (instance / "files").exists()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_postgresql_dump_is_compared_with_its_moment_row_by_row(
    engine, session, make, filled, files, tmp_path, monkeypatch
):
    session.rollback()
    dump = databases.dump
    assert back_up(engine, files, tmp_path / "whole.zip", _counted).rows

    def too_late(engine, path, look):
        """Take the dump of another moment than the one that was looked at."""
        dump(engine, path.with_name("first"), look)
        with engine.begin() as connection:
            connection.execute(text("UPDATE petitions SET content = content || '.'"))
        dump(engine, path, lambda _: None)

    monkeypatch.setattr(databases, "dump", too_late)
    with pytest.raises(TrackerError, match="whole register:\npetitions$"):
        back_up(engine, files, tmp_path / "so.zip", _counted)
    assert not (tmp_path / "so.zip").exists()


def test_missing_and_altered_files_are_told_and_hold_nothing_up(
    engine, session, make, filled, files, empty, tmp_path
):
    person, other = make.user(), make.petition()
    keep_file(session, person, other.code, make.home.id, Upload("b.pdf", BytesIO(PDF)), files)
    first, second = session.scalars(select(Attachment.stored_name).order_by(Attachment.id))
    (files / first).unlink()
    (files / second).write_bytes(b"altered")
    session.rollback()

    made = back_up(engine, files, tmp_path / "so.zip", _counted)
    assert made.wrong_files == sorted([filled.code, other.code])
    place, instance = empty
    assert restore(place, instance, made.path, _counted).wrong_files == made.wrong_files
    assert (instance / "files" / second).read_bytes() == b"altered"


def test_only_the_newest_backups_of_ours_are_kept(tmp_path):
    names = [f"tracker-202611{day:02}-120000.backup.zip" for day in range(1, 6)]
    others = ["tracker.db", "tracker-thu.zip"]
    for name in names + others:
        (tmp_path / name).touch()
    removed = rotate(tmp_path, 2, tmp_path / names[-1])
    assert {path.name for path in removed} == set(names[:3])
    assert {path.name for path in tmp_path.iterdir()} == {
        *names[3:],
        "tracker.db",
        "tracker-thu.zip",
    }


def test_a_backup_of_the_other_engine_or_of_a_newer_program_is_refused(
    engine, session, filled, files, empty, tmp_path, monkeypatch
):
    session.rollback()
    made = back_up(engine, files, tmp_path / "so.zip", _counted)
    place, instance = empty
    monkeypatch.setattr(migrate, "knows", lambda revision: False)
    with pytest.raises(TrackerError, match="newer program"):
        restore(place, instance, made.path, _counted)
    if engine.dialect.name == "postgresql":
        here = engine_for(f"sqlite:///{tmp_path / 'here.db'}")
        with pytest.raises(TrackerError, match="restore it into"):
            restore(here, instance, made.path, _counted)
        here.dispose()


def test_without_postgresqls_programs_a_backup_says_what_is_missing(
    engine, session, filled, files, tmp_path, monkeypatch
):
    session.rollback()
    monkeypatch.setenv("PATH", str(tmp_path))
    if engine.dialect.name == "postgresql":
        with pytest.raises(TrackerError, match="pg_dump is not on this machine"):
            back_up(engine, files, tmp_path / "so.zip", _counted)


def test_the_drill_by_commands(engine, session, filled, empty, tmp_path, database_url):
    session.rollback()
    place, instance = empty
    shelf = tmp_path / "shelf"
    shelf.mkdir()

    def run(*words: str, at: Path, url: str) -> str:
        environment = {"TRACKER_INSTANCE": str(at), "TRACKER_DATABASE_URL": url, "LANG": "en_US"}
        done = CliRunner().invoke(cli, words, env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    here = {"at": tmp_path, "url": database_url}
    old = shelf / "tracker-20260101-000000.backup.zip"
    old.touch()
    assert old.name in run("backup", str(shelf), "--keep", "1", **here)
    (kept,) = shelf.iterdir()
    address = place.url.render_as_string(hide_password=False)
    there = {"at": instance, "url": address}
    told = run("restore", str(kept), **there)
    assert "tracker serve" in told
    assert "another secret key" in told
    run("evidence", "--anew", **there)
    run("verify", **there)


def test_administrators_are_told_on_the_first_page_and_by_the_health_page(
    app, visit, make, engine, files, tmp_path
):
    admin, staff = visit(role=Role.ADMIN), visit()
    assert "tracker backup" in admin.get("/").text
    assert "tracker backup" not in staff.get("/").text
    assert staff.get("/healthz", details="yes").text == "ok"
    assert admin.get("/healthz", details="yes").json["last_backup_at"] is None

    back_up(engine, files, tmp_path / "so.zip", _counted)
    assert "tracker backup" not in admin.get("/").text
    told = admin.get("/healthz", details="yes").json
    assert told["last_backup_at"]
    assert told["schema_is_current"] is True
