"""The petitions that a report counts, one by one, each with its numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.i18n import language
from tracker.dialogues.models import Category, Department
from tracker.ledger.models import LedgerEntry
from tracker.ledger.rules import MEASURES, NO_DEPARTMENT, end_of_day
from tracker.petitions.models import Petition
from tracker.petitions.rules import OUTSTANDING, STOCKS
from tracker.places.models import Place, PlaceReach
from tracker.reports.queries.cuts import Asked
from tracker.reports.rules import Row, line_of, numbers_of

CELL = ("place_id", "category_id", "department_id", "kind", "level", "channel")
STREAMED = 1000


@dataclass(frozen=True, slots=True)
class Names:
    """What rows are counted under, by code, in the language in force."""

    places: Mapping[str, str]
    categories: Mapping[str, str]
    departments: Mapping[str, str]


def names_of(session: Session, asked: Asked) -> Names:
    """Give the words for what the rows of a report are counted under."""
    in_english = language() == "en"
    category = Category.name_en if in_english else Category.name_vi
    department = Department.name_en if in_english else Department.name_vi
    return Names(
        {place.key: place.name for place in asked.tree.names.values()},
        dict(iter(session.execute(select(Category.code, category)))),
        dict(iter(session.execute(select(Department.code, department)))),
    )


def report_rows(session: Session, asked: Asked) -> Iterator[Row]:
    """Give each petition that is counted in a report, under the cell it is counted in, by code.

    Summed from the ledger's entries, so that the rows add up to the report's numbers.
    """
    entry, start = LedgerEntry, asked.period.start
    reach = select(PlaceReach.place_id).where(PlaceReach.unit_id == asked.tree.home)
    is_before = entry.day < start
    before = [func.sum(case((is_before, getattr(entry, name)), else_=0)) for name in MEASURES]
    inside = [func.sum(case((is_before, 0), else_=getattr(entry, name))) for name in MEASURES]
    weights = STOCKS[OUTSTANDING].items()
    standing = sum(weight * getattr(entry, name) for name, weight in weights)
    touches = [
        func.sum(case((is_before, standing), else_=0)) != 0,
        *(number != 0 for number in inside),
    ]
    conditions = [entry.place_id.in_(reach), entry.day <= asked.period.end]
    if asked.typed_by is not None:
        conditions.append(entry.recorded_at < end_of_day(asked.typed_by))
    else:
        # What had ended before the period and stayed so is in none of its numbers.
        matters = or_(Petition.ended_on.is_(None), Petition.ended_on >= start)
        here = select(Petition.id).where(Petition.place_id.in_(reach), matters)
        conditions.append(entry.petition_id.in_(here))
    cell = [getattr(entry, name) for name in CELL]
    summed = (
        select(
            entry.petition_id,
            *cell,
            *(number.label(f"b{at}") for at, number in enumerate(before)),
            *(number.label(f"i{at}") for at, number in enumerate(inside)),
        )
        .where(and_(*conditions))
        .group_by(entry.petition_id, *cell)
        .having(or_(*touches))
        .subquery()
    )
    numbers = [summed.c[f"{span}{at}"] for span in "bi" for at in range(len(MEASURES))]
    statement = (
        select(
            Petition.code,
            Place.key,
            Category.code,
            Department.code,
            summed.c.department_id,
            summed.c.kind,
            summed.c.level,
            summed.c.channel,
            *numbers,
        )
        .select_from(summed)
        .join(Petition, Petition.id == summed.c.petition_id)
        .join(Place, Place.id == summed.c.place_id)
        .join(Category, Category.id == summed.c.category_id)
        .outerjoin(Department, Department.id == summed.c.department_id)
        .order_by(Petition.code)
    )
    found = session.execute(statement, execution_options={"yield_per": STREAMED})
    for code, place, category, department, department_id, *rest in found:
        kind, level, channel, *counted = rest
        given_to = "" if department_id == NO_DEPARTMENT else str(department)
        half = len(MEASURES)
        earlier = dict(zip(MEASURES, map(int, counted[:half]), strict=True))
        within = dict(zip(MEASURES, map(int, counted[half:]), strict=True))
        line = line_of(earlier, within)
        if not line.is_empty:
            yield Row(code, place, category, given_to, kind, level, channel, numbers_of(line))
