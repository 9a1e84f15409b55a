"""Following a petition step by step to its end."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.attachments.models import Attachment
from tracker.attachments.service import Upload, keeping_proof
from tracker.calendar.queries import clockwork
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed
from tracker.core.i18n import Message
from tracker.core.text import checked
from tracker.petitions.lifecycle import ACKNOWLEDGE, AMEND, ENDED, MOVES, Move, Status
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import facts, proposer_of
from tracker.petitions.rules import (
    WORK,
    Standing,
    StepFact,
    Team,
    Wanted,
    acknowledged,
    effective,
    exact_day,
    is_accepted,
    latest_by_law,
    moved,
)
from tracker.petitions.service.receiving import check_department
from tracker.petitions.service.recording import lock, record
from tracker.petitions.service.requests import (
    MoveRefused,
    MoveRequest,
    check_extension,
    check_late_due,
    check_law,
    check_move,
)
from tracker.petitions.service.watching import WORKING_MOVES, check_hands, check_monitor
from tracker.places.queries import scope_ids


def offered_moves(
    actor: User,
    petition: Petition,
    last_proposer_id: int | None,
    *,
    has_limit_begun: bool = False,
) -> list[Move]:
    """Give exactly the moves that this person may take now, in the order of the lifecycle."""
    return [
        move
        for move in MOVES.values()
        if petition.status in move.sources
        and actor.may(move.permission)
        and not _is_own_approval(actor, move, last_proposer_id)
        and petition.kind in move.kinds
        and not (move.limit_code and has_limit_begun)
        and not (move.name in WORKING_MOVES - {"assign"} and actor.id == petition.monitor_id)
        and not (move.is_for_unanswered and petition.acknowledged_on is not None)
        and not (move.needs_later_due_date and petition.due_on is None)
    ]


def move_petition(
    session: Session, actor: User | None, petition: Petition, asked: MoveRequest
) -> None:
    """Take one step of the lifecycle and post what it changes to the ledger.

    Raises MoveRefused when no such step leaves the present status or something is missing,
    NotAllowed when the role may not take it or the same person proposed what is to be approved,
    Stale when someone else took a step since the person opened the page.
    """
    move = MOVES.get(asked.move_name)
    if actor is not None and move is not None and not actor.may(move.permission):
        raise NotAllowed("Your role does not take this step.")
    with transaction(session):
        history = lock(
            session, petition, asked.seen_version, lambda last: _is_same(actor, last, asked)
        )
        if move is None or petition.status not in move.sources:
            raise MoveRefused(
                "This step cannot be taken: the petition is “%(status)s”.", status=petition.status
            )
        counted = effective(facts(history))
        day = asked.happened_on or clock.today()
        # The command line brings in the past, whose plans may have come due since.
        after = counted[0] if move.name == ACKNOWLEDGE else counted[-1]
        earliest = after.happened_on or petition.received_on
        check_move(move, asked, earliest, clock.today() if actor else day)
        if wanted := _date_set_anew(move, asked):
            check_late_due(actor, petition, wanted)
            _check_law(session, actor, counted, day, wanted)
        if move.needs_department and not (asked.department_id or petition.department_id):
            raise MoveRefused("Choose the department in charge.")
        if move.needs_later_due_date:
            check_extension(petition.due_on, asked.due_on)
        if move.is_for_unanswered and acknowledged(facts(history)):
            raise MoveRefused("The citizen was answered or told already.")
        if petition.kind not in move.kinds:
            raise MoveRefused(
                "“%(step)s” is not for this kind, “%(kind)s”: a complaint is accepted, or refused"
                " with the reason; others are answered, or their citizens told.",
                step=Message(move.label),
                kind=petition.kind,
            )
        if move.limit_code and is_accepted(facts(history)):
            raise MoveRefused("The complaint was accepted already.")
        _check_team(session, actor, petition, move, asked, history, counted)
        _check_evidence(session, petition, move, asked)
        if _is_own_approval(actor, move, proposer_of(history)):
            raise NotAllowed("Whoever submitted the result does not approve it.")
        _apply(session, actor, petition, move, asked, counted, day)
        step = PetitionStep(
            move=move.name,
            happened_on=day,
            note=checked(asked.note),
            document_number=checked(asked.document_number),
            ground=asked.ground if move.needs_ground and asked.ground else "",
        )
        record(session, actor, petition, step, history)


def move_with_evidence(
    session: Session,
    actor: User,
    petition: Petition,
    asked: MoveRequest,
    upload: Upload,
    root: Path,
) -> None:
    """Take one step and keep the file that proves it, both or neither; refuses as each does."""
    with keeping_proof(session, actor, petition.code, petition.place_id, upload, root):
        move_petition(session, actor, petition, asked)


def hand_over(
    session: Session, actor: User, petition: Petition, note: str, seen_version: int | None
) -> None:
    """End a petition, wherever it stands, as handed to another procedure than the register's.

    One that has ended already stays ended as it did; that it was handed over is a step all the
    same. One that others are joined to, or that is joined itself, cannot leave them behind.
    """
    with transaction(session):
        history = lock(session, petition, seen_version)
        joined = select(Petition.id).where(Petition.master_id == petition.id)
        if petition.master_id is not None or session.scalar(joined.limit(1)) is not None:
            raise MoveRefused("Petitions are joined here: take the joining back first.")
        if petition.status in ENDED:
            day = exact_day(petition.received_on, petition.date_precision)
            record(
                session,
                actor,
                petition,
                PetitionStep(move=AMEND, happened_on=day, note=note),
                history,
            )
            return
        move, day = MOVES["transfer"], clock.today()
        counted = effective(facts(history))
        _apply(session, actor, petition, move, MoveRequest(move.name), counted, day)
        step = PetitionStep(move=move.name, happened_on=day, note=note)
        record(session, actor, petition, step, history)


def _is_same(actor: User | None, last: PetitionStep, asked: MoveRequest) -> bool:
    """Tell whether the last step is this person's, and says what is asked for again."""
    said = (last.move, last.note, last.document_number)
    wanted = (asked.move_name, checked(asked.note), checked(asked.document_number))
    return actor is not None and last.actor_id == actor.id and said == wanted


