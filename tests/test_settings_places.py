"""Administrators keep the tree of places: through the pages, on both engines."""

import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.journal.models import JournalEntry
from tracker.petitions.queries import ledger_mismatches
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind, PlaceRefused
from tracker.settings.service.places import (
    Ending,
    NewPlace,
    Renaming,
    Undoing,
    add_place,
    end_place,
    rename_place,
    undo_ending,
)

TODAY = clock.today()
DAY = f"{TODAY:%d/%m/%Y}"
TOMORROW = f"{TODAY + timedelta(days=1):%d/%m/%Y}"


def _place(session, name):
    session.expire_all()
    row = session.scalar(select(Place).where(Place.name == name))
    session.commit()
    return row


def _again(session, place):
    session.refresh(place)
    session.commit()
    return place


def _journaled(session, action):
    asked = select(JournalEntry.detail).where(JournalEntry.action == action)
    details = [json.loads(detail) for detail in session.scalars(asked)]
    session.commit()
    return details


@pytest.fixture
def province(make):
    """A province over the home commune and its neighbour."""
    province = make.place(name="Tỉnh Mẫu", kind=PlaceKind.PROVINCE)
    make.home.parent_id = province.id
    make.follow()
    return province


def _village(make, name, parent=None):
    parent = parent or make.home
    return make.place(name=name, kind=PlaceKind.VILLAGE, parent_id=parent.id)


def test_a_village_is_added_to_a_commune_once(visit, make, session):
    admin, address = visit(role=Role.ADMIN), f"/settings/places/{make.home.key}/new"
    assert admin.get(address).status_code == 200
    fields = {"key": "khoa-1", "name": "Thôn Bến Pha\u0300", "valid_from": "01/03/2026"}
    for _ in range(2):
        assert admin.post(address, **fields).status_code == 303

    village = _place(session, "Thôn Bến Phà")
    assert (village.kind, village.parent_id) == (PlaceKind.VILLAGE, make.home.id)
    assert village.valid_from == date(2026, 3, 1)
    assert village.key == "thon-ben-pha"
    assert len(_journaled(session, "place:made")) == 1
    assert "Thôn Bến Phà" in admin.get("/settings/places").text


def test_the_same_name_twice_in_a_commune_is_told(visit, make):
    admin = visit(role=Role.ADMIN)
    _village(make, "Thôn Chằm")
    answer = admin.post(
        f"/settings/places/{make.home.key}/new", key="khoa-1", name="thôn chằm", source="QĐ 12"
    )
    assert answer.status_code == 200
    assert "đã có địa bàn cùng tên" in answer.text
    assert 'value="QĐ 12"' in answer.text


def test_a_mistake_in_a_name_is_corrected_in_place(visit, make, session):
    admin, village = visit(role=Role.ADMIN), _village(make, "Thôn Chăm")
    address = f"/settings/places/{village.key}/correct"
    answer = admin.post(address, version=1, name="=Thôn Chằm", valid_from="")

    assert answer.status_code == 303
    assert _again(session, village).name == "=Thôn Chằm"
    assert _journaled(session, "place:corrected") == [
        {"before": {"name": "Thôn Chăm"}, "after": {"name": "=Thôn Chằm"}}
    ]


def test_a_new_name_takes_over_and_the_old_one_keeps_its_records(visit, make, session, province):
    admin, clerk = visit(role=Role.ADMIN, place=province), make.user()
    village = _village(make, "Thôn Một")
    petition = make.petition(place=make.home)
    answer = admin.post(
        f"/settings/places/{make.home.key}/rename",
        key="khoa-1",
        version=make.home.version,
        name="Phường Mới",
        first_day=DAY,
        source="NQ 5",
    )

    heir, old = _place(session, "Phường Mới"), _again(session, make.home)
    assert answer.location.endswith(heir.key)
    assert (old.successor_id, old.valid_to) == (heir.id, TODAY - timedelta(days=1))
    assert (heir.parent_id, heir.valid_from, heir.source) == (province.id, TODAY, "NQ 5")
    assert {old.id, village.id, heir.id} <= scope_ids(session, heir.id)
    assert session.get_one(User, clerk.id, populate_existing=True).place_id == heir.id
    session.commit()
    assert visit(user=clerk).get(f"/petitions/{petition.code}").status_code == 200


