"""Bringing a register back: only into an empty place, and only once it was found whole."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect

from tracker.backups import archive, databases, encrypting
from tracker.backups.archive import Manifest, Progress
from tracker.backups.checking import check_database, check_rows
from tracker.backups.workrooms import workroom
from tracker.core import migrate
from tracker.core.errors import TrackerError
from tracker.core.settings import FILES

BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and whether its schema is older than the program."""

    made_at: str
    rows: int
    files: int
    wrong_files: list[str]
    needs_upgrade: bool


def restore(
    engine: Engine, instance: Path, path: Path, progress: Progress, key: bytes | None = None
) -> Restored:
    """Bring a backup back into an empty database and an instance folder without files.

    Everything is decrypted, unpacked and checked beside its place, and takes it only then.
    """
    if not encrypting.is_encrypted(path):
        return _restore(engine, instance, path, progress)
    if key is None:
        raise TrackerError("The backup is encrypted: name its key by --key-file.")
    with workroom(instance, ".restoring-") as folder:
        plain = folder / path.name
        descriptor = os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            encrypting.decrypt(path, key, file.write)
        return _restore(engine, instance, plain, progress)


def _restore(engine: Engine, instance: Path, path: Path, progress: Progress) -> Restored:
    files = instance / FILES
    if files.is_dir() and any(files.iterdir()):
        raise _refused(files)
    manifest = archive.read_manifest(path)
    _check_fits(engine, manifest)
    with workroom(instance, ".restoring-") as folder:
        unpacked = folder / "unpacked"
        database = archive.unpack(path, manifest, unpacked, progress)
        if manifest.engine == "sqlite":
            check_database(database, manifest)
            _settle_files(unpacked, files)
            _settle_sqlite(database, engine)
        else:
            _settle_postgresql(database, engine, manifest)
            _settle_files(unpacked, files)
    return Restored(
        manifest.made_at,
        sum(manifest.rows.values()),
        len(manifest.files),
        manifest.wrong_files,
        not migrate.is_at_head(engine),
    )


def _check_fits(engine: Engine, manifest: Manifest) -> None:
    if manifest.engine != engine.dialect.name:
        raise TrackerError(
            "The backup is of %(theirs)s and the database is %(ours)s: restore it into"
            " %(theirs)s, then move it with “tracker transfer”.",
            theirs=manifest.engine,
            ours=engine.dialect.name,
        )
    if not migrate.knows(manifest.revision):
        raise TrackerError(
            "The backup was made by a newer program (%(program)s, schema %(revision)s): install"
            " that one first.",
            program=manifest.program,
            revision=manifest.revision,
        )
    if engine.dialect.name == "sqlite":
        if (place := _file_of(engine)).exists():
            raise _refused(place)
    elif inspect(engine).get_table_names():
        raise _refused(Path(engine.url.database or ""))


def _refused(place: Path) -> TrackerError:
    return TrackerError(
        "%(place)s is not empty; nothing is overwritten. Restore into an empty place, or move what"
        " is there aside.",
        place=place,
    )


def _settle_files(unpacked: Path, files: Path) -> None:
    if files.is_dir():
        files.rmdir()  # empty, as was seen before; a file that came meanwhile stops this
    (unpacked / archive.FILES).rename(files)


def _settle_sqlite(database: Path, engine: Engine) -> None:
    place = _file_of(engine)
    for ending in BESIDE:  # left by a file that is no more: never to be read into this one
        Path(f"{place}{ending}").unlink(missing_ok=True)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # By a name of its own first: a database in another file system appears whole or not at all.
    arriving = place.with_name(f"{place.name}.arriving")
    shutil.move(database, arriving)
    arriving.rename(place)


def _settle_postgresql(database: Path, engine: Engine, manifest: Manifest) -> None:
    databases.load(engine, database)
    try:
        check_rows(engine, manifest)
    except BaseException:
        databases.empty_again(engine)
        raise


def _file_of(engine: Engine) -> Path:
    return Path(engine.url.database or "").resolve()
