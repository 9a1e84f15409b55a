"""One night from a year into the next: days, numbers, lateness and refusals change at midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.service import BriefingRefused, NewVisit, log_visit
from tracker.calendar.rules import Choices
from tracker.core import clock
from tracker.petitions.queries import (
    PetitionFilter,
    ledger_mismatches,
    petition_count,
    petition_page,
    steps_of,
)
from tracker.petitions.queries.clocks import clocks_of
from tracker.petitions.rules import Timeliness
from tracker.petitions.service import MoveRequest, move_petition
from tracker.places.queries import scope_ids
from tracker.reminders.rules import day_of
from tracker.seeding import seed_basics

LAST, FIRST = date(2026, 12, 31), date(2027, 1, 1)
BEFORE = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)  # 23:59:59 in Vietnam
MIDNIGHT = BEFORE + timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch):
    """Set the machine's own time."""

    def set_to(moment):
        class Stopped(datetime):
            @classmethod
            def now(cls, tz=None):
                return moment.astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Stopped)

    return set_to


def test_a_register_goes_from_one_year_into_the_next(session, make, at):
    at(BEFORE)
    seed_basics(session)
    scope = scope_ids(session, make.home.id)
    old = make.petition(received_on=LAST, due_on=LAST, category=make.category())
    counted = make.petition(received_on=LAST, category=make.category(due_days=1))
    leader = make.user(role=Role.LEADER)

    def late():
        return petition_count(session, scope, PetitionFilter(overdue=True))

    def standing(petition):
        rows = {row.id: row for row in petition_page(session, scope, PetitionFilter()).rows}
        return rows[petition.id].timeliness

    assert (clock.today(), day_of(clock.now())) == (LAST, LAST)
    assert old.code.startswith("KN-2026-")
    assert (late(), standing(old)) == (0, Timeliness.DUE_SOON)
    # New Year is off, and so is the weekend after it.
    assert counted.due_on == date(2027, 1, 4)
    clocks = clocks_of(session, counted, steps_of(session, counted.id))
    assert clocks.is_provisional is (Choices().announced_to < FIRST.year)
    visit = NewVisit(
        kind=VisitKind.VILLAGE_VISIT,
        place_id=make.home.id,
        visited_on=FIRST,
        visitor="Chủ tịch UBND xã",
        heard="Đường hỏng",
    )
    with pytest.raises(BriefingRefused):
        log_visit(session, leader, visit, "key of a visit")

    at(MIDNIGHT)
    assert (clock.today(), day_of(clock.now())) == (FIRST, FIRST)
    assert (late(), standing(old)) == (1, Timeliness.LATE)
    new = make.petition(received_on=FIRST)
    assert new.code == "KN-2027-000001"
    assert log_visit(session, leader, visit, "key of a visit").code.startswith("VT-2027-")
    move_petition(session, None, old, MoveRequest("explain", note="Đã trả lời"))
    assert steps_of(session, old.id)[-1].happened_on == FIRST
    assert standing(old) is Timeliness.DONE_LATE
    assert ledger_mismatches(session) == []
