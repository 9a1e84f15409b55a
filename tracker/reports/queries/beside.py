"""What stands beside the report: what no period holds, dialogues held, figures of others."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.i18n import N_, Labelled, language
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Dialogue
from tracker.petitions.queries import Flow, PetitionFilter, petition_count
from tracker.petitions.queries.choices import fictional_ids
from tracker.petitions.rules import RECEIVED
from tracker.reports.models import PublishedFigure
from tracker.reports.rules import Period

HELD = frozenset({Stage.HELD, Stage.CONCLUDED, Stage.PUBLISHED})


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
    )


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
        .where(
            Dialogue.place_id.in_(places),
            Dialogue.stage.in_(HELD),
            Dialogue.held_on.between(period.start, period.end),
        )
    ).one()
    return Dialogues(*(int(number or 0) for number in row))


def _figures(session: Session, places: frozenset[int]) -> list[Figure]:
    label = PublishedFigure.label_en if language() == "en" else PublishedFigure.label_vi
    rows = session.execute(
        select(label, PublishedFigure.qualifier, PublishedFigure.value, PublishedFigure.source)
        .where(PublishedFigure.place_id.in_(places))
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
