"""Files of a case, guarded and journaled by the room itself."""

from pathlib import Path

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.attachments.models import Attachment
from tracker.attachments.service import Upload, keep_apart
from tracker.core import clock
from tracker.core.db import transaction
from tracker.denunciations.lifecycle import EVERY_PART
from tracker.denunciations.models import Denunciation
from tracker.denunciations.service.recording import check_part, lock, note
from tracker.denunciations.service.requests import bounded, needed


def keep_case_file(
    session: Session, actor: User, denunciation: Denunciation, upload: Upload, root: Path
) -> Attachment:
    """Keep a file beside a case; nothing outside the room tells whose it is."""

    def admit() -> None:
        check_part(session, actor, denunciation, EVERY_PART)
        lock(session, denunciation)

    def witness() -> None:
        note(session, actor, "file", denunciation)

    key, place_id = denunciation.files_key, denunciation.place_id
    return keep_apart(session, actor, key, place_id, upload, root, admit, witness)


def note_file_opened(session: Session, actor: User, denunciation: Denunciation) -> None:
    """Write down, before the file leaves, that a person took it out."""
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        note(session, actor, "file_opened", denunciation)


def remove_case_file(
    session: Session, actor: User, denunciation: Denunciation, kept: Attachment, reason: str
) -> None:
    """Take a file out of the case; its row and bytes stay, with the reason."""
    said = bounded("reason", needed("reason", reason, 200, "State the reason."))
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        kept.removed_at, kept.removed_reason = clock.now(), said
        note(session, actor, "file_removed", denunciation, said)
