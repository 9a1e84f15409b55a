"""The archive: a ZIP with the database, the files it names, an account of both, and a seal."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tracker.core.errors import TrackerError

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
SEAL = 64
"""Signs of the digest that ends the archive, as the ZIP's own comment: of every byte before it."""
_CHUNK = 1024 * 1024
_STORED_NAME = re.compile(r"[0-9a-f]{32}")
LARGEST_MANIFEST = 512 * 1024 * 1024

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds, and how much of it: enough to see whether all of it came back."""

    made_at: str
    program: str
    engine: str
    revision: str
    database: str
    database_sha256: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    wrong_files: list[str] = field(default_factory=list)
    format: int = FORMAT


class Damaged(TrackerError):
    """The file is no backup, or no longer what was written."""


def write(path: Path, manifest: Manifest, database: Path, files: Path, progress: Progress) -> None:
    """Write an archive, the account of it last, and put the seal on it."""
    with ZipFile(path, "x", ZIP_STORED) as archive:
        archive.comment = b"0" * SEAL
        packing = ZIP_DEFLATED if manifest.engine == "sqlite" else ZIP_STORED
        digest = _put(archive, manifest.database, database, packing, progress)
        told = asdict(manifest) | {"database_sha256": digest}
        for name in manifest.files:
            # A file that changed on the disk is kept as it is; the account tells what it should be.
            _put(archive, FILES + name, files / name, ZIP_STORED, progress)
        archive.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1))
    _seal(path)


def read_manifest(path: Path) -> Manifest:
    """Read an archive's account; refuse what is not sealed as it was written."""
    with _opened(path) as archive:
        _check_seal(path)
        if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise _damaged(path)
        told = json.loads(archive.read(MANIFEST))
    if told.get("format") != FORMAT:
        raise TrackerError(
            "The backup %(name)s was written by another version of the program.", name=path.name
        )
    return Manifest(**told)


def size_of(path: Path) -> int:
    """Give how many bytes an archive unpacks to."""
    with _opened(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def unpack(path: Path, manifest: Manifest, folder: Path, progress: Progress) -> Path:
    """Unpack an archive into an empty folder, compare every digest; gives where the database is."""
    files = folder / FILES
    files.mkdir(mode=0o700, parents=True)
    database = folder / "database"
    with _opened(path) as archive:
        if _take(archive, manifest.database, database, progress) != manifest.database_sha256:
            raise _damaged(path)
        for name, digest in manifest.files.items():
            if not _STORED_NAME.fullmatch(name):
                raise _damaged(path)
            if _take(archive, FILES + name, files / name, progress) != digest:
                raise _damaged(path)
    return database


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    if not path.is_file():
        raise TrackerError("There is no file %(path)s.", path=path)
    try:
        with ZipFile(path) as archive:
            yield archive
    except (BadZipFile, KeyError, EOFError, ValueError, TypeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> Damaged:
    return Damaged("%(name)s is no backup, or it is damaged.", name=path.name)


def _put(archive: ZipFile, name: str, source: Path, packing: int, progress: Progress) -> str:
    entry = ZipInfo(name)
    entry.compress_type = packing
    entry.external_attr = 0o600 << 16
    with source.open("rb") as file, archive.open(entry, "w", force_zip64=True) as kept:
        return _copied(file, kept, progress)


def _take(archive: ZipFile, name: str, target: Path, progress: Progress) -> str:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with archive.open(name) as kept, os.fdopen(descriptor, "wb") as file:
        digest = _copied(kept, file, progress)
        file.flush()
        os.fsync(file.fileno())
    return digest


def _copied(source: IO[bytes], target: IO[bytes], progress: Progress) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
        progress(len(chunk))
    return digest.hexdigest()


def _seal(path: Path) -> None:
    with path.open("r+b") as file:
        seal = _seal_of(file, path.stat().st_size - SEAL)
        file.seek(-SEAL, os.SEEK_END)
        file.write(seal)
        file.flush()
        os.fsync(file.fileno())


def _check_seal(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        seal = _seal_of(file, max(0, size - SEAL))
        if file.read() != seal:
            raise _damaged(path)


def _seal_of(file: IO[bytes], length: int) -> bytes:
    """Give the digest of a file's beginning, and leave it open at that place."""
    digest: Any = hashlib.sha256()
    file.seek(0)
    while length > 0 and (chunk := file.read(min(length, _CHUNK))):
        digest.update(chunk)
        length -= len(chunk)
    return str(digest.hexdigest()).encode()
