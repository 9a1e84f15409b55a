"""The layout of official papers, read back out of the Word file and compared with the decree."""

import io
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.dates import Precision
from tracker.core.i18n import speaking
from tracker.documents.papers import Writing
from tracker.documents.papers.shared import head, signature
from tracker.documents.queries.dialogue import Document as Issued
from tracker.documents.rules.blocks import (
    Align,
    Annex,
    Column,
    Heading,
    Paper,
    Para,
    Signature,
    Table,
)
from tracker.documents.rules.forms import (
    counted,
    ended,
    hour,
    known_day,
    long_day,
    numbered,
    party_number,
    person_in,
    place_of_issue,
)
from tracker.documents.rules.issuing import proposed
from tracker.documents.rules.layout import Issuer
from tracker.documents.word import written_down
from tracker.places.rules import PlaceKind

FIXED = "\u00a0"


def a_paper(issuer=Issuer.GOVERNMENT, **given):
    letters = proposed(issuer, "Xã Lạng Giang", PlaceKind.COMMUNE, "Tỉnh Bắc Ninh")
    writing = Writing(issuer, letters, "Xã Lạng Giang")
    columns = [Column("STT", 1, Align.CENTRE), Column("Nội dung", 9)]
    usual = {
        "name": "thu",
        "head": head(writing, "BC", Issued("5", date(2027, 1, 5))),
        "kind": "BÁO CÁO",
        "subject": "Kết quả giải quyết kiến nghị",
        "blocks": [
            Para("Căn cứ Luật.", is_ground=True),
            Heading("I. TÌNH HÌNH"),
            Para("Đoạn văn.", lead="Mở đầu:"),
            Para("Đoạn cuối."),
        ],
        "signatures": [signature(writing)],
        "recipients": ["Như trên;", "Lưu: VT."],
        "addressees": ["Đảng ủy xã"],
        "annexes": [Annex("PHỤ LỤC I", "BẢNG", "(Kèm theo)", Table(columns, [("1", "Đường")] * 3))],
    }
    return Paper(**usual | given)


def opened(paper, template=None):
    return Document(io.BytesIO(written_down(paper, template)))


def paragraph(document, text):
    """Find the paragraph of the body, of a cell, or of an annex, that has this text."""
    for found in document.element.body.iter(qn("w:p")):
        if "".join(node.text or "" for node in found.iter(qn("w:t"))) == text:
            return found
    raise AssertionError(text)


def look(found):
    """Give size, weight and slant of a paragraph's last letters, and where it stands."""
    letters = found.findall(qn("w:r"))[-1].find(qn("w:rPr"))
    size = int(letters.find(qn("w:sz")).get(qn("w:val"))) / 2
    bold, italic = (letters.find(qn(name)) is not None for name in ("w:b", "w:i"))
    return size, bold, italic, found.find(qn("w:pPr")).find(qn("w:jc")).get(qn("w:val"))


GOVERNMENT = {
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (12, True, False, "center"),
    "Độc lập - Tự do - Hạnh phúc": (13, True, False, "center"),
    "ỦY BAN NHÂN DÂN": (12, True, False, "center"),
    "XÃ LẠNG GIANG": (12, True, False, "center"),
    "Số: 05/BC-UBND": (13, False, False, "center"),
    f"Lạng{FIXED}Giang, ngày{FIXED}05 tháng{FIXED}01 năm{FIXED}2027": (13, False, True, "center"),
    "BÁO CÁO": (14, True, False, "center"),
    "Kết quả giải quyết kiến nghị": (14, True, False, "center"),
    "Kính gửi: Đảng ủy xã": (14, False, False, "center"),
    "Căn cứ Luật.": (14, False, True, "both"),
    "I. TÌNH HÌNH": (14, True, False, "left"),
    "Mở đầu: Đoạn văn.": (14, False, False, "both"),
    "Đoạn cuối./.": (14, False, False, "both"),
    "Nơi nhận:": (12, True, True, "left"),
    "- Như trên;": (11, False, False, "left"),
    "TM. ỦY BAN NHÂN DÂN": (14, True, False, "center"),
    "CHỦ TỊCH": (14, True, False, "center"),
    "PHỤ LỤC I": (14, True, False, "center"),
    "BẢNG": (14, True, False, "center"),
    "(Kèm theo)": (14, False, True, "center"),
}
PARTY = {
    "ĐẢNG CỘNG SẢN VIỆT NAM": (15, True, False, "center"),
    "TỈNH ỦY BẮC NINH": (14, False, False, "center"),
    "ĐẢNG ỦY XÃ LẠNG GIANG": (14, True, False, "center"),
    "*": (14, True, False, "center"),
    "Số 5-BC/ĐU": (14, False, False, "center"),
    "BÁO CÁO": (16, True, False, "center"),
    "Đoạn cuối./.": (14, False, False, "both"),
    "T/M ĐẢNG ỦY": (14, True, False, "center"),
    "BÍ THƯ": (14, True, False, "center"),
}


