"""Whose papers a record's are, and what these say of the unit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from tracker.core.i18n import speaking
from tracker.core.text import sort_key
from tracker.documents.models import KeptLetterhead, LetterheadTemplate
from tracker.documents.rules.issuing import FIELDS, Letterhead, proposed
from tracker.documents.rules.layout import Issuer
from tracker.places.models import Place
from tracker.places.queries import ancestors
from tracker.places.rules import PlaceKind

_BELOW_UNITS = frozenset({PlaceKind.VILLAGE, PlaceKind.DISTRICT})
PAPERS_IN = "vi"
"""Official papers are written in Vietnamese, whatever language the screen speaks."""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template without its bytes."""

    name: str
    size: int
    uploaded_at: datetime


def unit_of(session: Session, place_id: int) -> Place:
    """Give the unit of today that issues papers for a place: its commune, or what it is itself."""
    units = _by_nearness(session, place_id)
    living = [unit for unit in units if unit.valid_to is None and unit.successor_id is None]
    issuing = [unit for unit in living if unit.kind not in _BELOW_UNITS]
    return (issuing or living or units)[0]


def issuing_units(session: Session, ids: frozenset[int]) -> list[Place]:
    """Give the units of a scope that issue papers today, in Vietnamese order."""
    rows = session.scalars(
        select(Place).where(
            Place.id.in_(ids),
            Place.kind.in_((PlaceKind.PROVINCE, PlaceKind.COMMUNE)),
            Place.valid_to.is_(None),
            Place.successor_id.is_(None),
        )
    )
    return sorted(rows, key=lambda place: (place.kind != PlaceKind.PROVINCE, sort_key(place.name)))


def letterhead_of(session: Session, unit: Place, issuer: Issuer) -> Letterhead:
    """Give a unit's letterhead: the one that was kept, or what its name proposes."""
    kept = session.scalar(_kept(unit, issuer))
    if kept is None:
        return _proposed(session, unit, issuer)
    said = {name: getattr(kept, name) for name in FIELDS}
    return Letterhead(**said, is_default=kept.is_default, version=kept.version)


def usual_issuer(session: Session, unit: Place) -> Issuer:
    """Tell as whom a unit writes unless someone chooses otherwise."""
    chosen = session.scalar(
        select(KeptLetterhead.issuer).where(
            KeptLetterhead.place_id == unit.id, KeptLetterhead.is_default
        )
    )
    return Issuer(chosen) if chosen else Issuer.GOVERNMENT


def template_row(session: Session, unit: Place, issuer: Issuer) -> TemplateRow | None:
    """Tell of a unit's own template, if it has one."""
    kept = session.scalar(_template(unit, issuer))
    return TemplateRow(kept.name, len(kept.content), kept.uploaded_at) if kept else None


def template_content(session: Session, unit: Place, issuer: Issuer) -> bytes | None:
    """Give a unit's own template, if it has one."""
    kept = session.scalar(_template(unit, issuer))
    return kept.content if kept else None


def _by_nearness(session: Session, place_id: int) -> list[Place]:
    ids = ancestors(session, place_id)
    found = {place.id: place for place in session.scalars(select(Place).where(Place.id.in_(ids)))}
    return [found[unit_id] for unit_id in ids]


def _proposed(session: Session, unit: Place, issuer: Issuer) -> Letterhead:
    above = _by_nearness(session, unit.id)
    province = next((place.name for place in above if place.kind is PlaceKind.PROVINCE), "")
    with speaking(PAPERS_IN):
        return proposed(issuer, unit.name, unit.kind, province)


def _kept(unit: Place, issuer: Issuer) -> Select[KeptLetterhead]:
    return select(KeptLetterhead).where(
        KeptLetterhead.place_id == unit.id, KeptLetterhead.issuer == issuer
    )


def _template(unit: Place, issuer: Issuer) -> Select[LetterheadTemplate]:
    return select(LetterheadTemplate).where(
        LetterheadTemplate.place_id == unit.id, LetterheadTemplate.issuer == issuer
    )
