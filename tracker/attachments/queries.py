"""Questions about files."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.attachments.models import Attachment
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext, say
from tracker.places.models import Place
from tracker.places.queries import answered_for, units_of
from tracker.places.rules import PlaceKind

BATCH = 500
LOOSE_AFTER = timedelta(hours=24)
_FILES = (
    select(Attachment)
    .where(Attachment.subject == bindparam("subject"), Attachment.removed_at.is_(None))
    .order_by(Attachment.id)
)


class FileDamaged(TrackerError):
    """The kept file is not the one that was uploaded."""

    status_code = 500


def attachments_of(session: Session, subject: str) -> list[Attachment]:
    """Give a record's files in the order they came, without those removed."""
    return list(session.scalars(_FILES, {"subject": subject}))


def attachment_for(session: Session, subject: str, attachment_id: int) -> Attachment:
    """Give a file of a record that was fetched, and so authorised, before."""
    found = session.scalar(
        select(Attachment).where(
            Attachment.id == attachment_id,
            Attachment.subject == subject,
            Attachment.removed_at.is_(None),
        )
    )
    if found is None:
        raise NotFound("There is no such file.")
    return found


def count_of(session: Session, subject: str) -> int:
    """Count a record's files, without those removed."""
    asked = select(func.count()).where(
        Attachment.subject == subject, Attachment.removed_at.is_(None)
    )
    return session.scalar(asked) or 0


def bytes_of_unit(session: Session, place_id: int) -> int:
    """Add up the files of the commune that answers for a place today, removed ones included.

    What lies in no commune counts with its own place.
    """
    commune_id = session.scalar(
        select(Place.id).where(
            Place.id.in_(units_of(session, place_id)),
            Place.kind == PlaceKind.COMMUNE,
            Place.successor_id.is_(None),
        )
    )
    unit_id = place_id if commune_id is None else commune_id
    asked = select(func.sum(Attachment.size)).where(answered_for(unit_id, Attachment.place_id))
    return int(session.scalar(asked) or 0)


def opened(attachment: Attachment, root: Path) -> BinaryIO:
    """Open a kept file for reading; refuse one whose bytes are not those that were uploaded."""
    try:
        file = (root / attachment.stored_name).open("rb")
    except FileNotFoundError:
        raise FileDamaged("The file is missing; tell the administrator.") from None
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if file.tell() != attachment.size or digest != attachment.sha256:
        file.close()
        raise FileDamaged("The file was changed since it was uploaded; tell the administrator.")
    file.seek(0)
    return file


def damaged_files(session: Session, root: Path) -> Iterator[tuple[Attachment, FileDamaged]]:
    """Give each kept file that is missing, or is not the one that was uploaded."""
    asked = select(Attachment).order_by(Attachment.id).execution_options(yield_per=BATCH)
    for attachment in session.scalars(asked):
        try:
            opened(attachment, root).close()
        except FileDamaged as damage:
            yield attachment, damage


def file_mismatches(session: Session, root: Path) -> Iterator[str]:
    """Say of each damaged file whose it is, and what is wrong with it."""
    for attachment, damage in damaged_files(session, root):
        told = {"subject": attachment.subject, "id": attachment.id, "what": say(damage)}
        yield gettext("file %(id)s of %(subject)s: %(what)s", **told)


def loose_files(session: Session, root: Path, now: datetime) -> list[Path]:
    """Give the files in the folder that no row knows, a day after they came at the earliest.

    A server that is killed between writing a file and its row leaves one; an upload on its way is
    younger.
    """
    if not root.is_dir():
        return []
    old = (now - LOOSE_AFTER).timestamp()
    kept = set(session.scalars(select(Attachment.stored_name)))
    return sorted(
        path
        for path in root.iterdir()
        if path.is_file() and path.name not in kept and path.stat().st_mtime < old
    )