@pytest.mark.parametrize(
    ("issuer", "elements"), [(Issuer.GOVERNMENT, GOVERNMENT), (Issuer.PARTY, PARTY)]
)
def test_each_element_has_the_size_and_style_of_its_rules(issuer, elements):
    document = opened(a_paper(issuer))
    assert {text: look(paragraph(document, text)) for text in elements} == elements


def test_the_text_ends_with_its_sign_once_however_it_was_typed():
    for typed in ("Đoạn cuối", "Đoạn cuối.", "Đoạn cuối ./.", "Đoạn cuối./.", "Đoạn cuối..."):
        assert ended(typed) == "Đoạn cuối./."
    assert ended("Theo số 12/") == "Theo số 12/./."
    assert ended("……") == "……./."


def test_lines_left_for_the_clerk_end_with_the_sign_too():
    document = opened(a_paper(blocks=[Para("Đoạn đầu."), Para("", lead="Đề xuất:", room=2)]))
    paragraph(document, "Đoạn đầu.")
    closing = paragraph(document, "./.")
    assert closing.findall(qn("w:r"))[0].find(qn("w:tab")) is not None


def test_the_page_is_a4_with_the_margins_of_the_decree():
    first, annex = opened(a_paper()).sections

    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    sides = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    assert [round(side.mm) for side in sides] == [20, 20, 30, 15]
    assert (round(annex.page_width.mm), round(annex.page_height.mm)) == (297, 210)
    assert annex.orientation == WD_ORIENT.LANDSCAPE
    assert annex._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_a_paragraph_of_the_text_is_drawn_in_and_kept_apart():
    found = paragraph(opened(a_paper()), "Đoạn cuối./.").find(qn("w:pPr"))
    spacing, indent = found.find(qn("w:spacing")), found.find(qn("w:ind"))
    assert int(indent.get(qn("w:firstLine"))) == 720  # 1.27 cm
    assert int(spacing.get(qn("w:after"))) >= 120  # 6 points
    assert 240 <= int(spacing.get(qn("w:line"))) <= 360  # single to one and a half


def test_pages_are_numbered_from_the_second_on():
    section = opened(a_paper()).sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" not in section.first_page_header._element.xml
    assert "PAGE" in section.header._element.xml
    number = section.header.paragraphs[-1]
    assert number.alignment == 1
    assert number.runs[0].font.size.pt == 13


def test_lines_under_names_are_drawn_and_not_typed():
    document = opened(a_paper())
    rules = [border.getparent().getparent() for border in document.element.body.iter(qn("w:pBdr"))]
    assert len(rules) == 3  # under the agency, the motto, and what the paper is about
    assert "_" not in "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    motto = rules[1].find(qn("w:pPr")).find(qn("w:ind"))
    width = 98 * 1440 / 25.4 - 2 * int(motto.get(qn("w:left")))
    assert 54 < width / 1440 * 25.4 < 58  # as long as the motto at 13 points


def test_every_letter_is_of_the_decrees_typeface_in_every_script():
    document = opened(a_paper())
    for fonts in document.element.body.iter(qn("w:rFonts")):
        kinds = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")
        assert {fonts.get(qn(kind)) for kind in kinds} == {"Times New Roman"}
    for run in document.element.body.iter(qn("w:r")):
        assert run.find(qn("w:rPr")).find(qn("w:rFonts")) is not None


def test_a_tables_header_comes_again_on_every_page():
    table = opened(a_paper()).tables[-1]
    assert table.rows[0]._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
    assert len(table.rows) == 4


def test_nobody_signs_on_a_page_without_text():
    document = opened(a_paper())
    last = paragraph(document, "Đoạn cuối./.")
    assert last.find(qn("w:pPr")).find(qn("w:keepNext")) is not None


@pytest.mark.parametrize("issuer", list(Issuer))
def test_number_and_day_stand_level_however_high_the_names_are(issuer):
    """They share a row, with the same letters and the same room above."""
    table = opened(a_paper(issuer)).tables[0]
    number, day = (cell.paragraphs[0] for cell in table.rows[-1].cells)
    assert number.text.startswith("Số")
    assert day.text.endswith(f"năm{FIXED}2027")
    size, *_ = look(number._p)
    assert size == look(day._p)[0]
    assert number.paragraph_format.space_before == day.paragraph_format.space_before


