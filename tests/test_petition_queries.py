"""The list of petitions: whose, which, in what order, how many; and the rows behind a number."""

import base64
import json
from datetime import date, timedelta

import pytest

from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.i18n import speaking
from tracker.dialogues.models import Department
from tracker.ledger.queries import sums
from tracker.ledger.rules import By, Span
from tracker.petitions.lifecycle import Channel, Ground, Group, Kind, Level, Petitioner, Status
from tracker.petitions.queries import (
    Flow,
    PetitionFilter,
    Sort,
    Stock,
    Waiting,
    petition_count,
    petition_export_rows,
    petition_page,
    today_piles,
)
from tracker.petitions.rules import STOCKS, Terms, Timeliness, timeliness
from tracker.petitions.service import MoveRequest, move_petition
from tracker.places.queries import scope_ids

TODAY = clock.today()


def _days(number):
    return timedelta(days=number)


def _move(session, petition, name, **given):
    usual = {"note": "Theo biên bản", "document_number": "5/TB", "ground": Ground.UNCLEAR}
    move_petition(session, None, petition, MoveRequest(name, **usual | given))


@pytest.fixture
def found(session, make):
    """Give a function that lists the codes a filter finds, and checks count and file against it."""

    def codes(sort=Sort.NEWEST, **wanted):
        scope, asked = scope_ids(session, make.home.id), PetitionFilter(**wanted)
        rows = petition_page(session, scope, asked, sort).rows
        assert petition_count(session, scope, asked) == len(rows)
        listed = [row.code for row in rows]
        assert [row.code for row in petition_export_rows(session, scope, asked, sort)] == listed
        return listed

    return codes


def test_each_filter_leaves_what_it_names(session, make, found):
    road, dialogue = make.category(), make.dialogue()
    department = Department(code="p1", name_vi="Phòng Kinh tế", name_en="Economy")
    session.add(department)
    session.commit()
    one = make.petition(
        category=road,
        dialogue_id=dialogue.id,
        department_id=department.id,
        kind=Kind.QUESTION,
        level=Level.PROVINCE,
        channel=Channel.LETTER,
        received_on=TODAY - _days(90),
        due_on=TODAY - _days(2),
    )
    other = make.petition()
    for wanted in (
        {"category_id": road.id},
        {"dialogue_id": dialogue.id},
        {"department_id": department.id},
        {"kind": Kind.QUESTION},
        {"level": Level.PROVINCE},
        {"channel": Channel.LETTER},
        {"received_to": TODAY - _days(90)},
        {"overdue": True},
        {"timeliness": Timeliness.LATE},
    ):
        assert found(**wanted) == [one.code], wanted
    for wanted in (
        {"department_id": 0},
        {"received_from": TODAY - _days(89)},
        {"timeliness": Timeliness.NO_DATE},
    ):
        assert found(**wanted) == [other.code], wanted

    _move(session, one, "explain")
    assert found(status=Status.EXPLAINED) == [one.code]
    assert found(group=Group.EXPLAINED) == [one.code]
    assert found(open=False) == [one.code]
    assert found(open=True) == found(group=Group.IN_PROGRESS) == [other.code]


def test_a_former_place_is_found_from_todays_and_by_itself(make, found):
    former = make.place(successor_id=make.home.id)
    village = make.place(parent_id=former.id)
    elsewhere = make.place()
    here, there = make.petition(), make.petition(place=village)
    foreign = make.petition(place=elsewhere)

    assert sorted(found()) == [here.code, there.code]
    assert found(place_id=former.id) == [there.code]
    assert found(place_id=former.id, only_here=True) == []
    assert found(place_id=make.home.id, only_here=True) == [here.code]
    assert found(place_id=elsewhere.id) == []
    assert foreign.code not in found(q=foreign.code)


@pytest.mark.parametrize(
    "query",
    [
        "đường làng",
        "DUONG LANG",
        "lang duong",
        "nguyễn văn ướm",
        "0912345678",
        "0912 345",
        "100%",
        "kn-",
        "thu_1",
    ],
)
def test_every_word_is_searched_for_with_or_without_accents(make, found, query):
    one = make.petition(
        content="Đường làng hỏng 100%, sửa (thu_1)",
        petitioner=Petitioner.PERSON,
        citizen_name="Nguyễn Văn Ướm",
        citizen_phone="0912.345.678",
    )
    other = make.petition(content="Nước sạch thu41")

    codes = found(q=query)
    assert one.code in codes
    assert (other.code in codes) == (query == "kn-")


