"""The last row of a workbook's tables: its formulas, and their results for whatever shows no sums.

The library writes sums alone, and leaves their results empty. Excel shows a file from elsewhere as
it stands until its reader lets it be edited, and a telephone never works it out: the last row of
the table would stay blank.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

PIECE = 1 << 20
CELL_ENDS = b"</c>"
EMPTY = re.compile(rb' s="(\d+)" t="str"><f>(SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\))</f><v></v></c>')
"""A sum without its result; texts cannot look like it, for their signs are escaped."""
STYLES = "xl/styles.xml"
LOOKS = re.compile(rb'<cellXfs count="(\d+)">(.*?)</cellXfs>', re.DOTALL)
LOOK = re.compile(rb"<xf [^>]*?/>|<xf .*?</xf>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Total:
    """What stands below a column: a formula over `{first}`, `{last}` and `{row}`, and its result.

    Other columns are named in it as Excel names them. A result of None is shown as nothing.
    """

    formula: str
    result: float | None
    is_share: bool = False


def keep_sums(path: Path, sums: Sequence[Mapping[int, float | Total]]) -> None:
    """Write the formulas and results of each sheet's last row, by the place of the column."""
    by_part = {
        f"xl/worksheets/sheet{number}.xml": {letters_of(at): told for at, told in of.items()}
        for number, of in enumerate(sums, start=1)
        if of
    }
    with TemporaryDirectory() as folder:
        written = Path(folder, "workbook.xlsx")
        with ZipFile(path) as old, ZipFile(written, "w", ZIP_DEFLATED, compresslevel=1) as new:
            styles, looks = _with_shares(old.read(STYLES))
            for part in old.namelist():
                if part == STYLES:
                    new.writestr(part, styles)
                    continue
                with old.open(part) as source, new.open(part, "w", force_zip64=True) as target:
                    for piece in _pieces(source, by_part.get(part), looks):
                        target.write(piece)
        # Into the same file: whoever holds it open reads on in it.
        copyfile(written, path)


def letters_of(at: int) -> str:
    """Name a column as Excel does: A to Z, then AA."""
    before, last = divmod(at, 26)
    return (letters_of(before - 1) if before else "") + chr(ord("A") + last)


def _with_shares(styles: bytes) -> tuple[bytes, int]:
    """Let each look of a cell be had for a share, too; give how many looks come before those."""
    percent = re.search(rb'numFmtId="(\d+)" formatCode="0.0%"', styles)
    looks = LOOKS.search(styles)
    if percent is None or looks is None:
        return styles, 0
    of_shares = [
        re.sub(rb'numFmtId="\d+"', b'numFmtId="%b"' % percent[1], look, count=1)
        for look in LOOK.findall(looks[2])
    ]
    many = b'<cellXfs count="%d">%b</cellXfs>' % (
        2 * len(of_shares),
        looks[2] + b"".join(of_shares),
    )
    return styles[: looks.start()] + many + styles[looks.end() :], len(of_shares)


def _pieces(
    source: IO[bytes], sums: Mapping[str, float | Total] | None, looks: int
) -> Iterator[bytes]:
    rest = b""
    while piece := source.read(PIECE):
        if sums is None:
            yield piece
            continue
        whole, ends, rest = (rest + piece).rpartition(CELL_ENDS)
        yield _told(whole + ends, sums, looks)
    yield rest


def _told(text: bytes, sums: Mapping[str, float | Total], looks: int) -> bytes:
    def told(cell: re.Match[bytes]) -> bytes:
        look, formula, column = int(cell[1]), cell[2].decode(), cell[3].decode()
        result: float | None
        if isinstance(total := sums[column], Total):
            first, last = int(cell[4]), int(cell[5])
            formula = total.formula.format(first=first, last=last, row=last + 1)
            look, result = look + looks * total.is_share, total.result
        else:
            result = total
        if result is None:
            return f' s="{look}" t="str"><f>{formula}</f><v></v></c>'.encode()
        return f' s="{look}"><f>{formula}</f><v>{result}</v></c>'.encode()

    return EMPTY.sub(told, text)
