"""Keeping a unit's letterhead and its template; each change is journaled."""

import hashlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.attachments.rules import clean_name
from tracker.core import clock
from tracker.core.db import release, transaction
from tracker.core.errors import Stale, TrackerError
from tracker.core.i18n import speaking
from tracker.core.scanning import Scan
from tracker.core.text import checked
from tracker.documents.models import KeptLetterhead, LetterheadTemplate
from tracker.documents.papers.sample import sample
from tracker.documents.papers.shared import Writing
from tracker.documents.queries.letterheads import PAPERS_IN, letterhead_of
from tracker.documents.rules.issuing import FIELDS, LINE_LIMIT, LINES_LIMIT, Letterhead
from tracker.documents.rules.layout import Issuer
from tracker.documents.rules.template import TemplateRefused, check_template
from tracker.documents.word import opens
from tracker.journal import service as journal
from tracker.places.models import Place
from tracker.settings.service.recording import check_keeper, note_change

OF_SEVERAL_LINES = frozenset({"agency", "authority", "title", "recipients", "addressees"})
_LIMITS = {"symbol": 40, "agency": 400, "recipients": LINES_LIMIT, "addressees": LINES_LIMIT}


class LetterheadRefused(TrackerError):
    """The letterhead lacks what every paper needs, or is too long for it."""

    def __init__(self, msgid: str, field: str, **values: object) -> None:
        super().__init__(msgid, **values)
        self.field = field


def keep_letterhead(
    session: Session,
    actor: User,
    unit: Place,
    issuer: Issuer,
    wanted: Letterhead,
    seen_version: int,
) -> None:
    """Keep what a unit's papers say; version 0 was seen by whoever saw only the proposal."""
    check_keeper(actor)
    try:
        with transaction(session):
            _keep(session, actor, unit, issuer, _checked(wanted), seen_version)
    except IntegrityError:
        raise _stale() from None


def keep_template(
    session: Session,
    actor: User,
    unit: Place,
    issuer: Issuer,
    name: str,
    content: bytes,
    scan: Scan | None = None,
) -> None:
    """Keep a unit's own template once a paper could be written in it, and a scanner saw it."""
    check_keeper(actor)
    letters = letterhead_of(session, unit, issuer)
    release(session)  # unpacking and trying take a while: nobody else waits for that
    check_template(name, content)
    if scan is not None:
        _scanned(content, scan)
    with speaking(PAPERS_IN):
        trial = sample(Writing(issuer, letters, unit.name))
    if not opens(content, trial):
        raise TemplateRefused("The template is damaged; open it in Word and save it again.")
    with transaction(session):
        kept = _template(session, unit, issuer)
        kept = kept or LetterheadTemplate(place_id=unit.id, issuer=issuer)
        kept.name = clean_name(name)
        kept.content = content
        kept.sha256 = hashlib.sha256(content).hexdigest()
        kept.uploaded_by_id = actor.id
        kept.uploaded_at = clock.now()
        session.add(kept)
        journal.note(
            session, actor, "letterhead:template", f"{unit.key}/{issuer}", unit.id, kept.sha256
        )


def _scanned(content: bytes, scan: Scan) -> None:
    """Show the file to the scanner, as every file that comes in; what it finds is refused."""
    with NamedTemporaryFile(suffix=".docx") as arriving:
        arriving.write(content)
        arriving.flush()
        scan(Path(arriving.name))


def remove_template(session: Session, actor: User, unit: Place, issuer: Issuer) -> None:
    """Go back to the layout of the decree; there may be no template to take away."""
    check_keeper(actor)
    with transaction(session):
        if kept := _template(session, unit, issuer):
            session.delete(kept)
            subject = f"{unit.key}/{issuer}"
            journal.note(session, actor, "letterhead:no-template", subject, unit.id, kept.sha256)


def _keep(
    session: Session,
    actor: User,
    unit: Place,
    issuer: Issuer,
    wanted: Letterhead,
    seen_version: int,
) -> None:
    rows = session.scalars(
        select(KeptLetterhead)
        .where(KeptLetterhead.place_id == unit.id)
        .order_by(KeptLetterhead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    row = next((row for row in rows if row.issuer == issuer), None)
    if (row.version if row else 0) != seen_version:
        raise _stale()
    before = _facts(row) if row else {}
    row = row or KeptLetterhead(place_id=unit.id, issuer=issuer)
    for name in FIELDS:
        setattr(row, name, getattr(wanted, name))
    row.is_default = wanted.is_default
    session.add(row)
    for other in rows:
        if other is not row and wanted.is_default:
            other.is_default = False
    after = _facts(row)
    if before != after:
        subject = f"{unit.key}/{issuer}"
        note_change(session, actor, "letterhead:kept", subject, before, after, unit.id)


def _checked(wanted: Letterhead) -> Letterhead:
    clean: dict[str, Any] = {name: checked(getattr(wanted, name)) for name in FIELDS}
    for name in ("agency", "symbol"):
        if not clean[name]:
            raise LetterheadRefused("Every paper names who issues it, and bears a symbol.", name)
    for name, text in clean.items():
        limit = _LIMITS.get(name, LINE_LIMIT)
        if len(text) > limit:
            raise LetterheadRefused(
                "The text has %(length)s characters; at most %(limit)s are kept.",
                name,
                length=len(text),
                limit=limit,
            )
    return Letterhead(**clean, is_default=wanted.is_default)


def _facts(row: KeptLetterhead) -> dict[str, object]:
    return {name: getattr(row, name) for name in (*FIELDS, "is_default")}


def _template(session: Session, unit: Place, issuer: Issuer) -> LetterheadTemplate | None:
    return session.scalar(
        select(LetterheadTemplate)
        .where(LetterheadTemplate.place_id == unit.id, LetterheadTemplate.issuer == issuer)
        .with_for_update()
    )


def _stale() -> Stale:
    return Stale("Someone else has just changed this; look again before you save.")
