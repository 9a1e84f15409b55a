"""The ledger's SQL: one way to add entries up, for a few of them, for a whole place, for all."""

from collections.abc import Iterator
from typing import NamedTuple

from tracker.ledger.rules import MEASURES, By

KEY = "unit_id, cut, grain, day, key"
_TO_SUMS = f"INSERT INTO ledger_sums ({KEY}, {', '.join(MEASURES)})"
_KEYS = {
    By.ALL: "''",
    By.CATEGORY: "CAST(entry.category_id AS VARCHAR(40))",
    By.DEPARTMENT: "CAST(entry.department_id AS VARCHAR(40))",
    By.KIND: "entry.kind",
    By.LEVEL: "entry.level",
    By.CHANNEL: "entry.channel",
}
_VILLAGE = "'village'"


def key_of(by: By) -> str:
    """Give what an entry's sum is kept under in a cut."""
    return _KEYS[by]


def month_of(day: str, *, is_sqlite: bool) -> str:
    """Give the first day of a day's month."""
    if is_sqlite:
        return f"date({day}, 'start of month')"
    return f"CAST(date_trunc('month', {day}) AS DATE)"


def summed(sign: str = "", table: str = "entry") -> str:
    """Add every measure up."""
    return ", ".join(f"SUM({sign}{table}.{name}) AS {name}" for name in MEASURES)


def is_something(table: str = "entry", sign: str = "") -> str:
    """Ask for sums of which one at least is not nothing."""
    return " OR ".join(f"SUM({sign}{table}.{name}) <> 0" for name in MEASURES)


def adding_entries(*, is_sqlite: bool) -> str:
    """Add entries to the sums of all units that answer for their place: their `posted` keys."""
    source = f"{_posted(is_sqlite)} JOIN place_reach AS reach ON reach.place_id = entry.place_id"
    return _adding(source, "reach.unit_id", "", "", is_sqlite=is_sqlite)


def moving_places(*, is_sqlite: bool) -> str:
    """Add all entries of places to units, or take them back: `pairs` of sign, unit and place.

    The entries `posted` in the same transaction are left to the statement that adds them.
    """
    if is_sqlite:
        pairs = (
            "(SELECT json_extract(value, '$[0]') AS sign, json_extract(value, '$[1]') AS unit_id,"
            " json_extract(value, '$[2]') AS place_id FROM json_each(:pairs)) AS pair CROSS JOIN"
        )
        posted = (
            "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')"
            " FROM json_each(:posted)"
        )
    else:
        pairs = (
            "unnest(CAST(:signs AS INT[]), CAST(:units AS INT[]), CAST(:places AS INT[]))"
            " AS pair (sign, unit_id, place_id) JOIN"
        )
        posted = "SELECT * FROM unnest(CAST(:petitions AS INT[]), CAST(:numbers AS INT[]))"
    on = "ON entry.place_id = pair.place_id" if not is_sqlite else ""
    where = f"(entry.petition_id, entry.number) NOT IN ({posted})"
    if is_sqlite:
        where += " AND entry.place_id = pair.place_id"
    source = f"{pairs} ledger_entries AS entry {on}"
    return _adding(source, "pair.unit_id", "pair.sign * ", where, is_sqlite=is_sqlite)


def _posted(is_sqlite: bool) -> str:
    if is_sqlite:
        # Its CROSS JOIN keeps the order: the few that were posted first.
        return (
            "json_each(:posted) AS posted CROSS JOIN ledger_entries AS entry"
            " ON entry.petition_id = json_extract(posted.value, '$[0]')"
            " AND entry.number = json_extract(posted.value, '$[1]')"
        )
    return (
        "unnest(CAST(:petitions AS INT[]), CAST(:numbers AS INT[])) AS posted (petition_id, number)"
        " JOIN ledger_entries AS entry"
        " ON entry.petition_id = posted.petition_id AND entry.number = posted.number"
    )


def _adding(source: str, unit: str, sign: str, where: str, *, is_sqlite: bool) -> str:
    keys = " ".join(f"WHEN '{by}' THEN {key}" for by, key in _KEYS.items())
    month = month_of("entry.day", is_sqlite=is_sqlite)
    more = ", ".join(f"{name} = ledger_sums.{name} + excluded.{name}" for name in MEASURES)
    return f"""
        WITH cuts (cut) AS (VALUES {", ".join(f"('{by}')" for by in By)}),
        grains (grain) AS (VALUES ('day'), ('month'))
        {_TO_SUMS}
        SELECT {unit}, cuts.cut, grains.grain,
            CASE grains.grain WHEN 'day' THEN entry.day ELSE {month} END,
            CASE cuts.cut {keys} END, {summed(sign)}
        FROM {source}
        JOIN places AS unit ON unit.id = {unit}
        JOIN grains ON unit.kind <> {_VILLAGE} OR grains.grain = 'month'
        JOIN cuts ON unit.kind <> {_VILLAGE} OR cuts.cut = 'all'
        WHERE {where or "1 = 1"}
        GROUP BY 1, 2, 3, 4, 5
        HAVING {is_something(sign=sign)}
        ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT ({KEY}) DO UPDATE SET {more}
    """


