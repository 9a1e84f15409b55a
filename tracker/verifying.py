"""What must agree in a register: ledger and steps, look-up, sent reports, journal, files."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.attachments.queries import damaged_files
from tracker.briefing.models import Briefing, GrassrootsVisit
from tracker.commitments.models import Commitment, WorkingGroup
from tracker.core.i18n import N_, gettext
from tracker.denunciations.queries import secluded_mismatches
from tracker.dialogues.models import Dialogue
from tracker.evidence.queries import Unfit, is_under_another_secret, unfit_records
from tracker.journal.models import JournalEntry
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.queries.lookups import lookup_mismatches
from tracker.reports.models import SentReport
from tracker.reports.queries.sent import sent_mismatches
from tracker.trail.queries import journal_mismatches

ANOTHER_SECRET = N_(
    "The records were written under another secret key: name the former one in"
    " TRACKER_OLD_SECRET_KEYS, or take them as they stand by “tracker evidence --anew”."
)


def mismatches(session: Session) -> Iterator[str]:
    """Say precisely what does not fit within the database; nothing when all is well."""
    yield from chain(
        ledger_mismatches(session),
        lookup_mismatches(session),
        sent_mismatches(session),
        journal_mismatches(session),
        secluded_mismatches(session),
    )


def unfit(session: Session) -> Iterator[str]:
    """Name each record that was bent, put in or taken away by other means than the program's.

    Apart from what must agree within the database: a backup that is brought back elsewhere, where
    the secret is another, is whole nevertheless.
    """
    if is_under_another_secret(session):
        yield gettext(ANOTHER_SECRET)
    else:
        yield from map(_unfit_said, unfit_records(session))
    yield from _lost_records(session)


def _unfit_said(found: Unfit) -> str:
    told = {"table": found.kind, "key": found.key}
    if found.is_bent:
        return gettext("%(table)s %(key)s is not as the program left it", **told)
    if found.is_strange:
        return gettext("%(table)s %(key)s was not written by the program", **told)
    return gettext("%(table)s %(key)s was taken away", **told)


_TOLD_OF = (
    ("petition:", Petition.code),
    ("dialogue:", Dialogue.code),
    ("commitment:", Commitment.code),
    ("group:", WorkingGroup.code),
    ("visit:", GrassrootsVisit.code),
    ("briefing:", Briefing.code),
    ("report:", SentReport.code),
)


def _lost_records(session: Session) -> Iterator[str]:
    """Name what the journal tells of and what is not there: its evidence may be gone with it."""
    for begins, code in _TOLD_OF:
        there = select(code).where(code == JournalEntry.subject).exists()
        asked = select(JournalEntry.subject).where(
            JournalEntry.action.startswith(begins),
            JournalEntry.subject.like("%-____-%"),
            ~there,
        )
        for subject in session.scalars(asked.distinct().order_by(JournalEntry.subject)):
            yield gettext("the journal tells of %(code)s, which is not there", code=subject)


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
