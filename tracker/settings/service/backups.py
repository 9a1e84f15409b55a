"""Remembering the last backup that was found whole, where every machine sees it."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.calendar.models import InstallationSetting
from tracker.core.db import transaction
from tracker.journal import service as journal
from tracker.settings.rules import LAST_BACKUP

MADE = "register:backup"


def note_backup(session: Session, at: datetime, name: str) -> None:
    """Keep the moment that a verified backup shows, and tell the journal."""
    with transaction(session):
        kept = session.get(InstallationSetting, LAST_BACKUP)
        if kept is None:
            kept = InstallationSetting(key=LAST_BACKUP, value="")
            session.add(kept)
        kept.value = at.isoformat()
        journal.note(session, None, MADE, name)
