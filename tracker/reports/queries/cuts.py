"""The lines of the resolution report: one cut each, every number a sum of the ledger."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from tracker.core.clock import shown_date
from tracker.core.i18n import Labelled, gettext, say
from tracker.core.text import sort_key
from tracker.dialogues.lifecycle import HAPPENED
from tracker.dialogues.models import Dialogue
from tracker.ledger.models import LedgerEntry
from tracker.ledger.queries import Quantities, monthly_sums, sums
from tracker.ledger.rules import MEASURES, NO_DEPARTMENT, By, Span, end_of_day
from tracker.petitions.lifecycle import Channel, Kind, Level
from tracker.petitions.models import Petition
from tracker.petitions.queries.addresses import NOBODY
from tracker.petitions.queries.choices import category_choices, department_choices
from tracker.places.models import PlaceReach
from tracker.places.rules import PlaceKind
from tracker.reports.queries.places import PlaceName, PlaceTree
from tracker.reports.rules import Cut, Line, Period, line_of

Key = TypeVar("Key", int, str)
ONE_DAY = timedelta(days=1)
OVER_COMMUNES = frozenset({PlaceKind.REGISTER, PlaceKind.PROVINCE})


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line: what it stands for, over which days, and its numbers.

    `rows` are the codes that the list of petitions is narrowed to behind its numbers; a line
    without `has_rows` is what the others leave, which no list shows alone. An `is_unit` stands for
    a place with all that it answers for today, an `is_place` for a place itself; `opens` is the
    key of a unit whose own places a report by place can be opened for.
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
    is_unit: bool = False
    opens: str = ""
    has_rows: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What lines are asked for: the places, the days, and by which day everything was typed."""

    tree: PlaceTree
    period: Period
    typed_by: date | None = None

    @property
    def spans(self) -> list[Span]:
        """Give the days before the period, and those of it."""
        return [Span(None, self.period.start - ONE_DAY), Span(self.period.start, self.period.end)]


def lines_by(session: Session, cut: Cut, asked: Asked) -> list[ReportLine]:
    """Give the lines of a cut, in the order they are read."""
    return list(_LINES[cut](session, asked))


def unit_lines(
    session: Session, unit_id: int, periods: Sequence[Period], typed_by: date | None = None
) -> list[Line]:
    """Give the numbers of several periods, of one unit with all that it answers for, in one go."""
    spans = [
        span
        for period in periods
        for span in (Span(None, period.start - ONE_DAY), Span(period.start, period.end))
    ]
    found = monthly_sums(session, unit_id, spans, _moment(typed_by))
    return [line_of(found[at], found[at + 1]) for at in range(0, len(found), 2)]


def _moment(typed_by: date | None) -> datetime | None:
    return end_of_day(typed_by) if typed_by is not None else None


def _numbers(session: Session, asked: Asked, by: By) -> dict[str, Line]:
    found = sums(session, [asked.tree.home], asked.spans, by, _moment(asked.typed_by))
    return _lines({(number, key): quantities for (number, _, key), quantities in found.items()})


def _lines(found: Mapping[tuple[int, Key], Quantities]) -> dict[Key, Line]:
    keys = {key for _, key in found}
    return {key: line_of(found.get((0, key), {}), found.get((1, key), {})) for key in keys}


def _by_category(session: Session, asked: Asked) -> Iterator[ReportLine]:
    found = _numbers(session, asked, By.CATEGORY)
    for one in category_choices(session):
        numbers = found.get(str(one.id), Line())
        if not one.is_retired or not numbers.is_empty:
            rows = {"category": one.code}
            yield ReportLine(
                one.name, one.code, asked.period, numbers, rows, is_retired=one.is_retired
            )


