"""A dialogue's limits: what is done, due or late, and why. queries.clocks asks the same in SQL."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.calendar.rules import (
    Account,
    Calendar,
    Clockwork,
    Limit,
    Line,
    Rule,
    Unit,
    Why,
    account,
)
from tracker.core.i18n import N_, Labelled
from tracker.dialogues.lifecycle import HAPPENED, UPCOMING, Stage

ONE_DAY = timedelta(days=1)


class Duty(Labelled):
    """What is owed around a dialogue, in the order in which it falls due."""

    NOTICE = "notice", N_("Public notice")
    HOLDING = "holding", N_("Dialogue held")
    CONCLUSION = "conclusion", N_("Conclusions issued")
    RESULT = "result", N_("Publication of the results")
    VILLAGE_HEADS = "village_heads", N_("Results sent to village heads")
    UNIT_REPORT = "unit_report", N_("Reports of the units in charge")


class Standing(Labelled):
    """How one of these stands on a day; computed, never stored."""

    LATE = "late", N_("late")
    DUE_SOON = "due_soon", N_("due soon")
    DUE = "due", N_("to be done")
    AHEAD = "ahead", N_("after the dialogue")
    DONE = "done", N_("done in time")
    DONE_LATE = "done_late", N_("done late")
    UNTOLD = "untold", N_("cannot be told")
    NOT_APPLICABLE = "not_applicable", N_("no limit")


class Pressing(Labelled):
    """What the list of dialogues may be narrowed to."""

    LATE = "late", N_("Something is late")
    DUE = "due", N_("Something is to be done")

    @property
    def standings(self) -> frozenset[Standing]:
        """Give how a duty stands that presses so."""
        return _PRESSING[self]


_PRESSING = {
    Pressing.LATE: frozenset({Standing.LATE}),
    Pressing.DUE: frozenset({Standing.DUE_SOON, Standing.DUE}),
}
LIMIT_OF = {
    Duty.NOTICE: "DLG_NOTICE",
    Duty.CONCLUSION: "DLG_CONCLUSION",
    Duty.RESULT: "DLG_RESULT",
    Duty.VILLAGE_HEADS: "DLG_RESULT",
    Duty.UNIT_REPORT: "DLG_UNIT_REPORT",
}
"""The limit that counts each; the dialogue itself is due on its own day."""
WAITS_AT = {
    Duty.NOTICE: frozenset({Stage.PLANNED}),
    Duty.HOLDING: UPCOMING,
    Duty.CONCLUSION: frozenset({Stage.HELD}),
    Duty.RESULT: frozenset({Stage.HELD, Stage.CONCLUDED}),
    Duty.VILLAGE_HEADS: HAPPENED,
    Duty.UNIT_REPORT: HAPPENED,
}
"""The stages at which each still waits to be done."""
_URGENCY = (Standing.LATE, Standing.DUE_SOON, Standing.DUE)


@dataclass(frozen=True, slots=True)
class Course:
    """What the limits of one dialogue look at.

    `day` is its date only where it is known to the day. `done` has the day on which each duty was
    done, where it is recorded; `proof` the document number beside it. `settled` has the limits that
    a change of the calendar found over, as they read before it.
    """

    stage: Stage
    day: date | None
    done: Mapping[Duty, date] = field(default_factory=dict)
    proof: Mapping[Duty, str] = field(default_factory=dict)
    settled: Mapping[Duty, date | None] = field(default_factory=dict)

    def is_over(self, duty: Duty) -> bool:
        """Tell whether a duty waits no more: no change of what dates are counted by moves it."""
        if duty in self.done or self.stage is Stage.CANCELLED:
            return True
        is_ahead = self.stage in UPCOMING and duty is not Duty.NOTICE
        return self.stage not in WAITS_AT[duty] and not is_ahead


@dataclass(frozen=True, slots=True)
class Terms:
    """What dialogues are judged by on a day."""

    today: date
    works: Clockwork
    soon_days: int = 3


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty of one dialogue: how it stands, by when, why then, and what proves it."""

    duty: Duty
    standing: Standing
    due_on: date | None = None
    done_on: date | None = None
    proof: str = ""
    account: Account | None = None

    @property
    def is_provisional(self) -> bool:
        """Tell whether its date touches a year whose days off are not yet announced."""
        return self.account is not None and self.account.is_provisional


def clocks_of(course: Course, terms: Terms, *, in_english: bool = False) -> tuple[Clock, ...]:
    """Judge every duty of a dialogue on a day."""
    return tuple(_clock(duty, course, terms, in_english) for duty in Duty)


def pressing(clocks: Iterable[Clock]) -> Clock | None:
    """Give what presses most: what is late before what is due, the earlier date first."""
    waiting = [clock for clock in clocks if clock.standing in _URGENCY]
    return min(
        waiting,
        key=lambda clock: (_URGENCY.index(clock.standing), clock.due_on or date.max),
        default=None,
    )


