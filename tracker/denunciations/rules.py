"""What binds denunciations: limits, who is kept out, and figures that point at nobody."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar

from tracker.calendar.rules import Account, Calendar, Clockwork, SetDate, Why, account
from tracker.core.errors import TrackerError
from tracker.core.text import fold
from tracker.denunciations.lifecycle import RECEIVE, UNDO, UNDOABLE, Stage

CONTENT_LIMIT = 20_000
NOTE_LIMIT = 4_000
ACCUSED_LIMIT = 200
DECIDE, RESOLVE = "TC_INITIAL", "TC_RESOLVE"
MOST_EXTENSIONS, EXTENSION_DAYS = 2, 30
"""A complicated case is extended once, an especially complicated one twice, by 30 days each."""
FEWEST_TOLD = 5
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 7

Name = TypeVar("Name")


class DenunciationRefused(TrackerError):
    """What was typed contradicts itself or lacks something."""

    def __init__(self, msgid: str, field: str = "", **values: object) -> None:
        super().__init__(msgid, **values)
        self.field = field


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a denunciation its limits depend on."""

    stage: Stage
    received_on: date
    accepted_on: date | None
    extensions: Sequence[SetDate] = ()


class Step(Protocol):
    """What the standing of a case follows from."""

    move: Any


AnyStep = TypeVar("AnyStep", bound=Step)


def standing_steps(steps: Iterable[AnyStep]) -> list[AnyStep]:
    """Give the steps that a case stands on: its receipt, and what moved it and was not undone."""
    standing: list[AnyStep] = []
    for step in steps:
        if step.move == UNDO:
            standing.pop()
        elif step.move in UNDOABLE or step.move == RECEIVE:
            standing.append(step)
    return standing


def new_code() -> str:
    """Draw a code that tells neither how many there are nor which came first."""
    return "TC-" + "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def due_account(standing: Standing, works: Clockwork, *, in_english: bool) -> Account | None:
    """Give the date until which the law wants the next decision, with its account."""
    if standing.stage is Stage.RECEIVED:
        code, start = DECIDE, standing.received_on
    elif standing.stage in (Stage.ACCEPTED, Stage.VERIFYING) and standing.accepted_on:
        code, start = RESOLVE, standing.accepted_on
    else:
        return None
    rule = works.rule(code, start)
    if rule is None:
        return None
    limit = rule.limit(in_english=in_english)
    events = standing.extensions if code == RESOLVE else ()
    return account(start, limit, works.calendar, events)


def extension(on: date, until: date, reason: str, document: str) -> SetDate:
    """Give an extension as an account tells it."""
    return SetDate(on, until, Why.EXTENDED, reason, document)


def check_extension(due_on: date, until: date, extensions: int, calendar: Calendar) -> None:
    """Refuse a third extension, and one that the law does not give."""
    if extensions >= MOST_EXTENSIONS:
        raise DenunciationRefused("The law extends the limit twice at most.", "move")
    latest = due_on + timedelta(days=EXTENSION_DAYS)
    while calendar.rolls and not calendar.is_working(latest):
        latest += timedelta(days=1)
    if not due_on < until <= latest:
        raise DenunciationRefused(
            "One extension moves the limit by at most %(days)s days: to a day after %(due)s.",
            "until_on",
            days=EXTENSION_DAYS,
            due=f"{due_on:%d/%m/%Y}",
        )


def is_accused(full_name: str, accused: str) -> bool:
    """Tell whether a person's name stands in what was typed of the accused."""
    return f" {fold(full_name)} " in f" {_words(accused)} "


def _words(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(text)).split())


def told_counts(counts: Mapping[Name, int]) -> dict[Name, int]:
    """Leave out of a breakdown what would point at somebody.

    A whole below five is not broken down; parts below five are told together, as the rest, which
    must then be of five at least.
    """
    if sum(counts.values()) < FEWEST_TOLD:
        return {}
    told = {name: number for name, number in counts.items() if number >= FEWEST_TOLD}
    rest = sum(number for name, number in counts.items() if name not in told)
    while 0 < rest < FEWEST_TOLD:
        smallest = min(told, key=lambda name: told[name])
        rest += told.pop(smallest)
    return told
