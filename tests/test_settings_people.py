"""Administrators keep people: through the pages, on both engines."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import PASSWORD
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.queries import person_named
from tracker.core import clock
from tracker.journal.models import JournalEntry
from tracker.places.rules import PlaceKind


def _new(make, **given):
    usual = {
        "key": "khoa-1",
        "username": "lan.nguyen",
        "full_name": "Nguyễn Thị Lan",
        "role": "staff",
        "place": make.home.id,
    }
    return usual | given


def _change(user, **given):
    usual = {
        "version": user.version,
        "full_name": user.full_name,
        "role": user.role.value,
        "place": user.place_id,
    }
    return usual | given


def _password_in(page):
    found = re.search(r'<output class="secret"[^>]*>([^<]+)<', page.text)
    return found[1] if found else None


def _entries(session, action):
    """Give what people did, without what the command line made before them."""
    asked = select(JournalEntry).where(JournalEntry.actor_id.is_not(None))
    return list(session.scalars(asked.where(JournalEntry.action == action)))


def test_a_new_person_signs_in_with_the_password_shown_once_and_must_change_it(
    visit, make, session
):
    admin = visit(role=Role.ADMIN)
    assert admin.get("/settings/people/new").status_code == 200

    answer = admin.post("/settings/people/new", **_new(make))
    password = _password_in(answer)

    assert answer.status_code == 200
    assert "chỉ hiện ở đây, một lần duy nhất" in answer.text
    assert "Set-Cookie" not in answer.headers or password not in answer.headers["Set-Cookie"]
    user = person_named(session, "lan.nguyen")
    session.commit()  # a test that only reads gives the lock back too
    left = user.password_expires_at - clock.now()
    assert timedelta(hours=71) < left <= timedelta(hours=72)
    newcomer = visit(None)
    assert newcomer.post("/sign-in", username="lan.nguyen", password=password).status_code == 303
    assert newcomer.get("/petitions").location == "/password"
    page = admin.get("/settings/people")
    assert "Nguyễn Thị Lan" in page.text
    assert password not in page.text


def test_making_a_person_is_journaled_without_the_password(visit, make, session):
    admin = visit(role=Role.ADMIN)
    password = _password_in(admin.post("/settings/people/new", **_new(make)))

    (entry,) = _entries(session, "person:made")
    assert entry.actor_id == admin.user.id
    assert json.loads(entry.detail)["after"]["role"] == "staff"
    assert password not in entry.detail
    assert "$argon2" not in entry.detail


def test_a_double_click_makes_one_person_and_shows_no_second_password(visit, make, session):
    admin = visit(role=Role.ADMIN)
    first = admin.post("/settings/people/new", **_new(make))
    second = admin.post("/settings/people/new", **_new(make))

    assert _password_in(first)
    assert _password_in(second) is None
    assert "gửi hai lần" in second.text
    assert len(_entries(session, "person:made")) == 1


def test_a_key_that_is_no_key_is_told_and_nothing_is_made(visit, make, session):
    admin = visit(role=Role.ADMIN)
    for key in ("", "x" * 300):
        answer = admin.post("/settings/people/new", **_new(make, key=key))
        assert answer.status_code == 200
        assert "field__error" in answer.text
    assert person_named(session, "lan.nguyen") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "nguyễn.lan"},
        {"username": "a b"},
        {"username": ""},
        {"username": "x" * 41},
        {"full_name": "  "},
        {"full_name": "a\x00b"},
        {"role": "king"},
        {"place": "9999"},
        {"place": "x"},
    ],
    ids=str,
)
def test_a_wrong_field_is_told_beside_it_and_the_rest_is_kept(visit, make, session, wrong):
    admin = visit(role=Role.ADMIN)
    answer = admin.post("/settings/people/new", **_new(make, **wrong))

    assert answer.status_code == 200
    assert "field__error" in answer.text
    kept = "Nguyễn Thị Lan" if "full_name" not in wrong else "lan.nguyen"
    assert kept in answer.text
    assert _entries(session, "person:made") == []


def test_a_user_name_that_is_taken_is_told(visit, make):
    taken = make.user()
    answer = visit(role=Role.ADMIN).post(
        "/settings/people/new", **_new(make, username=taken.username.upper())
    )
    assert "đã có người dùng" in answer.text


def test_a_name_typed_in_parts_is_kept_composed_and_shown_as_it_is(visit, make, session):
    admin = visit(role=Role.ADMIN)
    admin.post("/settings/people/new", **_new(make, full_name="=Nguye\u0302\u0303n <b>Lan</b>"))

    assert person_named(session, "lan.nguyen").full_name == "=Nguyễn <b>Lan</b>"
    assert "=Nguyễn &lt;b&gt;Lan&lt;/b&gt;" in admin.get("/settings/people").text


def test_changing_a_person_is_journaled_before_and_after(visit, make, session):
    admin, staff = visit(role=Role.ADMIN), make.user()
    answer = admin.post(
        f"/settings/people/{staff.username}", **_change(staff, full_name="Tên Mới", role="leader")
    )

    assert answer.status_code == 303
    (entry,) = _entries(session, "person:changed")
    assert json.loads(entry.detail) == {
        "before": {"full_name": staff.full_name, "role": "staff"},
        "after": {"full_name": "Tên Mới", "role": "leader"},
    }


def test_saving_without_a_change_leaves_no_entry(visit, make, session):
    admin, staff = visit(role=Role.ADMIN), make.user()
    admin.post(f"/settings/people/{staff.username}", **_change(staff))
    assert _entries(session, "person:changed") == []


def test_a_stale_save_shows_both_texts_and_saves_nothing(visit, make, session):
    admin, staff = visit(role=Role.ADMIN), make.user()
    late = _change(staff, full_name="Gõ Muộn", role="leader")
    admin.post(f"/settings/people/{staff.username}", **_change(staff, full_name="Gõ Trước"))

    answer = admin.post(f"/settings/people/{staff.username}", **late)

    assert answer.status_code == 409
    assert "Gõ Trước" in answer.text
    assert "Gõ Muộn" in answer.text
    session.expire_all()
    assert session.get_one(User, staff.id).full_name == "Gõ Trước"
    session.commit()
    version = re.search(r'name="version" type="hidden" value="(\d+)"', answer.text)[1]
    again = admin.post(f"/settings/people/{staff.username}", **late | {"version": version})
    assert again.status_code == 303


def test_disabling_ends_sign_ins_and_the_last_administrator_stays(visit, make, session):
    admin, staff = visit(role=Role.ADMIN), make.user()
    working = visit(user=staff)

    admin.post(f"/settings/people/{staff.username}", **_change(staff, is_disabled="y"))
    assert working.get("/account").status_code == 303
    me = admin.user
    for given in ({"is_disabled": "y"}, {"role": "staff"}):
        refused = admin.post(f"/settings/people/{me.username}", **_change(me, **given))
        assert "quản trị viên cuối cùng" in refused.text
    assert admin.get("/settings").status_code == 200


def test_a_new_password_is_shown_once_and_a_page_sent_again_gives_none(visit, make, session):
    admin, staff = visit(role=Role.ADMIN), make.user()
    address = f"/settings/people/{staff.username}/password"
    given = admin.post(address, version=staff.version)
    again = admin.post(address, version=staff.version)

    assert again.status_code == 409
    assert _password_in(again) is None
    assert (
        visit(None)
        .post("/sign-in", username=staff.username, password=_password_in(given))
        .location.endswith("/")
    )
    assert (
        visit(None).post("/sign-in", username=staff.username, password=PASSWORD).status_code == 401
    )
    assert len(_entries(session, "person:password")) == 1


def test_every_sign_in_of_a_person_can_be_ended(visit, make, session):
    admin, staff = visit(role=Role.ADMIN), make.user()
    here, there = visit(user=staff), visit(user=staff)

    assert admin.post(f"/settings/people/{staff.username}/sign-ins/end").status_code == 303
    assert {here.get("/account").status_code, there.get("/account").status_code} == {303}
    assert len(_entries(session, "person:signed-out")) == 1


def test_another_communes_person_is_one_that_does_not_exist(visit, make, session):
    admin = visit(role=Role.ADMIN)
    foreign = make.user(place=make.place(name="Xã Khác"))
    admin.get("/settings/people")

    for path, fields in [
        ("", _change(foreign)),
        ("/password", {"version": foreign.version}),
        ("/sign-ins/end", {}),
    ]:
        theirs = admin.post(f"/settings/people/{foreign.username}{path}", **fields)
        nobodys = admin.post(f"/settings/people/khong.ai{path}", **fields)
        assert theirs.status_code == nobodys.status_code == 404
    theirs = admin.get(f"/settings/people/{foreign.username}")
    nobodys = admin.get("/settings/people/khong.ai")
    assert theirs.status_code == 404
    assert theirs.text.split("<main")[1] == nobodys.text.split("<main")[1]
    assert foreign.full_name not in admin.get("/settings/people").text
    made = admin.post("/settings/people/new", **_new(make, place=foreign.place_id))
    assert "field__error" in made.text


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_staff_and_leaders_neither_see_nor_open_settings(visit, make, role):
    person = visit(role=role)
    assert 'href="/settings"' not in person.get("/account").text
    for path in ("", "/people", "/people/new", "/categories", "/departments", "/places"):
        assert person.get(f"/settings{path}").status_code == 403
    assert person.post("/settings/people/new", **_new(make)).status_code == 403


def test_people_stand_in_vietnamese_order_with_the_disabled_last(visit, make, session):
    admin = visit(role=Role.ADMIN)
    for name in ("Đỗ Văn Bảy", "Dương Thị Ánh", "Ân Văn Chín"):
        make.user(full_name=name)
    gone = make.user(full_name="An Thị Nghỉ")
    gone.is_disabled = True
    session.commit()

    page = admin.get("/settings/people").text
    names = ["Ân Văn Chín", "Dương Thị Ánh", "Đỗ Văn Bảy", "An Thị Nghỉ"]
    assert sorted(names, key=page.index) == names


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_people_speak_both_languages(visit, language):
    admin = visit(role=Role.ADMIN)
    for path in ("", "/people", "/people/new", f"/people/{admin.user.username}"):
        page = admin.get(f"/settings{path}", lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text


def test_the_widest_place_is_never_given_by_default(visit, make, session):
    province = make.place(name="Tỉnh Mẫu", kind=PlaceKind.PROVINCE)
    make.home.parent_id = province.id
    make.follow()

    above = visit(role=Role.ADMIN, place=province)
    assert '<option selected value="">' in above.get("/settings/people/new").text
    assert "Chọn địa bàn" in above.post("/settings/people/new", **_new(make, place="")).text
    own = visit(role=Role.ADMIN).get("/settings/people/new").text
    assert f'<option selected value="{make.home.id}">' in own


def test_an_e_mail_address_is_kept_changed_and_taken_out_and_a_wrong_one_is_told(
    visit, make, session
):
    admin = visit(role=Role.ADMIN)
    wrong = admin.post("/settings/people/new", **_new(make, email="lan@@xa"))
    assert "không phải địa chỉ thư điện tử" in wrong.text
    assert 'value="lan@@xa"' in wrong.text
    admin.post("/settings/people/new", **_new(make, email="lan@xa.gov.vn"))
    lan = person_named(session, "lan.nguyen")
    assert lan.email == "lan@xa.gov.vn"
    session.commit()  # gives the lock back

    wrong = admin.post("/settings/people/lan.nguyen", **_change(lan, email="a\r\nBcc: b@c.vn"))
    assert "không phải địa chỉ thư điện tử" in wrong.text
    admin.post("/settings/people/lan.nguyen", **_change(lan, email=""))
    session.refresh(lan)
    assert lan.email is None


def test_the_last_administrator_of_the_whole_register_stays_where_they_are(visit, make, session):
    whole = make.place(name="Cả sổ", kind=PlaceKind.REGISTER)
    make.user(role=Role.ADMIN)  # of a commune: answers for that alone
    admin = visit(role=Role.ADMIN, place=whole)
    me = admin.user
    for given in ({"is_disabled": "y"}, {"role": "staff"}):
        refused = admin.post(f"/settings/people/{me.username}", **_change(me, **given))
        assert "Quản trị viên cuối cùng của toàn hệ thống" in refused.text
    make.user(role=Role.ADMIN, place=whole)
    answer = admin.post(f"/settings/people/{me.username}", **_change(me, role="staff"))
    assert answer.status_code == 303
