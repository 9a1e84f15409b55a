"""The first page: what waits today, and what only looks like it."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.dialogues.lifecycle import Stage
from tracker.petitions.lifecycle import Channel
from tracker.petitions.queries import Waiting, petition_count, today_piles
from tracker.petitions.queries.addresses import asked_in
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind
from tracker.today.queries import dialogues_in_question

TODAY = clock.today()
UNKNOWN = {"held_on": None, "date_precision": Precision.UNKNOWN}


def test_a_dialogue_whose_day_has_passed_is_not_to_come(session, make):
    dialogues = {
        "to come": make.dialogue(held_on=TODAY),
        "this year": make.dialogue(
            held_on=TODAY.replace(month=1, day=1), date_precision=Precision.YEAR
        ),
        "some day": make.dialogue(**UNKNOWN),
        "passed": make.dialogue(held_on=TODAY - timedelta(days=1)),
        "of a source": make.dialogue(source="Báo địa phương", **UNKNOWN),
    }
    named = {row.code: name for name, row in dialogues.items()}
    scope = scope_ids(session, make.home.id)

    coming = {named[row.code] for row in dialogues_in_question(session, scope).coming}

    assert coming == {"to come", "this year", "some day"}
    assert [named[row.code] for row in dialogues_in_question(session, scope).passed] == ["passed"]


def test_a_dialogue_of_a_source_that_names_no_day_waits_for_no_papers(session, make):
    ours, told = make.dialogue(**UNKNOWN), make.dialogue(source="Báo địa phương", **UNKNOWN)
    ours.stage = told.stage = Stage.HELD
    session.commit()

    rows = dialogues_in_question(session, scope_ids(session, make.home.id)).unfinished

    assert [row.code for row in rows] == [ours.code]


def test_each_pile_leads_to_the_list_of_exactly_its_petitions(session, make):
    make.petition()
    make.petition(channel=Channel.PRESS)
    make.petition(due_on=TODAY - timedelta(days=2))
    scope = scope_ids(session, make.home.id)

    piles = today_piles(session, scope, TODAY).piles

    assert piles[Waiting.UNASSIGNED].count == 2
    for pile in piles.values():
        asked = asked_in(session, scope, dict(parse_qsl(urlsplit(pile.address).query)))
        assert not asked.unknown
        assert asked.filter == pile.filter
        assert petition_count(session, scope, asked.filter) == pile.count


def test_the_first_page_tells_the_villages_behind_the_rhythm_of_visits(visit, make):
    commune = make.place()
    make.place(kind=PlaceKind.VILLAGE, parent_id=commune.id)
    address = 'href="/visits/coverage"><strong>1</strong>'

    for role in (Role.STAFF, Role.LEADER):
        assert address in visit(role=role, place=commune).get("/").text
    assert address not in visit(role=Role.ADMIN, place=commune).get("/").text
    assert address not in visit(role=Role.STAFF, place=make.place()).get("/").text
