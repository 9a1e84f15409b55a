"""Visits are kept for a time of their own, and reports that were sent hold nobody's data at all."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.models import GrassrootsVisit, VisitCorrection
from tracker.briefing.service import NewVisit as VillageVisit
from tracker.briefing.service import VisitChange, amend_visit
from tracker.briefing.service import log_visit as log_village_visit
from tracker.commitments.lifecycle import Result
from tracker.commitments.models import HouseholdVisit
from tracker.commitments.service import NewGroup, NewVisit, log_visit, set_up_group
from tracker.core import clock, migrate
from tracker.core.db import engine_for
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.journal.models import JournalEntry
from tracker.places.queries import scope_ids
from tracker.reports.models import SentFile, SentReport
from tracker.reports.queries import place_tree
from tracker.reports.queries.cuts import Asked
from tracker.reports.rules import Cut, Period
from tracker.reports.service import draft_report, send_report
from tracker.retention import queries
from tracker.retention.lifecycle import Class
from tracker.retention.models import Clearing
from tracker.retention.service import (
    RetentionRefused,
    decide_clearing,
    propose_clearing,
    set_period,
)
from tracker.verifying import unfit

TODAY = clock.today()
LONG_AGO, LATELY = TODAY - timedelta(days=3000), TODAY - timedelta(days=30)
NAME, PHONE = "Hoàng Văn Đức", "0912000111"


@pytest.fixture
def visited(session, make):
    """Two visits to households and two to villages, one of each long ago."""
    dialogue = make.dialogue(held_on=LONG_AGO, stage="held")
    group = set_up_group(
        session, None, NewGroup(name="Tổ vận động", place_id=make.home.id, dialogue_id=dialogue.id)
    )
    for day in (LONG_AGO, LATELY):
        log_visit(
            session,
            None,
            group,
            NewVisit(
                household=f"Hộ ông {NAME}",
                place_id=make.home.id,
                visited_on=day,
                result=Result.NOT_YET,
                reason=f"{NAME} bận",
            ),
        )
        facts = {
            "kind": VisitKind.VILLAGE_VISIT,
            "visited_on": day,
            "place_id": make.home.id,
            "visitor": "Nguyễn Văn Lãnh",
        }
        visit = log_village_visit(session, None, VillageVisit(**facts, heard=f"Ông {NAME} kể"))
        change = VisitChange(**facts, heard=f"Ông {NAME} hỏi", reason="Ghi nhầm")
        amend_visit(session, None, visit, change)


def _told(session):
    visits = session.scalars(select(HouseholdVisit).order_by(HouseholdVisit.visited_on))
    villages = session.scalars(select(GrassrootsVisit).order_by(GrassrootsVisit.visited_on))
    return list(visits), list(villages)


def test_visits_over_their_time_are_cleared_by_two_and_who_went_where_stays(session, make, visited):
    first, second = make.user(role=Role.LEADER), make.user(role=Role.LEADER)
    scope = frozenset({make.home.id})
    assert queries.visits_due(session, scope, Class.HOUSEHOLD).count == 0
    for of in (Class.HOUSEHOLD, Class.VILLAGE):
        with pytest.raises(RetentionRefused):
            propose_clearing(session, first, of, "Chưa đặt thời hạn")
        set_period(session, make.user(role=Role.ADMIN), of, 5, "Luật Lưu trữ", 0)
        assert queries.visits_due(session, scope, of).count == 1
        with pytest.raises(NotAllowed):
            propose_clearing(session, make.user(), of, "Không phải việc của mình")
        propose_clearing(session, first, of, "Hết thời hạn lưu")
        with pytest.raises(RetentionRefused):
            propose_clearing(session, second, of, "Hai lần")
        clearing = session.scalars(select(Clearing).where(Clearing.of == of)).one()
        with pytest.raises(NotAllowed):
            decide_clearing(session, first, clearing, clears=True)
        with pytest.raises(NotFound):
            queries.clearing_for(session, make.user(place=make.place()), clearing.id)
        decide_clearing(session, second, clearing, clears=True)
        with pytest.raises(Stale):
            decide_clearing(session, second, clearing, clears=True)
        assert (clearing.visits, queries.visits_due(session, scope, of).count) == (1, 0)

    (old, kept), (old_village, kept_village) = _told(session)
    assert (old.household, old.reason, old.result, old.visited_on) == (
        "…",
        "",
        Result.NOT_YET,
        LONG_AGO,
    )
    assert NAME in kept.household
    assert (old_village.heard, old_village.visitor) == ("…", "Nguyễn Văn Lãnh")
    assert "hoang" not in old_village.search_text
    assert NAME in kept_village.heard
    former = session.scalars(
        select(VisitCorrection.before).where(VisitCorrection.visit_id == old_village.id)
    ).all()
    assert former == [""]
    told = session.scalars(
        select(JournalEntry).where(JournalEntry.action.startswith("retention:"))
    ).all()
    assert [entry.detail for entry in told if entry.action == "retention:done"] == ["visits=1"] * 2
    assert NAME not in " ".join(entry.detail + entry.subject for entry in told)
    session.rollback()
    assert list(unfit(session)) == []


def test_what_is_left_as_it_is_may_be_proposed_again(session, make, visited):
    first, second = make.user(role=Role.LEADER), make.user(role=Role.LEADER)
    set_period(session, make.user(role=Role.ADMIN), Class.VILLAGE, 5, "Luật Lưu trữ", 0)
    propose_clearing(session, first, Class.VILLAGE, "Hết thời hạn lưu")
    decide_clearing(session, second, session.scalars(select(Clearing)).one(), clears=False)
    assert all(NAME in visit.heard for visit in _told(session)[1])
    propose_clearing(session, second, Class.VILLAGE, "Hết thời hạn lưu")


def test_the_pages_show_what_is_over_its_time_and_name_no_household(visit, session, make, visited):
    set_period(session, make.user(role=Role.ADMIN), Class.HOUSEHOLD, 5, "Luật Lưu trữ", 0)
    leader, other = visit(role=Role.LEADER), visit(role=Role.LEADER)
    address = "/retention/visits/household"
    page = leader.get(address).text
    assert clock.shown_date(LONG_AGO) in page
    assert NAME not in page
    assert leader.post(address, ground="").status_code == 200
    assert leader.post(address, ground="Hết hạn").status_code == 303
    assert "/retention/clearings/" not in leader.get(address).text
    assert "/retention/clearings/1" in other.get(address).text
    assert other.post("/retention/clearings/1", act="clear").status_code == 303
    assert "Không có hồ sơ nào hết thời hạn lưu" in other.get(address).text
    assert leader.get("/retention/visits/petition").status_code == 404
    assert visit().get(address).status_code == 403


def test_a_sent_report_holds_no_personal_data(session, make):
    make.petition(
        citizen_name=NAME,
        citizen_phone=PHONE,
        petitioner="person",
        content=f"{NAME} ({PHONE}) đề nghị sửa cống",
    )
    tree = place_tree(session, make.home.id, scope_ids(session, make.home.id))
    asked = Asked(tree, Period(TODAY - timedelta(days=90), TODAY), None)
    send_report(session, make.user(role=Role.LEADER), draft_report(session, asked, Cut.CATEGORY))
    kept = [bytes(session.scalars(select(SentReport.body)).one())]
    kept += map(bytes, session.scalars(select(SentFile.body)))
    assert len(kept) > 3
    for body in kept:
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as parts:
                body = b"".join(map(parts.read, parts.namelist()))
        for told in (NAME, PHONE, "sửa cống"):
            assert told.encode() not in body


def test_the_schema_goes_back_and_forth_with_periods_in_it(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    put = text("INSERT INTO retention_periods VALUES (:of, 5, 'Luật Lưu trữ', 1)")
    with engine.begin() as connection:
        connection.execute(put, [{"of": "petition"}, {"of": "village"}])

    migrate.downgrade(engine, "0021")
    migrate.upgrade(engine)

    with engine.begin() as connection:
        kept = connection.execute(text('SELECT "of", years FROM retention_periods')).all()
        connection.execute(put, {"of": "household"})
    assert list(map(tuple, kept)) == [("petition", 5)]
    engine.dispose()