def due_of(duty: Duty, day: date, limit: Limit, calendar: Calendar) -> date:
    """Give the last day for a duty of a dialogue on this day; the notice is counted backwards.

    No day off moves the last day of the notice: later would be too late.
    """
    if duty is not Duty.NOTICE:
        return limit.due(day, calendar)
    if limit.unit is Unit.CALENDAR:
        return day - timedelta(days=limit.days)
    left = limit.days
    while left > 0:
        left -= calendar.is_working(day)
        day -= ONE_DAY
    return day


def first_day_due_from(duty: Duty, wanted: date, limit: Limit, calendar: Calendar) -> date:
    """Give the first day of a dialogue whose duty is due on the wanted day or later."""
    reach = 4 * limit.days + 400  # no run of days off is nearly as long
    days = range(wanted.toordinal() - reach, wanted.toordinal() + reach)
    at = bisect_left(
        days,
        wanted,
        key=lambda number: due_of(duty, date.fromordinal(number), limit, calendar),
    )
    return date.fromordinal(days[at])


def readings(works: Clockwork, duty: Duty) -> Iterator[tuple[date, date, Limit]]:
    """Give each reading of a duty's limit that counts: its first day, its end, and itself."""
    held = sorted(
        (rule for rule in works.rules if rule.code == LIMIT_OF[duty]),
        key=lambda rule: (rule.valid_from, rule.id),
    )
    ends = [*(rule.valid_from for rule in held[1:]), date.max]
    for rule, end in zip(held, ends, strict=False):  # no limit kept, no reading
        if rule.is_active and rule.valid_from < end:
            yield rule.valid_from, end, rule.limit()


def _clock(duty: Duty, course: Course, terms: Terms, in_english: bool) -> Clock:
    if course.stage is Stage.CANCELLED:
        return Clock(duty, Standing.NOT_APPLICABLE)
    if course.day is None:
        return Clock(duty, Standing.UNTOLD)
    if duty is Duty.HOLDING:
        return _holding(course, course.day, terms.today)
    rule = terms.works.rule(LIMIT_OF[duty], course.day)
    counted = _account(duty, course.day, rule, terms.works.calendar, in_english) if rule else None
    if duty in course.settled and course.is_over(duty):
        counted = _settled(course.day, course.settled[duty], counted, terms.works.calendar)
    if counted is None:
        return Clock(duty, Standing.NOT_APPLICABLE)
    due_on, done_on = counted.due_on or course.day, course.done.get(duty)
    standing = _standing(duty, course, due_on, terms)
    return Clock(duty, standing, due_on, done_on, course.proof.get(duty, ""), counted)


def _holding(course: Course, day: date, today: date) -> Clock:
    if course.stage in HAPPENED:
        return Clock(Duty.HOLDING, Standing.DONE, day, day)
    return Clock(Duty.HOLDING, Standing.LATE if today > day else Standing.AHEAD, day)


def _standing(duty: Duty, course: Course, due_on: date, terms: Terms) -> Standing:
    done_on = course.done.get(duty)
    if done_on is not None:
        return Standing.DONE if done_on <= due_on else Standing.DONE_LATE
    if course.stage not in WAITS_AT[duty]:
        return Standing.UNTOLD if course.is_over(duty) else Standing.AHEAD
    if terms.today > due_on:
        return Standing.LATE
    is_soon = due_on - terms.today <= timedelta(terms.soon_days)
    return Standing.DUE_SOON if is_soon else Standing.DUE


def _account(duty: Duty, day: date, rule: Rule, calendar: Calendar, in_english: bool) -> Account:
    limit = rule.limit(in_english=in_english)
    if duty is not Duty.NOTICE:
        return account(day, limit, calendar)
    due_on = due_of(duty, day, limit, calendar)
    is_provisional = calendar.is_provisional(due_on)
    lines = [Line(Why.START, day), Line(Why.COUNTED, None, moves_by=-limit.days)]
    if limit.unit is Unit.WORKING:
        lines.extend(_skipped(due_on, day, calendar))
    lines.append(Line(Why.RESULT, due_on, is_provisional=is_provisional))
    return Account(day, limit, tuple(lines), due_on, is_provisional)


def _settled(
    day: date, kept: date | None, counted: Account | None, calendar: Calendar
) -> Account | None:
    """Give the account of a limit that stays as it read when it was over."""
    if kept is None or (counted is not None and counted.due_on == kept):
        return counted if kept else None
    lines = counted.lines[:-1] if counted else (Line(Why.START, day),)
    moves_by = (kept - (counted.due_on if counted and counted.due_on else day)).days
    is_provisional = calendar.is_provisional(kept)
    lines += (
        Line(Why.SETTLED, None, moves_by=moves_by),
        Line(Why.RESULT, kept, is_provisional=is_provisional),
    )
    return Account(day, counted.limit if counted else None, lines, kept, is_provisional)


def _skipped(due_on: date, day: date, calendar: Calendar) -> Iterator[Line]:
    """Give a line for each day off that counting backwards passed over."""
    while day > due_on:
        if not calendar.is_working(day):
            kept = calendar.special.get(day)
            why = Why.DAY_OFF if kept else Why.WEEKEND
            told = (kept.reason, kept.document) if kept else ("", "")
            yield Line(why, day, -1, None, *told)
        day -= ONE_DAY
