"""Who raised a petition: masked to those who do not handle it, opened with a reason, kept out of
files for everyone.
"""

import io
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.errors import NotAllowed
from tracker.journal.models import JournalEntry
from tracker.petitions.lifecycle import LookReason
from tracker.petitions.models import IdentityLook, PetitionStep
from tracker.petitions.queries import PetitionFilter, identity_of, petition_page, reader_of
from tracker.petitions.queries.identity import OPEN_FOR
from tracker.petitions.rules.masking import masked_name, masked_phone
from tracker.petitions.service import MoveRequest, PetitionRefused, move_petition, open_identity

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NAME, PHONE = "Hoàng Văn Đức", "0912000111"
PERSON = {"citizen_name": NAME, "citizen_phone": PHONE, "petitioner": "person"}
WORDS = st.sampled_from(
    ["Nguyễn", "Đặng", "Thị", "Hường", "Đức", "Niê", "Dân", "Nhân", "nguyễn", "Ổn", "H'Hen"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
BEFORE = st.sampled_from(["", "ông ", "Bà ", "hộ ông ", "Ông/bà ", "Các hộ dân và "])


# The rules


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn An", "Nguyễn V. A."),
        ("Hường", "H."),
        ("đào", "Đ."),
        ("bà Hường", "bà H."),
        ("ông Nguyễn Văn An và bà Trần Thị Bé", "ông Nguyễn V. A. và bà Trần T. B."),
        ("Nguyễn Văn An, Trần Thị Bé và 5 hộ khác", "Nguyễn V. A., Trần T. B. và 5 hộ khác"),
        ("Hộ ông Lê Văn Tám, 0912000111", "Hộ ông Lê V. T., …"),
        ("Tập thể hộ dân xóm 3", "Tập thể hộ dân xóm 3"),
        ("H'Hen Niê", "H'Hen N."),
        ("", ""),
    ],
)
def test_a_name_is_told_by_its_family_name_and_initials(name, shown):
    assert masked_name(name) == shown


@given(before=BEFORE, name=NAMES)
def test_a_masked_name_never_tells_the_whole_and_stays_as_it_is(before, name):
    shown = masked_name(before + name)
    assert shown.split()[-1] == f"{name.split()[-1][0].upper()}."
    assert masked_name(shown) == shown


@given(st.from_regex(r"0[0-9]{8,10}", fullmatch=True))
def test_of_a_telephone_only_its_ends_are_told(number):
    shown = masked_phone(number).replace(" ", "")
    assert len(shown) == len(number)
    assert (shown[:2], shown[-3:]) == (number[:2], number[-3:])
    assert set(shown[2:-3]) == {"x"}


def test_short_numbers_and_words_beside_a_telephone_are_not_told():
    assert masked_phone("0912 000 111 / 0987654321") == "09xx xxx 111, 09xx xxx 321"
    assert masked_phone("113") == "xxx"
    assert masked_phone("nhà bà Lan") == ""


# Who handles a petition knows who raised it


def _shown(session, user, petition):
    (row,) = petition_page(
        session, frozenset({petition.place_id}), PetitionFilter(), reader=reader_of(user)
    ).rows
    assert identity_of(session, user, petition).name == row.citizen_name
    return row.citizen_name


def _corrected_by(person, petition):
    return PetitionStep(
        petition_id=petition.id,
        move="amend",
        status_before=petition.status,
        status=petition.status,
        happened_on=clock.today(),
        recorded_at=clock.now(),
        actor_id=person.id,
        place_id=petition.place_id,
        category_id=petition.category_id,
        kind=petition.kind,
        level=petition.level,
        channel=petition.channel,
    )


