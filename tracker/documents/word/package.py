"""A paper as a Word file: on a fresh page of ours, or in a unit's own template."""

import io
from copy import deepcopy
from dataclasses import replace
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from tracker.core import clock
from tracker.documents.rules.blocks import Paper
from tracker.documents.rules.forms import written
from tracker.documents.rules.layout import FONT, LAYOUTS, Element, Sheet
from tracker.documents.rules.template import (
    BODY,
    END_MARKS,
    HEAD_MARKS,
    TITLE_MARKS,
    marks_in,
    replaced_marks,
)
from tracker.documents.word import parts
from tracker.documents.word.letters import Hand, para, twips

_NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
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
        _filled(document, paper)
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
    _set_page(section, sheet)
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
    _put_before(section, main)
    _annex(section, hand, paper, sheet)


def _filled(document: Any, paper: Paper) -> None:
    """Write a paper into a template: its page, styles and head stay, marks are filled in."""
    hand = parts.hand_of(paper, own_letters=False)
    section = document.sections[-1]._sectPr
    sheet = _sheet_of(document, LAYOUTS[paper.head.issuer].sheet)
    found = _replace_marks(document, paper)
    place = next(
        paragraph._p for paragraph in document.paragraphs if BODY in marks_in(paragraph.text)
    )
    main = "" if found & HEAD_MARKS else parts.headed(hand, paper.head, sheet)
    main += "" if found & TITLE_MARKS else parts.titled(hand, paper, sheet)
    main += parts.worded(hand, paper.blocks, sheet)
    main += "" if found & END_MARKS else parts.signed(hand, paper, sheet)
    _put_before(place, main)
    place.getparent().remove(place)
    first = document.element.body[0]
    for line in filter(None, (paper.mark, paper.foot)):
        _put_before(first, hand.plain(line, Element.MARK))
    _annex(section, hand, paper, sheet)


def _annex(section: Any, hand: Hand, paper: Paper, sheet: Sheet) -> None:
    """Put each annex on pages of its own, laid across, whose numbers begin anew."""
    before = deepcopy(section)
    across = sheet.turned()
    for annex in paper.annexes:
        ending = _parsed(para("", spacing=0.1))[0]
        ending.get_or_add_pPr().append(before)
        section.addprevious(ending)
        _put_before(section, parts.annexed(hand, annex, across))
        _set_page(section, across)
        _start_numbers_anew(section)
        before = deepcopy(section)


def _put_before(place: Any, blocks: str) -> None:
    for block in _parsed(blocks):
        place.addprevious(block)


def _parsed(blocks: str) -> list[Any]:
    return list(parse_xml(f"<w:body {_NAMES}>{blocks}</w:body>"))


def _set(element: Any, **values: int | str) -> None:
    for name, value in values.items():
        element.set(qn(f"w:{name}"), str(value))


def _set_page(section: Any, sheet: Sheet) -> None:
    size = section.get_or_add_pgSz()
    across = sheet.width > sheet.height
    _set(size, w=twips(sheet.width), h=twips(sheet.height))
    _set(size, orient="landscape" if across else "portrait")
    margins = {
        "top": sheet.top,
        "right": sheet.right,
        "bottom": sheet.bottom,
        "left": sheet.left,
        "header": sheet.number,
        "footer": sheet.number,
        "gutter": 0,
    }
    _set(section.get_or_add_pgMar(), **{name: twips(length) for name, length in margins.items()})


def _start_numbers_anew(section: Any) -> None:
    numbers = section.find(qn("w:pgNumType"))
    if numbers is None:
        numbers = section.makeelement(qn("w:pgNumType"), {})
        section.get_or_add_pgMar().addnext(numbers)
    _set(numbers, start=1)


def _set_usual_letters(document: Any) -> None:
    """Have Word's own styles speak the same typeface, and Vietnamese."""
    normal = document.styles["Normal"].element.get_or_add_rPr()
    fonts = normal.get_or_add_rFonts()
    fonts.attrib.clear()
    _set(fonts, ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)
    document.styles["Normal"].font.size = None
    for language in document.styles.element.iter(qn("w:lang")):
        _set(language, val="vi-VN")


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
    part.extend(_parsed(blocks))


def _sheet_of(document: Any, usual: Sheet) -> Sheet:
    """Read the page of a template; what it does not say is as usual."""
    section = document.sections[-1]

    def length(name: str, otherwise: float) -> float:
        found = getattr(section, name)
        return float(found.mm) if found is not None else otherwise

    return Sheet(
        width=length("page_width", usual.width),
        height=length("page_height", usual.height),
        top=length("top_margin", usual.top),
        bottom=length("bottom_margin", usual.bottom),
        left=length("left_margin", usual.left),
        right=length("right_margin", usual.right),
        number=length("header_distance", usual.number),
    )


def _replace_marks(document: Any, paper: Paper) -> frozenset[str]:
    """Fill in the marks of a template wherever they stand; a mark may be cut up into runs."""
    values = _values(paper)
    found: set[str] = set()
    parts_of = [document.element]
    for section in document.sections:
        for kind in ("header", "first_page_header", "footer", "first_page_footer"):
            part = getattr(section, kind)
            if not part.is_linked_to_previous:
                parts_of.append(part._element)
    for part in parts_of:
        for paragraph in list(part.iter(qn("w:p"))):
            texts = list(paragraph.iter(qn("w:t")))
            whole = "".join(node.text or "" for node in texts)
            marks = frozenset(marks_in(whole)) - {BODY}
            if not marks:
                continue
            found |= marks
            if not replaced_marks(whole, values).strip() and _has_others(paragraph):
                paragraph.getparent().remove(paragraph)
                continue
            _write_lines(texts, replaced_marks(whole, values))
    return frozenset(found)


def _has_others(paragraph: Any) -> bool:
    """Tell whether a paragraph may go: a cell keeps at least one."""
    return len(paragraph.getparent().findall(qn("w:p"))) > 1


def _write_lines(texts: list[Any], whole: str) -> None:
    """Put a text in place of several pieces of one; it takes the letters of the first."""
    for node in texts[1:]:
        node.text = ""
    at, first = texts[0], True
    for line in whole.split("\n"):
        if not first:
            line_end = at.makeelement(qn("w:br"), {})
            at.addnext(line_end)
            at = line_end.makeelement(qn("w:t"), {})
            line_end.addnext(at)
        at.text, first = line, False
        at.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _values(paper: Paper) -> dict[str, str]:
    """Give what comes in place of each mark."""
    signature = paper.signatures[-1]
    known = {
        "CO_QUAN_CAP_TREN": paper.head.superior,
        "CO_QUAN": "\n".join(paper.head.agency),
        "SO_KY_HIEU": paper.head.number,
        "DIA_DANH_NGAY": paper.head.dated,
        "TEN_LOAI": paper.kind,
        "TRICH_YEU": paper.subject,
        "NOI_NHAN": "\n".join(f"- {line}" for line in paper.recipients),
        "QUYEN_HAN": signature.authority,
        "CHUC_VU": signature.title,
        "NGUOI_KY": signature.name,
    }
    return {mark: written(text) for mark, text in known.items()}


def _described(document: Any, paper: Paper) -> None:
    """Say in the file's own description whose it is; nobody's name stands there."""
    about = document.core_properties
    about.author = about.last_modified_by = written(" ".join(paper.head.agency))[:255]
    about.title = written(f"{paper.kind} – {paper.subject}").replace("\n", ", ")[:255]
    about.created = about.modified = clock.now().replace(tzinfo=None)
    about.comments, about.language = "", "vi-VN"
