"""The ledger's SQL: one way to add entries up, for a few of them, for a whole place, for all."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects import postgresql, sqlite

from tracker.core.db import UtcDateTime
from tracker.ledger.models import LedgerEntry, LedgerSum
from tracker.ledger.rules import MEASURES, By
from tracker.places.models import Place, PlaceReach
from tracker.places.rules import PlaceKind

ENTRY = cast(Table, LedgerEntry.__table__)
SUM = cast(Table, LedgerSum.__table__)
_REACH = cast(Table, PlaceReach.__table__)
_UNIT = cast(Table, Place.__table__)
KEY = ("unit_id", "cut", "grain", "day", "key")
_KEYS: dict[By, ColumnElement[str]] = {
    By.ALL: literal(""),
    By.CATEGORY: as_type(ENTRY.c.category_id, String(40)),
    By.DEPARTMENT: as_type(ENTRY.c.department_id, String(40)),
    By.KIND: ENTRY.c.kind,
    By.LEVEL: ENTRY.c.level,
    By.CHANNEL: ENTRY.c.channel,
}
_IS_VILLAGE = _UNIT.c.kind == PlaceKind.VILLAGE
_VILLAGES = select(_UNIT.c.id).where(_IS_VILLAGE)


@lru_cache
def adding_entries(*, is_sqlite: bool) -> Any:
    """Add entries to the sums of all units that answer for their place: their `posted` keys."""
    posted, (petition_id, number) = _posted(is_sqlite)
    source = posted.join(
        ENTRY, and_(ENTRY.c.petition_id == petition_id, ENTRY.c.number == number)
    ).join(_REACH, _REACH.c.place_id == ENTRY.c.place_id)
    chosen = _grouped(source, _REACH.c.unit_id, literal(1), is_sqlite=is_sqlite)
    return _adding(chosen, is_sqlite=is_sqlite)


@lru_cache
def moving_places(*, is_sqlite: bool) -> Any:
    """Add all entries of places to units, or take them back: `pairs` of sign, unit and place.

    The entries `posted` in the same transaction are left to the statement that adds them.
    """
    pairs, (sign, unit_id, place_id) = _listed(
        is_sqlite, "pairs", {"sign": "signs", "unit": "units", "place": "places"}
    )
    posted, keys = _posted(is_sqlite)
    source = pairs.join(ENTRY, ENTRY.c.place_id == place_id)
    chosen = _grouped(source, unit_id, sign, is_sqlite=is_sqlite).where(
        tuple_(ENTRY.c.petition_id, ENTRY.c.number).not_in(select(*keys).select_from(posted))
    )
    return _adding(chosen, is_sqlite=is_sqlite)


def _posted(is_sqlite: bool) -> tuple[FromClause, list[ColumnElement[int]]]:
    return _listed(is_sqlite, "posted", {"petition": "petitions", "number": "numbers"})


def _listed(
    is_sqlite: bool, name: str, columns: dict[str, str]
) -> tuple[FromClause, list[ColumnElement[int]]]:
    """Read a bound list of rows: as JSON in SQLite, as an array a column in PostgreSQL."""
    if is_sqlite:
        rows = func.json_each(bindparam(name)).table_valued("value", name=name)
        value = rows.c.value
        return rows, [
            func.json_extract(value, f"$[{at}]", type_=Integer) for at in range(len(columns))
        ]
    arrays = [bindparam(array, type_=ARRAY(Integer)) for array in columns.values()]
    named = [column(one, Integer) for one in columns]
    listed = func.unnest(*arrays).table_valued(*named, name=name).render_derived()
    return listed, [listed.c[one] for one in columns]


def _grouped(
    source: FromClause, unit_id: Any, sign: ColumnElement[int], *, is_sqlite: bool
) -> Select[Any]:
    """Sum entries for each unit, cut, day and month, and key."""
    cuts = union_all(*(select(literal(str(by)).label("cut")) for by in By)).subquery("cuts")
    grains = union_all(*(select(literal(one).label("grain")) for one in ("day", "month")))
    grain = grains.subquery("grains")
    key = case(*((cuts.c.cut == str(by), key) for by, key in _KEYS.items()), else_="")
    day = case((grain.c.grain == "day", ENTRY.c.day), else_=_month(ENTRY.c.day, is_sqlite))
    sums = [func.sum(sign * ENTRY.c[name]) for name in MEASURES]
    tables = (
        source.join(_UNIT, _UNIT.c.id == unit_id)
        .join(grain, or_(~_IS_VILLAGE, grain.c.grain == "month"))
        .join(cuts, or_(~_IS_VILLAGE, cuts.c.cut == "all"))
    )
    return (
        select(unit_id, cuts.c.cut, grain.c.grain, day.label("day"), key.label("key"), *sums)
        .select_from(tables)
        .group_by(text("1, 2, 3, 4, 5"))
        .having(or_(*(one != 0 for one in sums)))
        # In one order always, so that two writers never wait for each other's rows.
        .order_by(text("1, 2, 3, 4, 5"))
    )


def _adding(chosen: Select[Any], *, is_sqlite: bool) -> Any:
    adding = sqlite.insert(SUM) if is_sqlite else postgresql.insert(SUM)
    return adding.from_select([*KEY, *MEASURES], chosen).on_conflict_do_update(
        index_elements=list(KEY),
        set_={name: SUM.c[name] + adding.excluded[name] for name in MEASURES},
    )


def _month(day: ColumnElement[Any], is_sqlite: bool) -> ColumnElement[Any]:
    if is_sqlite:
        return type_coerce(func.date(day, "start of month"), Date)
    return as_type(func.date_trunc("month", day), Date)


class Fill(NamedTuple):
    """A part of all sums: which rows they are, and how they are counted."""

    which: ColumnElement[bool]
    counted: Select[Any]

    @property
    def filling(self) -> Any:
        """Write the part, where none of it stands."""
        return insert(SUM).from_select([*KEY, *MEASURES], self.counted)

    @property
    def differing(self) -> Select[Any]:
        """Give the keys at which what is counted is not what stands, and by how much."""
        held = [(-SUM.c[name]).label(name) for name in MEASURES]
        kept = select(*(SUM.c[name] for name in KEY), *held).where(self.which)
        both = union_all(self.counted, kept).subquery("both_sides")
        keys = [both.c[name] for name in KEY]
        more = [func.sum(both.c[name]).label(name) for name in MEASURES]
        differs = or_(*(func.sum(both.c[name]) != 0 for name in MEASURES))
        return select(*keys, *more).group_by(*keys).having(differs).order_by(*keys)


def fills(*, is_sqlite: bool) -> Iterator[Fill]:
    """Give the parts of all sums, each counted from entries or from the parts before it.

    Entries are grouped once for each cut, under the lowest unit that is no village; all above it,
    months, and all cuts together are sums of those few.
    """
    is_all, by_day = SUM.c.cut == "all", SUM.c.grain == "day"
    for by in By:
        if by is not By.ALL:
            yield Fill(and_(SUM.c.cut == str(by), by_day), _days_of_units(by))
    month = _month(SUM.c.day, is_sqlite).label("day")
    yield Fill(
        and_(~is_all, SUM.c.grain == "month"),
        _summed(
            [SUM.c.unit_id, SUM.c.cut, literal("month").label("grain"), month, SUM.c.key], SUM
        ).where(~is_all, by_day),
    )
    of_villages = SUM.c.unit_id.in_(_VILLAGES)
    whole, no_key = literal("all").label("cut"), literal("").label("key")
    yield Fill(
        and_(is_all, ~of_villages),
        _summed([SUM.c.unit_id, whole, SUM.c.grain, SUM.c.day, no_key], SUM).where(
            SUM.c.cut == str(By.CATEGORY)
        ),
    )
    yield Fill(of_villages, _months_of_villages(is_sqlite))


def _summed(keys: Sequence[Any], table: Any) -> Select[Any]:
    sums = [func.sum(table.c[name]).label(name) for name in MEASURES]
    is_something = or_(*(func.sum(table.c[name]) != 0 for name in MEASURES))
    return select(*keys, *sums).group_by(text("1, 2, 3, 4, 5")).having(is_something)


def _days_of_units(by: By) -> Select[Any]:
    lowest = (
        select(_REACH.c.place_id, func.min(_REACH.c.distance).label("distance"))
        .join(_UNIT, _UNIT.c.id == _REACH.c.unit_id)
        .where(~_IS_VILLAGE)
        .group_by(_REACH.c.place_id)
        .cte("lowest")
    )
    at = _REACH.alias("at")
    sums = [func.sum(ENTRY.c[name]).label(name) for name in MEASURES]
    base = (
        select(at.c.unit_id, ENTRY.c.day, _KEYS[by].label("key"), *sums)
        .select_from(ENTRY)
        .join(lowest, lowest.c.place_id == ENTRY.c.place_id)
        .join(at, and_(at.c.place_id == lowest.c.place_id, at.c.distance == lowest.c.distance))
        .group_by(text("1, 2, 3"))
        .cte("base")
    )
    cut, grain = literal(str(by)).label("cut"), literal("day").label("grain")
    keys = [_REACH.c.unit_id, cut, grain, base.c.day, base.c.key]
    return _summed(keys, base).join_from(base, _REACH, _REACH.c.place_id == base.c.unit_id)


def _months_of_villages(is_sqlite: bool) -> Select[Any]:
    sums = [func.sum(ENTRY.c[name]).label(name) for name in MEASURES]
    month = _month(ENTRY.c.day, is_sqlite).label("day")
    base = select(ENTRY.c.place_id, month, *sums).group_by(text("1, 2")).cte("base")
    whole, grain = literal("all").label("cut"), literal("month").label("grain")
    keys = [_REACH.c.unit_id, whole, grain, base.c.day, literal("").label("key")]
    return (
        _summed(keys, base)
        .join_from(base, _REACH, _REACH.c.place_id == base.c.place_id)
        .where(_REACH.c.unit_id.in_(_VILLAGES))
    )


class Shape(NamedTuple):
    """What a piece of a span asks of its statement, whatever its days: see `rules.Piece`.

    Of one unit nothing is listed, and what only villages need is left out where there is none.
    """

    is_months: bool
    has_start: bool
    sign: int
    is_one: bool
    has_villages: bool


Shapes = tuple[tuple[Shape, ...], ...]


@lru_cache(maxsize=256)
def summing(
    by: By, spans: Shapes, *, is_typed: bool, longer: frozenset[int] = frozenset()
) -> Select[Any]:
    """Sum pieces of spans for the `units`, or one `unit`, by a cut; days by span, piece and end.

    With `is_typed`, what was recorded from `typed_before` on is taken back; `longer` are the spans
    that hold more than was recorded since.
    """
    parts: list[Select[Any]] = []
    for number, shapes in enumerate(spans):
        if not shapes:
            continue
        for at, shape in enumerate(shapes):
            parts.append(_of_sums(by, number, at, shape))
            if by is By.ALL and not shape.is_months and shape.has_villages:
                parts.append(_of_villages(by, number, str(at), shape))
        whole = shapes[0]._replace(is_months=False, sign=1)
        if by is not By.ALL and whole.has_villages:
            parts.append(_of_villages(by, number, "whole", whole))
        if is_typed:
            since = ENTRY.c.recorded_at >= bindparam("typed_before", type_=UtcDateTime())
            # Of a day made so, no index is read: what was recorded since is then the smaller part.
            day = func.coalesce(ENTRY.c.day, ENTRY.c.day) if number in longer else ENTRY.c.day
            back = _of_entries(by, number, "whole", whole._replace(sign=-1), day)
            parts.append(back.where(since))
    part = union_all(*parts).subquery("part")
    keys = (part.c.number, part.c.unit_id, part.c.key)
    sums = [func.sum(part.c[name]) for name in MEASURES]
    return select(*keys, *sums).group_by(*keys).having(or_(*(one != 0 for one in sums)))


def _is_asked(unit_id: Any, shape: Shape) -> ColumnElement[bool]:
    units: Any = bindparam("units", expanding=True)
    found: ColumnElement[bool] = (
        unit_id == bindparam("unit") if shape.is_one else unit_id.in_(units)
    )
    return found


def _of_sums(by: By, number: int, at: int, shape: Shape) -> Select[Any]:
    grain = "month" if shape.is_months else "day"
    return select(
        literal(number).label("number"), SUM.c.unit_id, SUM.c.key, *_signed(SUM, shape)
    ).where(
        _is_asked(SUM.c.unit_id, shape),
        SUM.c.cut == str(by),
        SUM.c.grain == grain,
        *_days(SUM.c.day, number, str(at), shape),
    )


def _of_villages(by: By, number: int, at: str, shape: Shape) -> Select[Any]:
    # Found by its key: no entry is read for units that are none.
    is_asked = _is_asked(_UNIT.c.id, shape)
    asked = _of_entries(by, number, at, shape)
    # Asked once before, so that PostgreSQL reads no entry to learn that a unit is no village.
    unit = _UNIT.alias("unit")
    is_any = _is_asked(unit.c.id, shape), unit.c.kind == PlaceKind.VILLAGE
    return asked.join(_UNIT, _UNIT.c.id == _REACH.c.unit_id).where(
        is_asked, _IS_VILLAGE, select(unit.c.id).where(*is_any).exists()
    )


def _of_entries(
    by: By, number: int, at: str, shape: Shape, day: ColumnElement[Any] = ENTRY.c.day
) -> Select[Any]:
    return (
        select(
            literal(number).label("number"),
            _REACH.c.unit_id,
            _KEYS[by].label("key"),
            *_signed(ENTRY, shape),
        )
        .join_from(_REACH, ENTRY, ENTRY.c.place_id == _REACH.c.place_id)
        .where(
            _is_asked(_REACH.c.unit_id, shape),
            *_days(day, number, at, shape),
        )
    )


def _signed(table: Table, shape: Shape) -> list[ColumnElement[int]]:
    columns = [table.c[name] for name in MEASURES]
    return [(-one if shape.sign < 0 else one).label(one.name) for one in columns]


def _days(day: Any, number: int, at: str, shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.has_start:
        yield day >= bindparam(f"start_{number}_{at}", type_=Date())
    yield day <= bindparam(f"end_{number}_{at}", type_=Date())
