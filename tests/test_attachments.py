"""Files: what is kept, what is refused, and that a file and its row live and die together."""

import io
import os
import random
import stat
import zipfile
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, text, update

from tracker.accounts.permissions import Role
from tracker.attachments.models import Attachment
from tracker.attachments.queries import (
    FileDamaged,
    attachment_for,
    attachments_of,
    file_mismatches,
    loose_files,
    opened,
)
from tracker.attachments.rules import (
    MOST_FILES,
    MOST_OF_A_UNIT,
    FileRefused,
    checked_kind,
    clean_name,
)
from tracker.attachments.service import Upload, keep_file, remove_file
from tracker.core import clock
from tracker.core.errors import NotAllowed, NotFound
from tracker.journal.models import JournalEntry
from tracker.places.rules import PlaceKind

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _office(main="word/document.xml", kind=WORD, extra=()):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", f'<Types><Override ContentType="{kind}"/></Types>')
        package.writestr("_rels/.rels", "<Relationships/>")
        package.writestr(main, "<document/>")
        for name, content in extra:
            package.writestr(name, content)
    return packed.getvalue()


def _picture(form, size=(8, 8)):
    written = io.BytesIO()
    Image.new("1" if form == "PNG" else "L", size).save(written, form)
    return written.getvalue()


GOOD = [
    ("Biên bản.pdf", PDF, "application/pdf"),
    ("anh.JPG", _picture("JPEG"), "image/jpeg"),
    ("anh.png", _picture("PNG"), "image/png"),
    ("ke hoach.docx", _office(), "application/vnd.openxmlformats-officedocument"),
    ("so.xlsx", _office("xl/workbook.xml", EXCEL), "application/vnd.openxmlformats-officedocument"),
]


@pytest.mark.parametrize(("name", "content", "media_type"), GOOD, ids=[row[0] for row in GOOD])
def test_a_file_that_is_what_it_says_is_kept(name, content, media_type):
    assert checked_kind(name, io.BytesIO(content)).media_type.startswith(media_type)


def _encrypted(content):
    marked = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(signature, at + 1)
    return bytes(marked)


