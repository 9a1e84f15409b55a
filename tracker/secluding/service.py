"""Taking a petition into the room of denunciations: what was written goes along, a row stays."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.attachments.service import take_apart
from tracker.commitments.service.recording import searched
from tracker.core.db import batch
from tracker.core.i18n import DEFAULT_LANGUAGE, N_, gettext, speaking
from tracker.core.sealing import Sealer
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.models import Denunciation
from tracker.denunciations.service import Identity, NewDenunciation, receive_denunciation
from tracker.denunciations.service.receiving import PREFIX
from tracker.denunciations.service.recording import note
from tracker.journal import service as journal
from tracker.petitions.models import IdentityLook, Petition
from tracker.petitions.queries import steps_of
from tracker.petitions.service import hand_over, keep_lookup
from tracker.petitions.service.recording import summary
from tracker.retention.models import Anonymisation
from tracker.secluding.queries import (
    account_of,
    decisions_on,
    groups_of,
    petition_to_seclude,
    promise_steps,
    promises_on,
    visits_of,
)
from tracker.secluding.rules import left_behind

NOT_NAMED = N_("Known, but not by name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secluding:
    """What the room is told beside what the petition itself says."""

    accused: str
    content: str
    way: Way
    leader_id: int
    seen_version: int | None = None


def seclude_petition(
    session: Session, sealer: Sealer, actor: User, code: str, asked: Secluding, key: str = ""
) -> Denunciation:
    """Make a denunciation of a petition, and leave a row that tells nothing of it; both or neither.

    Its code, days, category and figures stay, so that no number, sum or report shows a gap; the
    row reads as one that was handed to another procedure. Content, notes, files and what was
    promised go along, and who raised it is sealed. The same key does it once.
    """
    with batch(session):
        # Held first: of two sendings at once the second waits here, and finds what the first made.
        session.execute(select(Petition.id).where(Petition.code == code).with_for_update())
        if (made := taken_over_before(session, actor, key)) is not None:
            return made
        petition = petition_to_seclude(session, actor, code)
        account, left = account_of(session, petition), left_behind()
        hand_over(session, actor, petition, left, asked.seen_version)
        made = receive_denunciation(session, sealer, actor, _new(petition, asked, account), key)
        note(session, actor, "taken_over", made, petition.code)
        promised = [commitment.code for commitment in promises_on(session, petition)]
        for subject in (petition.code, *promised):
            take_apart(session, subject, made.files_key)
        _leave_no_word(session, petition, left)
        _leave_no_promise(session, petition, left)
    return made


def taken_over_before(session: Session, actor: User, key: str) -> Denunciation | None:
    """Give the denunciation that this person's form with this key made already."""
    code = journal.made_before(session, actor, key, PREFIX) if key else None
    return session.scalar(select(Denunciation).where(Denunciation.code == code)) if code else None


def _new(petition: Petition, asked: Secluding, account: str) -> NewDenunciation:
    name, phone, former = petition.person
    with speaking(DEFAULT_LANGUAGE):
        name = name or (gettext(NOT_NAMED) if phone or former else "")
    known = Identity(name, phone, other=former)
    return NewDenunciation(
        place_id=petition.place_id,
        received_on=petition.received_on or petition.logged_at.date(),
        way=asked.way,
        accused=asked.accused,
        content=asked.content,
        is_anonymous=known.is_empty,
        identity=known,
        leader_id=asked.leader_id,
        source=petition.code,
        note=account,
    )


def _leave_no_word(session: Session, petition: Petition, left: str) -> None:
    """Take out what was written of the petition itself; its days and cells stay as counted."""
    petition.content, petition.source, petition.cooperating = left, "", ""
    petition.citizen_name = petition.citizen_phone = petition.former_person = ""
    steps = steps_of(session, petition.id)
    for step in steps:
        step.document_number = step.cooperating = ""
        step.note = left if step is steps[-1] else ""
    for name, value in summary(petition, steps).items():
        setattr(petition, name, value)
    session.execute(
        update(IdentityLook).where(IdentityLook.petition_id == petition.id).values(note="")
    )
    session.execute(
        update(Anonymisation)
        .where(Anonymisation.petition_id == petition.id)
        .values(ground=left, marks="")
    )
    keep_lookup(session, petition)


def _leave_no_promise(session: Session, petition: Petition, left: str) -> None:
    """Take out what was decided and promised on the petition; that it was, and by whom, stays."""
    for item in decisions_on(session, petition):
        item.decision = left
    promised = promises_on(session, petition)
    ids = [commitment.id for commitment in promised]
    for commitment in promised:
        commitment.promise, commitment.source = left, ""
        commitment.search_text = searched(commitment)
    for step in promise_steps(session, ids):
        step.note = step.document_number = ""
    groups = groups_of(session, ids)
    for visit in visits_of(session, groups):
        visit.household, visit.reason, visit.agreed_option = left, "", ""
        visit.document_number = visit.voided_reason = ""
    for group in groups:
        group.name, group.source, group.document_number = left, "", ""
