"""What must agree in a register: ledger and steps, units and their places, look-up, files."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.attachments.models import Attachment
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.queries.lookups import lookup_mismatches
from tracker.reports.queries.sent import sent_mismatches

_CHUNK = 1024 * 1024


def mismatches(session: Session) -> Iterator[str]:
    """Say precisely what does not fit within the database; nothing when all is well."""
    yield from chain(
        ledger_mismatches(session), lookup_mismatches(session), sent_mismatches(session)
    )


def file_mismatches(session: Session, files: Path) -> list[str]:
    """Name the records whose files are missing in the folder, or are not what was put there."""
    asked = select(Attachment.subject, Attachment.stored_name, Attachment.sha256)
    return [
        subject
        for subject, name, digest in session.execute(asked.order_by(Attachment.id))
        if digest_of(files / name) != digest
    ]


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file; nothing when there is none."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()
