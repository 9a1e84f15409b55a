"""The columns of a file as data: one list for what a meeting reads and what a machine reads."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from tracker.core.csvout import Separator, Variant, csv_lines
from tracker.core.csvsql import Cell, Either
from tracker.core.i18n import N_, Labelled, gettext

Row = TypeVar("Row")


class Kind(StrEnum):
    """What stands in a column: for a workbook's cells, and for a machine's schema."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    DAY = "day"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its name for machines, its header for people, how each reads a row.

    `stored` is what a machine gets, when that differs; a column for machines only has no header.
    A reader that only names a field reads a row of the database as well as one of Python; where
    more is said, `asked` is the same in SQL. `kind` and `words` tell what a machine finds, `width`
    how wide a workbook's column is, in characters.
    """

    name: str
    header: str
    read: Callable[[Row], object]
    stored: Callable[[Row], object] | None = None
    is_personal: bool = False
    asked: Callable[[Any], Cell] | None = None
    kind: Kind = Kind.TEXT
    words: type[Labelled] | None = None
    width: float = 16


NUMBER: Column[Any] = Column("number", N_("No."), lambda row: None, kind=Kind.NUMBER, width=6)
"""The running number, which no row knows of itself; it may stand first in a file."""


def header(columns: Sequence[Column[Any]], variant: Variant) -> list[str]:
    """Give the first line of a file: stable names, or words in the reader's language."""
    if variant is Variant.MACHINE:
        return [column.name for column in columns]
    return [gettext(column.header) for column in columns if column.header]


def lines(
    columns: Sequence[Column[Row]], rows: Iterable[Row], variant: Variant
) -> Iterator[list[object]]:
    """Give each row's cells in the header's order, numbered from one."""
    is_for_machines = variant is Variant.MACHINE
    wanted = _of_rows(columns, variant)
    readers = [(c.stored or c.read) if is_for_machines else c.read for c in wanted]
    for number, row in enumerate(rows, start=1):
        cells = [reader(row) for reader in readers]
        yield [number, *cells] if columns[0] is NUMBER else cells


def csv_of(
    columns: Sequence[Column[Row]], rows: Iterable[Row], variant: Variant, separator: Separator
) -> Iterator[str]:
    """Give rows as a file of CSV, piece by piece, under the header that its readers need."""
    cells = lines(columns, rows, variant)
    yield from csv_lines(header(columns, variant), cells, variant=variant, separator=separator)


def cells_of(columns: Sequence[Column[Any]], fields: Any, variant: Variant) -> list[Cell]:
    """Ask the database for the cells that `lines` reads, but for the running number.

    `fields` names what the database knows of a row as a row of Python names it.
    """
    readers: list[Callable[[Any], Any]] = [
        (c.stored or c.read) if variant is Variant.MACHINE else (c.asked or c.read)
        for c in _of_rows(columns, variant)
    ]
    return [read(fields) for read in readers]


def with_words(cells: Sequence[Cell], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """Give each row of csvsql.values_of numbered, with the words of `Either` in their places."""
    size = len(cells) + 1
    either = [at for at, cell in enumerate(cells, start=1) if isinstance(cell, Either)]
    places = list(enumerate(either, start=size))
    for number, row in enumerate(rows, start=1):
        values = [number, *row]
        for at, place in places:
            if words := values[at]:
                values[place] = words
        del values[size:]
        yield values


def _of_rows(columns: Sequence[Column[Any]], variant: Variant) -> list[Column[Any]]:
    is_for_machines = variant is Variant.MACHINE
    return [c for c in columns if c is not NUMBER and (c.header or is_for_machines)]