def test_only_those_who_handle_a_petition_see_who_raised_it(session, make):
    staff, other, leader, admin = (
        make.user(),
        make.user(),
        make.user(role=Role.LEADER),
        make.user(role=Role.ADMIN),
    )
    petition = make.petition(**PERSON)
    people = (staff, other, leader, admin)
    masked = "Hoàng V. Đ."
    assert [_shown(session, who, petition) for who in people] == [masked, masked, masked, ""]
    session.add(_corrected_by(other, petition))
    session.commit()  # a detail corrected is nothing handled
    assert [_shown(session, who, petition) for who in people] == [masked, masked, masked, ""]
    move_petition(session, staff, petition, MoveRequest("start"))
    assert [_shown(session, who, petition) for who in people] == [NAME, masked, masked, ""]
    move_petition(
        session, staff, petition, MoveRequest("propose", note="Xong", document_number="1/BC")
    )
    assert [_shown(session, who, petition) for who in people] == [NAME, masked, NAME, ""]
    assert (
        petition_page(session, frozenset({petition.place_id}), PetitionFilter())
        .rows[0]
        .citizen_name
        == ""
    )


def test_an_identity_opens_for_a_reason_to_one_person_for_a_while(session, make):
    petition, who, other = make.petition(**PERSON), make.user(), make.user()
    open_identity(session, who, petition, LookReason.CONTACT, "hẹn ngày làm việc")
    open_identity(session, who, petition, LookReason.CONTACT)

    assert _shown(session, who, petition) == NAME
    assert _shown(session, other, petition) == "Hoàng V. Đ."
    (look,) = session.scalars(select(IdentityLook))
    assert (look.user_id, look.reason, look.note) == (who.id, "contact", "hẹn ngày làm việc")
    (entry,) = session.scalars(select(JournalEntry).where(JournalEntry.action == "identity:opened"))
    assert (entry.actor_id, entry.subject, entry.detail) == (who.id, petition.code, "contact")

    look.opened_at = clock.now() - OPEN_FOR - timedelta(minutes=1)
    session.commit()
    assert _shown(session, who, petition) == "Hoàng V. Đ."


def test_an_identity_does_not_open_without_a_reason_or_to_an_administrator(session, make):
    petition = make.petition(**PERSON)
    with pytest.raises(PetitionRefused):
        open_identity(session, make.user(), petition, LookReason.OTHER, " ")
    with pytest.raises(NotAllowed):
        open_identity(session, make.user(role=Role.ADMIN), petition, LookReason.CONTACT)
    assert session.scalars(select(IdentityLook)).all() == []


# Pages and files


def test_the_page_masks_opens_and_tells_who_has_looked(visit, make):
    petition = make.petition(**PERSON, content=f"Ông {NAME}, số {PHONE}, đề nghị sửa đường")
    staff, other = visit(), visit()
    page, address = staff.get(f"/petitions/{petition.code}").text, f"/petitions/{petition.code}"
    assert "Hoàng V. Đ." in page
    assert "09xx xxx 111" in page
    for path in (address, "/petitions", f"{address}/edit"):
        assert NAME not in staff.get(path).text
        assert PHONE not in staff.get(path).text
    assert 'name="citizen_name"' not in staff.get(f"{address}/edit").text

    assert staff.post(f"{address}/identity").status_code == 200
    refused = staff.post(f"{address}/identity", look_reason="other", look_note="")
    assert refused.status_code != 303
    assert staff.post(f"{address}/identity", look_reason="verify").status_code == 303
    page = staff.get(address).text
    assert NAME in page
    assert PHONE in page
    assert 'name="citizen_name"' in staff.get(f"{address}/edit").text
    assert "1 lượt xem người kiến nghị" in other.get(address).text
    assert NAME not in other.get(address).text


def test_whoever_does_not_know_the_person_corrects_the_rest_and_leaves_them(visit, make, session):
    petition = make.petition(**PERSON)
    staff = visit()
    page = staff.get(f"/petitions/{petition.code}/edit")
    assert page.status_code == 200
    answer = staff.post(
        f"/petitions/{petition.code}/edit",
        petitioner="person",
        people="1",
        place=str(petition.place_id),
        content="Đề nghị sửa đường",
        category=str(petition.category_id),
        kind=petition.kind.value,
        level=petition.level.value,
        channel=petition.channel.value,
        received_on=clock.shown_date(petition.received_on),
        due_on=clock.shown_date(petition.due_on) if petition.due_on else "",
        citizen_name="Người Khác",
        reason="Ghi nhầm",
        version=str(petition.version),
    )
    assert answer.status_code == 303
    session.refresh(petition)
    assert (petition.citizen_name, petition.citizen_phone) == (NAME, PHONE)
    assert petition.content == "Đề nghị sửa đường"


