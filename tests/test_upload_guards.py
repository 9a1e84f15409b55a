"""Uploads: one sent twice is kept once, nothing acts by itself, and a scanner is asked."""

import io
import socket
import threading
import zlib

import pytest
from sqlalchemy import func, select

from tests.test_attachments import EXCEL, PDF, _office
from tracker.attachments.models import Attachment
from tracker.attachments.queries import attachments_of
from tracker.attachments.rules import FileRefused, checked_kind
from tracker.attachments.service import Upload, keep_file, remove_file
from tracker.core.scanning import Infected, NotScanned, scanner

LINK = (
    '<Relationships><Relationship Id="r1" Type="http://x/hyperlink" Target="https://xa.vn/"'
    ' TargetMode="External"/></Relationships>'
)


def _pdf(inside, *, packed=False, told=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"):
    if not packed:
        return PDF.replace(b"<<>>", b"<< %s >>" % inside, 1)
    stream = zlib.compress(inside)
    body = b"1 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        told,
        len(stream),
        stream,
    )
    return PDF.replace(b"1 0 obj\n<<>>\nendobj\n", body)


def _kept(session, root, person, petition, content=PDF, name="don.pdf", scan=None):
    upload, folder = Upload(name, io.BytesIO(content), scan), root / "files"
    return keep_file(session, person, petition.code, petition.place_id, upload, folder)


def test_a_file_sent_twice_is_kept_once_and_may_come_again_when_it_was_removed(
    session, make, tmp_path
):
    petition, person = make.petition(), make.user()
    first = _kept(session, tmp_path, person, petition)
    again = _kept(session, tmp_path, person, petition)
    other = _kept(session, tmp_path, person, petition, name="don 2.pdf")
    elsewhere = _kept(session, tmp_path, person, make.petition())

    assert again.id == first.id
    assert len({first.id, other.id, elsewhere.id}) == 3
    assert len(list((tmp_path / "files").iterdir())) == 3
    remove_file(session, person, first, "Nhầm tệp")
    back = _kept(session, tmp_path, person, petition)
    assert back.id != first.id
    assert _kept(session, tmp_path, person, petition).id == back.id
    assert len(attachments_of(session, petition.code)) == 2


HARMFUL = {
    "script": _pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    "escaped": _pdf(b"/OpenAction << /S /J#61va#53cript >>"),
    "program": _pdf(b"/A << /S /Launch /F (cmd.exe) >>"),
    "file": _pdf(b"/Names << /EmbeddedFiles 2 0 R >>"),
    "packed": _pdf(b"1 0 << /S /JavaScript /JS 3 0 R >>", packed=True),
    "bomb": _pdf(bytes(101 * 1024 * 1024), packed=True),
    "otherwise packed": _pdf(
        b"x", packed=True, told=b"/Type/ObjStm /Filter [/ASCIIHexDecode /FlateDecode]"
    ).replace(zlib.compress(b"x"), b"789c"),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_a_pdf_that_acts_by_itself_is_refused(what):
    with pytest.raises(FileRefused):
        checked_kind("a.pdf", io.BytesIO(HARMFUL[what]))


@pytest.mark.parametrize(
    "content",
    [
        _pdf(b"/Title (JavaScript) /OpenAction [3 0 R /Fit] /LaunchPad 1"),
        _pdf(b"1 0 << /Type /Catalog >>", packed=True),
        _pdf(b"/JS /Launch in a picture", packed=True, told=b"/Filter /FlateDecode"),
    ],
)
def test_an_ordinary_pdf_is_kept(content):
    assert checked_kind("a.pdf", io.BytesIO(content)).media_type == "application/pdf"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/embeddings/oleObject1.bin", b"x"),
        ("word/embeddings/Microsoft_Excel_Sheet.xlsx", b"x"),
        ("word/activeX/activeX1.xml", b"x"),
        (
            "word/_rels/settings.xml.rels",
            LINK.replace("hyperlink", "attachedTemplate").encode(),
        ),
        ("xl/macrosheets/sheet1.xml", b"x"),
        ("word/_rels/a.rels", LINK.replace('Id="r1"', 'Id=">"').replace("hyper", "frame").encode()),
        ("word/_rels/b.rels", LINK.replace("hyperlink", "image").encode("utf-16")),
        ("word/_rels/c.rels", b"<!DOCTYPE x><Relationships/>"),
        ("word/_rels/d.rels", b"<Relationships>"),
    ],
)
def test_an_office_file_with_something_inside_or_elsewhere_is_refused(name, content):
    with pytest.raises(FileRefused):
        checked_kind("a.docx", io.BytesIO(_office(extra=[(name, content)])))


def test_an_office_file_may_hold_links_and_the_settings_of_a_printer():
    extra = [("word/_rels/document.xml.rels", LINK)]
    assert checked_kind("a.docx", io.BytesIO(_office(extra=extra)))
    extra = [("xl/printerSettings/printerSettings1.bin", b"x")]
    assert checked_kind("a.xlsx", io.BytesIO(_office("xl/workbook.xml", EXCEL, extra)))


@pytest.fixture
def clamd():
    """Listen as clamd does, and answer INSTREAM by what was sent."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                content = b""
                while size := int.from_bytes(sent.read(4)):
                    content += sent.read(size)
                found = b"Eicar-Signature FOUND" if b"EICAR" in content else b"OK"
                line.sendall(b"stream: " + (b"ERROR" if b"BROKEN" in content else found) + b"\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def test_clamd_is_asked_before_a_file_is_kept(clamd, session, make, tmp_path):
    petition, person, scan = make.petition(), make.user(), scanner("", clamd)

    assert _kept(session, tmp_path, person, petition, scan=scan).id
    with pytest.raises(Infected):
        _kept(session, tmp_path, person, petition, _pdf(b"/Title (EICAR)"), scan=scan)
    with pytest.raises(NotScanned):
        _kept(session, tmp_path, person, petition, _pdf(b"/Title (BROKEN)"), scan=scan)
    with pytest.raises(NotScanned):
        _kept(session, tmp_path, person, petition, name="b.pdf", scan=scanner("", "127.0.0.1:1"))
    assert session.scalar(select(func.count(Attachment.id))) == 1
    assert len(list((tmp_path / "files").iterdir())) == 1


def test_a_command_is_asked_by_its_exit_status(tmp_path):
    script = tmp_path / "scan.sh"
    script.write_text(
        '#!/bin/sh\ngrep -q EICAR "$2" && exit 1\ngrep -q BROKEN "$2" && exit 2\nexit 0\n'
    )
    script.chmod(0o700)
    scan = scanner(f"{script} --quiet", "")
    for content, refusal in (("clean", None), ("EICAR", Infected), ("BROKEN", NotScanned)):
        file = tmp_path / "a b.pdf"
        file.write_text(content)
        if refusal is None:
            scan(file)
        else:
            with pytest.raises(refusal):
                scan(file)
    with pytest.raises(NotScanned):
        scanner("/nowhere/scan", "")(file)
    assert scanner("", "") is None
