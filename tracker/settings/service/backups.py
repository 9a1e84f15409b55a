"""Remembering the last good backup and the last verification, where every machine sees them."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.calendar.models import InstallationSetting
from tracker.core.db import transaction
from tracker.journal import service as journal
from tracker.settings.rules import LAST_BACKUP, LAST_VERIFIED

MADE, RESTORED = "register:backup", "register:restored"
VERIFIED, UNFIT = "register:verified", "register:unfit"


def note_backup(session: Session, at: datetime, name: str) -> None:
    """Keep the moment that a verified backup shows, and tell the journal."""
    with transaction(session):
        _keep(session, LAST_BACKUP, at.isoformat())
        journal.note(session, None, MADE, name)


def note_restored(session: Session, made_at: str) -> None:
    """Tell the journal that the register was brought back as it was at a moment."""
    with transaction(session):
        journal.note(session, None, RESTORED, made_at)


def note_verified(session: Session, at: datetime, faults: int) -> None:
    """Keep when the register was verified last, and tell the journal how it came out."""
    with transaction(session):
        _keep(session, LAST_VERIFIED, f"{at.isoformat()} {faults}")
        told = f"{faults} lines" if faults else ""
        journal.note(session, None, UNFIT if faults else VERIFIED, "verify", None, told)


def _keep(session: Session, key: str, value: str) -> None:
    kept = session.get(InstallationSetting, key)
    if kept is None:
        kept = InstallationSetting(key=key, value="")
        session.add(kept)
    kept.value = value
