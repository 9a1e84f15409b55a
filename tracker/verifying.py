"""What must agree in a register: ledger and steps, look-up, sent reports, journal, files."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from sqlalchemy.orm import Session

from tracker.attachments.queries import damaged_files
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.queries.lookups import lookup_mismatches
from tracker.reports.queries.sent import sent_mismatches
from tracker.trail.queries import journal_mismatches


def mismatches(session: Session) -> Iterator[str]:
    """Say precisely what does not fit within the database; nothing when all is well."""
    yield from chain(
        ledger_mismatches(session),
        lookup_mismatches(session),
        sent_mismatches(session),
        journal_mismatches(session),
    )


def wrong_files(session: Session, files: Path) -> list[str]:
    """Name the records whose files are missing in the folder, or are not what was put there."""
    return [attachment.subject for attachment, _ in damaged_files(session, files)]


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file; nothing when there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
