"""Encrypted backups: read with their own key alone, and refused wherever they were bent."""

import os

import pytest
from click.testing import CliRunner

from tests.test_backups import _counted
from tracker.backups import back_up, restore, rotate
from tracker.backups.encrypting import (
    BEGINS,
    PIECE,
    SALT_BYTES,
    TAG_BYTES,
    WrongKey,
    decrypt,
    encrypt,
    make_key,
    read_key,
)
from tracker.cli.program import cli
from tracker.core import migrate
from tracker.core.db import engine_for
from tracker.core.errors import TrackerError

HEAD = len(BEGINS) + SALT_BYTES
SEALED = PIECE + TAG_BYTES


@pytest.fixture
def engine(tmp_path):
    """Give a migrated SQLite file: the archive is encrypted after either engine has written it."""
    engine = engine_for(f"sqlite:///{tmp_path / 'tracker.db'}")
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def key(tmp_path):
    """Give a key in a folder of its own."""
    folder = tmp_path / "keys"
    folder.mkdir()
    make_key(folder / "key")
    return read_key(folder / "key", tmp_path / "backup")


def _read(path, key):
    pieces = []
    decrypt(path, key, pieces.append)
    return b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_a_file_of_any_size_comes_back(tmp_path, key, size):
    (tmp_path / "plain").write_bytes(os.urandom(size))
    encrypt(tmp_path / "plain", tmp_path / "kept", key)

    assert _read(tmp_path / "kept", key) == (tmp_path / "plain").read_bytes()
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o600


BENDINGS = {
    "cut in a piece": lambda sealed: sealed[:-1],
    "cut between pieces": lambda sealed: sealed[: HEAD + 2 * SEALED],
    "cut to its head": lambda sealed: sealed[:HEAD],
    "a bit turned": lambda sealed: sealed[:-40] + bytes([sealed[-40] ^ 1]) + sealed[-39:],
    "pieces swapped": lambda sealed: (
        sealed[:HEAD]
        + sealed[HEAD + SEALED : HEAD + 2 * SEALED]
        + sealed[HEAD : HEAD + SEALED]
        + sealed[HEAD + 2 * SEALED :]
    ),
    "a piece left out": lambda sealed: sealed[:HEAD] + sealed[HEAD + SEALED :],
    "more behind the end": lambda sealed: sealed + b"more",
    "another salt": lambda sealed: sealed[: HEAD - 1] + b"x" + sealed[HEAD:],
}


@pytest.mark.parametrize("how", BENDINGS)
def test_a_bent_file_is_refused(tmp_path, key, how):
    (tmp_path / "plain").write_bytes(os.urandom(2 * PIECE + 100))
    encrypt(tmp_path / "plain", tmp_path / "kept", key)
    sealed = (tmp_path / "kept").read_bytes()
    (tmp_path / "kept").write_bytes(BENDINGS[how](sealed))

    with pytest.raises(WrongKey):
        _read(tmp_path / "kept", key)


def test_a_key_that_others_read_or_that_lies_beside_is_refused(tmp_path):
    path = tmp_path / "key"
    make_key(path)
    with pytest.raises(TrackerError, match="beside"):
        read_key(path, tmp_path / "so.enc")
    path.chmod(0o644)
    with pytest.raises(TrackerError, match="chmod"):
        read_key(path, tmp_path / "elsewhere" / "so.enc")
    with pytest.raises(TrackerError, match="already"):
        make_key(path)
    path.chmod(0o600)
    path.write_text("too short")
    with pytest.raises(TrackerError, match="no key"):
        read_key(path, tmp_path / "elsewhere" / "so.enc")


def test_an_encrypted_backup_is_rotated_and_brought_back_with_its_key_alone(
    engine, session, make, tmp_path, key
):
    petition = make.petition(content="Nội dung chỉ có trong bản sao lưu")
    session.rollback()
    folder, instance = tmp_path / "backups", tmp_path / "elsewhere"
    folder.mkdir()
    instance.mkdir(mode=0o700)
    made = back_up(engine, tmp_path / "files", folder, _counted, key)

    assert made.path.name.endswith(".backup.enc")
    assert petition.code.encode() not in made.path.read_bytes()
    assert rotate(folder, 1, made.path) == []
    place = engine_for(f"sqlite:///{instance / 'tracker.db'}")
    for wrong in (None, bytes(32)):
        with pytest.raises(TrackerError):
            restore(place, instance, made.path, _counted, wrong)
    assert restore(place, instance, made.path, _counted, key).rows == made.rows
    place.dispose()
    assert not list(tmp_path.glob("**/.tracker-*"))
    assert not list(instance.glob(".restoring-*"))


def test_the_command_makes_a_key(tmp_path):
    done = CliRunner().invoke(cli, ["backup-key", str(tmp_path / "key")])

    assert done.exit_code == 0, done.output
    assert len(read_key(tmp_path / "key", tmp_path / "elsewhere" / "x")) == 32
