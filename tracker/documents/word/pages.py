"""The pages of a Word file: their size and margins, blocks put in place, annexes laid across."""

from copy import deepcopy
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from tracker.documents.rules.blocks import Paper
from tracker.documents.rules.layout import Sheet
from tracker.documents.word import parts
from tracker.documents.word.letters import Hand, para, twips

_NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def annexed(section: Any, hand: Hand, paper: Paper, sheet: Sheet) -> None:
    """Put each annex on pages of its own, laid across, whose numbers begin anew."""
    before = deepcopy(section)
    across = sheet.turned()
    for annex in paper.annexes:
        ending = parsed(para("", spacing=0.1))[0]
        ending.get_or_add_pPr().append(before)
        section.addprevious(ending)
        put_before(section, parts.annexed(hand, annex, across))
        set_page(section, across)
        _start_numbers_anew(section)
        before = deepcopy(section)


def put_before(place: Any, blocks: str) -> None:
    """Put blocks before an element of the file."""
    for block in parsed(blocks):
        place.addprevious(block)


def parsed(blocks: str) -> list[Any]:
    """Read blocks as elements of the file."""
    return list(parse_xml(f"<w:body {_NAMES}>{blocks}</w:body>"))


def set_values(element: Any, **values: int | str) -> None:
    """Give an element its properties."""
    for name, value in values.items():
        element.set(qn(f"w:{name}"), str(value))


def set_page(section: Any, sheet: Sheet) -> None:
    """Give a section its page and margins."""
    size = section.get_or_add_pgSz()
    across = sheet.width > sheet.height
    set_values(size, w=twips(sheet.width), h=twips(sheet.height))
    set_values(size, orient="landscape" if across else "portrait")
    margins = {
        "top": sheet.top,
        "right": sheet.right,
        "bottom": sheet.bottom,
        "left": sheet.left,
        "header": sheet.number,
        "footer": sheet.number,
        "gutter": 0,
    }
    set_values(
        section.get_or_add_pgMar(), **{name: twips(length) for name, length in margins.items()}
    )


def _start_numbers_anew(section: Any) -> None:
    numbers = section.find(qn("w:pgNumType"))
    if numbers is None:
        numbers = section.makeelement(qn("w:pgNumType"), {})
        section.get_or_add_pgMar().addnext(numbers)
    set_values(numbers, start=1)
