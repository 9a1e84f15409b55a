"""A paper written into a unit's own template: its page, styles and head stay."""

from typing import Any

from docx.oxml.ns import qn

from tracker.documents.rules.blocks import Paper
from tracker.documents.rules.forms import written
from tracker.documents.rules.layout import LAYOUTS, Element, Sheet
from tracker.documents.rules.template import (
    BODY,
    END_MARKS,
    HEAD_MARKS,
    TITLE_MARKS,
    marks_in,
    replaced_marks,
)
from tracker.documents.word import parts
from tracker.documents.word.letters import Hand
from tracker.documents.word.pages import annexed, put_before


def fill(document: Any, paper: Paper) -> None:
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
    put_before(place, main)
    place.getparent().remove(place)
    _mark_every_page(document, hand, paper)
    annexed(section, hand, paper, sheet)


def _mark_every_page(document: Any, hand: Hand, paper: Paper) -> None:
    """Say over the template's own header what must not be overlooked."""
    lines = [hand.plain(line, Element.MARK) for line in (paper.mark, paper.foot) if line]
    first = document.sections[0]
    headers = [first.header]
    if first.different_first_page_header_footer:
        headers.append(first.first_page_header)
    for header in headers:
        for line in lines:
            put_before(header._element[0], line)


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
