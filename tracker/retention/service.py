"""Setting periods, taking a person's data out by two people, and following citizens' requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.attachments.models import Attachment
from tracker.briefing.models import VisitCorrection
from tracker.briefing.service.recording import searched as searched_visit
from tracker.calendar.queries import clockwork
from tracker.commitments.models import Commitment, CommitmentStep, HouseholdVisit
from tracker.commitments.service.recording import searched
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, Stale, TrackerError
from tracker.core.numbering import next_number
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.petitions.lifecycle import ENDED
from tracker.petitions.models import IdentityLook, Petition, PetitionStep
from tracker.petitions.queries import petition_for, steps_of
from tracker.petitions.rules.masking import LEFT_OUT
from tracker.petitions.service import keep_lookup
from tracker.places.queries import scope_ids
from tracker.retention.lifecycle import Class, Decision, Proof, Right, Stage
from tracker.retention.models import Anonymisation, Clearing, PersonRequest, RetentionPeriod
from tracker.retention.queries import PETITION_TEXTS, latest_act, told_visits, visits_due
from tracker.retention.rules import (
    ANSWER_LIMIT,
    BASIS_LIMIT,
    MARKS_LIMIT,
    MOST_YEARS,
    REQUEST_LIMIT,
    Redaction,
    marks_in,
)


class RetentionRefused(TrackerError):
    """What is asked does not fit the record; `field` names what is wrong."""

    def __init__(self, msgid: str, field: str = "", **values: Any) -> None:
        super().__init__(msgid, **values)
        self.field = field


def set_period(
    session: Session,
    actor: User,
    of: Class,
    years: int | None,
    legal_basis: str,
    seen_version: int,
) -> None:
    """Say for how many years a class is kept after its end, and by which rule."""
    if not actor.may(Permission.MANAGE_SETTINGS):
        raise NotAllowed("Your role does not include this.")
    basis = checked(legal_basis)[:BASIS_LIMIT]
    if years is not None and not 1 <= years <= MOST_YEARS:
        raise RetentionRefused("Enter from 1 to 100 years.", field="years")
    if years is not None and not basis:
        raise RetentionRefused("Enter the legal basis.", field="legal_basis")
    with transaction(session):
        kept = session.get(RetentionPeriod, of, populate_existing=True)
        if (kept.version if kept else 0) != seen_version:
            raise Stale("Someone else has just changed this; look at it again.")
        before = {"years": kept.years, "legal_basis": kept.legal_basis} if kept else {}
        if kept is None:
            kept = RetentionPeriod(of=of)
            session.add(kept)
        kept.years, kept.legal_basis = years, basis
        after = {"years": years, "legal_basis": basis}
        journal.note_change(session, actor, "retention:changed", of.value, before, after)


def propose(session: Session, actor: User, petition: Petition, ground: str, marks: str) -> None:
    """Propose that a person's data be taken out of a petition that has ended; nothing changes."""
    _check_reviewer(actor)
    told, marked = checked(ground), checked(marks)
    if not told:
        raise RetentionRefused("State the reason.", field="ground")
    if len(told) > BASIS_LIMIT or len(marked) > MARKS_LIMIT:
        raise RetentionRefused("The text is too long.", field="marks")
    with transaction(session):
        session.refresh(petition, with_for_update={"of": Petition})
        if petition.status not in ENDED:
            raise RetentionRefused("Only a petition that has ended may lose its person.")
        last = latest_act(session, petition.id)
        if last is not None and last.stage is not Stage.REFUSED:
            raise RetentionRefused("This is proposed or done already.")
        session.add(
            Anonymisation(
                petition_id=petition.id,
                stage=Stage.PROPOSED,
                ground=told,
                marks=marked,
                proposed_by_id=actor.id,
                proposed_at=clock.now(),
            )
        )
        journal.note(session, actor, "retention:proposed", petition.code, petition.place_id)


def refuse(session: Session, actor: User, petition: Petition) -> None:
    """Leave a petition as it is, whatever was proposed."""
    with transaction(session):
        act = _waiting(session, actor, petition)
        _decide(act, actor, Stage.REFUSED)
        journal.note(session, actor, "retention:refused", petition.code, petition.place_id)


