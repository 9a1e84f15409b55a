"""A changed calendar moves the open limits of dialogues, shown first; what is over stays."""

from datetime import timedelta
from itertools import count

import pytest

from tracker.accounts.permissions import Role
from tracker.calendar.queries import calendar_of
from tracker.calendar.rules import Act, Change, NewReading, Unit
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import SettledLimit
from tracker.dialogues.queries import clocks_by_id
from tracker.dialogues.rules import Duty, Standing
from tracker.dialogues.service import move_dialogue
from tracker.petitions.service import apply_change, preview_change
from tracker.seeding import seed_basics

TODAY = clock.today()
ONE_DAY = timedelta(days=1)
LIMIT = timedelta(days=10)


@pytest.fixture
def admin(session, make):
    """Give the administrator of a register with its calendar and its limits."""
    seed_basics(session)
    return make.user(role=Role.ADMIN)


@pytest.fixture
def day(session, admin):
    """Give a working day a few days ahead, on which a limit of a past dialogue ends."""
    day = TODAY + 3 * ONE_DAY
    while not calendar_of(session).is_working(day):
        day += ONE_DAY
    return day


def _clock(session, dialogue, duty):
    (found,) = (c for c in clocks_by_id(session, [dialogue.id])[dialogue.id] if c.duty is duty)
    return found


_keys = (f"{number} of these keys" for number in count())


def _change(session, admin, change):
    preview = preview_change(session, admin, change)
    apply_change(session, admin, change, next(_keys), preview.seal)
    session.expire_all()
    return preview


def _published(session, make, held_on):
    dialogue = make.dialogue(held_on=held_on, stage=Stage.HELD)
    for name in ("conclude", "publish"):
        move_dialogue(session, None, dialogue, name, happened_on=TODAY, document_number="7/TB-UBND")
    return dialogue


def test_the_preview_lists_the_limits_that_move_and_what_is_done_stays(session, make, admin, day):
    waits = make.dialogue(held_on=day - LIMIT, stage=Stage.HELD)
    done = _published(session, make, day - LIMIT)
    off = Change(Act.DAY_OFF, day, None, "Nghỉ theo quyết định", "15/QĐ-TTg")

    preview = _change(session, admin, off)

    assert {(one.code, one.what) for one in preview.moved} == {
        (waits.code, Duty.RESULT),
        (waits.code, Duty.VILLAGE_HEADS),
        (done.code, Duty.VILLAGE_HEADS),
    }
    moved = _clock(session, waits, Duty.RESULT)
    assert moved.due_on == preview.moved[0].after > preview.moved[0].before == day
    kept = _clock(session, done, Duty.RESULT)
    assert (kept.due_on, kept.standing) == (day, Standing.DONE)
    assert (
        kept.account.start
        + sum((timedelta(line.moves_by) for line in kept.account.lines), timedelta())
        == day
    )

    _change(session, admin, Change(Act.LIFT, day))
    assert _clock(session, waits, Duty.RESULT).due_on == day
    assert _clock(session, done, Duty.RESULT).due_on == day


def test_a_shorter_limit_judges_nobody_late_who_was_in_time(session, make, admin):
    held_on = TODAY - 9 * ONE_DAY
    done, waits = _published(session, make, held_on), make.dialogue(held_on=held_on, stage="held")
    reading = NewReading("DLG_RESULT", 2, Unit.CALENDAR, "Quy định mới", held_on - ONE_DAY)

    _change(session, admin, reading)

    assert _clock(session, done, Duty.RESULT).standing is Standing.DONE
    assert _clock(session, waits, Duty.RESULT).standing is Standing.LATE
    off = NewReading("DLG_RESULT", 2, Unit.CALENDAR, "Bãi bỏ", held_on, is_active=False)
    _change(session, admin, off)
    assert _clock(session, done, Duty.RESULT).standing is Standing.DONE
    assert _clock(session, waits, Duty.RESULT).standing is Standing.NOT_APPLICABLE


def test_a_limit_that_came_later_binds_nobody_who_was_done(session, make, admin):
    held_on = TODAY - 9 * ONE_DAY
    done = _published(session, make, held_on)
    reading = NewReading("DLG_CONCLUSION", 1, Unit.CALENDAR, "Quy chế của xã", held_on)

    _change(session, admin, reading)

    assert _clock(session, done, Duty.CONCLUSION).standing is Standing.NOT_APPLICABLE
    assert session.get(SettledLimit, (done.id, "conclusion")).due_on is None


def test_the_page_of_the_preview_leads_to_the_dialogue(visit, make, session, admin, day):
    waits = make.dialogue(held_on=day - LIMIT, stage=Stage.HELD)
    person = visit(user=admin)

    shown = person.post(
        "/settings/calendar/new", act="day_off", day=shown_date(day), reason="Nghỉ", other=""
    ).text

    assert f'href="/dialogues/{waits.code}"' in shown
    assert "Công khai kết quả" in shown
    assert shown_date(day) in shown