@pytest.mark.parametrize("query", ["\x00", "a\x00", "\ud800", "không có", "' OR 1=1 --", "%%%"])
def test_what_no_text_holds_finds_nothing_and_breaks_nothing(make, found, query):
    make.petition()
    assert found(q=query) == []


def test_unknown_days_come_last_in_either_direction(make, found):
    unknown = make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    old = make.petition(received_on=date(2024, 1, 1), date_precision=Precision.YEAR)
    new = make.petition(due_on=TODAY)

    assert found(Sort.NEWEST) == [new.code, old.code, unknown.code]
    assert found(Sort.OLDEST) == [old.code, new.code, unknown.code]
    assert found(Sort.DUE)[0] == new.code
    assert found(Sort.OLDEST, date_unknown=True) == [old.code, unknown.code]


@pytest.mark.parametrize("sort", Sort)
def test_pages_forward_and_back_show_every_row_once(session, make, sort):
    category = make.category()
    for number in range(11):
        day = None if number % 4 == 0 else TODAY - _days(number // 2)
        make.petition(
            category=category,
            received_on=day,
            date_precision=Precision.DAY if day else Precision.UNKNOWN,
            due_on=TODAY + _days(number // 3) if number % 3 else None,
        )
    scope, asked = frozenset({make.home.id}), PetitionFilter()
    whole = [row.id for row in petition_export_rows(session, scope, asked, sort)]

    pages, key = [], None
    while True:
        page = petition_page(session, scope, asked, sort, key, size=4)
        pages.append([row.id for row in page.rows])
        if page.next is None:
            break
        key = page.next
    assert [row for rows in pages for row in rows] == whole

    backward = [pages[-1]]
    while page.previous is not None:
        page = petition_page(session, scope, asked, sort, page.previous, size=4)
        backward.insert(0, [row.id for row in page.rows])
    assert backward == pages


def _packed(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


NONSENSE = [
    *("", "x", "WzFd", "W10", "é", "A" * 9000, "W" * 399),
    _packed(True, "a", {}),
    _packed(False, "2026-01-01", 5),
    _packed(False, {"d": "2026-01-01"}, "5"),
    _packed(False, {"d": "2026-01-01"}, 10**30),
    _packed(False, {"d": "x"}, 5),
    _packed(False, {"d": 7}, 5),
    _packed(False, True, 5),
    _packed(False, [[]], 5),
]


@pytest.mark.parametrize("key", NONSENSE)
def test_a_page_key_that_makes_no_sense_is_the_first_page(session, make, key):
    petition = make.petition()
    scope = frozenset({make.home.id})

    rows = petition_page(session, scope, PetitionFilter(), Sort.NEWEST, key).rows
    assert [row.code for row in rows] == [petition.code]


def _varied(session, make):
    """Log petitions that stand in every way a petition can stand."""
    category = make.category()
    for due in (None, -5, 0, 3, 4):
        due_on = TODAY + _days(due) if due is not None else None
        for move in (None, "explain", "ask_citizen", "decline"):
            petition = make.petition(category=category, due_on=due_on)
            if move:
                _move(session, petition, move, happened_on=TODAY - _days(6 if due == -5 else 1))
    petition = make.petition(category=category, due_on=TODAY - _days(9))
    _move(session, petition, "explain", happened_on=TODAY - _days(2))
    _move(session, petition, "reopen", happened_on=TODAY - _days(1))
    _move(session, petition, "explain", happened_on=TODAY)
    return category


def test_the_database_judges_timeliness_as_the_rule_does(session, make):
    _varied(session, make)
    scope = frozenset({make.home.id})
    everything = list(petition_export_rows(session, scope, PetitionFilter()))

    for wanted in Timeliness:
        asked = PetitionFilter(timeliness=wanted)
        judged = {row.id for row in petition_export_rows(session, scope, asked)}
        assert judged == {
            row.id
            for row in everything
            if timeliness(row.status, row.due_on, row.ended_on, Terms(TODAY)) is wanted
        }


def test_the_rows_behind_a_number_are_as_many_as_the_number(session, make):
    category = _varied(session, make)
    scope = frozenset({make.home.id})
    start = TODAY - _days(15)
    ((_, _, key), flows), *_ = sums(session, scope, [Span(start, TODAY)], By.CATEGORY).items()
    assert key == str(category.id)
    for measure in ("received", "reopened", "ended_explained", "ended_declined"):
        asked = PetitionFilter(category_id=category.id, cell=Flow(measure, start, TODAY))
        assert petition_count(session, scope, asked) == flows[measure]
        assert len(petition_page(session, scope, asked).rows) == petition_count(
            session, scope, asked
        )
    for as_at in (TODAY - _days(31), TODAY - _days(5), TODAY):
        (posted,) = sums(session, scope, [Span(None, as_at)]).values() or [{}]
        for measure, weights in STOCKS.items():
            wanted = sum(quantity * weights.get(name, 0) for name, quantity in posted.items())
            asked = PetitionFilter(cell=Stock(measure, as_at))
            assert petition_count(session, scope, asked) == wanted, (measure, as_at)


def test_a_flow_lists_a_petition_once_for_each_time_it_happened(session, make):
    petition = make.petition()
    for move, ago in (("explain", 4), ("reopen", 3), ("explain", 2)):
        _move(session, petition, move, happened_on=TODAY - _days(ago))
    cell = Flow("ended_explained", TODAY - _days(9), TODAY)
    scope = frozenset({make.home.id})

    first = petition_page(session, scope, PetitionFilter(cell=cell), size=1)
    second = petition_page(session, scope, PetitionFilter(cell=cell), after=first.next, size=1)

    assert [row.code for row in (*first.rows, *second.rows)] == [petition.code] * 2
    assert second.next is None


def test_an_unknown_measure_counts_nothing(session, make):
    make.petition()
    asked = PetitionFilter(cell=Stock("nothing", TODAY))
    assert petition_count(session, frozenset({make.home.id}), asked) == 0


def test_the_file_holds_what_a_meeting_needs(session, make):
    petition = make.petition(
        content="x" * 400,
        cooperating="Công an xã",
        petitioner=Petitioner.GROUP,
        people=None,
        dialogue_id=make.dialogue().id,
    )
    _move(session, petition, "defer", note="Chưa có vốn", plan_on=TODAY + _days(30))
    (row,) = petition_export_rows(session, frozenset({make.home.id}), PetitionFilter())

    assert (len(row.content), row.cooperating, row.people) == (400, "Công an xã", None)
    assert (row.place, row.category) == (make.home.name, "Đất đai")
    assert row.dialogue_code.startswith("DT-")
    assert row.reason_unresolved == row.latest_note == "Chưa có vốn"
    with speaking("en"):
        (row,) = petition_export_rows(session, frozenset({make.home.id}), PetitionFilter())
    assert row.category == "Land"


def test_the_day_begins_with_what_waits(session, make):
    late = make.petition(due_on=TODAY - _days(1))
    soon = make.petition(due_on=TODAY + _days(2))
    _move(session, soon, "start")
    waiting = make.petition(due_on=TODAY + _days(20))
    _move(session, waiting, "propose")
    come = make.petition()
    _move(session, come, "defer", happened_on=TODAY - _days(9), plan_on=TODAY - _days(1))
    undated = make.petition()
    for _ in range(8):
        make.petition()

    piles = today_piles(session, frozenset({make.home.id}), clock.today()).piles

    def codes(pile):
        return {row.code for row in piles[pile].rows}

    assert codes(Waiting.LATE) == {late.code, come.code}
    assert codes(Waiting.DUE_SOON) == {soon.code}
    assert codes(Waiting.AWAITING_APPROVAL) == {waiting.code}
    assert codes(Waiting.PLAN_HAS_COME) == {come.code}
    assert piles[Waiting.UNASSIGNED].count == 10
    assert (piles[Waiting.UNDATED].count, len(piles[Waiting.UNDATED].rows)) == (9, 8)
    assert undated.code in codes(Waiting.UNDATED)
