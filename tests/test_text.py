"""Vietnamese text and dates of every precision."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.dates import Precision, parse_day, parse_known, shown, typed
from tracker.core.errors import TrackerError
from tracker.core.text import checked, fold, sort_key, tidy, tidy_line


def test_a_mark_without_width_parts_no_word_for_search():
    assert fold("đư\u00adờng\u200b sá") == "duong sa"


def test_search_finds_without_accents_and_without_d_bar():
    assert fold("Giải phóng mặt bằng ĐƯỜNG 292") == "giai phong mat bang duong 292"
    assert fold("Nghĩa Hoà") == fold("Nghĩa Hòa")


def test_names_stand_in_the_order_of_the_vietnamese_alphabet():
    ordered = ["An", "Anh", "Ăn", "Ân", "Ấn", "Dung", "Dũng", "Đạt", "Ơn", "Út", "Ư", "Voi", "Vôi"]
    mixed = ordered[::-1]
    assert sorted(mixed, key=sort_key) == ordered


def test_text_typed_on_a_mac_is_composed_and_keeps_its_lines():
    assert tidy("Đặng Thị Hường\r\nthôn Chằm") == "Đặng Thị Hường\nthôn Chằm"


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\ud800b", "a\uffffb"])
def test_text_that_no_register_can_keep_is_refused(bad):
    with pytest.raises(TrackerError):
        checked(bad)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("text", ["5/3/2026", "05/03/2026", "05-03-2026", "5.3.2026", "2026-03-05"])
def test_a_day_is_read_in_every_form_an_office_types(text):
    assert parse_day(text) == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["30/02/2026", "hôm nay", "", "1/13/2026", "5/3/26"])
def test_what_is_no_day_is_not_guessed(text):
    assert parse_day(text) is None


@pytest.mark.parametrize("text", ["01/01/0001", "31/12/9999", "12/9999", "quý IV/9999", "9999"])
def test_a_day_from_which_nobody_can_count_is_none(text):
    assert parse_day(text) is None
    assert parse_known(text) is None


def test_a_date_is_shown_no_more_exactly_than_it_is_known():
    day = date(2023, 10, 1)
    assert shown(day, Precision.DAY) == "01/10/2023"
    assert shown(day, Precision.QUARTER) == "quý IV/2023"
    assert shown(day, Precision.YEAR) == "năm 2023"
    assert shown(None, Precision.UNKNOWN) == "không rõ ngày"


def test_a_name_has_no_invisible_marks_and_one_line():
    assert tidy_line("Trần\u200b Văn\ufeff  An\n") == "Trần Văn An"


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)),
    st.sampled_from([Precision.DAY, Precision.MONTH, Precision.QUARTER, Precision.YEAR]),
)
def test_a_date_of_any_precision_is_read_back_as_it_was_typed(day, precision):
    month = {Precision.QUARTER: (day.month - 1) // 3 * 3 + 1, Precision.YEAR: 1}
    first = day.replace(day=day.day if precision is Precision.DAY else 1)
    first = first.replace(month=month.get(precision, first.month))
    assert parse_known(typed(first, precision)) == (first, precision)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("", (None, Precision.UNKNOWN)),
        ("năm 2023", (date(2023, 1, 1), Precision.YEAR)),
        ("quý II/2024", (date(2024, 4, 1), Precision.QUARTER)),
        ("tháng 3/2026", (date(2026, 3, 1), Precision.MONTH)),
        ("5/3/2026", (date(2026, 3, 5), Precision.DAY)),
        ("hôm kia", None),
        ("13/2026", None),
        ("30/02/2026", None),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_known(text, known):
    assert parse_known(text) == known