class Fill(NamedTuple):
    """A part of all sums: which rows they are, and how they are counted."""

    which: str
    counted: str

    @property
    def filling(self) -> str:
        """Write the part, where none of it stands."""
        return f"{_TO_SUMS} {self.counted}"

    @property
    def differing(self) -> str:
        """Give the keys of the part at which what stands is not what is counted, and both."""
        held = ", ".join(f"-{name} AS {name}" for name in MEASURES)
        differ = " OR ".join(f"SUM({name}) <> 0" for name in MEASURES)
        both = ", ".join(f"SUM({name}) AS {name}" for name in MEASURES)
        return f"""
            SELECT {KEY}, {both} FROM (
                SELECT * FROM ({self.counted}) AS counted
                UNION ALL SELECT {KEY}, {held} FROM ledger_sums AS kept WHERE {self.which}
            ) AS both_sides
            GROUP BY {KEY} HAVING {differ} ORDER BY {KEY}
        """


def fills(*, is_sqlite: bool) -> Iterator[Fill]:
    """Give the parts of all sums, each counted from entries or from the parts before it.

    Entries are grouped once for each cut, under the lowest unit that is no village; all above it,
    months, and all cuts together are sums of those few.
    """
    for by in By:
        if by is By.ALL:
            continue
        yield Fill(f"cut = '{by}' AND grain = 'day'", _days_of_units(by))
    yield Fill(
        "cut <> 'all' AND grain = 'month'",
        f"SELECT unit_id, cut, 'month' AS grain, {month_of('day', is_sqlite=is_sqlite)} AS day,"
        f" key, {summed(table='kept')} FROM ledger_sums AS kept"
        " WHERE cut <> 'all' AND grain = 'day'"
        f" GROUP BY 1, 2, 3, 4, 5 HAVING {is_something('kept')}",
    )
    of_units = f"unit_id IN (SELECT id FROM places WHERE kind <> {_VILLAGE})"
    yield Fill(
        f"cut = 'all' AND {of_units}",
        f"SELECT unit_id, 'all' AS cut, grain, day, '' AS key, {summed(table='kept')}"
        " FROM ledger_sums AS kept WHERE cut = 'category'"
        f" GROUP BY unit_id, grain, day HAVING {is_something('kept')}",
    )
    yield Fill(f"NOT ({of_units})", _months_of_villages(is_sqlite=is_sqlite))


def _days_of_units(by: By) -> str:
    return f"""
        WITH lowest AS (
            SELECT reach.place_id, MIN(reach.distance) AS distance
            FROM place_reach AS reach JOIN places AS unit ON unit.id = reach.unit_id
            WHERE unit.kind <> {_VILLAGE} GROUP BY reach.place_id
        ), base AS (
            SELECT reach.unit_id, entry.day, {key_of(by)} AS key, {summed()}
            FROM ledger_entries AS entry
            JOIN lowest ON lowest.place_id = entry.place_id
            JOIN place_reach AS reach
                ON reach.place_id = lowest.place_id AND reach.distance = lowest.distance
            GROUP BY 1, 2, 3
        )
        SELECT reach.unit_id, '{by}' AS cut, 'day' AS grain, base.day, base.key,
            {summed(table="base")}
        FROM base JOIN place_reach AS reach ON reach.place_id = base.unit_id
        GROUP BY 1, 2, 3, 4, 5 HAVING {is_something("base")}
    """


def _months_of_villages(*, is_sqlite: bool) -> str:
    return f"""
        WITH base AS (
            SELECT entry.place_id, {month_of("entry.day", is_sqlite=is_sqlite)} AS day, {summed()}
            FROM ledger_entries AS entry GROUP BY 1, 2
        )
        SELECT reach.unit_id, 'all' AS cut, 'month' AS grain, base.day, '' AS key,
            {summed(table="base")}
        FROM base JOIN place_reach AS reach ON reach.place_id = base.place_id
        JOIN places AS unit ON unit.id = reach.unit_id AND unit.kind = {_VILLAGE}
        GROUP BY 1, 2, 3, 4, 5 HAVING {is_something("base")}
    """
