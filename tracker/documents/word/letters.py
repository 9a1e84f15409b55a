"""Paragraphs and tables as WordprocessingML; every measure comes from the layout."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from tracker.documents.rules.blocks import Align, Table
from tracker.documents.rules.forms import written
from tracker.documents.rules.layout import (
    FIRST_LINE,
    FONT,
    GAP,
    LINE_SPACING,
    Element,
    Layout,
    Look,
)

TWIPS = 1440 / 25.4
"""Twentieths of a point in a millimetre."""
LONGEST_WHOLE = 900
"""A row whose cells are no longer than this stays on one page."""
_HAIR = 6
"""Thickness of a line in eighths of a point: three quarters of a point."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How letters are written: with the decree's own, or those that a template's styles choose.

    Those of tables and recipients, smaller than the text, keep their size in a template too.
    """

    layout: Layout
    own_letters: bool = True

    def run(self, text: str, element: Element, look: Look | None = None) -> str:
        """Write letters of an element; a line break in them stays one."""
        look = look or self.layout.looks[element]
        lines = "<w:br/>".join(
            f'<w:t xml:space="preserve">{safe(line)}</w:t>' for line in text.split("\n")
        )
        return f"<w:r>{self.letters(look)}{lines}</w:r>"

    def letters(self, look: Look) -> str:
        """Give the properties of letters."""
        kind = ""
        if self.own_letters:
            names = " ".join(
                f'w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "eastAsia", "cs")
            )
            kind = f"<w:rFonts {names}/>"
        weight = "<w:b/><w:bCs/>" if look.bold else ""
        slant = "<w:i/><w:iCs/>" if look.italic else ""
        is_sized = self.own_letters or look.size < self.layout.looks[Element.BODY].size - 1
        half_points = round(look.size * 2)
        size = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
        return f"<w:rPr>{kind}{weight}{slant}{size if is_sized else ''}</w:rPr>"

    def plain(
        self,
        text: str,
        element: Element,
        *,
        align: str = "center",
        before: float = 0,
        after: float = 0,
        keep: bool = False,
        sides: float = 0,
    ) -> str:
        """Write a paragraph in one style, at single spacing and not drawn in but at its sides."""
        runs = self.run(text, element)
        return para(runs, align=align, before=before, after=after, keep=keep, sides=sides)

    def body(
        self, text: str, element: Element = Element.BODY, *, lead: str = "", keep: bool = False
    ) -> str:
        """Write a paragraph of the text, drawn in and set to both margins."""
        return para(
            self._led(lead, element) + self.run(text, element),
            align="left" if element is Element.HEADING else "both",
            after=GAP,
            first=FIRST_LINE,
            spacing=LINE_SPACING,
            keep=keep,
        )

    def dotted(
        self, lead: str, width: float, lines: int, end: str = "", *, keep: bool = False
    ) -> str:
        """Write dotted lines up to the right margin, the first after its lead-in.

        `end` closes the last of them.
        """
        stop = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{twips(width)}"/></w:tabs>'
        letters = self.letters(self.layout.looks[Element.BODY])
        line = f"<w:r>{letters}<w:tab/></w:r>"
        return "".join(
            para(
                (self._led(lead, Element.BODY) if number == 0 else "")
                + line
                + (self.run(end, Element.BODY) if end and number == lines - 1 else ""),
                after=GAP,
                first=FIRST_LINE if number == 0 else 0,
                spacing=LINE_SPACING,
                keep=keep,
                tabs=stop,
            )
            for number in range(lines)
        )

    def _led(self, lead: str, element: Element) -> str:
        strong = replace(self.layout.looks[element], bold=True)
        return self.run(f"{lead} ", element, strong) if lead else ""


def safe(text: str) -> str:
    """Write a text so that it can stand between tags, whatever someone typed."""
    return escape(written(text).replace("\t", " "), quote=False)


def twips(millimetres: float) -> int:
    """Turn millimetres into the unit of the file."""
    return round(millimetres * TWIPS)


def para(
    runs: str,
    *,
    align: str = "left",
    before: float = 0,
    after: float = 0,
    first: float = 0,
    spacing: float = 1,
    keep: bool = False,
    sides: float = 0,
    tabs: str = "",
) -> str:
    """Write a paragraph; gaps are points, indents millimetres."""
    keeping = "<w:keepNext/>" if keep else ""
    side = twips(sides)
    indent = f'<w:ind w:left="{side}" w:right="{side}" w:firstLine="{twips(first)}"/>'
    gaps = (
        f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}"'
        f' w:line="{round(spacing * 240)}" w:lineRule="auto"/>'
    )
    return f'<w:p><w:pPr>{keeping}{tabs}{gaps}{indent}<w:jc w:val="{align}"/></w:pPr>{runs}</w:p>'


def rule(width: float, cell: float) -> str:
    """Draw a line of some width in the middle of a cell: the border of an empty paragraph."""
    side = twips(max(0, cell - width) / 2)
    return (
        f'<w:p><w:pPr><w:pBdr><w:top w:val="single" w:sz="{_HAIR}" w:space="0" w:color="000000"/>'
        '</w:pBdr><w:spacing w:before="60" w:after="0" w:line="60" w:lineRule="exact"/>'
        f'<w:ind w:left="{side}" w:right="{side}" w:firstLine="0"/></w:pPr></w:p>'
    )


def side_by_side(*rows: Sequence[tuple[float, str]]) -> str:
    """Put blocks beside each other in a table without lines; each with its width."""
    grid = "".join(f'<w:gridCol w:w="{twips(width)}"/>' for width, _ in rows[0])
    written = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        f"{''.join(_cell(width, inside) for width, inside in cells)}</w:tr>"
        for cells in rows
    )
    whole = twips(sum(width for width, _ in rows[0]))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{whole}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{written}</w:tbl>"
    )


def ruled(hand: Hand, table: Table, width: float) -> str:
    """Write a table with all its lines; its header comes again on every page."""
    shares = sum(column.share for column in table.columns)
    widths = [width * column.share / shares for column in table.columns]
    grid = "".join(f'<w:gridCol w:w="{twips(part)}"/>' for part in widths)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    header = [(column.header, Align.CENTRE) for column in table.columns]
    rows = [_row(hand, header, widths, Element.TABLE_HEAD, is_header=True)]
    aligns = [column.align for column in table.columns]
    rows += [
        _row(hand, list(zip(cells, aligns, strict=True)), widths, Element.TABLE)
        for cells in table.rows
    ]
    if table.total:
        total = list(zip(table.total, aligns, strict=True))
        rows.append(_row(hand, total, widths, Element.TABLE_HEAD))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{twips(width)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{lines}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/>'
        '<w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    hand: Hand,
    cells: Sequence[tuple[str, Align]],
    widths: Sequence[float],
    element: Element,
    *,
    is_header: bool = False,
) -> str:
    inside = "".join(
        _cell(width, hand.plain(text, element, align=align, before=1, after=1), is_header=is_header)
        for (text, align), width in zip(cells, widths, strict=True)
    )
    longest = max(len(text) for text, _ in cells)
    again = "<w:tblHeader/>" if is_header else ""
    whole = "<w:cantSplit/>" if longest < LONGEST_WHOLE else ""
    return f"<w:tr><w:trPr>{whole}{again}</w:trPr>{inside}</w:tr>"


def _cell(width: float, inside: str, *, is_header: bool = False) -> str:
    middle = '<w:vAlign w:val="center"/>' if is_header else ""
    kind = f'<w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/>{middle}</w:tcPr>'
    return f"<w:tc>{kind}{inside}</w:tc>"
