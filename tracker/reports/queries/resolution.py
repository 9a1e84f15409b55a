"""The resolution report: every number a sum of the ledger's movements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.i18n import gettext, language
from tracker.core.text import sort_key
from tracker.dialogues.models import Category, Department
from tracker.ledger.models import NO_DEPARTMENT
from tracker.ledger.service import Dimension, sums
from tracker.petitions.queries import PetitionFilter, Stock, petition_count
from tracker.petitions.queries.addresses import NOBODY
from tracker.petitions.rules import OUTSTANDING
from tracker.reports.queries.places import PlaceName, PlaceTree
from tracker.reports.rules import Cut, Line, Period, line_of, total, total_in_turn

Sums = Mapping[tuple[Any, str], int]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line: what it stands for, over which days, and its numbers.

    `rows` are the codes that the list of petitions is narrowed to behind its numbers.
    """

    name: str
    code: str
    period: Period
    numbers: Line
    rows: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    today: str = ""
    commune_key: str = ""
    commune: str = ""
    is_place: bool = False
    is_fictional: bool = False
    is_retired: bool = False


class Subtotal(NamedTuple):
    """The places that one commune answers for today, and their sum."""

    key: str
    name: str
    numbers: Line
    lines: list[ReportLine]


@dataclass(frozen=True, slots=True)
class Report:
    """Lines, their total, and the total of the same days a year before.

    `recounted` is what stood at the end by the petitions themselves, without the ledger.
    """

    cut: Cut
    period: Period
    place: PlaceName
    lines: list[ReportLine]
    total: Line
    year_before: Line
    fictional: list[str]
    is_wholly_fictional: bool
    recounted: int

    @property
    def is_empty(self) -> bool:
        """Tell whether the register holds nothing for the period."""
        return self.total.is_empty

    @property
    def is_balanced(self) -> bool:
        """Tell whether the total balances, and the petitions themselves say the same."""
        return self.total.balance_is_true and self.total.outstanding == self.recounted

    @property
    def most_outstanding(self) -> ReportLine | None:
        """The line with the most outstanding, among equals the one with the most late."""
        standing = [line for line in self.lines if line.numbers.outstanding > 0]
        most = lambda line: (line.numbers.outstanding, line.numbers.late)  # noqa: E731
        return max(standing, key=most) if standing else None

    @property
    def communes(self) -> list[Subtotal]:
        """Give the lines by the commune of today, each with its sum, if there are several."""
        found = []
        for key, lines in groupby(self.lines, key=lambda line: line.commune_key):
            rows = list(lines)
            numbers = total(line.numbers for line in rows)
            found.append(Subtotal(key, rows[0].commune, numbers, rows))
        return found if len(found) > 1 else []


def resolution_report(session: Session, tree: PlaceTree, period: Period, cut: Cut) -> Report:
    """Give the report of a period that has passed, over all places of the tree, by one cut."""
    lines = list(_LINES[cut](session, tree, period))
    numbers = [line.numbers for line in lines]
    return Report(
        cut=cut,
        period=period,
        place=tree.top,
        lines=lines,
        total=total_in_turn(numbers) if cut is Cut.MONTH else total(numbers),
        year_before=_year_before(session, tree, period.year_before()),
        fictional=tree.fictional,
        is_wholly_fictional=tree.is_wholly_fictional,
        recounted=petition_count(
            session, tree.ids, PetitionFilter(cell=Stock(OUTSTANDING, period.end))
        ),
    )


def _by_category(session: Session, tree: PlaceTree, period: Period) -> Iterator[ReportLine]:
    found = _numbers(session, tree, period, Dimension.CATEGORY)
    rows = session.execute(
        select(
            Category.id,
            Category.code,
            (Category.name_en if language() == "en" else Category.name_vi).label("name"),
            Category.is_retired,
        ).order_by(Category.position, Category.id)
    )
    for row in rows:
        numbers = found.get(row.id, Line())
        if not row.is_retired or not numbers.is_empty:
            yield ReportLine(
                row.name,
                row.code,
                period,
                numbers,
                {"category": row.code},
                is_retired=row.is_retired,
            )