def test_files_of_a_named_person_open_with_the_identity(visit, make):
    petition, staff = make.petition(**PERSON), visit()
    address = f"/petitions/{petition.code}"
    sent = (io.BytesIO(PDF), "don-hoang-van-duc.pdf")
    kept = {"csrf_token": staff.token, "file": sent}
    assert staff.client.post(f"{address}/files", data=kept).status_code == 303
    page = staff.get(address).text
    assert "Có 1 tệp." in page
    assert "don-hoang-van-duc" not in page
    assert staff.get(f"{address}/files/1").status_code == 403
    staff.post(f"{address}/identity", look_reason="contact")
    assert "don-hoang-van-duc" in staff.get(address).text
    assert staff.get(f"{address}/files/1").status_code == 200


def _everything_in(answer, path):
    data = answer.data
    if "xlsx" in path:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "".join(package.read(name).decode() for name in package.namelist())
    return data.decode()


def test_files_name_nobody_unless_they_are_for_the_office(visit, make, session):
    petition = make.petition(**PERSON, content=f"Ông {NAME} ({PHONE}) đề nghị")
    staff, admin = visit(full_name="Trần Thị Xuất"), visit(role=Role.ADMIN)
    for path in ("/petitions.csv", "/petitions.csv?variant=machine", "/petitions.xlsx"):
        for who in (staff, admin):
            text = _everything_in(who.get(path), path)
            assert petition.code in text
            assert NAME not in text
            assert PHONE not in text
    for path in ("/petitions.csv", "/petitions.xlsx", "/petitions.zip"):
        answer = staff.get(path, profile="internal")
        text = _everything_in(answer, path)
        assert NAME in text
        assert "Trần Thị Xuất" in text
        assert "noi-bo" in answer.headers["Content-Disposition"]
        assert admin.get(path, profile="internal").status_code == 403
    register = _everything_in(staff.get("/petitions/register.xlsx"), "xlsx")
    assert NAME in register
    assert "Trần Thị Xuất" in register
    with Session(session.get_bind()) as reading:
        told = reading.scalars(select(JournalEntry.detail).where(JournalEntry.action == "export"))
        assert {"profile=public", "profile=internal"} <= set(told)


def test_other_pages_tell_the_text_of_a_petition_without_the_person(visit, make):
    petition = make.petition(
        **PERSON,
        content=f"Ông {NAME} ({PHONE}) đề nghị sửa cống",
        due_on=clock.today() - timedelta(days=2),
    )
    staff = visit()
    for path in ("/", "/briefing", f"/commitments/new?petition={petition.code}"):
        page = staff.get(path)
        text = staff.get(page.location).text if page.status_code == 303 else page.text
        assert NAME not in text
        assert PHONE not in text
    assert "đề nghị sửa cống" in text


def test_neither_a_promise_nor_the_account_of_a_date_names_who_is_not_known(visit, make, session):
    petition, staff = make.petition(**PERSON), visit()
    said = f"gặp ông {NAME}, số {PHONE}"
    promised = make_commitment(
        session,
        None,
        NewCommitment(
            place_id=petition.place_id,
            promise=f"Sẽ {said}",
            promised_by=Person("Chủ tịch UBND xã"),
            petition_id=petition.id,
        ),
    )
    day = clock.today() + timedelta(days=30)
    given = MoveRequest("assign", note=f"Đã {said}", due_on=day, department_id=make.department().id)
    move_petition(session, None, petition, given)
    address = f"/petitions/{petition.code}"
    pages = (address, f"{address}/due", f"/commitments/{promised.code}", "/commitments")
    for path in (*pages, "/commitments.csv", "/commitments.xlsx"):
        text = _everything_in(staff.get(path), path)
        assert "gặp ông" in text
        assert NAME not in text
        assert PHONE not in text

    edit = f"/commitments/{promised.code}/edit"
    assert staff.get(edit).location == address
    assert staff.post(f"{address}/identity", look_reason="verify").status_code == 303
    assert NAME in staff.get(edit).text
    for path in pages[:3]:
        assert NAME in staff.get(path).text
