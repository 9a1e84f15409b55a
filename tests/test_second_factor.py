"""The second factor: set up, asked for at sign-in, each code once, and never a way around."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from tests.conftest import PASSWORD
from tracker.accounts import second_factors, sign_ins
from tracker.accounts.models import FailedSignIn, RecoveryCode, SecondFactor, SignIn
from tracker.accounts.permissions import Role
from tracker.accounts.rules import CodeRefused, plain_code
from tracker.core import clock
from tracker.core.errors import TooManyTries
from tracker.core.sealing import SealBroken, Sealer

SEALER = Sealer(["secret of the tests " * 3])


@pytest.fixture
def factored(session, make):
    """Give a person with a second factor, its seed and the codes on paper."""

    def made(**given):
        user = make.user(**given)
        second_factors.prepare(session, SEALER, user)
        seed = second_factors.prepared(session, SEALER, user).seed
        codes = second_factors.confirm(session, SEALER, user, _code(seed, -30))
        return user, seed, codes

    return made


def _code(seed, seconds=0):
    return pyotp.TOTP(seed).at(clock.now() + timedelta(seconds=seconds))


def _half(session, user):
    return sign_ins.sign_in(session, user.username, PASSWORD, "10.0.0.1", "")


def test_a_right_password_alone_opens_nothing(session, factored, visit, make):
    user, seed, _ = factored()
    visitor = visit(None)
    page = visitor.post("/sign-in", username=user.username, password=PASSWORD, next="/petitions")

    assert "Mật khẩu đúng" in page.text
    assert visitor.get("/petitions").status_code == 303
    assert visitor.post("/sign-in/code", code="000000").status_code == 401

    done = visitor.post("/sign-in/code", code=_code(seed), next="/petitions")
    assert done.location == "/petitions"
    assert visitor.get("/petitions").status_code == 200


def test_a_code_counts_once_and_none_before_it(session, factored):
    user, seed, _ = factored()
    now, before = _code(seed), _code(seed, -30)
    sign_ins.finish(session, SEALER, _half(session, user), now, "10.0.0.1")

    for used in (now, before):
        with pytest.raises(CodeRefused):
            sign_ins.finish(session, SEALER, _half(session, user), used, "10.0.0.1")


def test_a_code_of_two_steps_away_is_refused(session, factored):
    user, seed, _ = factored()

    with pytest.raises(CodeRefused):
        sign_ins.finish(session, SEALER, _half(session, user), _code(seed, 90), "10.0.0.1")


def test_each_code_on_paper_stands_in_once_however_it_is_typed(session, factored):
    user, _, codes = factored()
    assert len(set(codes)) == 10

    typed = codes[3].upper().replace("-", " ")
    assert sign_ins.finish(session, SEALER, _half(session, user), typed, "10.0.0.1")
    with pytest.raises(CodeRefused):
        sign_ins.finish(session, SEALER, _half(session, user), codes[3], "10.0.0.1")
    assert second_factors.codes_left(session, user.id) == 9


def test_a_code_that_comes_too_late_or_for_no_sign_in_is_refused(session, factored):
    user, seed, _ = factored()
    token = _half(session, user)
    session.execute(update(SignIn).values(started_at=clock.now() - timedelta(minutes=11)))
    session.commit()

    for stale in (token, "", "made up"):
        with pytest.raises(CodeRefused):
            sign_ins.finish(session, SEALER, stale, _code(seed), "10.0.0.1")


def test_wrong_codes_are_throttled_and_the_password_does_not_forget_them(session, factored):
    user, seed, _ = factored()
    token = _half(session, user)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            sign_ins.finish(session, SEALER, token, "123456x", "10.0.0.1")

    with pytest.raises(TooManyTries):
        sign_ins.finish(session, SEALER, token, _code(seed), "10.0.0.1")
    with pytest.raises(TooManyTries):
        _half(session, user)
    assert len(session.scalars(select(FailedSignIn)).all()) == 5


def test_neither_seed_nor_codes_stand_readable_in_the_database(session, factored):
    user, seed, codes = factored()
    kept = session.get(SecondFactor, user.id)
    hashes = set(session.scalars(select(RecoveryCode.code_hash)))

    assert seed not in kept.sealed_seed
    assert hashes.isdisjoint({plain_code(code) for code in codes})


def test_with_another_secret_the_codes_on_paper_still_open(session, factored):
    user, seed, codes = factored()
    other = Sealer(["quite another secret of the tests, long enough"])

    with pytest.raises(CodeRefused):
        sign_ins.finish(session, other, _half(session, user), _code(seed), "10.0.0.1")
    assert sign_ins.finish(session, other, _half(session, user), codes[0], "10.0.0.1")


def test_what_is_sealed_opens_with_former_secrets_and_with_no_other():
    old, new = "former secret of the tests " * 2, "later secret of the tests " * 2
    sealed = Sealer([old]).seal("Nguyễn Văn A")

    assert Sealer([new, old]).opened(sealed) == "Nguyễn Văn A"
    for broken in (sealed[:-4] + "AAA=", "", "đ", sealed.swapcase()):
        with pytest.raises(SealBroken):
            Sealer([new, old]).opened(broken)
    with pytest.raises(SealBroken):
        Sealer([new]).opened(sealed)


def test_a_person_sets_it_up_sees_the_codes_once_and_takes_it_away_with_the_password(visit):
    visitor = visit()
    page = visitor.get("/account/second-factor").text
    assert 'class="seed"' not in page
    assert "tạo hình" in visitor.post("/account/second-factor", code="123456").text
    assert visitor.post("/account/second-factor/begin").location == "/account/second-factor"
    page = visitor.get("/account/second-factor").text
    seed = re.sub(r"\s", "", re.search(r'class="seed">([^<]+)<', page)[1])
    assert "<svg" in page
    assert visitor.get("/account/second-factor").text.count(seed[:4]) == page.count(seed[:4])

    assert "Mã không đúng" in visitor.post("/account/second-factor", code="000000").text
    done = visitor.post("/account/second-factor", code=_code(seed)).text
    assert len(re.findall(r"<li><code>[\w-]{19}</code>", done)) == 10
    assert visitor.get("/account/second-factor").status_code == 303

    refused = visitor.post("/account/second-factor/remove", old="sai")
    assert "không đúng" in refused.text
    assert visitor.post("/account/second-factor/remove", old=PASSWORD).status_code == 303
    assert "Thiết lập xác thực hai lớp" in visitor.get("/account").text


def test_opening_the_page_prepares_nothing_and_asking_twice_keeps_the_seed(visit, session):
    visitor = visit()
    visitor.get("/account/second-factor")
    assert session.scalars(select(SecondFactor)).all() == []
    session.rollback()

    visitor.post("/account/second-factor/begin")
    seed = session.scalars(select(SecondFactor.sealed_seed)).one()
    session.rollback()
    visitor.get("/account/second-factor")
    visitor.post("/account/second-factor/begin")
    assert session.scalars(select(SecondFactor.sealed_seed)).all() == [seed]


def test_a_role_that_must_have_one_goes_nowhere_without_and_cannot_take_it_away(
    visit, make, session, factored
):
    admin = visit(role=Role.ADMIN)
    admin.post("/settings/people/second-factor", roles=["leader", "x"])
    leader, staff = visit(role=Role.LEADER), visit()

    assert staff.get("/petitions").status_code == 200
    assert leader.get("/petitions").location == "/account/second-factor"
    assert "phải có xác thực hai lớp" in leader.get("/account/second-factor").text

    user, seed, _ = factored(role=Role.LEADER)
    other = visit(None)
    other.post("/sign-in", username=user.username, password=PASSWORD)
    other.post("/sign-in/code", code=_code(seed))
    assert other.get("/petitions").status_code == 200
    other.post("/account/second-factor/remove", old=PASSWORD)
    assert second_factors.has_one(session, user.id)


def test_an_administrator_takes_a_lost_one_away_in_their_own_places_only(
    visit, make, session, factored
):
    user, _, _ = factored()
    address = f"/settings/people/{user.username}/second-factor/remove"

    assert visit(role=Role.ADMIN, place=make.place()).post(address).status_code == 404
    assert second_factors.has_one(session, user.id)
    assert visit(role=Role.ADMIN).post(address).status_code == 303
    session.rollback()
    assert not second_factors.has_one(session, user.id)


def test_what_was_typed_before_the_sign_in_ended_survives_the_code_too(session, factored, visit):
    user, seed, _ = factored()
    visitor = visit(None)
    kept = '{"by": null, "fields": [["content", "Đường liên thôn hỏng"]]}'
    page = visitor.post(
        "/sign-in", username=user.username, password=PASSWORD, next="/petitions/new", kept=kept
    ).text
    assert "Đường liên thôn hỏng" in page

    again = visitor.post("/sign-in/code", code=_code(seed), next="/petitions/new", kept=kept)
    assert "Đường liên thôn hỏng" in again.text
