"""A paper as a Word file: on a fresh page of ours, or in a unit's own template."""

import io
from dataclasses import replace
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from tracker.core import clock
from tracker.documents.rules.blocks import Paper
from tracker.documents.rules.forms import written
from tracker.documents.rules.layout import FONT, LAYOUTS, Element
from tracker.documents.word import parts
from tracker.documents.word.filling import fill
from tracker.documents.word.letters import Hand, para
from tracker.documents.word.pages import annexed, parsed, put_before, set_page, set_values

_PAGE = (
    '<w:r>{letters}<w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r>{letters}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r>{letters}<w:fldChar w:fldCharType="separate"/></w:r>'
    "<w:r>{letters}<w:t>2</w:t></w:r>"
    '<w:r>{letters}<w:fldChar w:fldCharType="end"/></w:r>'
)


def written_down(paper: Paper, template: bytes | None = None) -> bytes:
    """Give the Word file of a paper."""
    if template is None:
        document = Document()
        _fresh(document, paper)
    else:
        document = Document(io.BytesIO(template))
        fill(document, paper)
    _described(document, paper)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def opens(template: bytes, paper: Paper) -> bool:
    """Tell whether a paper can be written in a template, by writing one."""
    try:
        written_down(paper, template)
    except (OpcError, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError):
        return False
    return True


def _fresh(document: Any, paper: Paper) -> None:
    hand, sheet = parts.hand_of(paper), LAYOUTS[paper.head.issuer].sheet
    _set_usual_letters(document)
    section = document.sections[0]._sectPr
    sheet = replace(sheet, number=sheet.mark) if paper.mark else sheet
    set_page(section, sheet)
    _write_margins(document, hand, paper)
    main = (
        parts.headed(hand, paper.head, sheet)
        + parts.titled(hand, paper, sheet)
        + parts.worded(hand, paper.blocks, sheet)
        + parts.signed(hand, paper, sheet)
    )
    body = document.element.body
    for child in list(body):
        if child is not section:
            body.remove(child)
    put_before(section, main)
    annexed(section, hand, paper, sheet)


def _set_usual_letters(document: Any) -> None:
    """Have Word's own styles speak the same typeface, and Vietnamese."""
    normal = document.styles["Normal"].element.get_or_add_rPr()
    fonts = normal.get_or_add_rFonts()
    fonts.attrib.clear()
    set_values(fonts, ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)
    document.styles["Normal"].font.size = None
    for language in document.styles.element.iter(qn("w:lang")):
        set_values(language, val="vi-VN")


def _write_margins(document: Any, hand: Hand, paper: Paper) -> None:
    """Number the pages from the second on; say on every page what must not be overlooked."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    mark = hand.plain(paper.mark, Element.MARK) if paper.mark else ""
    letters = hand.letters(hand.layout.looks[Element.PAGE_NUMBER])
    number = para(_PAGE.format(letters=letters), align="center")
    foot = hand.plain(paper.foot, Element.MARK) if paper.foot else para("")
    _replace(section.first_page_header._element, mark or para(""))
    _replace(section.header._element, mark + number)
    _replace(section.first_page_footer._element, foot)
    _replace(section.footer._element, foot)


def _replace(part: Any, blocks: str) -> None:
    for child in list(part):
        part.remove(child)
    part.extend(parsed(blocks))


def _described(document: Any, paper: Paper) -> None:
    """Say in the file's own description whose it is; nobody's name stands there."""
    about = document.core_properties
    about.author = about.last_modified_by = written(" ".join(paper.head.agency))[:255]
    about.title = written(f"{paper.kind} – {paper.subject}").replace("\n", ", ")[:255]
    about.created = about.modified = clock.now().replace(tzinfo=None)
    about.comments, about.language = "", "vi-VN"
