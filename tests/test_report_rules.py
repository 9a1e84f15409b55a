"""Periods as people ask for them, and lines that add up."""

from collections import Counter
from dataclasses import fields
from datetime import date, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.i18n import speaking
from tracker.petitions.lifecycle import ENDED
from tracker.petitions.rules import RECEIVED, REOPENED, ended_as
from tracker.reports.rules import (
    NUMBERS,
    Form,
    Line,
    Period,
    PeriodRefused,
    Spread,
    bands,
    line_of,
    named_period,
    near_periods,
    shown_share,
    spread,
    total,
    total_in_turn,
    typed_as_at,
    typed_period,
)

DAYS = st.dates(date(1901, 1, 1), date(2100, 12, 31))
NAMES = st.from_regex(r"\A(19[0-9]{2}|20[0-9]{2})(-(0[1-9]|1[0-2]|Q[1-4]|[69]M))?\Z")


@pytest.mark.parametrize(
    ("key", "start", "end", "label"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "tháng 11/2026"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "tháng 02/2028"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "quý I/2026"),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31), "quý IV/2026"),
        ("2026-6M", date(2026, 1, 1), date(2026, 6, 30), "6 tháng đầu năm 2026"),
        ("2026-9M", date(2026, 1, 1), date(2026, 9, 30), "9 tháng đầu năm 2026"),
        (" 2026 ", date(2026, 1, 1), date(2026, 12, 31), "năm 2026"),
    ],
)
def test_a_period_is_read_and_said(key, start, end, label):
    period = named_period(key)

    assert (period.start, period.end) == (start, end)
    with speaking("vi"):
        assert period.label == label


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "x",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "2026-3M",
        "26-11",
        "2026-1",
        "٢٠٢٦",
        "1066",
        "9999",
    ],
)
def test_what_is_no_period_is_refused(nonsense):
    with pytest.raises(PeriodRefused, match="no period"):
        named_period(nonsense)


@given(NAMES)
def test_a_named_period_is_whole_months_and_stands_in_an_address_as_it_was_read(key):
    period = named_period(key)

    assert period.start.day == 1
    assert (period.end + timedelta(days=1)).day == 1
    assert named_period(period.arguments["period"]) == period
    for code in ("vi", "en"):
        with speaking(code):
            assert key[:4] in period.label


@given(DAYS, DAYS)
def test_two_days_are_a_period_in_any_way_of_writing(first, last):
    start, end = sorted((first, last))
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        period = typed_period(start.strftime(form), end.strftime(form))
        assert (period.start, period.end) == (start, end)
        assert typed_period(*period.arguments.values()) == period


@given(NAMES.map(named_period) | st.tuples(DAYS, DAYS).map(lambda days: Period(*sorted(days))))
def test_the_year_before_has_the_same_days_of_the_same_months(period):
    before = period.year_before()

    assert (before.start.month, before.start.year) == (period.start.month, period.start.year - 1)
    assert (before.end.month, before.end.year) == (period.end.month, period.end.year - 1)
    assert before.start <= before.end


@given(st.tuples(DAYS, st.integers(0, 800)))
def test_the_months_of_a_period_are_its_days_without_a_gap(drawn):
    start, length = drawn
    period = Period(start, min(start + timedelta(days=length), date(2100, 12, 31)))
    months = list(period.months())

    assert (months[0].start, months[-1].end) == (period.start, period.end)
    for month, following in zip(months, months[1:], strict=False):
        assert following.start == month.end + timedelta(days=1)
        assert following.start.day == 1


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("31/02/2026", "01/03/2026", "from"),
        ("01/03/2026", "hôm qua", "to"),
        ("", "01/03/2026", "from"),
        ("02/03/2026", "01/03/2026", "to"),
        ("01/03/0026", "01/03/2026", "from"),
        ("01/03/2026", "01/03/9026", "to"),
    ],
)
def test_impossible_and_reversed_days_are_refused_beside_their_field(start, end, field):
    with pytest.raises(PeriodRefused) as refusal:
        typed_period(start, end)
    assert refusal.value.field == field
    assert ("first day" in str(refusal.value)) == (not start)