def test_a_renaming_sent_twice_makes_one_place(visit, make, session, province):
    admin = visit(role=Role.ADMIN, place=province)
    fields = {"key": "khoa-1", "version": make.home.version, "name": "Mới", "first_day": DAY}
    answers = [admin.post(f"/settings/places/{make.home.key}/rename", **fields) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(_journaled(session, "place:renamed")) == 1


def test_an_administrator_goes_on_with_the_new_name_of_his_own_place(visit, make, session):
    admin = visit(role=Role.ADMIN)
    answer = admin.post(
        f"/settings/places/{make.home.key}/rename",
        key="khoa-1",
        version=make.home.version,
        name="Phường Mới",
        first_day=DAY,
    )
    assert admin.get(answer.location).status_code == 200
    assert "Phường Mới" in admin.get("/settings/places").text


def test_a_village_ends_in_favour_of_its_successor(visit, make, session):
    admin = visit(role=Role.ADMIN)
    small, large = _village(make, "Thôn Nhỏ"), _village(make, "Thôn Lớn")
    address = f"/settings/places/{small.key}/end"
    assert "Thôn Lớn" in admin.get(address).text
    last = TODAY - timedelta(days=1)
    answer = admin.post(address, version=1, last_day=f"{last:%d/%m/%Y}", successor=large.id)

    assert answer.status_code == 303
    ended = _again(session, small)
    assert (ended.valid_to, ended.successor_id) == (last, large.id)
    assert small.id in scope_ids(session, large.id)
    session.commit()
    page = admin.get("/settings/places").text
    assert re.search(r"Thôn Nhỏ</a>\s*<span[^>]*>đến", page)
    assert "Địa bàn trước đây" in admin.get(f"/settings/places/{small.key}").text
    (entry,) = _journaled(session, "place:ended")
    assert entry["after"]["successor"] == large.key


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last_day": TOMORROW}, "không được sau hôm nay"),
        ({"last_day": "31/02/2026"}, "Không có ngày này"),
        ({"last_day": ""}, "Nhập ngày cuối cùng"),
        ({"last_day": "01/01/2020"}, "trước ngày bắt đầu"),
        ({"last_day": "01/02/2026", "successor": "99999"}, "Chọn một mục"),
    ],
    ids=str,
)
def test_an_end_that_cannot_be_is_told_and_what_was_typed_stays(visit, make, session, fields, said):
    admin, village = visit(role=Role.ADMIN), _village(make, "Thôn Nhỏ")
    village.valid_from = date(2025, 7, 1)
    session.commit()
    answer = admin.post(
        f"/settings/places/{village.key}/end", version=village.version, source="QĐ 9", **fields
    )

    assert answer.status_code == 200
    assert said in answer.text
    assert 'value="QĐ 9"' in answer.text
    assert _again(session, village).valid_to is None


def test_a_commune_needs_a_successor_and_ones_own_is_not_ended(visit, make, session, province):
    yesterday = f"{TODAY - timedelta(days=1):%d/%m/%Y}"
    address = f"/settings/places/{make.home.key}/end"
    fields = {"version": make.home.version, "last_day": yesterday}

    above = visit(role=Role.ADMIN, place=province).post(address, **fields)
    assert "Hãy chọn địa bàn chịu trách nhiệm" in above.text
    own = visit(role=Role.ADMIN).post(address, **fields)
    assert "do quản trị viên cấp trên kết thúc" in own.text
    assert _again(session, make.home).valid_to is None


@pytest.mark.parametrize("act", ["correct", "rename", "end"])
def test_a_stale_change_of_a_place_shows_what_is_kept_and_saves_nothing(visit, make, session, act):
    admin, village = visit(role=Role.ADMIN), _village(make, "Thôn Chăm")
    admin.post(f"/settings/places/{village.key}/correct", version=1, name="Thôn Chằm")
    fields = {"key": "khoa-1", "name": "Thôn Gõ Muộn", "first_day": DAY, "last_day": DAY}
    late = admin.post(f"/settings/places/{village.key}/{act}", version=1, source="QĐ 9", **fields)

    assert late.status_code == 409
    assert "Thôn Chằm" in late.text
    assert ("QĐ 9" if act != "correct" else "Thôn Gõ Muộn") in late.text
    kept = _again(session, village)
    assert (kept.name, kept.valid_to) == ("Thôn Chằm", None)