def _by_department(session: Session, asked: Asked) -> Iterator[ReportLine]:
    found = _numbers(session, asked, By.DEPARTMENT)
    for one in department_choices(session):
        numbers = found.get(str(one.id), Line())
        if not numbers.is_empty:
            rows = {"department": one.code}
            yield ReportLine(
                one.name, one.code, asked.period, numbers, rows, is_retired=one.is_retired
            )
    nobody = found.get(str(NO_DEPARTMENT), Line())
    if not nobody.is_empty:
        name = gettext("Not yet given to a department")
        yield ReportLine(name, "", asked.period, nobody, {"department": NOBODY})


def _by_kind(session: Session, asked: Asked) -> Iterator[ReportLine]:
    return _by_word(asked, "kind", Kind, _numbers(session, asked, By.KIND))


def _by_level(session: Session, asked: Asked) -> Iterator[ReportLine]:
    return _by_word(asked, "level", Level, _numbers(session, asked, By.LEVEL))


def _by_channel(session: Session, asked: Asked) -> Iterator[ReportLine]:
    return _by_word(asked, "channel", Channel, _numbers(session, asked, By.CHANNEL))


def _by_word(
    asked: Asked, filter_name: str, words: type[Labelled], found: Mapping[str, Line]
) -> Iterator[ReportLine]:
    for word in words:
        numbers = found.get(str(word), Line())
        if not numbers.is_empty:
            rows = {filter_name: str(word)}
            yield ReportLine(say(word), str(word), asked.period, numbers, rows)


def _by_month(session: Session, asked: Asked) -> Iterator[ReportLine]:
    months = list(asked.period.months())
    spans = [asked.spans[0], *(Span(month.start, month.end) for month in months)]
    found = monthly_sums(session, asked.tree.home, spans, _moment(asked.typed_by))
    before = dict.fromkeys(MEASURES, 0) | dict(found[0])
    for month, inside in zip(months, found[1:], strict=True):
        name = gettext("month %(month)s/%(year)s", month=f"{month.end:%m}", year=month.end.year)
        numbers = line_of(before, inside)
        yield ReportLine(name[0].upper() + name[1:], f"{month.end:%Y-%m}", month, numbers)
        for measure, quantity in inside.items():
            before[measure] += quantity


def _by_place(session: Session, asked: Asked) -> Iterator[ReportLine]:
    tree = asked.tree
    below = tree.directly_below
    is_over_communes = tree.top.kind in OVER_COMMUNES
    units = [tree.home, *below.get(tree.home, ())] if is_over_communes else list(tree.ids)
    found = sums(session, units, asked.spans, By.ALL, _moment(asked.typed_by))
    with_all = {
        unit_id: [dict(found.get((number, unit_id, ""), {})) for number in (0, 1)]
        for unit_id in units
    }
    own = {
        unit_id: line_of(*_less(with_all[unit_id], [with_all[at] for at in below.get(unit_id, ())]))
        for unit_id in ([tree.home] if is_over_communes else units)
    }
    lines = [_place_line(tree, asked.period, key, own[key]) for key in own]
    if is_over_communes:
        lines += [
            _unit_line(tree, asked.period, unit_id, line_of(*with_all[unit_id]))
            for unit_id in units[1:]
        ]
    by_unit = dict(zip(units, lines, strict=True))
    for unit_id in sorted(units, key=lambda at: _place_order(tree, tree.names[at])):
        if not by_unit[unit_id].numbers.is_empty:
            yield by_unit[unit_id]


def _less(
    unit: Sequence[Quantities], below: Iterable[Sequence[Quantities]]
) -> tuple[Quantities, Quantities]:
    """Take from what a unit answers for what lies in the units just below it."""
    before, inside = (dict.fromkeys(MEASURES, 0) | dict(part) for part in unit)
    for lower in below:
        for mine, theirs in ((before, lower[0]), (inside, lower[1])):
            for measure, quantity in theirs.items():
                mine[measure] -= quantity
    return before, inside


def _place_line(tree: PlaceTree, period: Period, place_id: int, numbers: Line) -> ReportLine:
    place = tree.names[place_id]
    commune = tree.names.get(place.commune_id or 0)
    return ReportLine(
        place.name,
        place.key,
        period,
        numbers,
        {"place": place.key},
        within=place.within,
        today=place.today,
        commune_key=commune.key if commune else "",
        commune=commune.name if commune else "",
        is_place=True,
        is_fictional=place.is_fictional,
    )


