"""The invented commune's visits and briefings."""

from collections import Counter

from sqlalchemy import func, select

from tracker.briefing.lifecycle import Stage, Standing, VisitKind
from tracker.briefing.models import Briefing, BriefingItem, GrassrootsVisit
from tracker.briefing.queries import coverage
from tracker.core import clock
from tracker.fictional import make_fictional


def test_the_invented_commune_has_visits_two_ended_briefings_and_an_open_one(session):
    make_fictional(session, petitions=30)
    make_fictional(session, petitions=30)

    visits = session.scalars(select(GrassrootsVisit)).all()
    assert Counter(visit.kind for visit in visits) == {
        VisitKind.VILLAGE_VISIT: 22,
        VisitKind.PARTY_CELL: 8,
    }
    assert {visit.source for visit in visits} == {"Hư cấu, chỉ để minh họa"}
    assert max(visit.visited_on for visit in visits) <= clock.today()
    stages = session.scalars(select(Briefing.stage).order_by(Briefing.id)).all()
    assert stages == [Stage.ENDED, Stage.ENDED, Stage.OPEN]
    assert session.scalar(select(func.count(BriefingItem.made_id))) == 2
    villages = frozenset(visit.place_id for visit in visits)
    weekly, _ = coverage(session, villages, clock.today())
    assert {line.standing for line in weekly.places} >= {Standing.LATE, Standing.IN_TIME}