def test_nothing_is_counted_beyond_today_nor_beyond_the_asked_day():
    today = date(2026, 11, 25)

    assert typed_as_at("", today) == today
    with pytest.raises(PeriodRefused, match="not come yet"):
        typed_as_at("01/12/2026", today)
    assert typed_as_at("2026-06-30", today) == date(2026, 6, 30)
    assert named_period("2026").until(today).end == today
    assert named_period("2025").until(today).end == date(2025, 12, 31)
    with pytest.raises(PeriodRefused, match="begins on"):
        named_period("2027").until(today)


@given(DAYS)
def test_the_periods_of_a_meeting_contain_this_month_and_last_month(today):
    months = near_periods(today)[:2]

    assert months[0].start <= today <= months[0].end
    assert months[1].end == months[0].start - timedelta(days=1)


MEASURES = (RECEIVED, REOPENED, *(ended_as(status) for status in ENDED))
SUMS = st.dictionaries(st.sampled_from(MEASURES), st.integers(0, 50))


@given(SUMS, SUMS)
def test_every_line_of_sums_balances(before, inside):
    line = line_of(before, inside)

    assert line.balance_is_true
    assert line.outstanding == line.late + line.undated + line.in_time
    assert line.ended == line.resolved + line.ended_otherwise


@given(st.lists(st.tuples(SUMS, SUMS).map(lambda pair: line_of(*pair))))
def test_the_total_is_the_sum_of_its_lines_and_balances(lines):
    sum_of_all = total(lines)

    for name in NUMBERS:
        assert getattr(sum_of_all, name) == sum(getattr(line, name) for line in lines)
    assert sum_of_all.balance_is_true


@given(st.lists(SUMS, min_size=1, max_size=6))
def test_months_in_turn_make_the_same_line_as_all_their_days_at_once(months):
    before: dict[str, int] = {}
    lines = []
    for inside in months:
        lines.append(line_of(before, inside))
        before = {m: before.get(m, 0) + inside.get(m, 0) for m in {*before, *inside}}

    assert total_in_turn(lines) == line_of({}, before)


def test_a_line_that_does_not_balance_is_seen():
    assert not Line(carried_over=1).balance_is_true


def test_resolved_and_answered_are_never_the_same_rate():
    line = Line(carried_over=4, received=6, resolved=2, explained=3, declined=1, outstanding=4)

    assert line.resolved_share == 2 / 6
    assert line.answered_share == 5 / 10
    assert Line().resolved_share is None
    with speaking("vi"):
        assert shown_share(line.resolved_share) == "33,3%"
        assert shown_share(Line().answered_share) == "–"
    with speaking("en"):
        assert shown_share(1.0) == "100.0%"


def test_every_number_of_a_line_has_a_column():
    assert {field.name for field in fields(Line)} | {"in_time"} == set(NUMBERS)


@pytest.mark.parametrize(
    ("key", "start", "end", "label"),
    [
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14), "quý I/2026 (kỳ thanh tra)"),
        ("2026-Q2", date(2026, 3, 15), date(2026, 6, 14), "quý II/2026 (kỳ thanh tra)"),
        ("2026-Q3", date(2026, 6, 15), date(2026, 9, 14), "quý III/2026 (kỳ thanh tra)"),
        ("2026-Q4", date(2026, 9, 15), date(2026, 12, 14), "quý IV/2026 (kỳ thanh tra)"),
        ("2026-6M", date(2025, 12, 15), date(2026, 6, 14), "6 tháng đầu năm 2026 (kỳ thanh tra)"),
        ("2026-9M", date(2025, 12, 15), date(2026, 9, 14), "9 tháng đầu năm 2026 (kỳ thanh tra)"),
        ("2026", date(2025, 12, 15), date(2026, 12, 14), "năm 2026 (kỳ thanh tra)"),
        ("2026-03", date(2026, 2, 15), date(2026, 3, 14), "tháng 03/2026 (kỳ thanh tra)"),
        ("2020-2025", date(2019, 12, 15), date(2025, 12, 14), "nhiệm kỳ 2020–2025 (kỳ thanh tra)"),
    ],
)
def test_inspection_periods_run_from_the_15th_to_the_14th(key, start, end, label):
    period = named_period(key, Form.INSPECTION)

    assert (period.start, period.end) == (start, end)
    assert period.arguments == {"period": key, "form": "inspection"}
    with speaking("vi"):
        assert period.label == label


