"""The layout of official papers as data: decree 30/2020/NĐ-CP, and the Party's own rules.

Lengths are millimetres, sizes of letters points.
"""

from dataclasses import dataclass
from enum import StrEnum

from tracker.core.i18n import N_, Labelled

FONT = "Times New Roman"
GAP = 6.0
"""Least distance between two paragraphs of the text, in points."""
FIRST_LINE = 12.7
"""How far the first line of a paragraph is drawn in: 1 cm or 1.27 cm."""
LINE_SPACING = 1.15
"""From single to one and a half."""
RULE_SHARE = 0.4
"""A line under a name is a third to a half as long as the name."""


class Issuer(Labelled):
    """Whose paper it is; each has a layout of its own."""

    GOVERNMENT = "government", N_("People's Committee")
    PARTY = "party", N_("Party committee")


class Element(StrEnum):
    """A part of a paper, in the order of the decree's own list."""

    NATION = "nation"
    MOTTO = "motto"
    SUPERIOR = "superior"
    AGENCY = "agency"
    NUMBER = "number"
    DATE = "date"
    KIND = "kind"
    SUBJECT = "subject"
    GROUND = "ground"
    HEADING = "heading"
    BODY = "body"
    AUTHORITY = "authority"
    SIGNER = "signer"
    ADDRESSEE = "addressee"
    RECIPIENTS_HEAD = "recipients_head"
    RECIPIENTS = "recipients"
    ANNEX = "annex"
    ANNEX_TITLE = "annex_title"
    ANNEX_NOTE = "annex_note"
    TABLE_HEAD = "table_head"
    TABLE = "table"
    PAGE_NUMBER = "page_number"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Look:
    """How the letters of an element look."""

    size: float
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, its margins, and how far from its edge the page number stands.

    Where a mark stands over the number, it begins at `mark`, and the number stays in its place.
    """

    width: float = 210
    height: float = 297
    top: float = 20
    bottom: float = 20
    left: float = 30
    right: float = 15
    number: float = 10
    mark: float = 6

    @property
    def text_width(self) -> float:
        """Give what is left between the margins."""
        return self.width - self.left - self.right

    def turned(self) -> "Sheet":
        """Give the same page across, for the table of an annex; the binding edge stays free."""
        return Sheet(
            self.height, self.width, self.left, self.right, self.top, self.bottom, self.number
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """The page of an issuer, how wide the left cell of its head is, and the look of each part."""

    sheet: Sheet
    left_cell: float
    looks: dict[Element, Look]
    number_begins: str
    star_below_agency: bool = False


_GOVERNMENT = {
    Element.NATION: Look(12, bold=True),
    Element.MOTTO: Look(13, bold=True),
    Element.SUPERIOR: Look(12),
    Element.AGENCY: Look(12, bold=True),
    Element.NUMBER: Look(13),
    Element.DATE: Look(13, italic=True),
    Element.KIND: Look(14, bold=True),
    Element.SUBJECT: Look(14, bold=True),
    Element.GROUND: Look(14, italic=True),
    Element.HEADING: Look(14, bold=True),
    Element.BODY: Look(14),
    Element.AUTHORITY: Look(14, bold=True),
    Element.SIGNER: Look(14, bold=True),
    Element.ADDRESSEE: Look(14),
    Element.RECIPIENTS_HEAD: Look(12, bold=True, italic=True),
    Element.RECIPIENTS: Look(11),
    Element.ANNEX: Look(14, bold=True),
    Element.ANNEX_TITLE: Look(14, bold=True),
    Element.ANNEX_NOTE: Look(14, italic=True),
    Element.TABLE_HEAD: Look(11, bold=True),
    Element.TABLE: Look(11),
    Element.PAGE_NUMBER: Look(13),
    Element.MARK: Look(11, italic=True),
}
_PARTY = _GOVERNMENT | {
    Element.NATION: Look(15, bold=True),
    Element.SUPERIOR: Look(14),
    Element.AGENCY: Look(14, bold=True),
    Element.NUMBER: Look(14),
    Element.DATE: Look(14, italic=True),
    Element.KIND: Look(16, bold=True),
    Element.SUBJECT: Look(14, bold=True),
}
LAYOUTS = {
    Issuer.GOVERNMENT: Layout(Sheet(), 67, _GOVERNMENT, N_("No.: ")),
    Issuer.PARTY: Layout(Sheet(), 76, _PARTY, N_("No. "), star_below_agency=True),
}
"""One layout an issuer: annex I of decree 30/2020, and guideline 36-HD/VPTW of the Party."""

# How wide the capital and small letters of the bold face are, in thousandths of their size.
_WIDTHS = {
    **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 722),
    **{"E": 667, "F": 611, "G": 778, "H": 778, "I": 389, "J": 500, "K": 778, "L": 667, "M": 944},
    **{"O": 778, "P": 611, "Q": 778, "S": 556, "T": 667, "W": 1000, "Z": 667},
    **dict.fromkeys("abdghknopqux0123456789", 556),
    **{"a": 500, "o": 500, "x": 500, "v": 500, "y": 500, "c": 444, "e": 444, "r": 444, "z": 444},
    **{"i": 278, "l": 278, "j": 333, "f": 333, "t": 333, "s": 389, "m": 833, "w": 722},
    **{" ": 250, "\u00a0": 250, "-": 333, ".": 250, ",": 250, "(": 333, ")": 333},
}
_POINT = 25.4 / 72


def bold_width(plain: str, size: float) -> float:
    """Measure a line of bold letters without accents, as Times New Roman sets it."""
    return sum(_WIDTHS.get(letter, 556) for letter in plain) / 1000 * size * _POINT
