"""People and their passwords."""

import pytest
from conftest import PASSWORD

from tracker.accounts.permissions import GRANTS, Permission, Role
from tracker.accounts.service import NewUser, PasswordRefused, add_user, is_password_of
from tracker.core.errors import NotAllowed, TrackerError


def test_a_password_is_kept_only_as_argon2(make):
    user = make.user()

    assert user.password_hash.startswith("$argon2id$")
    assert is_password_of(user, PASSWORD)
    assert not is_password_of(user, PASSWORD + "x")


@pytest.mark.parametrize("bad", ["ngan", "mat khau cua toi 1", "lan.anh lan.anh", "x" * 129])
def test_short_long_and_obvious_passwords_are_refused(make, bad):
    with pytest.raises(PasswordRefused):
        make.user(username="lan.anh", password=bad)


def test_a_username_is_taken_once(make):
    make.user(username="hoa.tran")
    with pytest.raises(TrackerError, match="is taken"):
        make.user(username="HOA.TRAN")


def test_only_an_administrator_makes_people(session, make):
    new = NewUser("moi.nguyen", "Nguyễn Văn Mới", Role.STAFF, make.home.id, PASSWORD)
    with pytest.raises(NotAllowed):
        add_user(session, make.user(role=Role.LEADER), new)
    assert add_user(session, make.user(role=Role.ADMIN), new).may(Permission.LOG_PETITION)


def test_every_role_has_its_grants_and_its_word():
    assert set(GRANTS) == set(Role)
