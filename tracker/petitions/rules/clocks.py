"""A petition's own clocks: its due date, the answer owed to the citizen, how long nothing is done.

One set of rules for pages, lists, counts and reports; queries.standing asks the same in SQL.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.calendar.rules import (
    ACK,
    LAST_ANNOUNCED_YEAR,
    STALE_CODES,
    Account,
    Choices,
    Clockwork,
    Event,
    Limit,
    Pause,
    SetDate,
    Unit,
    Why,
    account,
    due_under,
    is_provisional,
)
from tracker.core.dates import Precision
from tracker.core.i18n import N_, Labelled
from tracker.petitions.lifecycle import (
    ACCEPT,
    ACKNOWLEDGE,
    ANSWERS,
    ENDED,
    MOVES,
    NOTICE_LIMITS,
    Kind,
    Status,
)
from tracker.petitions.rules.history import PAUSED, RUNNING, StepFact, effective, paused_since

CATEGORY, RULE = "category", "rule"
ASSIGNED, EXTENSION, PLAN, UNKNOWN = "assigned", "extension", "plan", ""
"""Why a petition is due when it is: counted by a rule (its limit follows), or set by a person."""

_WHY = {ASSIGNED: Why.ASSIGNED, EXTENSION: Why.EXTENDED, PLAN: Why.PLANNED, UNKNOWN: Why.KEPT}


class Timeliness(Labelled):
    """How a petition stands against its due date on a given day; computed, never stored."""

    IN_TIME = "in_time", N_("In time")
    DUE_SOON = "due_soon", N_("Due soon")
    LATE = "late", N_("Late")
    DONE_IN_TIME = "done_in_time", N_("Done in time")
    DONE_LATE = "done_late", N_("Done late")
    NO_DATE = "no_date", N_("No due date")
    PAUSED = "paused", N_("Clock paused")


class Acknowledgement(Labelled):
    """Whether the citizen was answered or told in time; computed, never stored."""

    DUE = "due", N_("Notice to the citizen due")
    LATE = "late", N_("Notice to the citizen late")
    DONE_IN_TIME = "done_in_time", N_("Citizen told in time")
    DONE_LATE = "done_late", N_("Citizen told late")
    NO_LIMIT = "no_limit", N_("No limit for the notice")


class Ageing(Labelled):
    """How long a petition lies unprocessed: the alert it has reached."""

    FIRST = "30", N_("Unprocessed, first alert")
    SECOND = "40", N_("Unprocessed, second alert")
    LIMIT = "45", N_("Unprocessed, limit reached")


USUAL_AGES = {ageing: int(ageing) for ageing in Ageing}


@dataclass(frozen=True, slots=True)
class Terms:
    """What petitions are judged by on a day: the day itself, and what the installation decides."""

    today: date
    soon_days: int = 3
    announced_to: int = LAST_ANNOUNCED_YEAR
    ages: Mapping[Ageing, int] = field(default_factory=lambda: USUAL_AGES)

    def is_provisional(self, day: date | None) -> bool:
        """Tell whether a date touches a year whose days off are not yet announced."""
        return is_provisional(day, self.announced_to)


def terms_on(today: date, choices: Choices, clockwork_rules: Clockwork) -> Terms:
    """Give the terms of a day; an alert of ageing counts as it reads on the day of looking."""
    ages = {
        ageing: rule.days
        for ageing, code in zip(Ageing, STALE_CODES, strict=True)
        if (rule := clockwork_rules.rule(code, today))
    }
    return Terms(today, choices.due_soon_days, choices.announced_to, ages)


def timeliness(
    status: Status, due_on: date | None, ended_on: date | None, terms: Terms
) -> Timeliness:
    """Judge a petition against its due date: while its clock runs by today, else by its end."""
    if status in PAUSED:
        return Timeliness.PAUSED
    if due_on is None or (status in ENDED and ended_on is None):
        return Timeliness.NO_DATE
    if status in ENDED and ended_on is not None:
        return Timeliness.DONE_IN_TIME if ended_on <= due_on else Timeliness.DONE_LATE
    if terms.today > due_on:
        return Timeliness.LATE
    is_soon = due_on - terms.today <= timedelta(terms.soon_days)
    return Timeliness.DUE_SOON if is_soon else Timeliness.IN_TIME


def acknowledgement(
    status: Status, ack_due_on: date | None, acknowledged_on: date | None, terms: Terms
) -> Acknowledgement:
    """Judge whether the citizen was told in time; one who withdrew need not be told any more."""
    if ack_due_on is None or (acknowledged_on is None and status in ENDED):
        return Acknowledgement.NO_LIMIT
    if acknowledged_on is not None:
        in_time = acknowledged_on <= ack_due_on
        return Acknowledgement.DONE_IN_TIME if in_time else Acknowledgement.DONE_LATE
    return Acknowledgement.LATE if terms.today > ack_due_on else Acknowledgement.DUE


def ageing(
    status: Status, received_on: date | None, precision: Precision, terms: Terms
) -> Ageing | None:
    """Give the highest alert of a petition that nothing was done about since it was received."""
    if status is not Status.RECEIVED or received_on is None or precision is not Precision.DAY:
        return None
    age = (terms.today - received_on).days
    reached = [alert for alert in Ageing if alert in terms.ages and age >= terms.ages[alert]]
    return reached[-1] if reached else None


def notice_limit(kind: Kind) -> str:
    """Name the limit by which a citizen is answered or told: a complaint is accepted or refused."""
    return NOTICE_LIMITS.get(kind, ACK)


def ack_due(
    received_on: date | None,
    precision: Precision,
    clockwork: Clockwork,
    kind: Kind = Kind.RECOMMENDATION,
) -> date | None:
    """Give the day by which the citizen is answered or told; none where no day is known."""
    if received_on is None or precision is not Precision.DAY:
        return None
    rule = clockwork.rule(notice_limit(kind), received_on)
    return rule.limit().due(received_on, clockwork.calendar) if rule else None


def acknowledged(history: Iterable[StepFact]) -> date | None:
    """Give the first day on which the citizen was answered or told."""
    recorded = list(history)
    voided = {step.voids_id for step in recorded if step.voids_id is not None}
    told = [s for s in recorded if s.move in (ACKNOWLEDGE, ACCEPT) and s.id not in voided]
    answered = [step for step in effective(recorded) if step.status in ANSWERS]
    return min((step.happened_on for step in told + answered if step.happened_on), default=None)


def first_due(history: Iterable[StepFact]) -> date | None:
    """Give the first due date that was set, which later ones do not hide."""
    recorded = list(history)
    voided = {step.voids_id for step in recorded if step.voids_id is not None}
    return next((s.due_on for s in recorded if s.due_on and s.id not in voided), None)


def is_late(status: Status, due_on: date | None, today: date) -> bool:
    """Tell whether a petition's clock runs past its due date."""
    return status in RUNNING and due_on is not None and today > due_on