def _by_department(session: Session, tree: PlaceTree, period: Period) -> Iterator[ReportLine]:
    found = _numbers(session, tree, period, Dimension.DEPARTMENT)
    rows = session.execute(
        select(
            Department.id,
            Department.code,
            (Department.name_en if language() == "en" else Department.name_vi).label("name"),
            Department.is_retired,
        ).order_by(Department.position, Department.id)
    )
    for row in rows:
        numbers = found.get(row.id, Line())
        if not numbers.is_empty:
            yield ReportLine(
                row.name,
                row.code,
                period,
                numbers,
                {"department": row.code},
                is_retired=row.is_retired,
            )
    nobody = found.get(NO_DEPARTMENT, Line())
    if not nobody.is_empty:
        name = gettext("Not yet given to a department")
        yield ReportLine(name, "", period, nobody, {"department": NOBODY})


def _by_place(session: Session, tree: PlaceTree, period: Period) -> Iterator[ReportLine]:
    found = _numbers(session, tree, period, Dimension.PLACE)
    shown = [tree.names[place_id] for place_id, line in found.items() if not line.is_empty]
    for place in sorted(shown, key=lambda place: _place_order(tree, place)):
        commune = tree.names.get(place.commune_id or 0)
        yield ReportLine(
            place.name,
            place.key,
            period,
            found[place.id],
            {"place": place.key},
            within=place.within,
            today=place.today,
            commune_key=commune.key if commune else "",
            commune=commune.name if commune else "",
            is_place=True,
            is_fictional=place.is_fictional,
        )


def _by_month(session: Session, tree: PlaceTree, period: Period) -> Iterator[ReportLine]:
    before: dict[str, int] = {}
    day_before = period.start - timedelta(days=1)
    for (_, measure), quantity in sums(session, tree.ids, None, day_before).items():
        before[measure] = before.get(measure, 0) + quantity
    by_month = _by_key(sums(session, tree.ids, period.start, period.end, Dimension.MONTH))
    for month in period.months():
        inside = by_month.get(month.start.replace(day=1), {})
        name = gettext("month %(month)s/%(year)s", month=f"{month.start:%m}", year=month.start.year)
        numbers = line_of(before, inside)
        yield ReportLine(name[0].upper() + name[1:], f"{month.start:%Y-%m}", month, numbers)
        for measure, quantity in inside.items():
            before[measure] = before.get(measure, 0) + quantity


_LINES = {
    Cut.CATEGORY: _by_category,
    Cut.PLACE: _by_place,
    Cut.DEPARTMENT: _by_department,
    Cut.MONTH: _by_month,
}


def _numbers(session: Session, tree: PlaceTree, period: Period, by: Dimension) -> dict[Any, Line]:
    day_before = period.start - timedelta(days=1)
    before = _by_key(sums(session, tree.ids, None, day_before, by))
    inside = _by_key(sums(session, tree.ids, period.start, period.end, by))
    return {key: line_of(before.get(key, {}), inside.get(key, {})) for key in {*before, *inside}}


def _by_key(found: Sums) -> dict[Any, dict[str, int]]:
    apart: dict[Any, dict[str, int]] = {}
    for (key, measure), quantity in found.items():
        apart.setdefault(key, {})[measure] = quantity
    return apart


def _year_before(session: Session, tree: PlaceTree, period: Period) -> Line:
    return total(_numbers(session, tree, period, Dimension.CATEGORY).values())


def _place_order(tree: PlaceTree, place: PlaceName) -> tuple[bool, str, bool, str]:
    """Put places under the commune of today: communes in Vietnamese order, each before its own."""
    commune = tree.names.get(place.commune_id or 0)
    return (
        commune is not None,
        sort_key(commune.name) if commune else "",
        commune is not None and commune.id != place.id,
        sort_key(place.name),
    )