BAD = {
    "svg": ("a.svg", SVG),
    "html": ("a.html", b"<html>"),
    "archive": ("a.zip", _office()),
    "legacy": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "macro name": ("a.docm", _office()),
    "no ending": ("pdf", PDF),
    "empty": ("a.pdf", b""),
    "svg as png": ("a.png", SVG),
    "png as jpg": ("a.jpg", _picture("PNG")),
    "html as pdf": ("a.pdf", b"<html>%PDF-1.7 %%EOF"),
    "cut pdf": ("a.pdf", PDF[:-8]),
    "encrypted pdf": ("a.pdf", PDF.replace(b"<<>>\nstartxref", b"<</Encrypt 5 0 R>>\nstartxref")),
    "cut picture": ("a.png", _picture("PNG", (90, 90))[:-30]),
    "cut jpeg": ("a.jpg", _picture("JPEG", (400, 400))[:300]),
    "too many pixels": ("a.png", _picture("PNG", (8000, 5001))),
    "bomb of pixels": ("a.png", _picture("PNG", (20000, 10000))),
    "encrypted or legacy": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "plain zip as docx": ("a.docx", _office("readme.txt")),
    "xlsx as docx": ("a.docx", _office("xl/workbook.xml", EXCEL)),
    "docx as xlsx": ("a.xlsx", _office()),
    "macros": ("a.docx", _office(extra=[("word/vbaProject.bin", b"x")])),
    "macro type": ("a.docx", _office(kind="application/vnd.ms-word.document.macroEnabled.main")),
    "upwards": ("a.docx", _office(extra=[("../../etc/passwd", b"x")])),
    "upwards with backslash": ("a.docx", _office(extra=[("..\\x", b"x")])),
    "absolute": ("a.docx", _office(extra=[("/etc/passwd", b"x")])),
    "many parts": ("a.docx", _office(extra=[(f"p/{n}", b"") for n in range(1001)])),
    "bomb": ("a.docx", _office(extra=[("word/zero.bin", bytes(30 * 1024 * 1024))])),
    "encrypted part": ("a.docx", _encrypted(_office())),
    "cut docx": ("a.docx", _office()[:-30]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_not_is_refused_with_a_sentence(case):
    name, content = BAD[case]
    with pytest.raises(FileRefused):
        checked_kind(name, io.BytesIO(content))


def test_damaged_documents_are_refused_and_never_a_fault():
    chance, good = random.Random(35), _office()
    for _ in range(300):
        content = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            checked_kind("a.docx", io.BytesIO(bytes(content)))
        except FileRefused:
            continue


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\Users\\x\\Đơn thư.pdf", "Đơn thư.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\u202egnp.pdf", "gnp.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_shown_name_has_no_folders_and_nothing_unreadable(given, shown):
    assert clean_name(given) == shown


def test_a_kept_file_is_private_and_comes_back_as_it_was(session, make, tmp_path):
    staff, root = make.user(), tmp_path / "files"
    kept = keep_file(
        session, staff, "KN-2026-000001", make.home.id, Upload("b.pdf", io.BytesIO(PDF)), root
    )

    assert [row.id for row in attachments_of(session, "KN-2026-000001")] == [kept.id]
    assert stat.S_IMODE(os.stat(root).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(root / kept.stored_name).st_mode) == 0o600
    with opened(kept, root) as file:
        assert file.read() == PDF
    actions = session.scalars(select(JournalEntry.action)).all()
    assert "attachment:keep" in actions


def test_a_file_changed_on_the_disk_is_not_served(session, make, tmp_path):
    upload = Upload("b.pdf", io.BytesIO(PDF))
    kept = keep_file(session, make.user(), "DT-2026-0001", make.home.id, upload, tmp_path)
    (tmp_path / kept.stored_name).write_bytes(PDF.replace(b"obj", b"OBJ"))

    with pytest.raises(FileDamaged):
        opened(kept, tmp_path)

    (tmp_path / kept.stored_name).unlink()
    with pytest.raises(FileDamaged):
        opened(kept, tmp_path)


def test_a_refused_or_failed_upload_leaves_neither_bytes_nor_row(session, make, tmp_path):
    staff = make.user()
    upload = Upload("a.png", io.BytesIO(SVG))
    with pytest.raises(FileRefused):
        keep_file(session, staff, "DT-2026-0001", make.home.id, upload, tmp_path)
    upload = Upload("a.pdf", io.BytesIO(PDF + bytes(21 * 1024 * 1024)))
    with pytest.raises(FileRefused):
        keep_file(session, staff, "DT-2026-0001", make.home.id, upload, tmp_path)
    session.execute(text("DROP TABLE journal"))
    session.commit()
    with pytest.raises(Exception, match="journal"):
        keep_file(
            session, staff, "DT-2026-0001", make.home.id, Upload("a.pdf", io.BytesIO(PDF)), tmp_path
        )

    assert list(tmp_path.glob("*.part")) == []
    assert [
        path
        for path in tmp_path.iterdir()
        if path.name != "tracker.db" and not path.name.startswith("tracker.db-")
    ] == []
    assert session.scalars(select(Attachment)).all() == []


def test_the_eleventh_file_is_refused(session, make, tmp_path):
    staff = make.user()
    for number in range(MOST_FILES):
        upload = Upload(f"{number}.pdf", io.BytesIO(PDF))
        keep_file(session, staff, "DT-2026-0001", make.home.id, upload, tmp_path)

    upload = Upload("b.pdf", io.BytesIO(PDF))
    with pytest.raises(FileRefused, match="at most 10"):
        keep_file(session, staff, "DT-2026-0001", make.home.id, upload, tmp_path)


def test_a_removed_file_is_out_of_sight_with_its_reason(session, make, tmp_path):
    staff, upload = make.user(), Upload("b.pdf", io.BytesIO(PDF))
    kept = keep_file(session, staff, "DT-2026-0001", make.home.id, upload, tmp_path)
    with pytest.raises(FileRefused):
        remove_file(session, staff, kept, " ")

    remove_file(session, staff, kept, "Tải nhầm")

    assert attachments_of(session, "DT-2026-0001") == []
    with pytest.raises(NotFound):
        attachment_for(session, "DT-2026-0001", kept.id)
    assert (tmp_path / kept.stored_name).exists()


def test_a_file_of_another_record_does_not_exist(session, make, tmp_path):
    upload = Upload("b.pdf", io.BytesIO(PDF))
    kept = keep_file(session, make.user(), "DT-2026-0001", make.home.id, upload, tmp_path)

    assert attachment_for(session, "DT-2026-0001", kept.id).id == kept.id
    with pytest.raises(NotFound):
        attachment_for(session, "DT-2026-0002", kept.id)


def test_who_only_administers_attaches_nothing(session, make, tmp_path):
    upload = Upload("b.pdf", io.BytesIO(PDF))
    with pytest.raises(NotAllowed):
        keep_file(
            session, make.user(role=Role.ADMIN), "DT-2026-0001", make.home.id, upload, tmp_path
        )


def test_verifying_names_a_file_that_was_changed_or_is_missing(session, make, tmp_path):
    staff, root = make.user(), tmp_path / "files"
    kept = [
        keep_file(session, staff, "DT-2026-0001", make.home.id, Upload(name, io.BytesIO(PDF)), root)
        for name in ("a.pdf", "b.pdf", "c.pdf")
    ]
    assert list(file_mismatches(session, root)) == []

    (root / kept[0].stored_name).unlink()
    (root / kept[1].stored_name).write_bytes(PDF.replace(b"1", b"2", 1))

    found = list(file_mismatches(session, root))
    assert [line.split(":")[0] for line in found] == [
        f"tệp {kept[0].id} của DT-2026-0001",
        f"tệp {kept[1].id} của DT-2026-0001",
    ]


def test_only_old_files_that_no_row_knows_are_loose(session, make, tmp_path):
    staff, root, now = make.user(), tmp_path / "files", clock.now()
    assert loose_files(session, root, now) == []
    kept = keep_file(
        session, staff, "DT-2026-0001", make.home.id, Upload("a.pdf", io.BytesIO(PDF)), root
    )
    (root / "left").write_bytes(b"x")
    (root / "left.part").write_bytes(b"x")

    assert loose_files(session, root, now) == []
    later = now + timedelta(hours=25)
    assert [path.name for path in loose_files(session, root, later)] == ["left", "left.part"]
    assert (root / kept.stored_name).exists()


def test_a_commune_keeps_no_more_than_two_gigabytes_with_all_it_answers_for(
    session, make, tmp_path
):
    staff = make.user()
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    other = make.place()
    make.follow()
    keep_file(session, staff, "a", village.id, Upload("a.pdf", io.BytesIO(PDF)), tmp_path)
    session.execute(update(Attachment).values(size=MOST_OF_A_UNIT - 1))
    session.commit()

    with pytest.raises(FileRefused, match="2 GB"):
        keep_file(session, staff, "b", make.home.id, Upload("b.pdf", io.BytesIO(PDF)), tmp_path)
    assert len(list(tmp_path.glob("[0-9a-f]*"))) == 1
    keep_file(session, staff, "c", other.id, Upload("c.pdf", io.BytesIO(PDF)), tmp_path)