def _unit_line(tree: PlaceTree, period: Period, unit_id: int, numbers: Line) -> ReportLine:
    unit = tree.names[unit_id]
    return ReportLine(
        unit.choice,
        unit.key,
        period,
        numbers,
        {"place": unit.key},
        is_fictional=unit.is_fictional,
        is_unit=True,
        opens=unit.key if tree.directly_below.get(unit_id) else "",
    )


def _place_order(tree: PlaceTree, place: PlaceName) -> tuple[bool, str, bool, str]:
    """Put places under the commune of today: communes in Vietnamese order, each before its own."""
    commune = tree.names.get(place.commune_id or 0)
    return (
        commune is not None,
        sort_key(commune.name) if commune else "",
        commune is not None and commune.id != place.id,
        sort_key(place.name),
    )


def _by_dialogue(session: Session, asked: Asked) -> Iterator[ReportLine]:
    """Give a line for each dialogue held in the period, and one for all other petitions.

    Counted from the entries of those dialogues' petitions alone, however many others there are.
    """
    found = _of_dialogues(session, asked)
    reach = select(PlaceReach.place_id).where(PlaceReach.unit_id == asked.tree.home)
    rows = session.execute(
        select(Dialogue.id, Dialogue.code, Dialogue.topic, Dialogue.held_on)
        .where(Dialogue.place_id.in_(reach), *_held_in(asked.period))
        .order_by(Dialogue.held_on, Dialogue.id)
    )
    (total,) = unit_lines(session, asked.tree.home, [asked.period], asked.typed_by)
    for dialogue_id, code, topic, held_on in rows:
        numbers = found.pop(dialogue_id, Line())
        total = total - numbers
        name = gettext("%(topic)s (%(day)s)", topic=topic, day=shown_date(held_on))
        yield ReportLine(name, code, asked.period, numbers, {"dialogue": code})
    if not total.is_empty:
        name = gettext("Raised otherwise, or at other dialogues")
        yield ReportLine(name, "", asked.period, total, has_rows=False)


def _held_in(period: Period) -> tuple[ColumnElement[bool], ...]:
    return Dialogue.stage.in_(HAPPENED), Dialogue.held_on.between(period.start, period.end)


def _of_dialogues(session: Session, asked: Asked) -> dict[int, Line]:
    number = case((LedgerEntry.day < asked.period.start, 0), else_=1)
    reach = select(PlaceReach.place_id).where(PlaceReach.unit_id == asked.tree.home)
    statement = (
        select(
            number,
            Petition.dialogue_id,
            *(func.sum(getattr(LedgerEntry, measure)) for measure in MEASURES),
        )
        .join(Petition, Petition.id == LedgerEntry.petition_id)
        .join(Dialogue, Dialogue.id == Petition.dialogue_id)
        .where(
            Dialogue.place_id.in_(reach),
            LedgerEntry.place_id.in_(reach),
            LedgerEntry.day <= asked.period.end,
            *_held_in(asked.period),
        )
        .group_by(number, Petition.dialogue_id)
    )
    if asked.typed_by is not None:
        statement = statement.where(LedgerEntry.recorded_at < end_of_day(asked.typed_by))
    return _lines(
        {
            (part, dialogue_id): dict(zip(MEASURES, map(int, quantities), strict=True))
            for part, dialogue_id, *quantities in session.execute(statement)
        }
    )


_LINES = {
    Cut.CATEGORY: _by_category,
    Cut.PLACE: _by_place,
    Cut.DEPARTMENT: _by_department,
    Cut.DIALOGUE: _by_dialogue,
    Cut.KIND: _by_kind,
    Cut.LEVEL: _by_level,
    Cut.CHANNEL: _by_channel,
    Cut.MONTH: _by_month,
}
