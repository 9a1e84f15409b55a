"""The one writer of CSV: what Excel opens right, and what a machine reads."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from tracker.core.clock import shown_date
from tracker.core.i18n import Labelled, ngettext, say

Row = TypeVar("Row")

BOM = "\ufeff"
BLANKS = " \u00a0"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MEDIA_TYPE = "text/csv; charset=utf-8"


@dataclass(slots=True)
class Tally:
    """How many rows a file holds so far, and whether it is at its end."""

    rows: int = 0
    is_whole: bool = False

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Count rows as they pass."""
        for row in rows:
            self.rows += 1
            yield row


class Variant(StrEnum):
    """For whom a file is written."""

    EXCEL = "excel"
    MACHINE = "machine"


class Separator(StrEnum):
    """What stands between two cells; Excel follows the machine's list separator."""

    COMMA = ","
    SEMICOLON = ";"


def variant_of(asked: str | None) -> Variant:
    """Read for whom a file is asked; whatever is not the machine is a person."""
    return Variant.MACHINE if asked == Variant.MACHINE else Variant.EXCEL


def separator_of(asked: str | None, variant: Variant) -> Separator:
    """Read which separator is asked, by its sign or its name.

    Unless told otherwise Excel gets the semicolon, which a Vietnamese one opens; a machine commas.
    """
    named = {";": Separator.SEMICOLON, "semicolon": Separator.SEMICOLON}
    named |= {",": Separator.COMMA, "comma": Separator.COMMA}
    usual = Separator.COMMA if variant is Variant.MACHINE else Separator.SEMICOLON
    return named.get(asked or "", usual)


def csv_lines(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    variant: Variant = Variant.EXCEL,
    separator: Separator = Separator.COMMA,
) -> Iterator[str]:
    """Give the file piece by piece: header, then a line a row.

    Excel's variant says words and dd/mm/yyyy, and writes decimals with the comma where semicolons
    separate; a byte-order mark goes before it, without which Excel misreads Vietnamese. The
    machine's keeps stored values and ISO dates, and begins with its header.
    Both disarm texts that a spreadsheet would run as a formula.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
    cell = _machine_cell if variant is Variant.MACHINE else _excel_cell
    if variant is Variant.EXCEL and separator is Separator.SEMICOLON:
        cell = _vietnamese_cell
    writer.writerow(header)
    yield (BOM if variant is Variant.EXCEL else "") + buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([cell(value) for value in row])
        yield buffer.getvalue()


def last_line(tally: Tally) -> str:
    """Say at the end of a file for people how many rows it holds: one without it is not whole."""
    said = ngettext("End of the file: %(num)s row", "End of the file: %(num)s rows", tally.rows)
    return f'"{said}"\r\n'


def disarmed(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return "'" + text if text.lstrip(BLANKS).startswith(FORMULA_STARTS) else text


def _excel_cell(value: object) -> object:
    if isinstance(value, Labelled):
        return say(value)
    if isinstance(value, date):
        return shown_date(value)
    return _plain_cell(value)


def _vietnamese_cell(value: object) -> object:
    return _CommaDecimal(value) if isinstance(value, float) else _excel_cell(value)


class _CommaDecimal(float):
    """A number that is written with a decimal comma, and still stands without quotes."""

    def __str__(self) -> str:
        return float.__repr__(self).replace(".", ",")


def _machine_cell(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return _plain_cell(value)


def _plain_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    return disarmed(str(value))