def first_resolved(history: Iterable[StepFact]) -> date | None:
    """Give the day of the first resolution, which reopening does not rewrite."""
    resolved = (step for step in effective(history) if step.status is Status.RESOLVED)
    return next((step.happened_on for step in resolved), None)


def category_basis(days: int, *, working: bool) -> str:
    """Write that a category's own rule of so many days counts the date."""
    return f"{CATEGORY}:{days}{'w' if working else 'c'}"


def is_accepted(history: Iterable[StepFact]) -> bool:
    """Tell whether a complaint was accepted."""
    return any(step.move == ACCEPT for step in effective(history))


def rule_basis(code: str, since: date) -> str:
    """Write that a limit by law counts the date, from this day zero."""
    return f"{RULE}:{code}@{since.isoformat()}"


def day_zero(basis: str, received_on: date | None) -> date | None:
    """Give the day from which a date of this basis is counted: that of receipt, or its own."""
    _, is_own, day = basis.partition("@")
    return date.fromisoformat(day) if is_own else received_on


def limit_of(basis: str, trigger: date | None, clockwork: Clockwork) -> Limit | None:
    """Give the limit that counts a date of this basis; none where a person set the date."""
    kind, _, detail = basis.partition(":")
    if kind == CATEGORY and detail[:-1].isdecimal():
        unit = Unit.WORKING if detail.endswith("w") else Unit.CALENDAR
        return Limit(int(detail[:-1]), unit)
    code, trigger = detail.partition("@")[0], day_zero(basis, trigger)
    rule = clockwork.rule(code, trigger) if kind == RULE and trigger else None
    return rule.limit() if rule else None


