"""Keeping a file and its row, both or neither; taking a file out of sight."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.attachments.models import Attachment
from tracker.attachments.queries import count_of
from tracker.attachments.rules import (
    LARGEST_FILE,
    LONGEST_NAME,
    MOST_FILES,
    FileRefused,
    checked_kind,
    clean_name,
)
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed
from tracker.core.text import checked
from tracker.journal import service as journal

_CHUNK = 64 * 1024
_KEEPERS = (
    Permission.LOG_DIALOGUE,
    Permission.MOVE_DIALOGUE,
    Permission.LOG_PETITION,
    Permission.MOVE_PETITION,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: the name it had, and its bytes."""

    name: str
    stream: BinaryIO


def check_upload(upload: Upload) -> None:
    """Refuse a file that would not be kept; leaves the stream at its beginning."""
    checked_kind(clean_name(upload.name), upload.stream)
    upload.stream.seek(0)


def keep_file(
    session: Session, actor: User, subject: str, place_id: int, upload: Upload, root: Path
) -> Attachment:
    """Keep a file of a record that was fetched, and so authorised, before.

    The bytes are on the disk before the row is committed, and are removed again when it is not.
    """
    _check_keeper(actor)
    with _kept(upload, root) as (path, size, digest, media_type), transaction(session):
        if count_of(session, subject) >= MOST_FILES:
            raise FileRefused("A record holds at most %(most)s files.", most=MOST_FILES)
        attachment = Attachment(
            subject=subject,
            place_id=place_id,
            stored_name=path.name,
            original_name=clean_name(upload.name),
            media_type=media_type,
            size=size,
            sha256=digest,
            uploaded_by_id=actor.id,
            uploaded_at=clock.now(),
        )
        session.add(attachment)
        journal.note(session, actor, "attachment:keep", subject, place_id)
    return attachment


def remove_file(session: Session, actor: User, attachment: Attachment, reason: str) -> None:
    """Take a file out of the record; its row and bytes stay, with the reason."""
    _check_keeper(actor)
    said = checked(reason)
    if not said:
        raise FileRefused("State the reason.")
    with transaction(session):
        attachment.removed_at = clock.now()
        attachment.removed_reason = said[:LONGEST_NAME]
        journal.note(session, actor, "attachment:remove", attachment.subject, attachment.place_id)


def _check_keeper(actor: User) -> None:
    if not any(actor.may(permission) for permission in _KEEPERS):
        raise NotAllowed("Your role does not attach files.")


@contextmanager
def _kept(upload: Upload, root: Path) -> Iterator[tuple[Path, int, str, str]]:
    """Bring the bytes to the disk under a random name; take them back if what follows fails."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    arriving, path = root / f"{name}.part", root / name
    try:
        size, digest = _written(upload.stream, arriving)
        with arriving.open("rb") as file:
            kind = checked_kind(clean_name(upload.name), file)
        arriving.rename(path)
        _sync_folder(root)
        yield path, size, digest, kind.media_type
    except BaseException:
        arriving.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def _written(stream: BinaryIO, path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_FILE:
                raise FileRefused("The file is larger than 20 MB.")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
