"""Signing in and out, through the pages, on both engines."""

import re
from datetime import timedelta
from html import unescape

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select, update

from tests.conftest import PASSWORD
from tracker.accounts import sign_ins
from tracker.accounts.models import FailedSignIn, SignIn, User
from tracker.accounts.permissions import Role
from tracker.accounts.rules import wait_until
from tracker.accounts.service import UserChange, change_user, give_new_password
from tracker.core import clock


def test_whoever_is_not_signed_in_is_led_to_signing_in_and_back(visit, make):
    nobody, staff = visit(None), make.user()

    answer = nobody.get("/petitions?q=đường")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=%2Fpetitions")

    back = nobody.post(
        "/sign-in", username=staff.username, password=PASSWORD, next="/petitions?q=a"
    )
    assert back.location == "/petitions?q=a"


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example", "/\\evil", "javascript:1"]
)
def test_nobody_is_led_to_another_site(visit, make, where):
    staff = make.user()
    answer = visit(None).post("/sign-in", username=staff.username, password=PASSWORD, next=where)
    assert answer.location == "/"


def test_unknown_name_wrong_password_and_disabled_person_hear_the_same(visit, make, session):
    right, gone = make.user(), make.user()
    gone.is_disabled = True
    session.commit()

    answers = {
        visit(None).post("/sign-in", username=name, password=password).text.split("<form")[0]
        for name, password in [
            ("khong.ai", PASSWORD),
            ("khong\x00ai", PASSWORD),
            (right.username, "sai mat khau roi"),
            (gone.username, PASSWORD),
        ]
    }
    assert len(answers) == 1


