"""What is kept to find petitions by, and whether it is what they say."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, column, func, select, table
from sqlalchemy.orm import Session

from tracker.core.i18n import gettext
from tracker.petitions.models import FOUND_IN, Petition, PetitionLookup
from tracker.petitions.rules.lookup import IDS, Found, LookupRow, lookup_row
from tracker.places.models import PlaceReach

TOGETHER = 500
_COLUMNS = [getattr(Petition, name) for name in Found.__annotations__]


def lookup_rows(
    session: Session, which: ColumnElement[bool] | None = None
) -> Iterator[list[LookupRow]]:
    """Give what petitions are to be found by, some hundred at a time, in the order of their ids."""
    units = _units(session)
    for petitions in _some_at_a_time(session, which):
        yield [lookup_row(petition, units[petition.place_id]) for petition in petitions]


def lookups_missing(session: Session) -> bool:
    """Tell whether there are petitions but none can be found: the schema was just made."""
    has_petitions = session.scalar(select(Petition.id).limit(1)) is not None
    return has_petitions and session.scalar(select(PetitionLookup.petition_id).limit(1)) is None


def lookup_mismatches(session: Session) -> Iterator[str]:
    """Compare what petitions are found by with what they say; a line for each that differs."""
    for rows in lookup_rows(session):
        kept = _kept(session, rows[0].petition_id, rows[-1].petition_id)
        for row in rows:
            if kept.pop(row.petition_id, None) != row:
                yield gettext(
                    "petition %(petition)s is not found by what it says", petition=row.petition_id
                )
        for petition_id in kept:
            yield gettext("what is found as petition %(petition)s is none", petition=petition_id)
    if session.get_bind().dialect.name == "sqlite":
        yield from _full_text_mismatches(session)


def _full_text_mismatches(session: Session) -> Iterator[str]:
    """Compare which petitions stand in each full-text table with which are kept."""
    for key, name in FOUND_IN.items():
        kept = _summed(session, table("petition_lookup", column(key)).c[key])
        if _summed(session, table(f"{name}_docsize", column("id")).c.id) != kept:
            yield gettext("the full-text table %(name)s holds other petitions", name=name)


def _summed(session: Session, key: ColumnElement[int]) -> tuple[int, ...]:
    """Add up all keys, days and ids apart, so that no sum is too large."""
    parts = (func.sum(key.op(">>")(32)), func.sum(key.op("&")(IDS - 1)))
    return tuple(session.execute(select(func.count(), *parts).select_from(key.table)).one())


def _units(session: Session) -> dict[int, list[int]]:
    units: dict[int, list[int]] = defaultdict(list)
    for place_id, unit_id in session.execute(select(PlaceReach.place_id, PlaceReach.unit_id)):
        units[place_id].append(unit_id)
    return units


def _some_at_a_time(
    session: Session, which: ColumnElement[bool] | None
) -> Iterator[Sequence[Found]]:
    after = 0
    asked = select(*_COLUMNS).order_by(Petition.id).limit(TOGETHER)
    asked = asked if which is None else asked.where(which)
    while petitions := session.execute(asked.where(Petition.id > after)).all():
        yield petitions
        after = petitions[-1].id


def _kept(session: Session, first_id: int, last_id: int) -> dict[int, LookupRow]:
    columns = [getattr(PetitionLookup, name) for name in LookupRow.__annotations__]
    rows = session.execute(
        select(*columns).where(PetitionLookup.petition_id.between(first_id, last_id))
    )
    return {row.petition_id: LookupRow(*row) for row in rows}
