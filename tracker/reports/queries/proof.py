"""Whether a sent report is what was sent: its bytes, its journal entry and its files agree."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.errors import TrackerError
from tracker.core.i18n import gettext
from tracker.journal.models import JournalEntry
from tracker.reports.models import SentReport
from tracker.reports.rules import digest

SEND = "report:send"
"""What the journal calls the sending; the entry's detail is the digest."""


class NotAsSent(TrackerError):
    """A file of a sent report was changed in the database itself: nobody is to rely on it."""

    status_code = 409


def journaled(session: Session, report: SentReport) -> str | None:
    """Give the digest that the journal kept when a report was sent."""
    told = select(JournalEntry.detail).where(
        JournalEntry.action == SEND, JournalEntry.subject == report.code
    )
    return session.scalar(told)


def trusted(name: str, body: bytes, wanted: str | None) -> bytes:
    """Give a file's bytes; refuse them when they are not those that were sent."""
    if digest(body) != wanted:
        raise NotAsSent(
            "The file %(name)s is not the one that was sent; it is not given out.", name=name
        )
    return body


def faults(
    session: Session,
    report: SentReport,
    body: bytes,
    document: Mapping[str, Any],
    files: Mapping[str, bytes],
) -> Iterator[str]:
    """Say in which ways a report is not what was sent; nothing when it is."""
    if digest(body) != report.digest:
        yield gettext("its figures, rows or parameters are not those whose digest was kept")
    if journaled(session, report) != report.digest:
        yield gettext("its digest is not the one that the journal kept when it was sent")
    if document and _header(report) != {name: document.get(name) for name in _header(report)}:
        yield gettext("its code, author, time or period are not those that were sent")
    wanted: Mapping[str, str] = document.get("files", {})
    for name in sorted({*wanted, *files}):
        if name not in files:
            yield gettext("its file %(name)s is missing", name=name)
        elif digest(files[name]) != wanted.get(name):
            yield gettext("its file %(name)s is not the one that was sent", name=name)


def _header(report: SentReport) -> dict[str, Any]:
    """Give what the document says of itself, as the table says it."""
    return {
        "code": report.code,
        "sent_by": report.sent_by_id,
        "sent_at": report.sent_at.astimezone(UTC).isoformat(),
        "starts_on": report.starts_on.isoformat(),
        "ends_on": report.ends_on.isoformat(),
        "typed_by": report.typed_by.isoformat() if report.typed_by else None,
        "content_key": report.content_key,
    }
