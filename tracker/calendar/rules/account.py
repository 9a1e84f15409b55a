"""A due date that accounts for itself: day zero, what was counted, what moved it, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.calendar.rules.days import ONE_DAY, Calendar, is_weekend
from tracker.calendar.rules.limits import Limit, Unit
from tracker.core.clock import shown_date
from tracker.core.i18n import N_, Labelled, gettext, ngettext


class Why(Labelled):
    """What a line of an account tells."""

    START = "start", N_("day zero, from which days are counted")
    COUNTED = "counted", N_("days counted")
    WORKED = "worked", N_("weekend day that is worked")
    WEEKEND = "weekend", N_("weekend")
    DAY_OFF = "day_off", N_("day off")
    PAUSED = "paused", N_("the clock stood still")
    ASSIGNED = "assigned", N_("date set by a person")
    EXTENDED = "extended", N_("extended")
    PLANNED = "planned", N_("deferred to the planned date")
    KEPT = "kept", N_("date kept from before; why it was set is not recorded")
    SETTLED = "settled", N_("stays as it read before the calendar or the limit was changed")
    RESULT = "result", N_("the due date")


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which the clock stood still: from the first until work was taken up again."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class SetDate:
    """A date that a person set on a day, in place of what was counted."""

    on: date | None
    until: date
    why: Why = Why.ASSIGNED
    reason: str = ""
    document: str = ""


Event = Pause | SetDate


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account; `moves_by` is by how many days it moves the date."""

    why: Why
    day: date | None
    moves_by: int = 0
    until: date | None = None
    reason: str = ""
    document: str = ""
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A date and all that led to it; the days of its lines add up from day zero to the date."""

    start: date
    limit: Limit | None
    lines: tuple[Line, ...]
    due_on: date | None
    is_provisional: bool


def account(
    start: date, limit: Limit | None, calendar: Calendar, events: Sequence[Event] = ()
) -> Account:
    """Count a limit from its day zero, then follow what people did to the date since."""
    lines = [Line(Why.START, start)]
    due = start
    if limit is not None:
        lines.extend(_counted(start, limit, calendar))
        due = _end(start, lines)
    for event in events:
        lines.extend(_event_lines(event, due, limit, calendar))
        due = _end(start, lines)
    known = limit is not None or any(isinstance(event, SetDate) for event in events)
    provisional = known and calendar.is_provisional(due)
    if known:
        lines.append(Line(Why.RESULT, due, is_provisional=provisional))
    return Account(start, limit, tuple(lines), due if known else None, provisional)


def told(line: Line, limit: Limit | None) -> str:
    """Say what a line means, in the language in force; its day stands beside it."""
    words = _counted_words(limit) if line.why is Why.COUNTED and limit else gettext(line.why.label)
    if line.why in (Why.DAY_OFF, Why.WORKED) and line.reason:
        words = line.reason
    if line.why is Why.PAUSED and line.until:
        words = gettext("the clock stood still until %(day)s", day=shown_date(line.until))
    elif line.until:
        words = gettext("%(why)s: %(day)s", why=words, day=shown_date(line.until))
        words = ". ".join(part for part in (words, line.reason) if part)
    if line.document:
        words = f"{words} ({line.document})"
    return gettext("%(words)s, provisional", words=words) if line.is_provisional else words


def _counted_words(limit: Limit) -> str:
    if limit.unit is Unit.WORKING:
        return ngettext("one working day", "%(num)s working days", limit.days)
    return ngettext("one calendar day", "%(num)s calendar days", limit.days)


def due_under(start: date, limit: Limit, calendar: Calendar, pauses: Iterable[Pause] = ()) -> date:
    """Give the date alone: the limit's end, later by each pause, off the days off."""
    due = limit.due(start, calendar)
    for pause in pauses:
        due = after_pause(due, pause, limit, calendar)
    return due


def after_pause(due: date, pause: Pause, limit: Limit | None, calendar: Calendar) -> date:
    """Move a date later by a pause; one that is counted moves on to a working day."""
    due += pause.until - pause.since
    if limit is None or not limit.keeps_off_days_off(calendar):
        return due
    while not calendar.is_working(due):
        due += ONE_DAY
    return due


def _end(start: date, lines: Iterable[Line]) -> date:
    return start + timedelta(days=sum(line.moves_by for line in lines))


def _counted(start: date, limit: Limit, calendar: Calendar) -> Iterator[Line]:
    yield Line(Why.COUNTED, None, moves_by=limit.days)
    if limit.unit is Unit.CALENDAR:
        if calendar.rolls:
            yield from _off_days(start + timedelta(days=limit.days), calendar)
        return
    day, left = start, limit.days
    while left > 0:
        day += ONE_DAY
        if not calendar.is_working(day):
            yield _off(day, calendar)
            continue
        left -= 1
        if is_weekend(day):
            yield _special(Why.WORKED, day, calendar, moves_by=0)


def _off_days(day: date, calendar: Calendar) -> Iterator[Line]:
    """Give a line for each day off from this day on, until one is worked."""
    while not calendar.is_working(day):
        yield _off(day, calendar)
        day += ONE_DAY


def _off(day: date, calendar: Calendar) -> Line:
    if day not in calendar.special:
        return Line(Why.WEEKEND, day, moves_by=1)
    return _special(Why.DAY_OFF, day, calendar, moves_by=1)


def _special(why: Why, day: date, calendar: Calendar, *, moves_by: int) -> Line:
    kept = calendar.special[day]
    is_provisional = kept.is_provisional or calendar.is_provisional(day)
    return Line(why, day, moves_by, None, kept.reason, kept.document, is_provisional)


def _event_lines(
    event: Event, due: date, limit: Limit | None, calendar: Calendar
) -> Iterator[Line]:
    if isinstance(event, SetDate):
        moves_by = (event.until - due).days
        yield Line(event.why, event.on, moves_by, event.until, event.reason, event.document)
        return
    moves_by = (event.until - event.since).days
    yield Line(Why.PAUSED, event.since, moves_by, event.until)
    if moves_by and limit is not None and limit.keeps_off_days_off(calendar):
        yield from _off_days(due + timedelta(days=moves_by), calendar)
