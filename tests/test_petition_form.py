"""Logging petitions through the form, on both engines."""

import re
from datetime import timedelta

import pytest

from tests.petition_pages import (
    SHOWN_TODAY,
    TODAY,
    petitions_kept,
    value_in,
    without_tokens,
)
from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.petitions.lifecycle import Channel, Status


def _typed(make, **given):
    """Give what a clerk types into the form for logging, as the browser sends it."""
    usual = {
        "key": f"key-{given.pop('number', 1)}",
        "citizen_name": "Nguyễn Thị Hường",
        "petitioner": "person",
        "people": "1",
        "place": str(make.home.id),
        "content": "Đường liên thôn hỏng nặng,\nđề nghị sửa trước mùa mưa.",
        "category": str(given.pop("category", None) or make.category().id),
        "kind": "recommendation",
        "level": "commune",
        "channel": "village_visit",
        "received_on": SHOWN_TODAY,
    }
    return usual | given


def test_a_petition_is_logged_and_its_page_shows_it(visit, make, session):
    staff = visit()
    answer = staff.post("/petitions/new", **_typed(make))

    assert answer.status_code == 303
    (petition,) = petitions_kept(session)
    assert answer.location == f"/petitions/{petition.code}"
    page = staff.get(answer.location).text
    assert "Nguyễn Thị Hường" in page
    assert "Đường liên thôn hỏng nặng,\nđề nghị sửa trước mùa mưa." in page
    assert petition.channel is Channel.VILLAGE_VISIT


def test_save_and_next_keeps_the_circumstances_and_nothing_of_the_person(visit, make, session):
    staff, category = visit(), make.category()
    typed = _typed(
        make,
        next="yes",
        category=category.id,
        channel="letter",
        kind="question",
        citizen_phone="09",
    )
    answer = staff.post("/petitions/new", **typed)

    (petition,) = petitions_kept(session)
    assert "H%C6%B0%E1%BB%9Dng" not in answer.location
    assert "phone" not in answer.location
    page = staff.get(answer.location).text
    assert petition.code in page
    assert f'<option selected value="{category.id}"' in page
    assert '<option selected value="letter"' in page
    assert '<option selected value="question"' in page
    assert "Hường" not in page
    assert re.search(r'<input[^>]*autofocus[^>]*name="citizen_name"', page)


def test_a_dialogues_petition_takes_its_channel_place_and_date(visit, make, session):
    staff = visit()
    held_on = TODAY - timedelta(days=3)
    dialogue = make.dialogue(held_on=held_on)
    page = staff.get("/petitions/new", dialogue=dialogue.code).text
    assert f'value="{clock.shown_date(held_on)}"' in page
    assert 'name="channel"' not in page
    assert page.index('name="next"') < page.index('name="save"')

    typed = _typed(make, received_on=clock.shown_date(held_on))
    answer = staff.post(f"/petitions/new?dialogue={dialogue.code}", **typed)

    (petition,) = petitions_kept(session)
    assert answer.location == f"/dialogues/{dialogue.code}"
    assert (petition.channel, petition.dialogue_id) == (Channel.DIALOGUE, dialogue.id)
    assert petition.received_on == held_on


def test_a_dialogue_still_to_come_does_not_date_its_petitions_ahead(visit, make):
    dialogue = make.dialogue(held_on=TODAY + timedelta(days=9))
    page = visit().get("/petitions/new", dialogue=dialogue.code).text
    assert value_in(page, "received_on") == SHOWN_TODAY


def test_a_dialogues_page_shows_what_was_raised_and_how_many_stand_behind_it(visit, make):
    dialogue = make.dialogue()
    several = make.petition(dialogue_id=dialogue.id, petitioner="group", people=34)
    make.petition(dialogue_id=dialogue.id, petitioner="group", people=None)
    outside = make.petition()
    page = visit().get(f"/dialogues/{dialogue.code}").text

    assert several.code in page
    assert outside.code not in page
    for words in ("2 kiến nghị", "34 người", "1 nhóm không rõ số người"):
        assert words in page
    assert f"/petitions/new?dialogue={dialogue.code}" in page


def test_a_foreign_dialogue_is_as_unknown_as_none(visit, make):
    staff = visit()
    foreign = make.dialogue(place=make.place())
    answers = {staff.get("/petitions/new", dialogue=c).text for c in (foreign.code, "DT-2026-9999")}
    assert len({without_tokens(page) for page in answers}) == 1