def _check_team(
    session: Session,
    actor: User | None,
    petition: Petition,
    move: Move,
    asked: MoveRequest,
    history: Sequence[PetitionStep],
    counted: Sequence[StepFact],
) -> None:
    """Refuse that one person handles a petition and watches over it."""
    if not move.offers_department or asked.team is None:
        check_hands(actor, move.name, petition.monitor_id)
        return
    # As queries.at_work tells once the step is taken: who gives it out, and whose result it is.
    results = {step.id: step.actor_id for step in history if step.move in WORK[1]}
    last = next((results[fact.id] for fact in counted[::-1] if fact.id in results), None)
    both = (actor.id if actor else None, last)
    working = frozenset(person for person in both if person is not None)
    check_monitor(session, actor, petition, asked.team.monitor_id, working)


def _check_law(
    session: Session,
    actor: User | None,
    counted: Sequence[StepFact],
    day: date,
    wanted: date,
) -> None:
    """Refuse a date beyond the law's limit; the command line brings in what was set in the past."""
    if actor is not None:
        check_law(latest_by_law(counted, day, clockwork(session)), wanted)


def _date_set_anew(move: Move, asked: MoveRequest) -> date | None:
    """Give the date that a step sets without the document that an extension has."""
    if move.needs_plan_date:
        return asked.plan_on
    return asked.due_on if move.offers_due_date else None


def _is_own_approval(actor: User | None, move: Move, proposer_id: int | None) -> bool:
    return actor is not None and move.target is Status.RESOLVED and actor.id == proposer_id


def _check_evidence(session: Session, petition: Petition, move: Move, asked: MoveRequest) -> None:
    if not move.needs_evidence or asked.document_number.strip() or asked.has_new_evidence:
        return
    kept = select(Attachment.id).where(
        Attachment.subject == petition.code, Attachment.removed_at.is_(None)
    )
    if session.scalar(kept.limit(1)) is None:
        raise MoveRefused("Enter the document number, or attach a file that shows the result.")


def _apply(
    session: Session,
    actor: User | None,
    petition: Petition,
    move: Move,
    asked: MoveRequest,
    counted: Sequence[StepFact],
    day: date,
) -> None:
    # Refusals first: what is set here must not be seen by a query that may still refuse.
    master_id = (
        _final_master(session, actor, petition, asked.master_code) if move.needs_master else None
    )
    # The one it has may have been retired since.
    if move.offers_department and asked.department_id != petition.department_id:
        check_department(session, asked.department_id)
    was = Standing(**{field.name: getattr(petition, field.name) for field in fields(Standing)})
    team = asked.team and Team(checked(asked.team.cooperating), asked.team.monitor_id)
    wanted = Wanted(asked.department_id, asked.due_on, asked.plan_on, master_id, team)
    now = moved(was, move, wanted, counted, day, clockwork(session))
    for field in fields(Standing):
        setattr(petition, field.name, getattr(now, field.name))


def _final_master(session: Session, actor: User | None, petition: Petition, code: str) -> int:
    """Follow joined masters to the last one; a circle is refused, a foreign one is unknown."""
    master = session.scalar(select(Petition).where(Petition.code == code.strip().upper()))
    if master is not None and actor is not None:
        known = master.place_id in scope_ids(session, actor.place_id)
        master = master if known else None
    seen = {petition.id}
    while master is not None and master.id not in seen:
        if master.master_id is None:
            return master.id
        seen.add(master.id)
        master = session.get(Petition, master.master_id)
    raise MoveRefused(
        "Cannot be joined: there is no such petition, or it is joined to this one already."
    )
