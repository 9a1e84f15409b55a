"""Which petition may be taken into the room, by whom, and everything that was written of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.briefing.models import BriefingItem
from tracker.commitments.lifecycle import STEP_WORDS as PROMISE_WORDS
from tracker.commitments.models import Commitment, CommitmentStep, HouseholdVisit, WorkingGroup
from tracker.core.clock import shown_date
from tracker.core.errors import NotFound
from tracker.core.i18n import DEFAULT_LANGUAGE, gettext, speaking
from tracker.denunciations.queries import places_open_to
from tracker.petitions.lifecycle import STEP_WORDS
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import petition_for, steps_of
from tracker.retention.rules import Redaction
from tracker.secluding.rules import left_behind


def petition_to_seclude(session: Session, user: User, code: str) -> Petition:
    """Give a petition to who handles petitions and takes denunciations for its place."""
    petition = petition_for(session, user, code)
    may = user.may(Permission.MOVE_PETITION) and petition.content != left_behind()
    if not may or petition.place_id not in places_open_to(session, user):
        raise NotFound("There is no such petition.")
    return petition


def without_its_person(petition: Petition, text: str) -> str:
    """Give a text as it may stand in the room: who raised it is sealed apart."""
    return Redaction(petition.person).of(text)


def account_of(session: Session, petition: Petition) -> str:
    """Give all that was written of a petition, line by line, in the register's own language."""
    with speaking(DEFAULT_LANGUAGE):
        lines = [
            gettext("Logged in the register of petitions as %(code)s.", code=petition.code),
            petition.content,
            *_steps(steps_of(session, petition.id), STEP_WORDS),
            *(item.decision for item in decisions_on(session, petition)),
        ]
        for commitment in promises_on(session, petition):
            lines += [f"{commitment.code}: {commitment.promise}"]
            lines += _steps(promise_steps(session, [commitment.id]), PROMISE_WORDS)
            lines += _visited(session, commitment)
    return without_its_person(petition, "\n".join(line for line in lines if line))


def promises_on(session: Session, petition: Petition) -> Sequence[Commitment]:
    """Give what was promised on a petition, also by decisions of briefings on it or on those."""
    own = select(Commitment.id).where(Commitment.petition_id == petition.id)
    known = set(session.scalars(own))
    stood_alone = BriefingItem.petition_id == petition.id
    while True:
        stood = or_(stood_alone, BriefingItem.commitment_id.in_(known))
        made = select(BriefingItem.made_id).where(stood, BriefingItem.made_id.is_not(None))
        found = {key for key in session.scalars(made) if key is not None} - known
        if not found:
            return session.scalars(select(Commitment).where(Commitment.id.in_(known))).all()
        known |= found


def promise_steps(session: Session, ids: Iterable[int]) -> Sequence[CommitmentStep]:
    """Give the steps of commitments in the order they were taken."""
    asked = select(CommitmentStep).where(CommitmentStep.commitment_id.in_(ids))
    return session.scalars(asked.order_by(CommitmentStep.id)).all()


def decisions_on(session: Session, petition: Petition) -> Sequence[BriefingItem]:
    """Give where a petition, or a promise on it, stood on a briefing and something was decided."""
    promised = [commitment.id for commitment in promises_on(session, petition)]
    stood = or_(BriefingItem.petition_id == petition.id, BriefingItem.commitment_id.in_(promised))
    return session.scalars(select(BriefingItem).where(stood, BriefingItem.decision != "")).all()


def groups_of(session: Session, ids: Iterable[int]) -> Sequence[WorkingGroup]:
    """Give the working groups that were set up for commitments."""
    return session.scalars(select(WorkingGroup).where(WorkingGroup.commitment_id.in_(ids))).all()


def visits_of(session: Session, groups: Iterable[WorkingGroup]) -> Sequence[HouseholdVisit]:
    """Give the households that these groups visited."""
    ids = [group.id for group in groups]
    return session.scalars(select(HouseholdVisit).where(HouseholdVisit.group_id.in_(ids))).all()


def _visited(session: Session, commitment: Commitment) -> Iterator[str]:
    groups = groups_of(session, [commitment.id])
    for group in groups:
        yield group.name
    for visit in visits_of(session, groups):
        said = (visit.household, visit.reason, visit.agreed_option, visit.document_number)
        yield _line(visit.visited_on, *said, visit.voided_reason)


def _steps(
    steps: Iterable[PetitionStep | CommitmentStep], words: Mapping[str, str]
) -> Iterator[str]:
    for step in steps:
        if step.note or step.document_number:
            word = gettext(words.get(step.move, step.move))
            yield _line(step.happened_on, word, step.note, step.document_number)


def _line(day: date | None, *told: str) -> str:
    return " · ".join(text for text in (shown_date(day), *told) if text)