def test_a_term_spans_whole_years():
    term = named_period("2020-2025")

    assert (term.start, term.end) == (date(2020, 1, 1), date(2025, 12, 31))
    assert (term.just_before().start, term.just_before().end) == (
        date(2014, 1, 1),
        date(2019, 12, 31),
    )
    with speaking("vi"):
        assert term.label == "nhiệm kỳ 2020–2025"
    for nonsense in ("2025-2020", "2020-2020", "1950-2050", "2090-2105"):
        with pytest.raises(PeriodRefused, match="no period"):
            named_period(nonsense)


@given(NAMES, st.sampled_from(Form))
def test_named_periods_of_a_kind_follow_each_other_without_a_gap(key, form):
    period = named_period(key, form)
    before = period.just_before()

    assert before.end + timedelta(days=1) == period.start
    assert (before.start.day, before.end.day if form is Form.INSPECTION else 0) == (
        period.start.day,
        14 if form is Form.INSPECTION else 0,
    )


@given(DAYS.filter(lambda day: day.year > 1903), st.integers(0, 900))
def test_any_days_have_as_many_just_before_or_as_many_months(start, length):
    period = Period(start, min(start + timedelta(days=length), date(2100, 12, 31)))
    before = period.just_before()

    assert before.end + timedelta(days=1) == period.start
    is_months = period.start.day == 1 and (period.end + timedelta(days=1)).day == 1
    assert is_months or before.end - before.start == period.end - period.start


@given(NAMES, st.sampled_from(Form), st.integers(0, 365))
def test_the_part_that_has_passed_stands_beside_the_same_part_of_the_period_before(key, form, days):
    period = named_period(key, form)
    part = period.until(min(period.end, period.start + timedelta(days=days)))
    before = part.just_before()

    assert before.start == period.just_before().start
    assert before.start <= before.end <= period.just_before().end


@given(NAMES)
def test_inspection_months_are_cut_at_the_14th(key):
    period = named_period(key, Form.INSPECTION)
    months = list(period.months())

    assert all((month.start.day, month.end.day) == (15, 14) for month in months)
    assert (months[0].start, months[-1].end) == (period.start, period.end)


def test_near_inspection_periods_turn_over_on_the_15th():
    assert near_periods(date(2026, 11, 14), Form.INSPECTION)[0].key == "2026-11"
    assert near_periods(date(2026, 11, 15), Form.INSPECTION)[0].key == "2026-12"
    assert near_periods(date(2026, 12, 15), Form.INSPECTION)[0].key == "2027-01"


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_a_percentile_is_the_value_at_its_nearest_rank(days):
    found = spread(Counter(days))

    assert found.count == len(days)
    assert found.median == sorted(days)[ceil(len(days) / 2) - 1]
    assert found.ninetieth == sorted(days)[ceil(len(days) * 9 / 10) - 1]


def test_nothing_has_no_median():
    assert spread({}) == spread({3: 0}) == Spread()


@given(DAYS, st.integers(0, 3000))
def test_each_age_lies_in_one_band(as_at, age):
    received_on = as_at - timedelta(days=age)
    found = [
        band
        for band in bands(as_at)
        if (band.received_from or date.min) <= received_on <= (band.received_to or date.max)
    ]

    assert len(found) == 1
    assert found[0].least <= age <= (found[0].most or age)


@given(
    st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.sampled_from(MEASURES))),
    st.sampled_from(("2026-Q2", "2026-6M", "2026-05", "2026")),
    st.sampled_from(Form),
)
def test_what_a_period_leaves_the_next_one_carries_over(postings, key, form):
    period = named_period(key, form)
    before = period.just_before()

    def line(of):
        earlier = Counter(measure for day, measure in postings if day < of.start)
        inside = Counter(measure for day, measure in postings if of.start <= day <= of.end)
        return line_of(earlier, inside)

    assert line(before).outstanding == line(period).carried_over
    assert line(period).balance_is_true
    assert line(before).balance_is_true
