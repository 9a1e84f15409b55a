"""The results of the sums in a workbook, for whatever shows a file without working it out.

The library leaves them empty. Excel shows a file from elsewhere as it stands until its reader lets
it be edited, and a telephone never works it out: the last row of the table would stay blank.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

PIECE = 1 << 20
CELL_ENDS = b"</c>"
EMPTY = re.compile(rb' t="str"><f>(SUM\(([A-Z]+)\d+:[A-Z]+\d+\))</f><v></v></c>')
"""A sum without its result; texts cannot look like it, for their signs are escaped."""


def keep_sums(path: Path, sums: Sequence[Mapping[int, float]]) -> None:
    """Write the results of each sheet's sums into a workbook, by the place of the column."""
    by_part = {
        f"xl/worksheets/sheet{number}.xml": {_letters(at): sum_ for at, sum_ in of.items()}
        for number, of in enumerate(sums, start=1)
        if of
    }
    with TemporaryDirectory() as folder:
        written = Path(folder, "workbook.xlsx")
        with ZipFile(path) as old, ZipFile(written, "w", ZIP_DEFLATED, compresslevel=1) as new:
            for part in old.namelist():
                with old.open(part) as source, new.open(part, "w", force_zip64=True) as target:
                    for piece in _pieces(source, by_part.get(part)):
                        target.write(piece)
        # Into the same file: whoever holds it open reads on in it.
        copyfile(written, path)


def _pieces(source: IO[bytes], sums: Mapping[bytes, float] | None) -> Iterator[bytes]:
    rest = b""
    while piece := source.read(PIECE):
        if sums is None:
            yield piece
            continue
        whole, ends, rest = (rest + piece).rpartition(CELL_ENDS)
        yield _told(whole + ends, sums)
    yield rest


def _told(text: bytes, sums: Mapping[bytes, float]) -> bytes:
    def told(cell: re.Match[bytes]) -> bytes:
        return b"><f>%b</f><v>%b</v></c>" % (cell[1], str(sums[cell[2]]).encode())

    return EMPTY.sub(told, text)


def _letters(at: int) -> bytes:
    """Name a column as Excel does: A to Z, then AA."""
    before, last = divmod(at, 26)
    return (_letters(before - 1) if before else b"") + bytes([ord("A") + last])