def pauses_of(counted: Sequence[StepFact]) -> list[Pause]:
    """Give the pauses that are over."""
    ended = (_pause_ended_by(counted, at) for at in range(len(counted)))
    return [pause for pause in ended if pause]


def counted_due(counted: Sequence[StepFact], clockwork: Clockwork) -> date | None:
    """Count the due date anew from its day zero; none where a person set it."""
    basis = counted[-1].due_basis
    start = day_zero(basis, counted[0].happened_on)
    limit = limit_of(basis, start, clockwork)
    if limit is None or start is None or counted[-1].due_on is None:
        return None
    pauses = [pause for pause in pauses_of(counted) if pause.since >= start]
    return due_under(start, limit, clockwork.calendar, pauses)


def latest_by_law(counted: Sequence[StepFact], day: date, clockwork: Clockwork) -> date | None:
    """Give the last day that an accepted complaint may be due without one more document.

    It is the limit's own, later by the pauses up to this day, or the one of a lawful extension.
    """
    start = next((step.happened_on for step in counted if step.move == ACCEPT), None)
    rule = clockwork.rule(MOVES[ACCEPT].limit_code, start) if start else None
    if start is None or rule is None:
        return None
    since = paused_since(counted) if counted[-1].status in PAUSED else None
    pauses = [pause for pause in pauses_of(counted) if pause.since >= start]
    pauses += [Pause(since, day)] if since and since >= start else []
    law = due_under(start, rule.limit(), clockwork.calendar, pauses)
    extended = (step.due_on for step in counted if step.due_basis == EXTENSION)
    return max([law, *(due_on for due_on in extended if due_on)])


def due_account(
    counted: Sequence[StepFact], told: Mapping[int, tuple[str, str]], clockwork: Clockwork
) -> Account | None:
    """Give the account of a petition's due date; `told` has each step's note and document.

    A limit that began with a step of its own is told from that step on.
    """
    begins = [at for at, step in enumerate(counted) if "@" in step.due_basis]
    if begins:
        basis = counted[begins[-1]].due_basis
        counted = counted[next(at for at in begins if counted[at].due_basis == basis) :]
        limit, start = limit_of(basis, None, clockwork), day_zero(basis, None)
        events = list(_events(counted, told))
        return account(start, limit, clockwork.calendar, events) if start else None
    first = counted[0]
    start = first.happened_on or next((s.happened_on for s in counted if s.happened_on), None)
    if start is None or counted[-1].due_on is None:
        return None
    limit = limit_of(first.due_basis, first.happened_on, clockwork)
    return account(start, limit, clockwork.calendar, list(_events(counted, told)))


def _events(counted: Sequence[StepFact], told: Mapping[int, tuple[str, str]]) -> Iterator[Event]:
    for at, step in enumerate(counted):
        if pause := _pause_ended_by(counted, at):
            yield pause  # the date moves on, under the same basis
        elif step.due_on and _is_date_set_by(counted, at):
            note, document = told.get(step.id, ("", ""))
            yield SetDate(step.happened_on, step.due_on, _WHY[step.due_basis], note, document)


def _pause_ended_by(counted: Sequence[StepFact], at: int) -> Pause | None:
    before, step = counted[at - 1] if at else None, counted[at]
    if before is None or before.status not in PAUSED or step.status in PAUSED:
        return None
    since = paused_since(counted[:at])
    if since is None or step.happened_on is None or before.due_on is None:
        return None
    return Pause(since, step.happened_on)


def _is_date_set_by(counted: Sequence[StepFact], at: int) -> bool:
    step, before = counted[at], counted[at - 1] if at else None
    former = (before.due_on, before.due_basis) if before else (None, UNKNOWN)
    return step.due_basis in _WHY and (step.due_on, step.due_basis) != former
