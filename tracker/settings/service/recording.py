"""What an administrator's act leaves in the journal, and how a form makes only one record."""

from typing import Any

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core.errors import NotAllowed, TrackerError
from tracker.journal import service as journal
from tracker.journal.models import CreationKey
from tracker.settings.rules import LONGEST_CODE

Facts = dict[str, Any]


class UsedForm(TrackerError):
    """The key of this form belongs to another record, or is none."""


def note_change(
    session: Session,
    actor: User,
    action: str,
    subject: str,
    before: Facts,
    after: Facts,
    place_id: int | None = None,
) -> None:
    """Journal what an act changed: each fact before and after; secrets never come this way."""
    journal.note_change(session, actor, action, subject, before, after, place_id)


def check_keeper(actor: User) -> None:
    """Refuse whoever may not change settings."""
    if not actor.may(Permission.MANAGE_SETTINGS):
        raise NotAllowed("Your role does not include this.")


def made_before(session: Session, actor: User, key: str) -> str | None:
    """Give the code of what this form made already; refuse a key that is another's, or none."""
    if not 0 < len(key) <= LONGEST_CODE:
        raise UsedForm("This form cannot be used again; open a new one.")
    code = journal.made_before(session, actor, key)
    if code is None and session.get(CreationKey, key) is not None:
        raise UsedForm("This form cannot be used again; open a new one.")
    return code