def test_another_communes_place_is_one_that_does_not_exist(visit, make, session, province):
    admin = visit(role=Role.ADMIN)
    other = make.place(name="Xã Bên", parent_id=province.id)
    foreign = _village(make, "Thôn Bên", other)
    own = _village(make, "Thôn Mình")

    for key in (foreign.key, other.key, province.key, "khong-co"):
        assert admin.get(f"/settings/places/{key}").status_code == 404
        for act in ("new", "correct", "rename", "end"):
            fields = {"key": "k", "version": 1, "name": "x", "first_day": DAY, "last_day": DAY}
            assert admin.get(f"/settings/places/{key}/{act}").status_code == 404
            assert admin.post(f"/settings/places/{key}/{act}", **fields).status_code == 404
    assert "Thôn Bên" not in admin.get("/settings/places").text
    offered = admin.get(f"/settings/places/{own.key}/end").text
    assert "Thôn Bên" not in offered
    assert _again(session, foreign).version == 1


def test_a_place_of_the_past_takes_nothing_new(visit, make, session):
    admin = visit(role=Role.ADMIN)
    former = make.place(name="Xã Cũ", successor_id=make.home.id, valid_to=date(2025, 6, 30))
    answer = admin.post(f"/settings/places/{former.key}/new", key="khoa-1", name="Thôn Lạc")

    assert "đã kết thúc" in answer.text
    assert _place(session, "Thôn Lạc") is None
    page = admin.get("/settings/places").text
    assert "đến 30/06/2025" in page
    assert "→ Xã Mẫu" in page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_places_speak_both_languages(visit, make, language):
    admin, village = visit(role=Role.ADMIN), _village(make, "Thôn Một")
    for path in ("", *(f"/{village.key}/{act}" for act in ("correct", "rename", "end"))):
        page = admin.get(f"/settings/places{path}", lang=language)
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text


def test_an_ending_entered_by_mistake_is_taken_back_in_the_open(visit, make, session):
    admin = visit(role=Role.ADMIN)
    small, large = _village(make, "Thôn Nhỏ"), _village(make, "Thôn Lớn")
    petition = make.petition(place=small, received_on=TODAY)
    key, address = small.key, f"/settings/places/{small.key}"
    before, ids = set(scope_ids(session, large.id)), (small.id, large.id, petition.id)
    session.rollback()
    assert "Kết thúc do nhập nhầm" not in admin.get(address).text
    last = f"{TODAY - timedelta(days=1):%d/%m/%Y}"
    admin.post(f"{address}/end", version=1, last_day=last, successor=ids[1], source="QĐ 9")
    assert "Kết thúc do nhập nhầm" in admin.get(address).text
    sent = {"version": _again(session, small).version, "reason": "Nhầm thôn"}

    assert "Nêu lý do" in admin.post(f"{address}/undo", **sent | {"reason": " "}).text
    assert admin.post(f"{address}/undo", **sent | {"version": 1}).status_code == 409
    assert admin.post(f"{address}/undo", **sent).status_code == 303

    kept = _again(session, small)
    assert (kept.valid_to, kept.successor_id, kept.source) == (None, None, "")
    assert set(scope_ids(session, ids[1])) == before
    assert ledger_mismatches(session) == []
    (entry,) = _journaled(session, "place:ending-undone")
    assert entry["after"]["reason"] == "Nhầm thôn"
    session.rollback()
    again = admin.post(f"{address}/undo", **sent | {"version": sent["version"] + 1})
    assert "chưa kết thúc" in again.text
    assert key in admin.get("/settings/places").text


def test_an_ending_that_something_is_built_on_stays(session, make):
    admin = make.user(role=Role.ADMIN)
    small, middle, large = (_village(make, f"Thôn {name}") for name in ("Nhỏ", "Vừa", "Lớn"))
    last = TODAY - timedelta(days=1)

    def undo(place):
        undo_ending(session, admin, place.key, Undoing("Nhầm", _again(session, place).version))

    end_place(session, admin, small.key, Ending(last, middle.id, small.version))
    end_place(session, admin, middle.key, Ending(last, large.id, middle.version))
    with pytest.raises(PlaceRefused, match="took over from it has ended"):
        undo(small)
    undo(middle)
    undo(small)
    end_place(session, admin, small.key, Ending(last, middle.id, _again(session, small).version))
    add_place(session, admin, make.home.key, NewPlace("Thôn Nhỏ"), "khoa moi")
    with pytest.raises(PlaceRefused, match="of this name there already"):
        undo(small)
    renamed = Renaming("Thôn Rộng", TODAY, _again(session, large).version)
    rename_place(session, admin, large.key, renamed, "khoa doi ten")
    with pytest.raises(PlaceRefused, match="a renaming is none"):
        undo(large)
    assert session.get(type(large), large.id).valid_to == last
