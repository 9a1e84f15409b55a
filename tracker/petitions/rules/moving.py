"""What a move makes of a petition: pure, so that a bulk of histories goes the same road as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.calendar.rules import Clockwork, Pause, after_pause
from tracker.petitions.lifecycle import Move, Status
from tracker.petitions.rules.clocks import ASSIGNED, EXTENSION, PLAN, limit_of, rule_basis
from tracker.petitions.rules.history import PAUSED, StepFact, due_after_pause, paused_since


@dataclass(frozen=True, slots=True)
class Standing:
    """What a step leaves behind: where the petition stands, until when, and with whom."""

    status: Status
    due_on: date | None
    due_basis: str
    plan_on: date | None
    department_id: int | None
    master_id: int | None
    cooperating: str = ""
    monitor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Who helps beside the department in charge, and who watches over the whole."""

    cooperating: str = ""
    monitor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a move was asked to set; a move takes of it what it offers or needs."""

    department_id: int | None = None
    due_on: date | None = None
    plan_on: date | None = None
    master_id: int | None = None
    team: Team | None = None


def moved(
    was: Standing,
    move: Move,
    wanted: Wanted,
    counted: Sequence[StepFact],
    day: date,
    clocks: Clockwork,
) -> Standing:
    """Give how a petition stands after a move on a day; `counted` are its effective steps."""
    given = wanted.department_id if move.offers_department else None
    department_id = given or was.department_id
    if move.limit_code:
        return _under_limit(was, move.limit_code, day, clocks)
    if move.target is None:
        if not move.needs_later_due_date:
            return replace(was, department_id=department_id)
        return replace(was, due_on=wanted.due_on, due_basis=EXTENSION, department_id=department_id)
    due_on, due_basis = was.due_on, was.due_basis
    if was.status in PAUSED:
        due_on = _due_after_pause(was, counted, day, clocks)
    if move.offers_due_date and wanted.due_on:
        due_on, due_basis = wanted.due_on, ASSIGNED
    plan_on = wanted.plan_on if move.needs_plan_date else None
    if plan_on:
        due_on, due_basis = plan_on, PLAN
    master_id = wanted.master_id if move.needs_master else None
    team = wanted.team if move.offers_department and wanted.team else was
    return Standing(
        move.target,
        due_on,
        due_basis,
        plan_on,
        department_id,
        master_id,
        team.cooperating,
        team.monitor_id,
    )


def _under_limit(was: Standing, code: str, day: date, clocks: Clockwork) -> Standing:
    """Let a limit of the law count from this day; an earlier date that a person set stays."""
    rule = clocks.rule(code, day)
    if rule is None:
        return was
    due_on = rule.limit().due(day, clocks.calendar)
    if was.due_on is not None and was.due_on <= due_on:
        return was
    return replace(was, due_on=due_on, due_basis=rule_basis(code, day))


def _due_after_pause(
    was: Standing, counted: Sequence[StepFact], day: date, clocks: Clockwork
) -> date | None:
    """Move the date later by the pause; one that a limit counts never rests on a day off."""
    since = paused_since(counted)
    limit = limit_of(was.due_basis, counted[0].happened_on, clocks)
    if limit is None or was.due_on is None or since is None:
        return due_after_pause(was.due_on, since, day)
    return after_pause(was.due_on, Pause(since, day), limit, clocks.calendar)
