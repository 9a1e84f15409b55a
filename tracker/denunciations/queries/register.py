"""The denunciations that a person is named in, and their figures."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.calendar.queries import clockwork
from tracker.calendar.rules import SetDate
from tracker.denunciations.lifecycle import OPEN, Stage, Way
from tracker.denunciations.models import Denunciation, DenunciationStep
from tracker.denunciations.queries.one import named_in, within
from tracker.denunciations.rules import (
    Standing,
    due_account,
    extension,
    standing_steps,
    told_counts,
)
from tracker.places.models import Place

LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class DenunciationRow:
    """One line of the list: nothing in it of who denounced."""

    code: str
    received_on: date
    way: Way
    accused: str
    place: str
    is_anonymous: bool
    stage: Stage
    due_on: date | None

    def is_late(self, today: date) -> bool:
        """Tell whether the law's date has passed."""
        return self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Figures:
    """How many were received in a year, and how they stand where that points at nobody."""

    year: int
    received: int
    stages: dict[Stage, int]

    @property
    def rest(self) -> int:
        """Count what is not told apart."""
        return self.received - sum(self.stages.values())


def denunciation_rows(session: Session, user: User) -> list[DenunciationRow]:
    """Give the cases that a person is named in: the open ones first, the soonest due of them."""
    found = session.execute(
        select(Denunciation, Place.name)
        .join(Place, Place.id == Denunciation.place_id)
        .where(Denunciation.id.in_(named_in(user)), *within(user))
        .order_by(Denunciation.received_on.desc(), Denunciation.id.desc())
        .limit(LONGEST_LIST)
    ).all()
    extended = _extensions(session, [row.id for row, _ in found])
    works = clockwork(session)
    rows = []
    for kept, place in found:
        standing = Standing(kept.stage, kept.received_on, kept.accepted_on, extended[kept.id])
        due = due_account(standing, works, in_english=False)
        rows.append(
            DenunciationRow(
                kept.code,
                kept.received_on,
                kept.way,
                kept.accused,
                place,
                kept.is_anonymous,
                kept.stage,
                due.due_on if due else None,
            )
        )
    return sorted(rows, key=lambda row: (row.stage not in OPEN, row.due_on or date.max))


def figures_of(session: Session, user: User, year: int) -> Figures:
    """Count the cases of a year that a person is named in; few are not broken down."""
    counted = session.execute(
        select(Denunciation.stage, func.count())
        .where(
            Denunciation.id.in_(named_in(user)),
            *within(user),
            Denunciation.received_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(Denunciation.stage)
    )
    counts = dict(iter(counted))
    return Figures(year, sum(counts.values()), told_counts(counts))


def _extensions(session: Session, ids: Sequence[int]) -> defaultdict[int, list[SetDate]]:
    steps = session.scalars(
        select(DenunciationStep)
        .where(DenunciationStep.denunciation_id.in_(ids))
        .order_by(DenunciationStep.denunciation_id, DenunciationStep.id)
    )
    extended: defaultdict[int, list[SetDate]] = defaultdict(list)
    for case_id, some in groupby(steps, key=lambda step: step.denunciation_id):
        for step in standing_steps(some):
            if step.until_on is not None:
                kept = extension(step.happened_on, step.until_on, step.note, step.document_number)
                extended[case_id].append(kept)
    return extended