def test_minutes_bear_two_signatures_and_no_recipients():
    pair = [Signature("", "THƯ KÝ", "Trần Thị B"), Signature("", "CHỦ TỌA", "")]
    document = opened(a_paper(signatures=pair, recipients=(), annexes=()))
    left, right = document.tables[-1].rows[0].cells
    assert "THƯ KÝ" in left.text
    assert "CHỦ TỌA" in right.text
    assert "Nơi nhận" not in document.element.body.xml


def test_what_is_invented_says_so_on_every_page():
    section = opened(a_paper(mark="HƯ CẤU – dữ liệu minh họa")).sections[0]
    for part in (section.first_page_header, section.header):
        assert "HƯ CẤU" in part._element.xml


HOSTILE = "<w:t>Đường & cầu</w:t> \x00\x0b\ufffe\ud800 ]]> {{NOI_DUNG}} 😀 \u202e ngược \r\n"


def whole(document_bytes):
    """Read every part of the file as XML; give the text of its body."""
    with zipfile.ZipFile(io.BytesIO(document_bytes)) as package:
        for part in package.namelist():
            if part.endswith((".xml", ".rels")):
                ElementTree.fromstring(package.read(part))
    return "".join(node.text or "" for node in Document(io.BytesIO(document_bytes)).element.iter())


def test_no_text_of_a_citizen_breaks_the_file():
    long = HOSTILE + "ữ" * 20_000
    table = Table([Column("Nội dung", 1)], [(HOSTILE,), (long,)], ("Cộng",))
    paper = a_paper(
        subject=HOSTILE,
        blocks=[Para(long, lead=HOSTILE), table, Para("Hết")],
        recipients=[HOSTILE],
        annexes=[Annex("PL", HOSTILE, HOSTILE, table)],
    )
    text = whole(written_down(paper))
    assert "<w:t>Đường & cầu</w:t>" in text
    assert "ữ" * 20_000 in text
    assert "😀" in text


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60), st.text(alphabet="\x00\x08\ud800\uffffa<&", max_size=20))
def test_any_text_at_all_makes_a_file_that_opens(first, second):
    with speaking("vi"):
        assert whole(written_down(a_paper(blocks=[Para(first, lead=second)], annexes=())))


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 3, 5), "ngày 05 tháng 3 năm 2026"),
        (date(2027, 2, 11), "ngày 11 tháng 02 năm 2027"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
        (None, "ngày …… tháng …… năm ……"),
    ],
)
def test_only_days_below_ten_and_months_one_and_two_bear_a_leading_zero(day, written):
    assert long_day(day).replace(FIXED, " ") == written


def test_a_date_is_never_written_more_exactly_than_it_is_known():
    assert known_day(date(2023, 1, 1), Precision.YEAR) == "năm 2023"
    assert "……" in known_day(None, Precision.UNKNOWN)


@pytest.mark.parametrize(
    ("number", "government", "party"),
    [
        ("5", "05/TB-X", "5-TB-X"),
        ("5/TB-UBND", "05/TB-UBND", "5/TB-UBND"),
        ("15/TB-UBND", "15/TB-UBND", "15/TB-UBND"),
        ("", "……/TB-X", "……-TB-X"),
    ],
)
def test_a_number_below_ten_bears_a_leading_zero_and_an_unknown_one_is_left_open(
    number, government, party
):
    assert numbered(number, "TB-X") == government
    assert party_number(number, "TB-X") == party


@pytest.mark.parametrize("number", ["12-TB/ĐU", "19/BC-UBND"])
def test_the_number_of_another_body_or_kind_is_not_taken_for_the_papers_own(number):
    letters = proposed(Issuer.GOVERNMENT, "Xã Kép", PlaceKind.COMMUNE, "")
    writing = Writing(Issuer.GOVERNMENT, letters, "Xã Kép")
    made = head(writing, "TB", Issued(number, date(2026, 5, 1)))
    assert made.number == "……/TB-UBND"
    assert "……" in made.dated


def test_hours_counts_and_names_are_written_as_offices_do():
    assert hour("07:30").replace(FIXED, " ") == "07 giờ 30 phút"
    assert hour("").replace(FIXED, " ") == "…… giờ …… phút"
    assert [counted(n) for n in (None, 0, 5, 12, 1234)] == ["……", "00", "05", "12", "1.234"]
    assert place_of_issue("Xã Lạng Giang") == f"Lạng{FIXED}Giang"
    assert place_of_issue("Phường 3") == f"Phường{FIXED}3"
    assert person_in("Nguyễn Văn A, Chủ tịch UBND xã") == "Nguyễn Văn A"
    assert person_in("Bí thư Đảng ủy xã") == ""
