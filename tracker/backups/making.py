"""Making a backup: one moment of the register, packed, verified as it would be brought back."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from tracker import __version__
from tracker.attachments.models import Attachment
from tracker.backups import archive, databases, encrypting
from tracker.backups.archive import Manifest, Progress
from tracker.backups.checking import check_database, check_dump, check_moment
from tracker.backups.workrooms import workroom
from tracker.core import clock, migrate
from tracker.core.db import reading
from tracker.core.errors import TrackerError
from tracker.settings.service.backups import note_backup
from tracker.verifying import digest_of

PREFIX, SUFFIX, ENCRYPTED = "tracker-", ".backup.zip", ".backup.enc"
NAMES = {"sqlite": "tracker.db", "postgresql": "tracker.dump"}


@dataclass(frozen=True, slots=True)
class Made:
    """A verified backup, and the records whose files were wrong on the disk already."""

    path: Path
    size: int
    rows: int
    files: int
    wrong_files: list[str]


def back_up(
    engine: Engine, files: Path, asked: Path, progress: Progress, key: bytes | None = None
) -> Made:
    """Write a backup to a file that there is not yet, or under a name of its own into a folder.

    It bears its name only once it was read back: unpacked, every digest compared, the database
    checked. The register goes on meanwhile. With a key it is encrypted before it reaches its place,
    and the encrypted file is read back as well.
    """
    at = clock.now()
    ending = ENCRYPTED if key else SUFFIX
    path = asked / f"{PREFIX}{at:%Y%m%d-%H%M%S}{ending}" if asked.is_dir() else asked
    if path.exists():
        raise TrackerError("There is a file %(path)s already; it is left as it is.", path=path)
    if not path.parent.is_dir():
        raise TrackerError("There is no folder %(path)s.", path=path.parent)
    if not migrate.is_at_head(engine):
        raise TrackerError("The database is not up to date: run “tracker upgrade”.")
    try:
        # What is not encrypted yet stays where the register itself lies.
        with workroom(files.parent if key else path.parent, ".tracker-") as folder:
            manifest, packed, tables = _packed(engine, files, at, folder, progress)
            _read_back(engine, packed, folder, tables, progress)
            if key:
                _encrypt(packed, path, key)
            else:
                _name(packed, path)
    except OSError as error:
        raise TrackerError(
            "The backup could not be written: %(reason)s", reason=error.strerror or error
        ) from error
    with Session(engine) as session:
        note_backup(session, at, path.name)
    rows, count = sum(manifest.rows.values()), len(manifest.files)
    return Made(path, path.stat().st_size, rows, count, manifest.wrong_files)


def bytes_to_copy(engine: Engine) -> int:
    """Give about how many bytes go by, for a bar: written once, and read back once."""
    with reading(engine).connect() as connection:
        files = connection.scalar(select(func.sum(Attachment.size))) or 0
    return 2 * (databases.size_of(engine) + files)


def rotate(folder: Path, keep: int, fresh: Path) -> list[Path]:
    """Remove all but the newest backups of a folder that bear names of ours; gives the removed.

    The one just made stays in any case: the clock may have been set back.
    """
    found = (path for end in (SUFFIX, ENCRYPTED) for path in folder.glob(f"{PREFIX}[0-9]*{end}"))
    ours = sorted(found, key=lambda path: path.name, reverse=True)
    ours = [fresh, *(path for path in ours if path != fresh)]
    for path in ours[keep:]:
        path.unlink()
    return ours[keep:]


def _packed(
    engine: Engine, files: Path, at: datetime, folder: Path, progress: Progress
) -> tuple[Manifest, Path, dict[str, str]]:
    """Dump the database first, then the files that it names: these are only ever added to.

    Of PostgreSQL's moment the digests of the tables are given, too: its dump is no database yet.
    """
    kind = engine.dialect.name
    dumped, packed = folder / "dump", folder / "packed"
    found: list[tuple[dict[str, int], dict[str, tuple[str, str]], dict[str, str]]] = []

    def look(connection: Connection) -> None:
        tables = {}
        if kind != "sqlite":
            check_moment(connection)
            tables = databases.digests(connection)
        found.append((databases.counts(connection), databases.attached(connection), tables))

    databases.dump(engine, dumped, look)
    ((rows, attached, tables),) = found
    present, wrong = _sorted_out(files, attached)
    manifest = Manifest(
        made_at=at.isoformat(),
        program=__version__,
        engine=kind,
        revision=migrate.revision_of(engine) or "",
        database=NAMES[kind],
        rows=rows,
        files=present,
        wrong_files=wrong,
    )
    archive.write(packed, manifest, dumped, files, progress)
    dumped.unlink()
    return manifest, packed, tables


def _sorted_out(
    files: Path, attached: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, str], list[str]]:
    """Tell the files that are there, with the digests they have, from records whose file is wrong.

    An altered file is taken along as it is: a backup that refuses would be worse than none.
    """
    present, wrong = {}, []
    for name, (subject, digest) in attached.items():
        kept = digest_of(files / name)
        if kept:
            present[name] = kept
        if kept != digest:
            wrong.append(subject)
    return present, sorted(set(wrong))


def _read_back(
    engine: Engine, packed: Path, folder: Path, tables: dict[str, str], progress: Progress
) -> None:
    manifest = archive.read_manifest(packed)
    unpacked = archive.unpack(packed, manifest, folder / "unpacked", progress)
    if manifest.engine == "sqlite":
        check_database(unpacked, manifest)
    else:
        check_dump(tables, databases.digests_inside(engine, unpacked))


def _encrypt(packed: Path, path: Path, key: bytes) -> None:
    with workroom(path.parent, ".tracker-") as folder:
        encrypted = folder / "encrypted"
        encrypting.encrypt(packed, encrypted, key)
        if encrypting.digest_inside(encrypted, key) != digest_of(packed):
            raise TrackerError("The backup could not be written: %(reason)s", reason=path.name)
        _name(encrypted, path)


def _name(packed: Path, path: Path) -> None:
    """Give the finished file its name; one that came into being meanwhile is not overwritten."""
    packed.chmod(0o600)
    try:
        os.link(packed, path)
    except FileExistsError:
        raise TrackerError(
            "There is a file %(path)s already; it is left as it is.", path=path
        ) from None
    except OSError:  # a file system without links
        packed.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
