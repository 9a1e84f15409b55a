"""What stands beside the report: what no period holds, dialogues held, figures of others."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, bindparam, case, func, select
from sqlalchemy.orm import Session

from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment
from tracker.commitments.queries.register import stands_as
from tracker.core import clock
from tracker.core.i18n import N_, Labelled, language
from tracker.core.lasting import lasting
from tracker.dialogues.lifecycle import HAPPENED
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import year_of
from tracker.petitions.queries import Flow, PetitionFilter, petition_count
from tracker.petitions.rules import RECEIVED
from tracker.places.queries import ScopeShape, bound_scope, fictional_ids, reached
from tracker.reports.models import PublishedFigure
from tracker.reports.rules import Period


class Qualifier(Labelled):
    """How a published figure is meant."""

    BELOW = "below", N_("nearly")
    ABOVE = "above", N_("more than")
    ABOUT = "about", N_("about")
    EXACTLY = "exactly", N_("exactly")


@dataclass(frozen=True, slots=True)
class Figure:
    """A total that someone published, in their own words, and their name."""

    label: str
    qualifier: Qualifier
    value: int
    source: str


@dataclass(frozen=True, slots=True)
class Dialogues:
    """Dialogues held in a period: present and speakers are added up where they are known."""

    count: int
    present: int
    present_unknown: int
    speakers: int
    speakers_unknown: int


@dataclass(frozen=True, slots=True)
class Promises:
    """Commitments due in a period, by how they stand today."""

    due: int
    states: Mapping[State, int]

    @property
    def kept_share(self) -> float | None:
        """The share that was kept, in time or late; nothing when none was due."""
        kept = self.states[State.KEPT] + self.states[State.KEPT_LATE]
        return kept / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Owed:
    """Dialogues that the communes of a place owe in a calendar year, and those they held in it."""

    year: int
    communes: int
    dialogues: int
    held: int
    lacking: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything that is shown with the report and never added up with it.

    `own_…` are what the register holds without its invented communes: only those may stand beside
    a published figure.
    """

    without_day: int
    dialogues: Dialogues
    figures: list[Figure]
    own_dialogues: int
    own_received: int
    promises: Promises
    owed: Owed


def beside(session: Session, places: frozenset[int], period: Period) -> Beside:
    """Give what stands beside the report of a period over these places."""
    figures = _figures(session, places)
    own = places - fictional_ids(session, places) if figures else frozenset()
    received = PetitionFilter(cell=Flow(RECEIVED, period.start, period.end))
    return Beside(
        petition_count(session, places, PetitionFilter(date_unknown=True)),
        _dialogues(session, places, period),
        figures,
        _dialogues(session, own, period).count if own else 0,
        petition_count(session, own, received) if own else 0,
        _promises(session, places, period),
        _owed(session, places, period.end.year),
    )


def _promises(session: Session, places: frozenset[int], period: Period) -> Promises:
    shape, values = bound_scope(places)
    values |= {"today": clock.today(), "due_from": period.start, "due_to": period.end}
    due, *states = session.connection().execute(_promised(shape), values).one()
    return Promises(due, {s: int(n or 0) for s, n in zip(State, states, strict=True)})


@cache
def _promised(scope: ScopeShape) -> Any:
    today, first, last = (bindparam(name, type_=Date()) for name in ("today", "due_from", "due_to"))
    counts = [func.sum(case((stands_as(state, today), 1), else_=0)) for state in State]
    return select(func.count(), *counts).where(
        scope.lies_in(Commitment.place_id), Commitment.due_on.between(first, last)
    )


def _owed(session: Session, places: frozenset[int], year: int) -> Owed:
    rows = year_of(session, places, year).rows
    return Owed(
        year,
        len(rows),
        sum(row.owed for row in rows),
        sum(row.held for row in rows),
        sum(row.held < row.owed for row in rows),
    )


@lasting
def _dialogues(session: Session, places: frozenset[int], period: Period) -> Dialogues:
    count, present, speakers = func.count(), Dialogue.present, Dialogue.speakers
    row = session.execute(
        select(
            count,
            func.sum(present),
            count - func.count(present),
            func.sum(speakers),
            count - func.count(speakers),
        )
        .select_from(Dialogue)
        .where(*_held_in(places, period))
    ).one()
    return Dialogues(*(int(number or 0) for number in row))


def _held_in(places: frozenset[int], period: Period) -> list[ColumnElement[bool]]:
    return [
        Dialogue.place_id.in_(reached(places)),
        Dialogue.stage.in_(HAPPENED),
        Dialogue.held_on.between(period.start, period.end),
    ]


@lasting
def _figures(session: Session, places: frozenset[int]) -> list[Figure]:
    label = PublishedFigure.label_en if language() == "en" else PublishedFigure.label_vi
    rows = session.execute(
        select(label, PublishedFigure.qualifier, PublishedFigure.value, PublishedFigure.source)
        .where(PublishedFigure.place_id.in_(reached(places)))
        .order_by(PublishedFigure.id)
    )
    known = {str(member) for member in Qualifier}
    return [
        Figure(
            label,
            Qualifier(qualifier) if qualifier in known else Qualifier.EXACTLY,
            value,
            source,
        )
        for label, qualifier, value, source in rows
    ]
