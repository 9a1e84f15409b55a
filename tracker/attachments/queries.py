"""Questions about files."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.attachments.models import Attachment
from tracker.core.errors import NotFound, TrackerError


class FileDamaged(TrackerError):
    """The kept file is not the one that was uploaded."""

    status_code = 500


def attachments_of(session: Session, subject: str) -> list[Attachment]:
    """Give a record's files in the order they came, without those removed."""
    asked = select(Attachment).where(Attachment.subject == subject, Attachment.removed_at.is_(None))
    return list(session.scalars(asked.order_by(Attachment.id)))


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
