"""The article's follow-up actions as commitments, and the invented commune's promises."""

from collections import Counter
from datetime import date

from sqlalchemy import func, select

from tracker.commitments.lifecycle import Outcome, Result, State
from tracker.commitments.models import Commitment, CommitmentStep, WorkingGroup
from tracker.commitments.queries.groups import tally, visits_of
from tracker.commitments.rules import state_of
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.fictional import make_fictional
from tracker.seeding import seed_all


def test_the_roads_follow_up_is_kept_with_no_day_and_no_person_invented(session):
    seed_all(session)
    seed_all(session)

    rows = session.scalars(select(Commitment).order_by(Commitment.id)).all()
    assert len(rows) == 3
    for row in rows:
        assert (row.promised_by, row.promised_on) == ("Bí thư Huyện ủy", None)
        assert (row.outcome, row.due_on, row.monitor) == (Outcome.KEPT, None, "")
        assert (row.ended_on, row.ended_precision) == (date(2023, 1, 1), Precision.YEAR)
        assert row.dialogue_id is not None
    steps = session.scalars(select(CommitmentStep).where(CommitmentStep.move == "keep")).all()
    assert all("Theo bài báo" in step.document_number for step in steps)
    assert session.scalar(select(func.count(CommitmentStep.id))) == 6


def test_the_invented_commune_has_promises_in_every_state_and_one_working_group(session):
    make_fictional(session, petitions=30)
    make_fictional(session, petitions=30)

    rows = session.scalars(select(Commitment)).all()
    today = clock.today()
    states = Counter(state_of(r.outcome, r.due_on, r.ended_on, today) for r in rows)
    assert set(states) == set(State)
    of_visits_and_briefings = 3
    assert len(rows) == 26 + of_visits_and_briefings
    assert {row.source for row in rows} == {"Hư cấu, chỉ để minh họa"}
    group = session.scalars(select(WorkingGroup)).one()
    counted = tally(visits_of(session, group.id))
    assert sum(counted.values()) >= 10
    assert counted[Result.AGREES]
