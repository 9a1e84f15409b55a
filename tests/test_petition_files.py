"""Files kept beside a petition, through its page, on both engines."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.attachments.models import Attachment
from tracker.attachments.service import Upload, keep_file
from tracker.petitions.lifecycle import Status
from tracker.petitions.models import Petition
from tracker.petitions.service import MoveRequest, move_with_evidence

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _picture():
    kept = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(kept, "PNG")
    return kept.getvalue()


def _sent(content=PDF, name="bien-ban.pdf"):
    return (io.BytesIO(content), name)


def _attached(visitor, petition, **given):
    return visitor.post(f"/petitions/{petition.code}/files", file=_sent(**given))


def _count(session):
    with Session(session.get_bind()) as reading:
        return reading.scalar(select(func.count(Attachment.id)))


def _status(session, petition):
    with Session(session.get_bind()) as reading:
        return reading.get(Petition, petition.id).status


def _link(visitor, petition):
    page = visitor.get(f"/petitions/{petition.code}").text
    return re.search(rf'href="(/petitions/{petition.code}/files/\d+)"', page)[1]


def test_a_file_comes_back_as_it_went_in_and_never_as_a_page_of_ours(visit, make):
    staff, petition = visit(), make.petition()
    assert _attached(staff, petition, name="Biên bản số 5.pdf").status_code == 303

    page = staff.get(f"/petitions/{petition.code}").text
    assert "Biên bản số 5.pdf" in page
    answer = staff.get(_link(staff, petition))
    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "given",
    [
        {"content": b"<script>alert(1)</script>", "name": "anh.png"},
        {"content": b"MZ\x90", "name": "phan-mem.exe"},
        {"content": b"", "name": "rong.pdf"},
        {"content": _picture(), "name": "anh.pdf"},
        {"name": ""},
    ],
    ids=["page as picture", "program", "empty", "picture as paper", "none chosen"],
)
def test_a_file_that_is_not_what_it_says_is_refused_beside_the_field(visit, make, session, given):
    answer = _attached(visit(), make.petition(), **given)
    assert answer.status_code in (200, 409)
    assert 'id="file-error"' in answer.text
    assert _count(session) == 0


def test_a_file_of_another_petition_is_not_found_under_this_one(visit, make):
    staff, mine, other = visit(), make.petition(), make.petition()
    _attached(staff, other)
    link = _link(staff, other)

    assert staff.get(link.replace(other.code, mine.code)).status_code == 404
    removal = link.replace(other.code, mine.code) + "/remove"
    assert staff.post(removal, reason="x").status_code == 404
    assert staff.get(link).status_code == 200


def test_a_file_is_as_hidden_as_its_petition(visit, make):
    place = make.place()
    petition, theirs = make.petition(place=place), visit(place=place)
    _attached(theirs, petition)
    link = _link(theirs, petition)

    assert visit().get(link).status_code == 404
    assert visit(None).get(link).status_code == 303


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(visit, make, app):
    staff, petition = visit(), make.petition()
    _attached(staff, petition)
    (kept,) = (app.config["SETTINGS"].instance / "files").iterdir()
    kept.write_bytes(b"other")

    assert staff.get(_link(staff, petition)).status_code == 500


def test_a_file_is_removed_with_a_reason_only(visit, make):
    staff, petition = visit(), make.petition()
    _attached(staff, petition)
    link = _link(staff, petition)

    assert "field__error" in staff.post(f"{link}/remove", reason=" ").text
    assert staff.get(link).status_code == 200
    assert staff.post(f"{link}/remove", reason="Nhầm tệp").status_code == 303
    assert staff.get(link).status_code == 404


def test_whoever_only_manages_settings_attaches_nothing(visit, make):
    petition, admin = make.petition(), visit(role=Role.ADMIN)
    assert _attached(admin, petition).status_code == 403


def _proposed(visitor, petition, **fields):
    sent = {"move": "propose", "version": petition.version} | fields
    return visitor.post(f"/petitions/{petition.code}/moves", **sent)


def test_a_result_and_the_file_that_proves_it_are_kept_together(visit, make, session):
    staff, petition = visit(), make.petition()
    answer = _proposed(staff, petition, note="Đã sửa đường", evidence=_sent(_picture(), "anh.png"))

    assert answer.status_code == 303
    assert _status(session, petition) is Status.AWAITING_APPROVAL
    assert staff.get(_link(staff, petition)).data == _picture()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"note": "Đã xong", "evidence": _sent}, "evidence"),
        ({"note": "", "evidence": _sent}, "note"),
        ({"note": "Đã xong", "version": "0"}, "move"),
    ],
    ids=["wrong file", "no note", "stale"],
)
def test_neither_step_nor_file_is_kept_when_one_is_refused(
    visit, make, session, app, fields, field
):
    staff, petition = visit(), make.petition()
    content = b"no picture" if field == "evidence" else _picture()
    typed = fields | {"evidence": _sent(content, "anh.png")}
    answer = _proposed(staff, petition, **typed)

    assert answer.status_code == 409
    assert f'href="#propose-{field}"' in answer.text
    assert fields["note"] in answer.text
    assert _status(session, petition) is Status.RECEIVED
    assert _count(session) == 0
    folder = app.config["SETTINGS"].instance / "files"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_neither_step_nor_file_is_kept_when_the_last_commit_fails(session, make, tmp_path):
    petition, staff, root = make.petition(), make.user(), tmp_path / "files"

    def fail(connection):
        if connection.scalar(select(func.count(Attachment.id))):
            raise OSError("The disk is full.")

    event.listen(session.get_bind(), "commit", fail)
    with pytest.raises(OSError, match="full"):
        _moved_with_evidence(session, staff, petition, _upload(), root)

    assert list(root.iterdir()) == []
    assert _count(session) == 0
    assert petition.status is Status.RECEIVED


def test_others_write_while_a_file_arrives(session, make, tmp_path):
    petition, staff, root = make.petition(), make.user(), tmp_path / "files"

    class Arriving(io.BytesIO):
        """A file whose bytes arrive while somebody else keeps a file of their own."""

        def read(self, size=-1):
            if self.tell() == 0:
                with Session(session.get_bind()) as other:
                    keep_file(other, staff, "DT-2026-0001", make.home.id, _upload(), root)
            return super().read(size)

    session.refresh(petition)  # as a page that fetched it does, under the lock of a writer
    _moved_with_evidence(session, staff, petition, Upload("b.pdf", Arriving(PDF)), root)

    assert _count(session) == 2
    assert _status(session, petition) is Status.AWAITING_APPROVAL


def _upload():
    return Upload("a.pdf", io.BytesIO(PDF))


def _moved_with_evidence(session, actor, petition, upload, root):
    asked = MoveRequest("propose", note="Đã sửa đường", has_new_evidence=True)
    move_with_evidence(session, actor, petition, asked, upload, root)
