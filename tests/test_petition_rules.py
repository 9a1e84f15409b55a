"""What a history posts: it balances on every day, for all legal histories."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.petitions.lifecycle import LIFECYCLE, MEANINGS, OPEN, Status
from tracker.petitions.rules import LATE, RECEIVED, REOPENED, RUNNING, StepFact, ended_as, postings

START = date(2026, 1, 5)


@st.composite
def histories(draw):
    """Draw a legal history: any moves, days that never go back, due dates that come and change."""
    day, due = START, draw(st.none() | st.integers(0, 40))
    due_on = START + timedelta(days=due) if due is not None else None
    history = [StepFact(Status.RECEIVED, day, due_on)]
    for _ in range(draw(st.integers(0, 8))):
        moves = [move for move in LIFECYCLE if history[-1].status in move.sources]
        move = draw(st.sampled_from(moves))
        day += timedelta(days=draw(st.integers(0, 20)))
        if move.name == "assign":
            due_on = day + timedelta(days=draw(st.integers(0, 30)))
        history.append(StepFact(move.target, day, due_on))
    return history


def _by_end_of(history, day):
    past = [step for step in history if step.happened_on <= day]
    return past[-1] if past else None


def _sum(posted, measures, day):
    return sum(
        quantity for (on, measure), quantity in posted.items() if measure in measures and on <= day
    )


@given(histories())
def test_on_every_day_received_and_reopened_less_ended_is_what_is_outstanding(history):
    posted = postings(history)
    ends = {ended_as(status) for status in Status}

    for offset in range(250):
        day = START + timedelta(days=offset)
        state = _by_end_of(history, day)
        outstanding = _sum(posted, {RECEIVED, REOPENED}, day) - _sum(posted, ends, day)
        assert outstanding == (1 if state.status in OPEN else 0)


@given(histories())
def test_on_every_day_late_means_open_and_past_its_due_date(history):
    posted = postings(history)

    for offset in range(250):
        day = START + timedelta(days=offset)
        state = _by_end_of(history, day)
        late = state.status in RUNNING and state.due_on is not None and day > state.due_on
        assert _sum(posted, {LATE}, day) == int(late)


def test_a_petition_without_a_known_day_is_in_no_balance():
    assert postings([StepFact(Status.RECEIVED, None, None)]) == {}


def test_every_status_has_a_meaning_and_can_be_reached():
    reached = {move.target for move in LIFECYCLE} | {Status.RECEIVED}
    assert set(MEANINGS) == set(Status) == reached
