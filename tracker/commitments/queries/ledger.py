"""The ledger of promises: how many were made, and how they stand, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, String, case, cast, extract, func, select
from sqlalchemy.orm import Session

from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment
from tracker.commitments.queries.addresses import NOBODY
from tracker.commitments.queries.register import (
    CommitmentFilter,
    is_undated,
    matching,
    stands_as,
)
from tracker.commitments.rules import By
from tracker.core import clock
from tracker.core.i18n import language
from tracker.core.text import sort_key
from tracker.dialogues.models import Department, Dialogue
from tracker.places.queries import reached


@dataclass(frozen=True, slots=True)
class Line:
    """One leader, department, dialogue or year: what was promised, and each way it stands today.

    `key` names it in addresses; `name` is empty when nobody, or no dialogue, is named. The states
    add up to `made`; `undated` are those of the open ones that have no due date.
    """

    key: str
    name: str
    made: int
    states: Mapping[State, int]
    undated: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Lines, the most overdue or the latest year first, and their sum."""

    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Line:
        """The sum of all lines."""
        return Line(
            "",
            "",
            sum(line.made for line in self.lines),
            {state: sum(line.states[state] for line in self.lines) for state in State},
            sum(line.undated for line in self.lines),
        )


def ledger(session: Session, scope: frozenset[int], asked: CommitmentFilter, by: By) -> Ledger:
    """Count the commitments that a filter leaves, a line for each of what they are counted by."""
    key, name = _grouping(by)
    today = clock.today()
    counts = [_number(stands_as(state, today)) for state in State]
    statement = (
        matching(session, scope, asked)
        .with_only_columns(key, func.min(name), func.count(), *counts, _number(is_undated()))
        .outerjoin(Department, Department.id == Commitment.department_id)
        .outerjoin(Dialogue, Dialogue.id == Commitment.dialogue_id)
        .group_by(key)
    )
    lines = [
        Line(key or NOBODY, name or "", made, dict(zip(State, counted, strict=True)), undated)
        for key, name, made, *counted, undated in session.execute(statement)
    ]
    if by is By.YEAR:
        lines.sort(key=lambda line: line.name, reverse=True)
    else:
        lines.sort(key=lambda line: (-line.states[State.OVERDUE], -line.made, sort_key(line.name)))
    return Ledger(lines)


def due_dates_missing(session: Session, scope: frozenset[int]) -> int:
    """Count what is still to be kept and has no date until which."""
    asked = select(func.count()).where(Commitment.place_id.in_(reached(scope)), is_undated())
    return session.scalar(asked) or 0


def _number(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _grouping(by: By) -> tuple[Any, Any]:
    department = Department.name_en if language() == "en" else Department.name_vi
    year = cast(cast(extract("year", Commitment.promised_on), Integer), String)
    return {
        By.LEADER: (Commitment.leader_key, Commitment.promised_by),
        By.DEPARTMENT: (Department.code, department),
        By.DIALOGUE: (Dialogue.code, Dialogue.topic),
        By.YEAR: (year, year),
    }[by]
