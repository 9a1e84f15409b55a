"""Finding dialogues: filters, pages, order, counts, and who may see what."""

from datetime import date, timedelta

import pytest

from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotFound
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.queries import (
    DialogueFilter,
    dialogue_count,
    dialogue_export_rows,
    dialogue_for,
    dialogue_page,
)
from tracker.dialogues.rules import Sort, citation
from tracker.places.queries import scope_ids

TODAY = clock.today()
ALL = DialogueFilter()


def found(session, make, asked=ALL, sort=Sort.NEWEST, **given):
    """Give the topics on the first page."""
    scope = scope_ids(session, make.home.id)
    page = dialogue_page(session, scope, asked, sort, **given)
    assert given or dialogue_count(session, scope, asked) == len(page.rows)
    return [row.topic for row in page.rows]


def test_another_communes_dialogue_is_like_one_that_does_not_exist(session, make):
    own, foreign = make.dialogue(), make.dialogue(place=make.place())
    staff = make.user()

    assert dialogue_for(session, staff, own.code).place.id == make.home.id
    with pytest.raises(NotFound) as hidden:
        dialogue_for(session, staff, foreign.code)
    with pytest.raises(NotFound) as missing:
        dialogue_for(session, staff, "DT-1999-0001")
    assert str(hidden.value) == str(missing.value)
    assert found(session, make) == [own.topic]


def test_today_s_commune_finds_the_dialogues_of_the_units_it_took_over(session, make):
    former = make.place(name="Xã Nghĩa Hưng", successor_id=make.home.id)
    village = make.place(parent_id=former.id)
    make.dialogue(place=village, topic="Ở thôn")
    make.dialogue(place=make.home, topic="Ở xã")

    assert found(session, make, DialogueFilter(place_id=former.id)) == ["Ở thôn"]
    assert set(found(session, make, DialogueFilter(place_id=make.home.id))) == {"Ở thôn", "Ở xã"}


@pytest.mark.parametrize("q", ["duong tinh", "ĐƯỜNG  TỈNH", "đường", "ben pha 292"])
def test_words_are_found_with_and_without_accents(session, make, q):
    make.dialogue(topic="Đường tỉnh 292", minutes="Bà con Bến Phà")
    make.dialogue(topic="Rác thải")
    assert found(session, make, DialogueFilter(q=q)) == ["Đường tỉnh 292"]


@pytest.mark.parametrize("q", ["100%", "_", "\x00", "%", "' OR 1=1"])
def test_signs_of_the_database_find_nothing(session, make, q):
    make.dialogue(topic="Đường tỉnh 292")
    assert found(session, make, DialogueFilter(q=q)) == []


def test_form_stage_and_unknown_date_narrow(session, make):
    make.dialogue(topic="a", form=Form.AD_HOC)
    make.dialogue(topic="b", stage=Stage.HELD)
    make.dialogue(topic="c", held_on=None, date_precision=Precision.UNKNOWN)

    assert found(session, make, DialogueFilter(form=Form.AD_HOC)) == ["a"]
    assert found(session, make, DialogueFilter(stage=Stage.HELD)) == ["b"]
    assert found(session, make, DialogueFilter(date_unknown=True)) == ["c"]


def test_a_date_known_to_its_year_matches_a_period_in_which_it_may_lie(session, make):
    make.dialogue(topic="năm", held_on=date(2023, 1, 1), date_precision=Precision.YEAR)
    make.dialogue(topic="ngày", held_on=date(2023, 3, 5), date_precision=Precision.DAY)
    make.dialogue(topic="không rõ", held_on=None, date_precision=Precision.UNKNOWN)

    asked = DialogueFilter(held_from=date(2023, 6, 1), held_to=date(2023, 12, 31))
    assert found(session, make, asked) == ["năm"]
    asked = DialogueFilter(held_from=date(2023, 3, 5), held_to=date(2023, 3, 5))
    assert set(found(session, make, asked)) == {"năm", "ngày"}
    assert found(session, make, DialogueFilter(held_from=date(2024, 1, 1))) == []


def test_newest_come_first_and_unknown_dates_last(session, make):
    for days in (3, 1, 2):
        make.dialogue(topic=f"{days}", held_on=TODAY - timedelta(days=days))
    make.dialogue(topic="?", held_on=None, date_precision=Precision.UNKNOWN)
    assert found(session, make) == ["1", "2", "3", "?"]


def test_what_is_expected_next_comes_first(session, make):
    make.dialogue(topic="đã qua", stage=Stage.HELD, held_on=TODAY - timedelta(days=9))
    make.dialogue(topic="sau", held_on=TODAY + timedelta(days=9))
    make.dialogue(topic="tới", held_on=TODAY + timedelta(days=2))
    assert found(session, make, sort=Sort.NEXT) == ["tới", "sau", "đã qua"]


@pytest.mark.parametrize("sort", Sort)
def test_pages_hold_every_dialogue_once_and_lead_back(session, make, sort):
    for number in range(5):
        make.dialogue(topic=f"{number}", held_on=TODAY - timedelta(days=number % 2))
    for number in range(2):
        unknown = Precision.UNKNOWN
        make.dialogue(topic=f"? {number}", held_on=None, date_precision=unknown)
    scope, asked = scope_ids(session, make.home.id), DialogueFilter()

    pages, key = [], None
    while not pages or key:
        page = dialogue_page(session, scope, asked, sort, key, size=3)
        pages.append(page)
        key = page.next

    topics = [row.topic for page in pages for row in page.rows]
    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert len(set(topics)) == 7
    back = dialogue_page(session, scope, asked, sort, pages[-1].previous, size=3)
    assert back.rows == pages[1].rows
    assert [row.topic for row in dialogue_export_rows(session, scope, asked, sort)] == topics


def test_a_source_is_cited_without_its_mark():
    assert citation("Báo Bắc Giang: đoạn 3 [duong-tinh-292]") == "Báo Bắc Giang: đoạn 3"
    assert citation("Sổ họp [trang 3]") == "Sổ họp [trang 3]"