@pytest.mark.parametrize(
    ("petitioner", "people", "name", "kept"),
    [
        ("person", "1", "Trần Văn Bình", 1),
        ("group", "35", "Lê Thị Tư", 35),
        ("group", "", "Các hộ dân thôn Chằm", None),
        ("unnamed", "1", "", 1),
    ],
)
def test_one_person_a_group_and_an_unnamed_one_are_logged(
    visit, make, session, petitioner, people, name, kept
):
    typed = _typed(make, petitioner=petitioner, people=people, citizen_name=name)
    assert visit().post("/petitions/new", **typed).status_code == 303
    (petition,) = petitions_kept(session)
    assert (petition.petitioner, petition.people, petition.citizen_name) == (petitioner, kept, name)


WRONG = [
    ({"content": ""}, "content"),
    ({"content": " \n "}, "content"),
    ({"content": "có ký tự \x00 lạ"}, "content"),
    ({"content": "ồ" * 700_000}, "content"),
    ({"category": ""}, "category"),
    ({"category": "999999"}, "category"),
    ({"category": "abc"}, "category"),
    ({"place": ""}, "place"),
    ({"kind": "denunciation"}, "kind"),
    ({"received_on": "31/02/2026"}, "received_on"),
    ({"received_on": clock.shown_date(TODAY + timedelta(days=1))}, "received_on"),
    ({"due_on": "01/01/2020"}, "due_on"),
    ({"due_on": "mai"}, "due_on"),
    ({"petitioner": "group", "people": "1"}, "people"),
    ({"petitioner": "person", "people": "4"}, "people"),
    ({"people": "0"}, "people"),
    ({"people": "mười"}, "people"),
    ({"petitioner": "unnamed"}, "petitioner"),
    ({"citizen_name": "A" * 201}, "citizen_name"),
    ({"citizen_phone": "1" * 41}, "citizen_phone"),
]


@pytest.mark.parametrize(
    ("wrong", "field"), WRONG, ids=[f"{field}-{at}" for at, (_, field) in enumerate(WRONG)]
)
def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(
    visit, make, session, wrong, field
):
    typed = _typed(make, answer="Đã trả lời ngay", citizen_phone="0912 000 111") | wrong
    answer = visit().post("/petitions/new", **typed)

    assert answer.status_code in (200, 409)
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    for name, text in typed.items():
        if name in ("citizen_name", "citizen_phone", "received_on", "due_on", "people", "key"):
            assert f'value="{text}"' in answer.text, name
    if len(typed["content"].strip()) in range(1, 1000) and "\x00" not in typed["content"]:
        assert typed["content"] in answer.text
    assert "Đã trả lời ngay" in answer.text
    assert petitions_kept(session) == []


def test_a_double_click_makes_one_petition(visit, make, session):
    staff, typed = visit(), _typed(make)
    first, second = (staff.post("/petitions/new", **typed) for _ in range(2))

    assert first.location == second.location
    assert len(petitions_kept(session)) == 1


def test_text_is_composed_and_marks_that_turn_it_round_are_dropped(visit, make, session):
    visit().post(
        "/petitions/new",
        **_typed(make, citizen_name="Đặng Thị Hường", content="Bến \u202ePhà\u202c\r\nxóm 2"),
    )
    (petition,) = petitions_kept(session)
    assert petition.citizen_name == "Đặng Thị Hường"
    assert petition.content == "Bến Phà\nxóm 2"


def test_only_what_the_form_offers_is_written(visit, make, session):
    staff, foreign = visit(), make.place()
    assert staff.post("/petitions/new", **_typed(make, place=str(foreign.id))).status_code == 200
    staff.post("/petitions/new", **_typed(make, status="resolved", code="KN-1", version="9"))

    (petition,) = petitions_kept(session)
    assert petition.status is Status.RECEIVED
    assert petition.code == f"KN-{TODAY.year}-000001"


def test_an_answer_on_the_spot_is_explained(visit, make, session):
    visit().post("/petitions/new", **_typed(make, answer="Chủ tịch đã giải thích tại hội nghị."))
    assert [petition.status for petition in petitions_kept(session)] == [Status.EXPLAINED]


def test_leaders_and_administrators_do_not_log(visit, make):
    for role in (Role.LEADER, Role.ADMIN):
        person = visit(role=role)
        assert person.get("/petitions/new").status_code == 403
        assert person.post("/petitions/new", **_typed(make)).status_code == 403


def test_nonsense_in_the_address_of_a_new_form_is_no_trouble(visit):
    strange = {"place": "x", "category": "-1", "kind": "🐉", "received_on": "hôm qua"}
    assert visit().get("/petitions/new", **strange).status_code == 200