def carry_out(session: Session, actor: User, petition: Petition, root: Path) -> None:
    """Take the person's data out for good: name, telephone, texts, files, words to search by.

    So it goes with what was promised on the petition.

    Days, steps, categories and numbers stay, so that every report counts as before. The bytes of
    files go from the disk once the rows are gone.
    """
    with transaction(session):
        act = _waiting(session, actor, petition)
        redaction = Redaction(petition.person, marks_in(act.marks))
        for name in PETITION_TEXTS:
            setattr(petition, name, redaction.of(getattr(petition, name)))
        _redact_steps(steps_of(session, petition.id), redaction)
        _redact_promises(session, petition.id, redaction)
        petition.citizen_name = petition.citizen_phone = petition.former_person = ""
        session.execute(
            update(IdentityLook).where(IdentityLook.petition_id == petition.id).values(note="")
        )
        files = list(session.scalars(select(Attachment).where(Attachment.subject == petition.code)))
        names = [file.stored_name for file in files]
        session.execute(delete(Attachment).where(Attachment.id.in_([file.id for file in files])))
        _decide(act, actor, Stage.DONE)
        act.marks = ""  # it may name what was taken out
        keep_lookup(session, petition)
        detail = f"files={len(files)}"
        journal.note(session, actor, "retention:done", petition.code, petition.place_id, detail)
    for name in names:
        # One that cannot be deleted now is listed, and swept, as a file that no record knows.
        (root / name).unlink(missing_ok=True)


def propose_clearing(session: Session, actor: User, of: Class, ground: str) -> None:
    """Propose that visits whose time is over be rid of what they tell of people."""
    _check_reviewer(actor)
    told = checked(ground)
    if not told or len(told) > BASIS_LIMIT:
        raise RetentionRefused("State the reason.", field="ground")
    with transaction(session):
        due = visits_due(session, scope_ids(session, actor.place_id), of)
        if due.waiting is not None:
            raise RetentionRefused("This is proposed or done already.", field="ground")
        if due.until is None or not due.count:
            raise RetentionRefused("No record is over its time.", field="ground")
        session.add(
            Clearing(
                of=of,
                place_id=actor.place_id,
                until=due.until,
                stage=Stage.PROPOSED,
                ground=told,
                proposed_by_id=actor.id,
                proposed_at=clock.now(),
            )
        )
        journal.note(session, actor, "retention:proposed", of.value, actor.place_id)


def decide_clearing(session: Session, actor: User, clearing: Clearing, *, clears: bool) -> None:
    """Take out for good what visits tell of people, or leave them; by another than proposed it.

    Where, when, by whom and with what result somebody was visited stays, and so every number.
    """
    _check_reviewer(actor)
    with transaction(session):
        session.refresh(clearing, with_for_update=True)
        if clearing.stage is not Stage.PROPOSED:
            raise Stale("Someone else has just changed this; look at it again.")
        if clearing.proposed_by_id == actor.id:
            raise NotAllowed("Someone other than who proposed it decides.")
        if clears:
            clearing.visits = _clear(session, clearing)
        clearing.stage = Stage.DONE if clears else Stage.REFUSED
        clearing.decided_by_id, clearing.decided_at = actor.id, clock.now()
        act = "retention:done" if clears else "retention:refused"
        detail = f"visits={clearing.visits}"
        journal.note(session, actor, act, clearing.of.value, clearing.place_id, detail)


def _clear(session: Session, clearing: Clearing) -> int:
    scope = scope_ids(session, clearing.place_id)
    visit, which = told_visits(scope, clearing.of, clearing.until)
    visits = session.scalars(select(visit).where(*which)).all()
    for one in visits:
        if isinstance(one, HouseholdVisit):
            one.household = LEFT_OUT
            one.reason = one.agreed_option = one.voided_reason = ""
        else:
            one.heard, one.instruction, one.source = LEFT_OUT, "", ""
            one.search_text = searched_visit(one)
            former = update(VisitCorrection).where(VisitCorrection.visit_id == one.id)
            session.execute(former.values(before="", reason=LEFT_OUT))
    return len(visits)


def _redact_promises(session: Session, petition_id: int, redaction: Redaction) -> None:
    """Take the person out of what was promised on the petition, and of its steps."""
    promised = session.scalars(select(Commitment).where(Commitment.petition_id == petition_id))
    for commitment in promised.all():
        commitment.promise = redaction.of(commitment.promise)
        commitment.search_text = searched(commitment)
        of_it = CommitmentStep.commitment_id == commitment.id
        _redact_steps(session.scalars(select(CommitmentStep).where(of_it)).all(), redaction)


def _redact_steps(steps: Sequence[PetitionStep | CommitmentStep], redaction: Redaction) -> None:
    for step in steps:
        if step.note and (plain := redaction.of(step.note)) != step.note:
            step.note = plain


def _waiting(session: Session, actor: User, petition: Petition) -> Anonymisation:
    """Hold the petition and give what waits for a second person, who must be another."""
    _check_reviewer(actor)
    session.refresh(petition, with_for_update={"of": Petition})
    act = latest_act(session, petition.id)
    if act is None or act.stage is not Stage.PROPOSED:
        raise Stale("Nothing is proposed about this petition any more.")
    if act.proposed_by_id == actor.id:
        raise NotAllowed("Someone other than who proposed it decides.")
    if petition.status not in ENDED:
        raise RetentionRefused("Only a petition that has ended may lose its person.")
    return act


