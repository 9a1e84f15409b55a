"""The rhythm expected of visits, counted purely."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.briefing.lifecycle import Every, Standing
from tracker.briefing.rules import Rhythm, due_by, fingerprint, heard_things, standing

WEEKLY = Rhythm(Every.DAYS, 7, "")
QUARTERLY = Rhythm(Every.QUARTER, None, "")
MONTHLY = Rhythm(Every.MONTH, None, "")
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
RHYTHMS = st.sampled_from((WEEKLY, QUARTERLY, MONTHLY))


@pytest.mark.parametrize(
    ("rhythm", "last", "today", "stands"),
    [
        (WEEKLY, date(2026, 11, 13), date(2026, 11, 20), Standing.IN_TIME),
        (WEEKLY, date(2026, 11, 12), date(2026, 11, 20), Standing.LATE),
        (QUARTERLY, date(2026, 10, 1), date(2026, 12, 31), Standing.IN_TIME),
        (QUARTERLY, date(2026, 9, 30), date(2026, 12, 31), Standing.TO_COME),
        (QUARTERLY, date(2026, 9, 30), date(2027, 1, 1), Standing.LATE),
        (QUARTERLY, date(2026, 12, 31), date(2027, 1, 1), Standing.TO_COME),
        (MONTHLY, date(2026, 1, 31), date(2026, 2, 28), Standing.TO_COME),
        (MONTHLY, date(2026, 1, 31), date(2026, 3, 1), Standing.LATE),
        (WEEKLY, None, date(2026, 11, 20), Standing.NEVER),
    ],
)
def test_a_visit_is_late_only_after_its_last_day(rhythm, last, today, stands):
    assert standing(rhythm, last, today) is stands


@given(RHYTHMS, DAYS, st.integers(0, 400))
def test_late_begins_the_day_after_the_one_that_is_shown(rhythm, last, later):
    until = due_by(rhythm, last)
    assert until > last
    today = last + timedelta(days=later)
    assert (standing(rhythm, last, today) is Standing.LATE) is (today > until)


@given(RHYTHMS, DAYS, DAYS, DAYS)
def test_a_later_visit_never_stands_worse(rhythm, one, other, today):
    order = (Standing.LATE, Standing.TO_COME, Standing.IN_TIME)
    earlier, later = sorted((one, other))
    before, after = (standing(rhythm, day, max(today, later)) for day in (earlier, later))
    assert order.index(after) >= order.index(before)


def test_each_line_that_was_heard_is_one_thing():
    assert heard_things("- Đường hỏng\n\n• Nước đục \n  ") == ["Đường hỏng", "Nước đục"]


def test_a_text_is_known_again_by_its_sign():
    assert fingerprint("Giao phòng Kinh tế") == fingerprint("Giao phòng Kinh tế")
    assert fingerprint("Giao phòng Kinh tế") != fingerprint("Giao phòng Văn hóa")
