"""What a history posts: it balances on every day, for all legal histories, corrections included."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.dates import Precision, first_day
from tracker.petitions.lifecycle import (
    AMEND,
    CORRECT,
    LIFECYCLE,
    MEANINGS,
    OPEN,
    RECEIVE,
    Status,
)
from tracker.petitions.rules import (
    LATE,
    PAUSED,
    RECEIVED,
    REOPENED,
    RUNNING,
    STOCKS,
    UNDATED,
    StepFact,
    Terms,
    Timeliness,
    due_after_pause,
    effective,
    ended_as,
    paused_since,
    postings,
    timeliness,
)

START = date(2026, 1, 5)
DAYS = [START + timedelta(days=offset) for offset in range(-30, 280)]
CORRECTIONS = ("correct", "amend due", "amend receipt")


@dataclass
class Life:
    """A history as it is recorded, beside what stands of it: steps pushed, popped, rewritten."""

    recorded: list[StepFact] = field(default_factory=list)
    standing: list[StepFact] = field(default_factory=list)

    def record(self, **facts):
        step = StepFact(id=len(self.recorded) + 1, **facts)
        self.recorded.append(step)
        return step

    @property
    def now(self):
        return self.standing[-1]

    def move(self, move, day, due_on):
        self.standing.append(
            self.record(status=move.target, happened_on=day, due_on=due_on, move=move.name)
        )

    def correct(self, day):
        voided, before = self.standing.pop(), self.now
        self.record(
            status=before.status,
            happened_on=day,
            due_on=before.due_on,
            move=CORRECT,
            voids_id=voided.id,
        )

    def amend(self, received_on, due_on):
        former = self.recorded[-1].due_on
        self.record(status=self.now.status, happened_on=received_on, due_on=due_on, move=AMEND)
        self.standing[0] = replace(self.standing[0], happened_on=received_on)
        at = len(self.standing) - 1
        while due_on != former and at >= 0 and self.standing[at].due_on == former:
            self.standing[at] = replace(self.standing[at], due_on=due_on)
            at -= 1


@st.composite
def lives(draw):
    """Draw a legal life: moves, pauses, deferrals, voided steps, corrected dates."""
    due = draw(st.none() | st.integers(0, 40))
    due_on = START + timedelta(days=due) if due is not None else None
    life, day = Life(), START
    life.standing.append(
        life.record(status=Status.RECEIVED, happened_on=day, due_on=due_on, move=RECEIVE)
    )
    for _ in range(draw(st.integers(0, 10))):
        moves = [move for move in LIFECYCLE if life.now.status in move.sources]
        act = draw(st.sampled_from([*moves, *CORRECTIONS]))
        day = max(day, life.now.happened_on) + timedelta(days=draw(st.integers(0, 20)))
        ahead = timedelta(days=draw(st.integers(0, 30)))
        if act == "correct":
            if len(life.standing) > 1:
                life.correct(day)
                day = life.now.happened_on
        elif act == "amend due":
            life.amend(life.standing[0].happened_on, draw(st.none() | st.just(START + ahead)))
        elif act == "amend receipt":
            # Later than the first day on purpose: the limit is the step that followed it.
            limit = life.standing[1].happened_on if len(life.standing) > 1 else day
            life.amend(min(limit, START - timedelta(days=9) + ahead), life.now.due_on)
        else:
            due_on = life.now.due_on
            if life.now.status in PAUSED:
                due_on = due_after_pause(due_on, paused_since(life.standing), day)
            if act.name in ("assign", "defer"):
                due_on = day + ahead
            if act.name == "explain" and len(life.recorded) == 1:
                day = max(day, life.now.happened_on + timedelta(days=1))
            life.move(act, day, due_on)
    return life


def _by_end_of(life, day):
    past = [step for step in life.standing if step.happened_on <= day]
    return past[-1] if past else None


def _sum(posted, weights, day):
    return sum(
        quantity * weights.get(measure, 0)
        for (on, measure), quantity in posted.items()
        if on <= day
    )


@given(lives())
def test_what_counts_is_what_stands_after_all_corrections(life):
    assert effective(life.recorded) == life.standing


@given(lives())
def test_on_every_day_received_and_reopened_less_ended_is_what_is_outstanding(life):
    posted = postings(life.recorded)

    for day in DAYS:
        state = _by_end_of(life, day)
        wanted = int(state is not None and state.status in OPEN)
        assert _sum(posted, STOCKS["outstanding"], day) == wanted


@given(lives())
def test_on_every_day_late_means_its_clock_runs_past_its_due_date(life):
    posted = postings(life.recorded)

    for day in DAYS:
        state = _by_end_of(life, day)
        runs = state is not None and state.status in RUNNING
        late = runs and state.due_on is not None and day > state.due_on
        assert _sum(posted, {LATE: 1}, day) == int(late)


@given(lives())
def test_on_every_day_undated_means_its_clock_runs_towards_no_date(life):
    posted = postings(life.recorded)

    for day in DAYS:
        state = _by_end_of(life, day)
        undated = state is not None and state.status in RUNNING and state.due_on is None
        assert _sum(posted, {UNDATED: 1}, day) == int(undated)


@given(lives())
def test_no_measure_counts_a_petition_twice_on_a_day(life):
    flows = {RECEIVED, REOPENED, *map(ended_as, Status)}
    counted = [q for (_, measure), q in postings(life.recorded).items() if measure in flows]

    assert set(counted) <= {1}


def test_a_petition_without_a_known_day_is_in_no_balance():
    assert postings([StepFact(Status.RECEIVED, None, None)]) == {}


def test_what_was_undone_on_its_own_day_leaves_no_trace():
    received = StepFact(Status.RECEIVED, START, START, RECEIVE, id=1)
    ended = StepFact(Status.EXPLAINED, START + timedelta(days=3), START, "explain", id=2)
    again = replace(ended, status=Status.IN_PROGRESS, move="reopen", id=3)

    assert postings([received, ended, again]) == postings([received])


def test_an_answer_on_the_spot_moves_with_the_day_of_receipt():
    received = StepFact(Status.RECEIVED, START, None, RECEIVE, id=1)
    answered = StepFact(Status.EXPLAINED, START, None, "explain", id=2)
    earlier = START - timedelta(days=2)
    amended = StepFact(Status.EXPLAINED, earlier, None, AMEND, id=3)

    assert [step.happened_on for step in effective([received, answered, amended])] == [earlier] * 2


def test_a_pause_moves_the_due_date_by_the_days_it_lasted():
    due = date(2026, 3, 10)
    assert due_after_pause(due, date(2026, 3, 2), date(2026, 3, 7)) == date(2026, 3, 15)
    assert due_after_pause(None, date(2026, 3, 2), date(2026, 3, 7)) is None
    assert due_after_pause(due, None, date(2026, 3, 7)) == due


@pytest.mark.parametrize(
    ("status", "due", "ended", "wanted"),
    [
        (Status.RECEIVED, None, None, Timeliness.NO_DATE),
        (Status.RECEIVED, 4, None, Timeliness.IN_TIME),
        (Status.RECEIVED, 3, None, Timeliness.DUE_SOON),
        (Status.DEFERRED, 0, None, Timeliness.DUE_SOON),
        (Status.IN_PROGRESS, -1, None, Timeliness.LATE),
        (Status.AWAITING_CITIZEN, -1, None, Timeliness.PAUSED),
        (Status.RESOLVED, -9, -9, Timeliness.DONE_IN_TIME),
        (Status.RESOLVED, -9, -8, Timeliness.DONE_LATE),
        (Status.EXPLAINED, None, -8, Timeliness.NO_DATE),
        (Status.EXPLAINED, -8, None, Timeliness.NO_DATE),
    ],
)
def test_timeliness(status, due, ended, wanted):
    due_on = START + timedelta(days=due) if due is not None else None
    ended_on = START + timedelta(days=ended) if ended is not None else None

    assert timeliness(status, due_on, ended_on, Terms(START)) is wanted


def test_a_date_known_less_exactly_stands_on_the_first_day_of_its_period():
    day = date(2026, 8, 20)
    known = {precision: first_day(day, precision) for precision in Precision}

    assert known == {
        Precision.DAY: day,
        Precision.MONTH: date(2026, 8, 1),
        Precision.QUARTER: date(2026, 7, 1),
        Precision.YEAR: date(2026, 1, 1),
        Precision.UNKNOWN: None,
    }


def test_every_status_has_a_meaning_and_can_be_reached():
    reached = {move.target for move in LIFECYCLE} | {Status.RECEIVED}
    assert set(MEANINGS) == set(Status) == reached
