"""Changing what dates are counted by: the calendar, a limit, a choice; previewed, then applied.

One function finds the dates that move, for the preview and for the change: those of petitions, and
the limits of dialogues. What has ended, and what a person set, never moves.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.calendar.models import CalendarException, DeadlineRule
from tracker.calendar.queries import choices_of, clockwork, kept_days, limit_rows
from tracker.calendar.rules import (
    MOST_LIMIT_DAYS,
    Certainty,
    Change,
    Choices,
    Clockwork,
    NewReading,
    Rule,
    days_after,
    with_days,
)
from tracker.calendar.service import write_choices, write_days, write_limit
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.core.i18n import N_, Labelled
from tracker.core.text import checked
from tracker.dialogues.queries import MovedLimit, moved_limits
from tracker.dialogues.service import settle_limits
from tracker.journal import service as journal
from tracker.petitions.lifecycle import OPEN, RECALCULATE
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import facts
from tracker.petitions.rules import CATEGORY, RULE, ack_due, counted_due, effective
from tracker.petitions.service.lookup import renew_lookups
from tracker.petitions.service.recording import record
from tracker.settings.queries import keeps_lists
from tracker.settings.service.recording import check_keeper, made_before, note_change

TOGETHER = 200
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class Moving(Labelled):
    """Which date of a petition moves."""

    DUE = "due", N_("Due date")
    ACK = "ack", N_("Answer or notice to the citizen")


Asked = Change | NewReading | Choices


@dataclass(frozen=True, slots=True)
class MovedDate:
    """One date that moves, as it is and as it will be."""

    petition_id: int
    place_id: int
    code: str
    what: Moving
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would move; `seal` tells whether it still would when it is applied.

    `over` has the limits of dialogues that it would move were they not over.
    """

    moved: tuple[MovedDate | MovedLimit, ...] = ()
    over: tuple[MovedLimit, ...] = ()
    seal: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A checked change: what is counted by after it, the days it touches, how it is written."""

    after: Clockwork
    write: Callable[[Session], None]
    action: str
    subject: str
    told: str
    facts_before: dict[str, Any] = field(default_factory=dict)
    facts_after: dict[str, Any] = field(default_factory=dict)
    days: Collection[date] | None = None


def preview_change(session: Session, actor: User, asked: Asked) -> Preview:
    """Give the open dates that a change would move; writes nothing."""
    _check_keeps(session, actor)
    return _preview(session, _planned(session, asked))


def apply_change(session: Session, actor: User, asked: Asked, key: str, seal: str) -> int:
    """Write a change and move the dates that its preview named; gives how many moved.

    Raises Stale when other dates than those would move by now, CalendarRefused and its kin when
    the change contradicts what is kept. The same key applies it once.
    """
    with transaction(session):
        _check_keeps(session, actor)
        if made_before(session, actor, key):
            return 0
        session.execute(select(CalendarException.day).with_for_update()).all()
        plan = _planned(session, asked)
        preview = _preview(session, plan)
        if preview.seal != seal:
            raise Stale("Other dates would move by now; look at the list again before you apply.")
        plan.write(session)
        dates = [one for one in preview.moved if isinstance(one, MovedDate)]
        _move_dates(session, actor, dates, plan.told)
        limits = [one for one in preview.moved if isinstance(one, MovedLimit)]
        settle_limits(session, [*limits, *preview.over])
        told = plan.facts_after | {"moved": len(preview.moved)}
        note_change(session, actor, plan.action, plan.subject, plan.facts_before, told)
        journal.keep_key(session, actor, key, plan.subject)
    return len(preview.moved)


def _check_keeps(session: Session, actor: User) -> None:
    check_keeper(actor)
    if not keeps_lists(session, actor):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")


def _planned(session: Session, asked: Asked) -> _Plan:
    if isinstance(asked, Change):
        return _planned_days(session, asked)
    if isinstance(asked, NewReading):
        return _planned_limit(session, asked)
    return _planned_choices(session, asked)


def _planned_days(session: Session, asked: Change) -> _Plan:
    asked = replace(asked, reason=checked(asked.reason), document=checked(asked.document))
    works, kept = clockwork(session), kept_days(session)
    rows = days_after(asked, kept, clock.today())
    told = f"{rows[0].special.reason} ({shown_date(rows[0].day)})"
    if rows[0].special.document:
        told = f"{told}, {rows[0].special.document}"
    return _Plan(
        after=replace(works, calendar=with_days(works.calendar, rows)),
        write=lambda session: write_days(session, rows),
        action=f"calendar:{asked.act}",
        subject=rows[0].day.isoformat(),
        told=told,
        facts_after={
            row.day.isoformat(): f"{row.special.reason} {row.special.document}".strip()
            for row in rows
        },
        days={row.day for row in rows},
    )


def _planned_limit(session: Session, asked: NewReading) -> _Plan:
    rows = [row for row in limit_rows(session) if row.code == asked.code]
    if not rows:
        raise NotFound("There is no such limit.")
    if asked.valid_from is None or not EARLIEST <= asked.valid_from <= LATEST:
        raise TrackerError("Enter the day from which the limit reads so.")
    if not 1 <= asked.days <= MOST_LIMIT_DAYS:
        raise TrackerError("A limit has 1 to %(most)s days.", most=MOST_LIMIT_DAYS)
    basis, now = checked(asked.legal_basis), rows[0]
    if not basis:
        raise TrackerError("Enter the legal basis.")
    names = ("days", "unit", "legal_basis", "valid_from", "is_active")
    before = {name: getattr(now, name) for name in names}
    wanted = before | {
        "days": asked.days,
        "unit": asked.unit,
        "legal_basis": basis,
        "valid_from": asked.valid_from,
        "is_active": asked.is_active,
    }
    if {**wanted, "valid_from": None} == {**before, "valid_from": None}:
        raise TrackerError("Nothing differs from what the register holds.")
    works = clockwork(session)
    newest = max((rule.id for rule in works.rules), default=0) + 1
    rule = Rule(asked.code, asked.days, asked.unit, asked.valid_from, asked.is_active, id=newest)

    def write(session: Session) -> None:
        same = ("code", "name_vi", "name_en", "counted_from_vi", "counted_from_en", "is_local")
        kept = {name: getattr(now, name) for name in same}
        write_limit(session, DeadlineRule(**kept, **wanted, certainty=Certainty.DECIDED_HERE))

    return _Plan(
        after=replace(works, rules=(*works.rules, rule)),
        write=write,
        action="limit:changed",
        subject=asked.code,
        told=basis,
        facts_before=before,
        facts_after=wanted,
    )


def _planned_choices(session: Session, asked: Choices) -> _Plan:
    asked.check()
    works, before = clockwork(session), choices_of(session)
    calendar = replace(works.calendar, rolls=asked.calendar_rolls, announced_to=asked.announced_to)
    return _Plan(
        after=replace(works, calendar=calendar),
        write=lambda session: write_choices(session, asked),
        action="clocks:chosen",
        subject="choices",
        told="",
        facts_before=dict(before.written()),
        facts_after=dict(asked.written()),
    )


def _preview(session: Session, plan: _Plan) -> Preview:
    before = clockwork(session)
    limits = list(moved_limits(session, before, plan.after))
    moved: tuple[MovedDate | MovedLimit, ...] = (
        *_moved_due(session, before, plan.after, plan.days),
        *_moved_ack(session, before, plan.after),
        *(one for one in limits if not one.is_over),
    )
    lines = "\n".join(f"{one.code} {one.what} {one.before} {one.after}" for one in moved)
    over = tuple(one for one in limits if one.is_over)
    return Preview(moved, over, hashlib.sha256(lines.encode()).hexdigest())


def _moved_due(
    session: Session, before: Clockwork, after: Clockwork, days: Collection[date] | None
) -> Iterator[MovedDate]:
    counted = or_(*(Petition.due_basis.startswith(f"{kind}:") for kind in (CATEGORY, RULE)))
    asked = select(Petition.id, Petition.place_id, Petition.code, Petition.due_on).where(
        Petition.status.in_(OPEN), Petition.due_on.is_not(None), counted
    )
    if days:
        # A day counts only between day zero and the date.
        asked = asked.where(Petition.received_on < max(days), Petition.due_on >= min(days))
    rows = iter(session.execute(asked.order_by(Petition.id)).all())
    while some := list(islice(rows, TOGETHER)):
        histories = _histories(session, [row.id for row in some])
        for petition_id, place_id, code, due_on in some:
            standing = effective(facts(histories[petition_id]))
            was, will = counted_due(standing, before), counted_due(standing, after)
            if was and will and was != will and will != due_on:
                yield MovedDate(petition_id, place_id, code, Moving.DUE, due_on, will)


def _moved_ack(session: Session, before: Clockwork, after: Clockwork) -> Iterator[MovedDate]:
    waiting = (
        Petition.status.in_(OPEN),
        Petition.acknowledged_on.is_(None),
        Petition.date_precision == Precision.DAY,
    )
    received = select(Petition.received_on, Petition.kind).where(*waiting).distinct()
    moves = {}
    for day, kind in session.execute(received).all():
        was, will = (ack_due(day, Precision.DAY, works, kind) for works in (before, after))
        if was != will:
            moves[day, kind] = will
    days = iter(sorted({day for day, _ in moves if day}))
    while some := list(islice(days, TOGETHER)):
        asked = select(
            Petition.id,
            Petition.place_id,
            Petition.code,
            Petition.received_on,
            Petition.kind,
            Petition.ack_due_on,
        ).where(*waiting, Petition.received_on.in_(some))
        for petition_id, place_id, code, day, kind, due_on in session.execute(
            asked.order_by(Petition.id)
        ):
            will = moves.get((day, kind), due_on)
            if will != due_on:
                yield MovedDate(petition_id, place_id, code, Moving.ACK, due_on, will)


def _move_dates(session: Session, actor: User, moved: Sequence[MovedDate], told: str) -> None:
    by_day: dict[date | None, list[int]] = defaultdict(list)
    for one in moved:
        if one.what is Moving.ACK:
            by_day[one.after].append(one.petition_id)
    for day, ids in by_day.items():
        for some in _in_parts(ids):
            session.execute(update(Petition).where(Petition.id.in_(some)).values(ack_due_on=day))
            renew_lookups(session, some)
    due = {one.petition_id: one.after for one in moved if one.what is Moving.DUE}
    for some in _in_parts(list(due)):
        asked = select(Petition).where(Petition.id.in_(some)).order_by(Petition.id)
        held = session.scalars(
            asked.with_for_update(of=Petition), execution_options={"populate_existing": True}
        ).all()
        histories = _histories(session, some)
        for petition in held:
            petition.due_on = due[petition.id]
            step = PetitionStep(move=RECALCULATE, happened_on=clock.today(), note=told)
            record(session, actor, petition, step, histories[petition.id], is_journaled=False)


def _in_parts(ids: list[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, TOGETHER)):
        yield some


def _histories(session: Session, ids: list[int]) -> dict[int, list[PetitionStep]]:
    asked = select(PetitionStep).where(PetitionStep.petition_id.in_(ids))
    found: dict[int, list[PetitionStep]] = defaultdict(list)
    for step in session.scalars(asked.order_by(PetitionStep.id)):
        found[step.petition_id].append(step)
    return found
