"""Keeping a file and its row, both or neither; taking a file out of sight."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.attachments.models import Attachment
from tracker.attachments.queries import bytes_of_unit, count_of
from tracker.attachments.rules import (
    LARGEST_FILE,
    LONGEST_NAME,
    MOST_FILES,
    MOST_OF_A_UNIT,
    FileRefused,
    checked_kind,
    clean_name,
)
from tracker.core import clock
from tracker.core.db import batch, release, transaction
from tracker.core.errors import NotAllowed
from tracker.core.scanning import Scan
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.journal.models import CreationKey

_CHUNK = 64 * 1024
_KEEPERS = (
    Permission.LOG_DIALOGUE,
    Permission.MOVE_DIALOGUE,
    Permission.LOG_PETITION,
    Permission.MOVE_PETITION,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrives: the name it had, its bytes, and what looks at it before it is kept."""

    name: str
    stream: BinaryIO
    scan: Scan | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """A checked file on the disk that no row knows yet."""

    path: Path
    name: str
    media_type: str
    size: int
    digest: str


def keep_file(
    session: Session, actor: User, subject: str, place_id: int, upload: Upload, root: Path
) -> Attachment:
    """Keep a file of a record that was fetched, and so authorised, before.

    The bytes are on the disk before the row is committed, and are removed again when it is not.
    The same file of the same person, sent again, is the one that the record has already.
    """
    with _stored(session, actor, upload, root) as stored:
        try:
            return _attach_once(session, actor, subject, place_id, stored)
        except IntegrityError:
            # Sent twice at once: the other came first, and is found now.
            return _attach_once(session, actor, subject, place_id, stored)


def keep_apart(
    session: Session,
    actor: User,
    subject: str,
    place_id: int,
    upload: Upload,
    root: Path,
    admit: Callable[[], None],
    witness: Callable[[], None],
) -> Attachment:
    """Keep a file of a record that guards itself and has a journal of its own.

    Inside the transaction, `admit` authorises and holds the record, and `witness` notes the act.
    The same file of the same person, sent again, is the one that the record has already.
    """
    with _brought(session, upload, root) as stored, transaction(session):
        admit()
        attachment = _same(session, actor, subject, stored)
        if attachment is not None:
            stored.path.unlink(missing_ok=True)
            return attachment
        witness()
        attachment = _row_of(session, actor, subject, place_id, stored)
        attachment.id = _number_apart()
        session.add(attachment)
    return attachment


def take_apart(session: Session, subject: str, key: str) -> None:
    """Let a record's files, removed ones included, be those of a record that guards itself.

    In the caller's transaction. The bytes stay where they lie.
    """
    for kept in session.scalars(select(Attachment).where(Attachment.subject == subject)).all():
        facts = {column.key: getattr(kept, column.key) for column in Attachment.__table__.columns}
        session.delete(kept)
        session.flush()  # the name of the bytes is free for the new row
        session.add(Attachment(**facts | {"id": _number_apart(), "subject": key}))
    session.flush()


def _number_apart() -> int:
    """Draw a number below zero, which leaves no gap in the numbers of other files."""
    return -1 - secrets.randbelow(2**31 - 1)


def _same(session: Session, actor: User, subject: str, stored: _Stored) -> Attachment | None:
    """Give the file that a person has kept beside a record under this name already."""
    return session.scalar(
        select(Attachment)
        .where(
            Attachment.subject == subject,
            Attachment.sha256 == stored.digest,
            Attachment.original_name == stored.name,
            Attachment.uploaded_by_id == actor.id,
            Attachment.removed_at.is_(None),
        )
        .limit(1)
    )


@contextmanager
def keeping_proof(
    session: Session, actor: User, subject: str, place_id: int, upload: Upload, root: Path
) -> Iterator[None]:
    """Keep a file together with the step it proves, which is taken inside: both, or neither."""
    with _stored(session, actor, upload, root) as stored, batch(session):
        yield
        _attach(session, actor, subject, place_id, stored)


def _attach_once(
    session: Session, actor: User, subject: str, place_id: int, stored: _Stored
) -> Attachment:
    told = "\n".join((subject, stored.name, stored.digest))
    key = f"file-{hashlib.sha256(told.encode()).hexdigest()[:24]}-{actor.id}"
    with transaction(session):
        attachment = _kept_before(session, key, stored)
        if attachment is not None:
            stored.path.unlink(missing_ok=True)
            return attachment
        attachment = _attach(session, actor, subject, place_id, stored)
        session.flush()  # the key names the row
        journal.keep_key_anew(session, actor, key, str(attachment.id))
        return attachment


def _kept_before(session: Session, key: str, stored: _Stored) -> Attachment | None:
    code = session.scalar(select(CreationKey.code).where(CreationKey.key == key))
    attachment = session.get(Attachment, int(code)) if code else None
    if attachment is None or attachment.removed_at is not None:
        return None
    # Where the row was taken away since, another file may bear its number.
    return attachment if attachment.sha256 == stored.digest else None


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


def _attach(
    session: Session, actor: User, subject: str, place_id: int, stored: _Stored
) -> Attachment:
    attachment = _row_of(session, actor, subject, place_id, stored)
    session.add(attachment)
    journal.note(session, actor, "attachment:keep", subject, place_id)
    return attachment


def _row_of(
    session: Session, actor: User, subject: str, place_id: int, stored: _Stored
) -> Attachment:
    if count_of(session, subject) >= MOST_FILES:
        raise FileRefused("A record holds at most %(most)s files.", most=MOST_FILES)
    if bytes_of_unit(session, place_id) + stored.size > MOST_OF_A_UNIT:
        raise FileRefused(
            "The files of this commune take 2 GB already; ask the administrator to make room."
        )
    return Attachment(
        subject=subject,
        place_id=place_id,
        stored_name=stored.path.name,
        original_name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.digest,
        uploaded_by_id=actor.id,
        uploaded_at=clock.now(),
    )


@contextmanager
def _stored(session: Session, actor: User, upload: Upload, root: Path) -> Iterator[_Stored]:
    """Bring in the bytes of a person who may."""
    _check_keeper(actor)
    with _brought(session, upload, root) as stored:
        yield stored


@contextmanager
def _brought(session: Session, upload: Upload, root: Path) -> Iterator[_Stored]:
    """Bring the bytes to the disk under a random name; take them back if what follows fails."""
    # Up to 20 MB are written and checked: nobody else waits for that.
    release(session)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    name, random_name = clean_name(upload.name), secrets.token_hex(16)
    arriving, path = root / f"{random_name}.part", root / random_name
    try:
        size, digest = _written(upload.stream, arriving)
        with arriving.open("rb") as file:
            kind = checked_kind(name, file)
        if upload.scan is not None:
            upload.scan(arriving)
        arriving.rename(path)
        _sync_folder(root)
        yield _Stored(path, name, kind.media_type, size, digest)
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
