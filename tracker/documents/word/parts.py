"""The parts of a paper in the order of the page: head, title, text, signature, annexes."""

from collections.abc import Sequence

from tracker.core.i18n import gettext
from tracker.core.text import fold
from tracker.documents.rules.blocks import Annex, Block, Head, Heading, Paper, Signature, Table
from tracker.documents.rules.forms import END, ended
from tracker.documents.rules.heads import addressed, nation_lines
from tracker.documents.rules.layout import LAYOUTS, RULE_SHARE, Element, Sheet, bold_width
from tracker.documents.word.letters import Hand, para, rule, ruled, side_by_side

SIGNING_SPACE = 66
"""Room for hand and seal, in points."""
NUMBER_GAP = 6
SUBJECT_SIDES = 8
"""How far what a paper is about keeps from the margins, in millimetres."""


def hand_of(paper: Paper, *, own_letters: bool = True) -> Hand:
    """Give the hand that a paper of its issuer is written in."""
    return Hand(LAYOUTS[paper.head.issuer], own_letters)


def headed(hand: Hand, head: Head, sheet: Sheet) -> str:
    """Write what stands above the title: issuer beside nation or Party, number beside day.

    Number and day have a row of their own: however high the names are, they stand level.
    """
    left = hand.layout.left_cell
    right = sheet.text_width - left
    number = f"{gettext(hand.layout.number_begins)}{head.number}"
    names = [(left, _agency(hand, head, left)), (right, _nation(hand, head, right))]
    below = [
        (left, hand.plain(number, Element.NUMBER, before=NUMBER_GAP)),
        (right, hand.plain(head.dated, Element.DATE, before=NUMBER_GAP)),
    ]
    return side_by_side(names, below) + para("", after=6)


def titled(hand: Hand, paper: Paper, sheet: Sheet) -> str:
    """Write what kind of paper it is, what it is about, and to whom it goes."""
    lines = paper.subject.split("\n")
    written = [hand.plain(paper.kind, Element.KIND, before=6, keep=True)]
    written += [hand.plain(line, Element.SUBJECT, keep=True, sides=SUBJECT_SIDES) for line in lines]
    size = hand.layout.looks[Element.SUBJECT].size
    widest = max(bold_width(_bare(line), size) for line in lines)
    fitting = min(widest, sheet.text_width * 0.8)
    written.append(rule(fitting * RULE_SHARE, sheet.text_width))
    written.append(para("", after=6))
    return "".join(written) + _addressed(hand, paper.addressees)


def worded(hand: Hand, blocks: Sequence[Block], sheet: Sheet) -> str:
    """Write the text; its last paragraph ends as official papers do."""
    last = len(blocks) - 1
    return "".join(
        _block(hand, block, sheet, is_last=number == last, keep=number >= last - 1)
        for number, block in enumerate(blocks)
    )


def signed(hand: Hand, paper: Paper, sheet: Sheet) -> str:
    """Write the signature with the recipients beside it, or two signatures."""
    half = sheet.text_width / 2
    if len(paper.signatures) > 1:
        cells = [(half, _signature(hand, one)) for one in paper.signatures]
    else:
        cells = [
            (half, _recipients(hand, paper.recipients)),
            (half, _signature(hand, paper.signatures[0])),
        ]
    return para("", keep=True) + side_by_side(cells)


def annexed(hand: Hand, annex: Annex, sheet: Sheet) -> str:
    """Write an annex: its heading, the paper it belongs to, and its table."""
    written = [
        hand.plain(annex.label, Element.ANNEX, keep=True),
        hand.plain(annex.title, Element.ANNEX_TITLE, keep=True),
        hand.plain(annex.note, Element.ANNEX_NOTE, after=6, keep=True),
        ruled(hand, annex.table, sheet.text_width),
    ]
    written += [
        hand.plain(line, Element.RECIPIENTS, align="left", before=6) for line in annex.remarks
    ]
    return "".join(written)


def _agency(hand: Hand, head: Head, width: float) -> str:
    written = []
    if head.superior:
        written.append(hand.plain(head.superior, Element.SUPERIOR))
    written += [hand.plain(line, Element.AGENCY) for line in head.agency]
    size = hand.layout.looks[Element.AGENCY].size
    if hand.layout.star_below_agency:
        written.append(hand.plain("*", Element.AGENCY))
    else:
        widest = max((bold_width(_bare(line), size) for line in head.agency), default=width / 2)
        written.append(rule(min(widest, width) * RULE_SHARE, width))
    return "".join(written)


def _nation(hand: Hand, head: Head, width: float) -> str:
    looks = hand.layout.looks
    lines = nation_lines(head.issuer)
    elements = (Element.NATION, Element.MOTTO)
    written = [hand.plain(line, element) for line, element in zip(lines, elements, strict=False)]
    underlined = looks[elements[len(lines) - 1]]
    written.append(rule(min(bold_width(_bare(lines[-1]), underlined.size), width), width))
    return "".join(written)


def _addressed(hand: Hand, addressees: Sequence[str]) -> str:
    line = addressed(addressees)
    return hand.plain(line, Element.ADDRESSEE, after=12) if line else ""


def _block(hand: Hand, block: Block, sheet: Sheet, *, is_last: bool, keep: bool) -> str:
    """Write a block; `keep` holds it on the page of what follows, so that nobody signs alone."""
    if isinstance(block, Heading):
        return hand.body(block.text, Element.HEADING, keep=True)
    if isinstance(block, Table):
        return ruled(hand, block, sheet.text_width) + para("", after=6)
    if block.room:
        end = END if is_last else ""
        return hand.dotted(block.lead, sheet.text_width, block.room, end, keep=keep)
    said = ended(block.text) if is_last else block.text
    element = Element.GROUND if block.is_ground else Element.BODY
    return hand.body(said, element, lead=block.lead, keep=keep)


def _signature(hand: Hand, signature: Signature) -> str:
    written = [
        hand.plain(line, Element.AUTHORITY, keep=True)
        for line in (*signature.authority.split("\n"), *signature.title.split("\n"))
        if line.strip()
    ]
    name = signature.name.strip() or " "
    written.append(hand.plain(name, Element.SIGNER, before=SIGNING_SPACE))
    return "".join(written)


def _recipients(hand: Hand, lines: Sequence[str]) -> str:
    if not lines:
        return para("")
    head = hand.plain(gettext("Recipients:"), Element.RECIPIENTS_HEAD, align="left")
    return head + "".join(
        hand.plain(line if line.startswith("{{") else f"- {line}", Element.RECIPIENTS, align="left")
        for line in lines
    )


def _bare(text: str) -> str:
    """Give letters without accents, in the case they are written in, to measure their width."""
    return "".join(
        plain.upper() if letter.isupper() else plain
        for letter in text
        for plain in [fold(letter) or letter]
    )
