"""What binds denunciations: stages, limits, codes, and figures that point at nobody."""

from datetime import date, timedelta

import pytest
from hypothesis import given as drawn_from
from hypothesis import strategies as some

from tests.denouncing import Case
from tracker.calendar.rules import Calendar, Clockwork, Rule, Unit
from tracker.core import clock
from tracker.denunciations.lifecycle import LIFECYCLE, MOVES, OPEN, STEP_WORDS, Part, Stage
from tracker.denunciations.queries.register import figures_of
from tracker.denunciations.rules import (
    DenunciationRefused,
    Standing,
    check_extension,
    due_account,
    extension,
    is_accused,
    new_code,
    told_counts,
)


@pytest.fixture
def case(session, make):
    return Case(session, make)


def test_every_move_has_a_word_and_starts_where_a_case_is_open():
    for move in LIFECYCLE:
        assert move.sources <= OPEN
        assert move.name in STEP_WORDS
        assert move.parts


def test_only_leader_and_deputy_decide():
    for name in ("accept", "refuse", "conclude", "extend"):
        assert Part.HANDLER not in MOVES[name].parts


def test_a_code_tells_neither_number_nor_order():
    codes = [new_code() for _ in range(200)]
    assert len(set(codes)) == 200
    assert codes != sorted(codes)
    assert all(code.startswith("TC-") and len(code) == 10 for code in codes)


LIMITS = (
    Rule("TC_INITIAL", 7, Unit.WORKING, date(2019, 1, 1), is_active=True),
    Rule("TC_RESOLVE", 30, Unit.CALENDAR, date(2019, 1, 1), is_active=True),
)
WORKS = Clockwork(Calendar({}, False, 2027), LIMITS)


def test_the_law_gives_seven_working_days_to_decide_and_thirty_days_to_resolve():
    received = Standing(Stage.RECEIVED, date(2026, 11, 2), None)
    assert due_account(received, WORKS, in_english=False).due_on == date(2026, 11, 11)
    accepted = Standing(Stage.VERIFYING, date(2026, 11, 2), date(2026, 11, 10))
    assert due_account(accepted, WORKS, in_english=False).due_on == date(2026, 12, 10)
    longer = extension(date(2026, 12, 1), date(2027, 1, 9), "phức tạp", "1/QĐ")
    extended = Standing(Stage.VERIFYING, date(2026, 11, 2), date(2026, 11, 10), [longer])
    found = due_account(extended, WORKS, in_english=False)
    assert found.due_on == date(2027, 1, 9)
    assert sum(line.moves_by for line in found.lines) == (date(2027, 1, 9) - found.start).days
    assert (
        due_account(Standing(Stage.ACTED_ON, found.start, found.start), WORKS, in_english=False)
        is None
    )


def test_an_extension_is_of_thirty_days_at_most_and_there_are_two():
    due, calendar = date(2026, 12, 10), Calendar({}, False, 2027)
    check_extension(due, date(2027, 1, 9), 1, calendar)
    for until, before in ((date(2027, 1, 10), 0), (due, 0), (date(2027, 1, 9), 2)):
        with pytest.raises(DenunciationRefused):
            check_extension(due, until, before, calendar)


def test_the_accused_is_known_by_name_however_it_is_written():
    assert is_accused("Đỗ Văn Bị", "Ông ĐỖ VĂN BỊ, trưởng thôn")
    assert is_accused("Đỗ Văn Bị", "do van bi")
    assert not is_accused("Đỗ Văn Bị", "Đỗ Văn Bình")


@drawn_from(some.dictionaries(some.sampled_from(list(Stage)), some.integers(0, 30)))
def test_a_breakdown_never_tells_a_number_below_five_nor_lets_it_be_reckoned(counts):
    told = told_counts(counts)
    rest = sum(counts.values()) - sum(told.values())
    assert all(number >= 5 for number in told.values())
    assert not told or rest == 0 or rest >= 5
    assert all(counts[stage] == number for stage, number in told.items())


def test_few_are_not_broken_down(case, session):
    for _ in range(4):
        case.received()
    assert figures_of(session, case.clerk, (clock.today() - timedelta(days=3)).year).stages == {}
    for _ in range(2):
        case.received()
    figures = figures_of(session, case.clerk, (clock.today() - timedelta(days=3)).year)
    assert figures.stages == {Stage.RECEIVED: 6}
