"""What follows from a commitment's facts, and what a hall may hear of it: no database needed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.accounts.permissions import GRANTS, Permission, Role
from tracker.commitments.lifecycle import LIFECYCLE, MOVES, STEP_WORDS, Outcome, State
from tracker.commitments.rules import (
    KnownNames,
    is_same_person,
    leader_key,
    member_in,
    name_key,
    shortened,
    state_of,
    unnamed,
)

TODAY = date(2026, 11, 25)
DAYS = st.none() | st.dates(TODAY - timedelta(days=900), TODAY + timedelta(days=900))


@pytest.mark.parametrize(
    ("outcome", "due_on", "ended_on", "state"),
    [
        (Outcome.OPEN, None, None, State.OPEN),
        (Outcome.OPEN, TODAY, None, State.OPEN),
        (Outcome.OPEN, TODAY - timedelta(days=1), None, State.OVERDUE),
        (Outcome.KEPT, TODAY, TODAY, State.KEPT),
        (Outcome.KEPT, TODAY - timedelta(days=1), TODAY, State.KEPT_LATE),
        (Outcome.KEPT, None, TODAY, State.KEPT),
        # Known to the year only: late when all of the year lies after the due date.
        (Outcome.KEPT, date(2023, 6, 30), date(2023, 1, 1), State.KEPT),
        (Outcome.KEPT, date(2022, 12, 31), date(2023, 1, 1), State.KEPT_LATE),
        (Outcome.BROKEN, TODAY - timedelta(days=90), TODAY, State.BROKEN),
        (Outcome.WITHDRAWN, None, TODAY, State.WITHDRAWN),
    ],
)
def test_the_state_follows_from_outcome_dates_and_today(outcome, due_on, ended_on, state):
    assert state_of(outcome, due_on, ended_on, TODAY) is state


@given(st.sampled_from(Outcome), DAYS, DAYS, st.integers(0, 400))
def test_what_has_ended_never_changes_with_time(outcome, due_on, ended_on, later):
    now = state_of(outcome, due_on, ended_on, TODAY)
    then = state_of(outcome, due_on, ended_on, TODAY + timedelta(days=later))
    assert now is then or (now, then) == (State.OPEN, State.OVERDUE)


def test_every_move_has_its_word_and_only_leaders_judge():
    assert set(MOVES) < set(STEP_WORDS)
    judged = {move.name for move in LIFECYCLE if move.permission is Permission.JUDGE_COMMITMENT}
    assert judged == {"break", "withdraw"}
    assert {role for role in Role if Permission.JUDGE_COMMITMENT in GRANTS[role]} == {Role.LEADER}
    assert all(move.needs_note for move in LIFECYCLE if move.target is not Outcome.OPEN)


def test_a_name_is_the_same_however_cased_or_spaced_but_never_without_its_accents():
    assert name_key("  Nguyễn  Văn HƯNG ") == name_key("nguyễn văn hưng")
    assert leader_key("Nguyễn Văn Hưng") != leader_key("Nguyễn Văn Hùng")
    assert is_same_person("Trần A", None, "trần a", 7)
    assert is_same_person("Trần A", 7, "Trưởng phòng", 7)
    assert not is_same_person("", None, "", None)


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("Trần Văn A; tổ trưởng", ("Trần Văn A", "tổ trưởng")),
        ("Bà Lê B – Hội Phụ nữ", ("Bà Lê B", "Hội Phụ nữ")),
        ("Đỗ C", ("Đỗ C", "")),
    ],
)
def test_a_members_line_is_a_name_and_what_the_person_does(line, member):
    assert member_in(line) == member


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Ông Nguyễn Văn Tám ở thôn Đông xin cấp sổ đỏ", "Ông … ở thôn Đông xin cấp sổ đỏ"),
        ("Nhà bà Sáu bị ngập, gọi 0912 345 678", "Nhà bà … bị ngập, gọi …"),
        ("CCCD 024190001234, thư a.b@c.vn", "CCCD …, thư …"),
        ("Bồi thường 1.500.000.000 đồng trước 05.03.2026", None),
        ("Đường tỉnh 292 qua xã Nghĩa Hưng, anh chị em kêu nhiều", None),
    ],
)
def test_a_hall_hears_no_names_numbers_or_mail(text, public):
    assert unnamed(text) == (public or text)


def test_the_petitioners_own_name_is_taken_out_wherever_it_stands():
    assert unnamed("Đề nghị của nguyễn  thị HOA, thôn Tây", "Nguyễn Thị Hoa") == (
        "Đề nghị của …, thôn Tây"
    )


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Nhờ Thị Hoa nói lại với Hoa.", "Nhờ … nói lại với …."),
        ("Nhờ nguyen thi hoa. Hoa màu bị ngập.", "Nhờ …. Hoa màu bị ngập."),
        ("Trồng hoa thị ở lối vào", "Trồng hoa thị ở lối vào"),
    ],
)
def test_of_who_raised_it_also_parts_of_the_name_are_taken_out(text, public):
    assert unnamed(text, "Nguyễn Thị Hoa") == public


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Đất của hoàng văn thụy và của Văn Thụy", "Đất của … và của …"),
        ("Đất của HOANG VAN  THUY", "Đất của …"),
        ("Thửa bên trần đức bình xuống cấp", "Thửa bên … xuống cấp"),
        ("Đường Thụy Hà", "Đường Thụy Hà"),
        ("Nơi Hoàng, Văn Thụy", "Nơi Hoàng, …"),
    ],
)
def test_names_that_the_register_knows_are_taken_out_of_every_text(text, public):
    known = KnownNames(["Hoàng Văn Thụy", "Hộ gia đình Trần Đức Bình", "Hà"])
    assert unnamed(text, "", known) == public


@given(st.text(max_size=200))
def test_a_text_without_known_names_stays_as_it_is(text):
    assert KnownNames(["Hoàng Văn Thụy"]).taken_out(text) == text


@given(st.text(alphabet="abc đê,. ", max_size=400))
def test_a_shortened_text_is_short_and_begins_as_the_whole(text):
    short = shortened(text)
    assert len(short) <= 181
    assert text.startswith(short.rstrip("…"))