def _decide(act: Anonymisation, actor: User, stage: Stage) -> None:
    act.stage, act.decided_by_id, act.decided_at = stage, actor.id, clock.now()


def _check_reviewer(actor: User) -> None:
    if not actor.may(Permission.REVIEW_RETENTION):
        raise NotAllowed("Your role does not include this.")


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a citizen asks about their own data, as it was received."""

    place_id: int
    asks: Right
    person: str
    proof: Proof
    received_on: date
    petitions: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided about a request, and how the citizen was told."""

    decision: Decision
    decided_on: date
    answer: str
    proof: Proof
    document_number: str = ""
    seen_version: int | None = None


def log_request(session: Session, actor: User, new: NewRequest, key: str = "") -> PersonRequest:
    """Number a citizen's request and count its limit; the same key logs it once."""
    _check_keeper(actor)
    person, said = checked(new.person), checked(new.said)
    if not person:
        raise RetentionRefused("Enter who asks.", field="person")
    if new.received_on > clock.today():
        raise RetentionRefused("The day of receipt cannot be after today.", field="received_on")
    if max(len(said) - ANSWER_LIMIT, len(person) - BASIS_LIMIT) > 0:
        raise RetentionRefused("The text is too long.", field="said")
    with transaction(session):
        if key and (code := journal.made_before(session, actor, key, "YC-")):
            return session.scalars(select(PersonRequest).where(PersonRequest.code == code)).one()
        if new.place_id not in scope_ids(session, actor.place_id):
            raise RetentionRefused("There is no such place.", field="place")
        codes = _known_codes(session, actor, new.petitions)
        year = new.received_on.year
        request = PersonRequest(
            code=f"YC-{year}-{next_number(session, 'YC', year):04d}",
            place_id=new.place_id,
            asks=new.asks,
            person=person,
            proof=new.proof,
            petitions=" ".join(codes),
            said=said,
            received_on=new.received_on,
            due_on=_limit(session, new.received_on),
            decision=Decision.OPEN,
            logged_by_id=actor.id,
            logged_at=clock.now(),
        )
        session.add(request)
        if key:
            journal.keep_key(session, actor, key, request.code)
        journal.note(session, actor, "request:log", request.code, request.place_id, new.asks.value)
    return request


def answer_request(session: Session, actor: User, request: PersonRequest, told: Answer) -> None:
    """Decide a request, with the answer that the citizen was given; decided once, it stays."""
    _check_keeper(actor)
    said, number = checked(told.answer), checked(told.document_number)
    if told.decision is Decision.OPEN:
        raise RetentionRefused("Choose the decision.", field="decision")
    if not said:
        raise RetentionRefused("Enter what the citizen was answered.", field="answer")
    if told.proof is Proof.NOT_YET and told.decision is not Decision.REFUSED:
        raise RetentionRefused("First make sure that the data is the person's own.", field="proof")
    if len(said) > ANSWER_LIMIT or len(number) > BASIS_LIMIT:
        raise RetentionRefused("The text is too long.", field="answer")
    if not request.received_on <= told.decided_on <= clock.today():
        raise RetentionRefused(
            "The day must lie between the receipt and today.", field="decided_on"
        )
    with transaction(session):
        session.refresh(request, with_for_update=True)
        if told.seen_version not in (None, request.version):
            raise Stale("Someone else has just changed this; look at it again.")
        if request.decision is not Decision.OPEN:
            raise Stale("This request is decided already.")
        request.decision, request.decided_on = told.decision, told.decided_on
        request.answer, request.document_number, request.proof = said, number, told.proof
        journal.note(
            session,
            actor,
            "request:decided",
            request.code,
            request.place_id,
            told.decision.value,
        )


def _known_codes(session: Session, actor: User, typed: str) -> list[str]:
    codes = list(dict.fromkeys(checked(typed).upper().replace(",", " ").split()))
    if len(codes) > 10:
        raise RetentionRefused("Name at most ten petitions.", field="petitions")
    for code in codes:
        try:
            petition_for(session, actor, code)
        except TrackerError:
            raise RetentionRefused("There is no such petition.", field="petitions") from None
    return codes


def _limit(session: Session, received_on: date) -> date | None:
    clocks = clockwork(session)
    rule = clocks.rule(REQUEST_LIMIT, received_on)
    return rule.limit().due(received_on, clocks.calendar) if rule else None


def _check_keeper(actor: User) -> None:
    if not actor.may(Permission.KEEP_REQUESTS):
        raise NotAllowed("Your role does not include this.")
