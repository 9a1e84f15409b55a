"""The one writer of Excel workbooks: as a clerk would have made them by hand, at any length.

    sheet = Sheet(gettext("Petitions"), titles, sheet_columns(COLUMNS), rows)
    count = write_workbook(path, [sheet])

`titles` are lines above the table, the first of them large; each row holds its cells in the order
of the columns: days as dates, numbers as numbers, everything else as text. Rows may come from a
generator and are never all in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from tracker.core.columns import Column, Kind
from tracker.core.i18n import Labelled, gettext, say
from tracker.core.xlsxsums import Total, keep_sums

if TYPE_CHECKING:
    from rustpy_xlsxwriter import Format

FONT = "Times New Roman"
A4 = 9
MOST_ROWS = 1_048_576
"""Excel's own limit for a sheet; what comes after it stands in further sheets."""
TITLE_SPAN = 9
FORMATS = {Kind.DAY: "dd/mm/yyyy", Kind.NUMBER: "#,##0", Kind.SHARE: "0.0%", Kind.FLAG: "0"}
TEXT = "@"
LINE = "#808080"
FRAME = {"type": "text", "criteria": "does_not_contain", "value": "\u241f"}
"""No cell holds this sign: so every cell of the table has a frame, and none below it."""
MEASURED = 2000
"""So many rows are measured for their heights, before the first is written."""
LETTERS, LETTERS_BOLD = 0.95, 0.9
"""Letters of the font to a unit of width."""
LINE_HEIGHT, TALLEST = 15.75, 409
PLAIN = frozenset({str, int, float, date, NoneType})
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.6}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column: its header, what stands in it, its width in characters; whether it is summed.

    `total` stands below it instead of its sum.
    """

    header: str
    kind: Kind = Kind.TEXT
    width: float = 16
    has_total: bool = False
    total: Total | None = None

    @property
    def has_last_row(self) -> bool:
        """Tell whether something stands below the column."""
        return self.has_total or self.total is not None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with the lines above it.

    Only the first `printed` columns go to paper, all of them unless told otherwise. `most` is how
    many rows may come: what is more than a sheet can hold needs to be known beforehand.
    """

    name: str
    titles: Sequence[str]
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[object]]
    most: int = 0
    printed: int = 0
    frozen: int = 1
    total: str = field(default="")


def sheet_columns(columns: Sequence[Column[Any]]) -> list[SheetColumn]:
    """Give the columns that people read, as columns.lines gives their cells."""
    return [
        SheetColumn(gettext(column.header), column.kind, column.width)
        for column in columns
        if column.header
    ]


def titles_of(title: str, *facts: str, is_fictional: bool = False) -> list[str]:
    """Give the lines above a list: what it is, of which place and day, and whether it is real."""
    told = "; ".join(fact for fact in facts if fact)
    invented = [gettext("Invented, for demonstration")] if is_fictional else []
    return [title.upper(), told, *invented]


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> int:
    """Write the sheets into a file; give how many rows they hold together."""
    # Not needed before the first workbook, and not small.
    from rustpy_xlsxwriter import write_worksheets

    count = _Count()
    records: list[tuple[str, Any]] = []
    sums: list[dict[int, float]] = []
    totals: list[dict[int, Total]] = []
    options: dict[str, Any] = {}
    for sheet in sheets:
        rows = count.of(sheet.rows)
        first = list(islice(rows, MEASURED + 1))
        looks = _looks(sheet) | {"row_heights": _heights(sheet, first)}
        for name, some in _parts(sheet, chain(first, rows)):
            sums.append({at: 0 for at, told in enumerate(sheet.columns) if told.has_total})
            own = {at: told.total for at, told in enumerate(sheet.columns) if told.total}
            totals.append(own)
            records.append((name, _records(sheet.columns, _summed(some, sums[-1]))))
            for option, value in looks.items():
                options.setdefault(option, {})[name] = value
    write_worksheets(records, str(path), **options)
    if any(sums) or any(totals):
        keep_sums(path, [{**some, **own} for some, own in zip(sums, totals, strict=True)])
    return count.rows


