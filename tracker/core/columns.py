"""The columns of a file as data: one list for what a meeting reads and what a machine reads."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tracker.core.csvout import Variant
from tracker.core.i18n import N_, gettext

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its name for machines, its header for people, how each reads a row.

    `stored` is what a machine gets, when that differs; a column for machines only has no header.
    """

    name: str
    header: str
    read: Callable[[Row], object]
    stored: Callable[[Row], object] | None = None
    is_personal: bool = False


NUMBER: Column[Any] = Column("number", N_("No."), lambda row: None)
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
    wanted = [c for c in columns if c is not NUMBER and (c.header or is_for_machines)]
    readers = [(c.stored or c.read) if is_for_machines else c.read for c in wanted]
    for number, row in enumerate(rows, start=1):
        cells = [reader(row) for reader in readers]
        yield [number, *cells] if columns[0] is NUMBER else cells
