"""Who denounced: sealed when written, opened only with a reason that is kept."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.db import transaction
from tracker.core.errors import NotFound
from tracker.core.i18n import N_
from tracker.core.sealing import Sealer
from tracker.denunciations import rules
from tracker.denunciations.lifecycle import EVERY_PART
from tracker.denunciations.models import DenouncerIdentity, Denunciation
from tracker.denunciations.service.recording import check_part, lock, note
from tracker.denunciations.service.requests import Identity, kept_identity, needed

SHORTEST_REASON = 10


def open_identity(
    session: Session, sealer: Sealer, actor: User, denunciation: Denunciation, reason: str
) -> Identity:
    """Give who denounced; the look and its reason are kept before anything is shown."""
    said = _reason(reason)
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        identity = _opened(sealer, _kept(session, denunciation))
        note(session, actor, "identity", denunciation, said)
    return identity


def correct_identity(
    session: Session,
    sealer: Sealer,
    actor: User,
    denunciation: Denunciation,
    identity: Identity,
    reason: str,
) -> None:
    """Write anew who denounced, sealed; an anonymous denunciation is one no longer."""
    said, kept = _reason(reason), kept_identity(identity, is_anonymous=False)
    with transaction(session):
        check_part(session, actor, denunciation, EVERY_PART)
        lock(session, denunciation)
        session.merge(sealed_row(sealer, denunciation.id, kept))
        denunciation.is_anonymous = False
        denunciation.version += 1
        note(session, actor, "identity_corrected", denunciation, said)


def sealed_row(sealer: Sealer, denunciation_id: int, identity: Identity) -> DenouncerIdentity:
    """Seal each fact by itself."""
    sealed = {f"sealed_{name}": sealer.seal(text) for name, text in asdict(identity).items()}
    return DenouncerIdentity(denunciation_id=denunciation_id, **sealed)


def _opened(sealer: Sealer, row: DenouncerIdentity) -> Identity:
    return Identity(
        sealer.opened(row.sealed_name),
        sealer.opened(row.sealed_phone),
        sealer.opened(row.sealed_address),
        sealer.opened(row.sealed_other),
    )


def _kept(session: Session, denunciation: Denunciation) -> DenouncerIdentity:
    row = session.get(DenouncerIdentity, denunciation.id)
    if row is None:
        raise NotFound("Nobody is named: this denunciation is anonymous.")
    return row


def _reason(reason: str) -> str:
    sentence = N_("State why the identity is needed, in ten signs at least.")
    said = needed("reason", reason, rules.NOTE_LIMIT, sentence)
    if len(said) < SHORTEST_REASON:
        raise rules.DenunciationRefused(sentence, "reason")
    return said