class _Count:
    """Counts rows as they pass."""

    def __init__(self) -> None:
        self.rows = 0

    def of(self, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
        for row in rows:
            self.rows += 1
            yield row


def _parts(
    sheet: Sheet, rows: Iterator[Sequence[object]]
) -> Iterator[tuple[str, Iterator[Sequence[object]]]]:
    """Share the rows out among as many sheets as Excel needs for them."""
    room = MOST_ROWS - _header_row(sheet) - 2
    parts = max(1, -(-sheet.most // room))
    for part in range(1, parts + 1):
        name = sheet.name if part == 1 else f"{sheet.name} ({part})"
        yield name, rows if part == parts else islice(rows, room)


def _summed(rows: Iterator[Sequence[object]], sums: dict[int, float]) -> Iterator[Sequence[object]]:
    """Add up, as rows pass, what the table's last row holds."""
    if not sums:
        yield from rows
        return
    for row in rows:
        for at in sums:
            number = row[at]
            sums[at] += number if isinstance(number, int | float) else 0
        yield row


def _records(
    columns: Sequence[SheetColumn], rows: Iterator[Sequence[object]]
) -> Iterator[dict[str, object]]:
    """Name each cell by its header, as the library asks; an empty table keeps its header."""
    headers = [column.header for column in columns]
    first = next(rows, None)
    if first is None:
        yield dict.fromkeys(headers)
        return
    for row in chain([first], rows):
        # A table has millions of cells, and nearly all are as the library takes them.
        is_plain = PLAIN.issuperset(map(type, row))
        yield dict(zip(headers, row if is_plain else map(_cell, row), strict=True))


def _heights(sheet: Sheet, first: Sequence[Sequence[object]]) -> dict[int, float]:
    """Make room for wrapped lines, which not every program does by itself.

    A table too long to be printed is left to the program that shows it.
    """
    at = _header_row(sheet)
    widths = [column.width for column in sheet.columns]
    heights = {at: _height([column.header for column in sheet.columns], widths, LETTERS_BOLD)}
    if len(first) <= MEASURED:
        for place, row in enumerate(first, start=at + 1):
            heights[place] = _height(row, widths, LETTERS)
    return heights


def _height(cells: Sequence[object], widths: Sequence[float], letters: float) -> float:
    most = max(
        sum(-(-len(line) // max(1, int(width * letters))) or 1 for line in cell.split("\n"))
        if isinstance(cell, str) and cell
        else 1
        for cell, width in zip(cells, widths, strict=True)
    )
    return min(most * LINE_HEIGHT + 2, TALLEST)


def _cell(value: object) -> object:
    if isinstance(value, Labelled):
        return say(value)
    return int(value) if isinstance(value, bool) else value


def _header_row(sheet: Sheet) -> int:
    return len(sheet.titles) + 1 if sheet.titles else 0


def _looks(sheet: Sheet) -> dict[str, Any]:
    """Say how a sheet looks on the screen and on paper, in the library's own words."""
    at, columns, width = _header_row(sheet), sheet.columns, len(sheet.columns)
    last, word = min(width, TITLE_SPAN) - 1, gettext("Page")
    page = {
        "landscape": True,
        "paper_size": A4,
        "margins": MARGINS,
        "repeat_rows": at,
        "fit_to_pages": (1, 0),
        "footer": f'&C&"{FONT}"&10{word} &P/&N',
    }
    if 0 < sheet.printed < width:
        page["print_area"] = (0, 0, min(at + sheet.most, MOST_ROWS - 1), sheet.printed - 1)
    looks: dict[str, Any] = {
        "header_row": at,
        "merge_ranges": [
            (line, 0, line, last, text, _title(line)) for line, text in enumerate(sheet.titles)
        ],
        "row_formats": {line: _title(line) for line in range(at)},
        "conditional_formats": {column.header: FRAME | {"format": _frame()} for column in columns},
        "freeze_panes": {"row": at + 1, "col": sheet.frozen},
        "column_widths": [column.width for column in columns],
        "column_formats": [
            _format(column, is_first=place == 0) for place, column in enumerate(columns)
        ],
        "header_format": _bordered()
        .set_bold()
        .set_text_wrap()
        .set_align("center")
        .set_align("vcenter"),
        "page_setup": page,
    }
    summed = {column.header: "sum" for column in columns if column.has_last_row}
    if summed:
        looks["totals_row"] = summed
        looks["totals_label"] = sheet.total or gettext("Total")
        looks["totals_format"] = _bordered().set_bold().set_num_format(FORMATS[Kind.NUMBER])
    return looks


def _format(column: SheetColumn, *, is_first: bool) -> "Format":
    shown = _lettered().set_num_format(FORMATS.get(column.kind, TEXT))
    if column.kind is Kind.TEXT:
        return shown.set_text_wrap()
    # A number in the first column is the row's own, which must not lean on the text beside it.
    is_running = is_first and column.kind is Kind.NUMBER
    return shown.set_align("center") if is_running or column.kind is Kind.DAY else shown


def _frame() -> "Format":
    from rustpy_xlsxwriter import Format

    return Format().set_border("thin").set_border_color(LINE)


def _bordered() -> "Format":
    return _lettered().set_border("thin").set_border_color(LINE)


def _lettered() -> "Format":
    from rustpy_xlsxwriter import Format

    return Format().set_font_name(FONT).set_font_size(12).set_align("top")


def _title(line: int) -> "Format":
    from rustpy_xlsxwriter import Format

    plain = Format().set_font_name(FONT).set_font_size(14 if line == 0 else 12)
    return plain.set_bold() if line == 0 else plain