def test_every_refusal_costs_the_same_work(visit, make, session, monkeypatch):
    """What takes time is the one password hash of full strength, whoever was named."""
    right, gone = make.user(), make.user()
    gone.is_disabled = True
    session.commit()
    browser, hashed = visit(None), []
    verify = PasswordHasher.verify

    def counting(hasher, kept, password):
        hashed.append(str(extract_parameters(kept)))
        return verify(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    work = []
    for name in ("khong.ai", right.username, gone.username, "=1+1'"):
        hashed.clear()
        answer = browser.post("/sign-in", username=name, password="sai mat khau roi")
        work.append((answer.status_code, tuple(hashed)))
    assert len(set(work)) == 1
    assert len(work[0][1]) == 1


def test_after_five_failures_the_account_waits_and_others_do_not(visit, make):
    held, free = make.user(), make.user()
    stranger = visit(None)
    for _ in range(5):
        assert stranger.post("/sign-in", username=held.username, password="sai").status_code == 401

    held_back = stranger.post("/sign-in", username=held.username, password=PASSWORD)
    assert held_back.status_code == 429
    assert 0 < int(held_back.headers["Retry-After"]) <= 60
    assert stranger.post("/sign-in", username=free.username, password=PASSWORD).status_code == 303


def test_an_account_is_never_held_longer_than_sixteen_minutes(session, make):
    user, now = make.user(), clock.now()
    for _ in range(40):
        session.add(
            FailedSignIn(
                username=user.username, address="10.0.0.1", failed_at=now - timedelta(minutes=17)
            )
        )
    session.commit()

    assert sign_ins.sign_in(session, user.username, PASSWORD, "10.0.0.2", "")


def test_a_cookie_is_dead_everywhere_after_signing_out(visit):
    staff = visit()
    stolen = staff.client.get_cookie("tracker").value
    assert staff.get("/account").status_code == 200

    staff.post("/sign-out")
    staff.client.set_cookie("tracker", stolen)

    assert staff.get("/account").status_code == 303


def test_the_token_is_new_at_every_sign_in_and_kept_only_as_a_hash(session, make):
    user = make.user()
    first = sign_ins.sign_in(session, user.username, PASSWORD, "", "")
    second = sign_ins.sign_in(session, user.username, PASSWORD, "", "")

    kept = set(session.scalars(select(SignIn.token_hash)))
    assert first != second
    assert not {first, second} & kept


@pytest.mark.parametrize(
    ("column", "age"),
    [(SignIn.last_seen_at, timedelta(minutes=31)), (SignIn.started_at, timedelta(hours=11))],
    ids=["idle", "whole day"],
)
def test_a_sign_in_ends_by_itself(visit, session, column, age):
    staff = visit()
    session.execute(update(SignIn).values({column: clock.now() - age}))
    session.commit()

    assert staff.get("/account").status_code == 303


def test_what_was_typed_survives_an_ended_sign_in(visit, session):
    staff = visit()
    session.execute(update(SignIn).values(ended_at=clock.now()))
    session.commit()

    cut = staff.post("/password", note="Hai nghìn chữ <đã gõ> trong cuộc họp")
    assert cut.status_code == 401
    assert "đã gõ" in cut.text
    token = cut.text.split('name="csrf_token" value="')[1].split('"')[0]
    packed = unescape(re.search(r'name="kept"[^>]* value="([^"]*)"', cut.text)[1])
    resumed = staff.post(
        "/sign-in",
        csrf_token=token,
        username=staff.user.username,
        password=PASSWORD,
        next="/password",
        kept=packed,
    )
    assert resumed.status_code == 200
    assert 'value="Hai nghìn chữ &lt;đã gõ&gt; trong cuộc họp"' in resumed.text
    assert 'action="/password"' in resumed.text
    fresh = resumed.text.split('name="csrf_token" value="')[-1].split('"')[0]
    again = staff.post("/password", csrf_token=fresh, old=PASSWORD, new="sai")
    assert "field__error" in again.text  # the page's own token is the new sign-in's


def test_what_was_typed_is_offered_to_nobody_else(visit, make, session):
    staff, other = visit(), make.user()
    session.execute(update(SignIn).values(ended_at=clock.now()))
    session.commit()
    cut = staff.post("/password", note="Điện thoại của bà Hoa")
    packed = unescape(re.search(r'name="kept"[^>]* value="([^"]*)"', cut.text)[1])
    token = cut.text.split('name="csrf_token" value="')[1].split('"')[0]

    resumed = staff.post(
        "/sign-in", csrf_token=token, username=other.username, password=PASSWORD, kept=packed
    )

    assert resumed.status_code == 303


def test_a_form_without_the_pages_token_changes_nothing_and_offers_to_send_again(visit, session):
    staff = visit()
    answer = staff.post("/password", csrf_token="sai", note="Nội dung rất dài đã gõ trong cuộc họp")

    assert answer.status_code == 400
    assert "Nội dung rất dài đã gõ" in answer.text


def test_a_password_is_never_given_back_by_a_page_that_has_become_too_old(visit):
    staff, typed = visit(), "mật khẩu ai cũng đọc được 7"
    forms = {
        "/sign-in": ("username", "password"),
        "/password": ("old", "new"),
        "/account/second-factor": ("code",),
    }
    for path, fields in forms.items():
        answer = staff.post(path, csrf_token="cũ", **dict.fromkeys(fields, typed))

        assert answer.status_code == 400
        assert typed not in answer.text


def test_a_form_from_another_site_is_refused(visit):
    staff = visit()
    answer = staff.client.post(
        "/sign-out", data={"csrf_token": staff.token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert staff.get("/account").status_code == 200


def test_disabling_or_a_new_role_acts_at_the_next_request(visit, make, session):
    admin = make.user(role=Role.ADMIN)
    for change in ({"is_disabled": True}, {"role": Role.LEADER}):
        staff = visit()
        user = session.get_one(User, staff.user.id)
        usual = {"role": user.role, "is_disabled": False}
        given = UserChange(
            full_name=user.full_name,
            place_id=user.place_id,
            seen_version=user.version,
            **usual | change,
        )
        change_user(session, admin, user, given)
        assert staff.get("/account").status_code == 303


def test_a_first_password_leads_to_choosing_ones_own_and_dies_after_three_days(
    visit, make, session
):
    user = make.user()
    given = give_new_password(session, None, user)
    person = visit(None)
    assert person.post("/sign-in", username=user.username, password=given).status_code == 303
    assert person.get("/petitions").location == "/password"

    user.password_expires_at = clock.now() - timedelta(seconds=1)
    session.commit()
    assert visit(None).post("/sign-in", username=user.username, password=given).status_code == 401


def test_a_new_password_ends_every_other_sign_in(visit, make):
    user = make.user()
    here, elsewhere = visit(user=user), visit(user=user)

    here.post("/password", old=PASSWORD, new="troi xanh may trang 7")

    assert elsewhere.get("/account").status_code == 303
    assert (
        visit(None)
        .post("/sign-in", username=user.username, password="troi xanh may trang 7")
        .location
        == "/"
    )


@pytest.mark.parametrize("easy", ["ngan qua", "matkhau-cua-toi", "aaaaaaaaaaaaaa", "1234567890123"])
def test_an_easy_password_is_refused(visit, easy):
    staff = visit()
    answer = staff.post("/password", old=PASSWORD, new=easy)
    assert answer.status_code == 200
    assert "field__error" in answer.text


@pytest.mark.parametrize("place", ["Xã Tiên Lục", "Phường Tiên Lục", "Tiên Lục"])
def test_a_password_made_of_the_places_name_is_refused(visit, make, place):
    staff = visit(place=make.place(name=place))

    for easy in ("TienLuc@2026", "tiên lục quê ta 2026"):
        assert "field__error" in staff.post("/password", old=PASSWORD, new=easy).text


def test_a_day_of_guessing_gets_fewer_than_a_hundred_tries():
    start = clock.now()
    moment, failures = start, []
    while moment < start + timedelta(days=1):
        failures.append(moment)
        moment = max(moment, wait_until(failures) or moment)
    assert len(failures) < 100


def test_a_form_whose_origin_is_another_site_is_refused(visit):
    staff = visit()
    answer = staff.client.post(
        "/sign-out", data={"csrf_token": staff.token}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 400
    assert staff.get("/account").status_code == 200
