"""What keeps a register from being served, and long work that commits in batches."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from tracker.core import clock, migrate, selfcheck
from tracker.core.db import batch, engine_for, transaction
from tracker.core.errors import TrackerError
from tracker.core.i18n import say, speaking
from tracker.core.selfcheck import kind_of_disk
from tracker.dialogues.models import Category
from tracker.serving import is_loopback


def _sentences(*asked, **options):
    with speaking("en"):
        return " ".join(say(problem) for problem in selfcheck.problems(*asked, **options))


@pytest.fixture
def instance(tmp_path):
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    return folder


def test_a_register_in_order_has_no_problem(engine, instance):
    assert selfcheck.problems(engine, instance, clock.now()) == []
    assert selfcheck.problems(engine, instance, None) == []


def test_a_schema_behind_the_program_is_told(database_url):
    engine = engine_for(database_url)
    assert selfcheck.schema_problem(engine) is not None
    migrate.upgrade(engine)
    assert selfcheck.schema_problem(engine) is None
    engine.dispose()


def test_a_full_disk_is_told_before_it_loses_anything(engine, instance):
    assert "free" in _sentences(engine, instance, None, least_free=2**62)


def test_a_clock_behind_the_newest_entry_is_told(engine, instance):
    newest = clock.now() + timedelta(hours=1)

    assert "clock" in _sentences(engine, instance, newest)
    assert _sentences(engine, instance, clock.now() + timedelta(seconds=30)) == ""


def test_a_missing_folder_is_told(engine, instance):
    instance.rmdir()

    assert "cannot be written" in _sentences(engine, instance, None)


@pytest.mark.parametrize("mode", [0o707, 0o770, 0o755])
def test_a_folder_that_others_can_enter_is_told(engine, instance, mode):
    instance.chmod(mode)

    assert "chmod 700" in _sentences(engine, instance, None)


def test_a_secret_that_others_can_read_is_told(engine, instance):
    secret = instance / "secret"
    secret.touch(mode=0o600)
    assert _sentences(engine, instance, None) == ""
    os.chmod(secret, 0o640)

    assert "chmod 600" in _sentences(engine, instance, None)


def test_sqlite_without_foreign_keys_is_told(tmp_path, instance):
    engine = create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA journal_mode=TRUNCATE"))

    said = _sentences(engine, instance, None)

    assert "foreign keys" in said
    assert "truncate" in said
    engine.dispose()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.168.1.5", False),
        ("may-chu.xa.vn", False),
    ],
)
def test_only_this_machine_reaches_a_loopback_address(host, expected):
    assert is_loopback(host) is expected


def _codes(session):
    return set(session.scalars(select(Category.code)))


def test_a_batch_keeps_all_its_transactions_or_none(session):
    def add(code):
        with transaction(session):
            session.add(Category(code=code, name_vi="Khác", name_en="Other", position=1))

    with batch(session):
        add("mot")
        add("hai")
    assert _codes(session) == {"mot", "hai"}

    def refused():
        with batch(session):
            add("ba")
            raise TrackerError("Enough.")

    with pytest.raises(TrackerError):
        refused()
    assert _codes(session) == {"mot", "hai"}
    add("bon")
    session.rollback()
    assert _codes(session) == {"mot", "hai", "bon"}


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/share /srv nfs4 rw 0 0
/dev/sdb1 /srv/so ext4 rw 0 0
//windows/chung /mnt/thư\\040mục cifs rw 0 0
thiếu
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/so/tracker.db", "ext4"),
        ("/srv/khac/tracker.db", "nfs4"),
        ("/srv/so/tracker.db", "ext4"),
        ("/mnt/thư mục/tracker.db", "cifs"),
    ],
)
def test_the_disk_that_a_file_lies_on_is_found(path, kind):
    assert kind_of_disk(Path(path), MOUNTS) == kind


def test_sqlite_on_a_network_file_system_is_told(tmp_path, instance, monkeypatch):
    table = tmp_path / "mounts"
    table.write_text(f"server:/share {tmp_path} nfs4 rw 0 0", encoding="utf-8")
    monkeypatch.setattr(selfcheck, "MOUNTS", table)
    engine = engine_for(f"sqlite:///{tmp_path / 'tracker.db'}")
    assert "nfs4" in _sentences(engine, instance, None)
    engine.dispose()
