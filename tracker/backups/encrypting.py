"""Encrypting a backup, piece by piece in little memory, with a key that lies elsewhere.

ChaCha20-Poly1305 by the library `cryptography`, in the manner of the format “age”: every piece has
its number in its nonce and the last one a mark, so that none can be changed, swapped, left out or
put behind the end. Each file has a key of its own, derived from the kept one and a random salt.
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tracker.core.errors import TrackerError

BEGINS = b"citizen-dialogue-tracker backup 1\n"
PIECE = 1024 * 1024
KEY_BYTES, SALT_BYTES, TAG_BYTES = 32, 16, 16
SAID = "# The key of a register's backups. Keep it apart from them; without it none can be read."


class WrongKey(TrackerError):
    """The key is not the backup's own, or the backup is no longer what was written."""


def make_key(path: Path) -> None:
    """Write a new random key into a file that there is not yet, for its owner alone to read."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise TrackerError(
            "There is a file %(path)s already; it is left as it is.", path=path
        ) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{SAID}\n{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path, backup: Path) -> bytes:
    """Read a key; refuse one that others can read, or that lies where the backup lies."""
    if not path.is_file():
        raise TrackerError("There is no file %(path)s.", path=path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise TrackerError("Others may read the key; run: chmod 600 %(path)s", path=path)
    beside = backup if backup.is_dir() else backup.parent
    if path.resolve().parent == beside.resolve():
        raise TrackerError(
            "The key lies beside the backup: whoever takes one takes both. Keep it elsewhere."
        )
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    try:
        key = base64.b64decode("".join(line for line in lines if not line.startswith("#")))
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise TrackerError("%(path)s is no key of backups.", path=path)
    return key


def is_encrypted(path: Path) -> bool:
    """Tell whether a file begins as an encrypted backup does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(BEGINS)) == BEGINS


def encrypt(source: Path, target: Path, key: bytes) -> None:
    """Write a file encrypted, and bring it to the disk."""
    salt = secrets.token_bytes(SALT_BYTES)
    cipher = _cipher(key, salt)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as file, os.fdopen(descriptor, "wb") as kept:
        kept.write(BEGINS + salt)
        for number, piece, is_last in _pieces(file, PIECE):
            kept.write(cipher.encrypt(_nonce(number, is_last=is_last), piece, BEGINS))
        kept.flush()
        os.fsync(kept.fileno())


def decrypt(source: Path, key: bytes, take: Callable[[bytes], object]) -> None:
    """Give a file's contents piece by piece, each only once it was found to be as it was written.

    Raises WrongKey before the first piece when the key is another, and before the piece at which
    anything was changed, left out or cut off.
    """
    with source.open("rb") as file:
        file.read(len(BEGINS))
        cipher = _cipher(key, file.read(SALT_BYTES))
        for number, piece, is_last in _pieces(file, PIECE + TAG_BYTES):
            try:
                take(cipher.decrypt(_nonce(number, is_last=is_last), piece, BEGINS))
            except InvalidTag:
                raise WrongKey(
                    "%(name)s cannot be read with this key, or it is damaged.", name=source.name
                ) from None


def digest_inside(source: Path, key: bytes) -> str:
    """Read an encrypted file to its end; give the SHA-256 of what is in it."""
    digest = hashlib.sha256()
    decrypt(source, key, digest.update)
    return digest.hexdigest()


def _pieces(file: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Give a file's pieces with their numbers, and whether each is the last."""
    number, piece = 0, file.read(size)
    while following := file.read(size):
        yield number, piece, False
        number, piece = number + 1, following
    yield number, piece, True


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


def _cipher(key: bytes, salt: bytes) -> ChaCha20Poly1305:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=BEGINS).derive(key)
    return ChaCha20Poly1305(derived)
