"""The report against a recount of the petitions' own steps, on both engines."""

import random
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import batch
from tracker.core.errors import NotFound
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Department
from tracker.ledger.models import LedgerEntry, LedgerSum
from tracker.petitions.lifecycle import ENDED, LIFECYCLE, OPEN, Channel, Ground, Kind, Level
from tracker.petitions.queries import Flow, PetitionFilter, facts, petition_count, steps_of
from tracker.petitions.queries.addresses import asked_in
from tracker.petitions.queries.cells import joined_at_the_end
from tracker.petitions.rules import MATTERS, PAUSED, RECEIVED, effective
from tracker.petitions.service import MoveRequest, move_petition
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind
from tracker.reports.models import PublishedFigure
from tracker.reports.queries import beside, cell_address, place_tree, resolution_report
from tracker.reports.rules import FLOWS, NUMBERS, SUMS, Cut, Line, Period

TODAY = clock.today()
CUTS = list(Cut)


def _tree(session, home):
    return place_tree(session, home.id, scope_ids(session, home.id))


def _last_days(days, *, until=TODAY):
    return Period(until - timedelta(days=days), until)


def _move(session, petition, name, day, master=None, **given):
    usual = {
        "note": "Theo biên bản",
        "document_number": "05/TB-UBND",
        "plan_on": TODAY + timedelta(days=60),
        "master_code": master.code if master else "",
        "ground": Ground.UNCLEAR,
    }
    move_petition(session, None, petition, MoveRequest(name, happened_on=day, **usual | given))


def _department(session, number):
    name = f"Phòng {number}"
    row = Department(code=f"phong-{number}", name_vi=name, name_en=name, position=number)
    session.add(row)
    session.commit()
    return row


def _random_register(session, make, chance, *, petitions=12):
    """Log petitions in two villages, two categories and two departments, and move them at will."""
    villages = [
        make.place(kind=PlaceKind.VILLAGE, parent_id=make.home.id, name=f"Thôn {name}")
        for name in ("Đông", "Đoài")
    ]
    categories = [make.category(), make.category(name_vi="Môi trường", name_en="Environment")]
    departments = [_department(session, number) for number in (1, 2)]
    dialogues = [
        make.dialogue(stage=Stage.HELD, held_on=TODAY - timedelta(days=days)) for days in (9, 40)
    ]
    kinds, levels, channels = list(Kind), list(Level), list(Channel)
    master = make.petition(category=categories[0])
    made = [master]
    with batch(session):
        for _ in range(petitions):
            day = TODAY - timedelta(days=chance.randint(0, 120))
            due_on = chance.choice([None, day + timedelta(days=chance.randint(0, 40))])
            petition = make.petition(
                category=chance.choice(categories),
                place=chance.choice([*villages, make.home]),
                received_on=day,
                due_on=due_on,
                dialogue_id=chance.choice([None, *(dialogue.id for dialogue in dialogues)]),
                kind=chance.choice(kinds),
                level=chance.choice(levels),
                channel=chance.choice(channels),
            )
            made.append(petition)
            for _ in range(chance.randint(0, 7)):
                day = min(TODAY, day + timedelta(days=chance.randint(0, 20)))
                names = [move.name for move in LIFECYCLE if petition.status in move.sources]
                _move(
                    session,
                    petition,
                    chance.choice(names),
                    day,
                    master,
                    department_id=chance.choice(departments).id,
                    due_on=day + timedelta(days=chance.randint(0, 30)),
                )
    return made


def _recounted(session, petitions, period):
    """Count a line anew from the steps alone, day by day as a clerk with the paper would."""
    line = dict.fromkeys(("carried_over", *FLOWS, "outstanding", "late", "undated"), 0)
    for petition in petitions:
        steps = effective(facts(steps_of(session, petition.id)))
        by_day = {}
        for step in steps:
            by_day.setdefault(step.happened_on, []).append(step)
        was_open = False
        for number, (day, of_day) in enumerate(by_day.items()):
            opened = any(step.status in OPEN for step in of_day)
            if period.start <= day <= period.end:
                line["received"] += number == 0
                line["reopened"] += number > 0 and not was_open and opened
                if of_day[-1].status in ENDED and (was_open or opened or number == 0):
                    line[of_day[-1].status] += 1
            was_open = of_day[-1].status in OPEN
        before = [step for step in steps if step.happened_on < period.start]
        line["carried_over"] += bool(before) and before[-1].status in OPEN
        past = [step for step in steps if step.happened_on <= period.end]
        if past and past[-1].status in OPEN:
            line["outstanding"] += 1
            if past[-1].status not in PAUSED:
                due_on = past[-1].due_on
                line["undated"] += due_on is None
                line["late"] += due_on is not None and due_on < period.end
    return Line(**line)


@pytest.mark.parametrize("seed", range(3))
def test_every_cut_balances_and_its_total_is_a_recount_of_the_steps(session, make, seed):
    chance = random.Random(seed)
    petitions = _random_register(session, make, chance)
    tree = _tree(session, make.home)

    for days, ago in [(30, 0), (365, 0), (20, 40), (0, 0)]:
        period = _last_days(days, until=TODAY - timedelta(days=ago))
        wanted = _recounted(session, petitions, period)
        days = (period.start, period.end)
        joined = joined_at_the_end(session, make.home.id, RECEIVED, *days)
        matters = PetitionFilter(cell=Flow(MATTERS, *days))
        assert wanted.received - joined == petition_count(session, tree.ids, matters)
        for cut in CUTS:
            report = resolution_report(session, tree, period, cut)
            assert report.is_balanced
            assert report.total == wanted


@pytest.mark.parametrize("cut", CUTS)
def test_each_number_is_the_number_of_rows_of_the_list_behind_it(session, make, cut):
    _random_register(session, make, random.Random(292))
    scope = scope_ids(session, make.home.id)
    report = resolution_report(session, _tree(session, make.home), _last_days(60), cut)
    lines = [
        (line.numbers, line.period, line.rows, line.is_place)
        for line in report.lines
        if line.has_rows
    ]
    assert len(lines) > 1

    for numbers, period, rows, only_here in [*lines, (report.total, report.period, {}, False)]:
        for name in (*NUMBERS, *SUMS):
            address = urlsplit(cell_address(name, period, rows, only_here=only_here))
            asked = asked_in(session, scope, dict(parse_qsl(address.query)))
            assert not asked.unknown
            assert petition_count(session, scope, asked.filter) == getattr(numbers, name)


def test_a_tampered_sum_is_seen_beside_the_sums_of_the_whole(session, make):
    make.petition()
    tree, period = _tree(session, make.home), _last_days(60)
    assert resolution_report(session, tree, period, Cut.CATEGORY).is_balanced
    of_lines = update(LedgerSum).where(LedgerSum.cut != "all")
    session.execute(of_lines.values(received=LedgerSum.received * 2))
    session.commit()

    for cut in (Cut.CATEGORY, Cut.DEPARTMENT, Cut.KIND, Cut.LEVEL, Cut.CHANNEL):
        report = resolution_report(session, tree, period, cut)
        assert report.total.balance_is_true
        assert not report.is_balanced
        assert (report.total.outstanding, report.recounted) == (2, 1)


def test_lateness_to_come_is_not_counted_today(session, make):
    make.petition(received_on=TODAY, due_on=TODAY + timedelta(days=3))
    period = Period(TODAY.replace(day=1), TODAY + timedelta(days=30))
    tree = _tree(session, make.home)

    report = resolution_report(session, tree, period.until(TODAY), Cut.CATEGORY)

    assert (report.total.outstanding, report.total.late, report.total.in_time) == (1, 0, 1)


def test_a_report_as_at_a_day_does_not_know_what_came_after(session, make):
    petition = make.petition(due_on=TODAY - timedelta(days=10))
    tree, long = _tree(session, make.home), _last_days(60)
    before = resolution_report(session, tree, long.until(TODAY - timedelta(days=5)), Cut.CATEGORY)
    _move(session, petition, "explain", TODAY)

    after = resolution_report(session, tree, long.until(TODAY - timedelta(days=5)), Cut.CATEGORY)

    assert after.total == before.total
    assert after.total.late == 1
    assert resolution_report(session, tree, long, Cut.CATEGORY).total.explained == 1


def test_another_communes_petitions_count_nowhere(session, make):
    other = make.place(name="Xã Khác")
    make.petition()
    make.petition(place=other)
    make.petition(place=other, received_on=None, date_precision=Precision.UNKNOWN)
    make.dialogue(place=other)
    tree = _tree(session, make.home)

    for cut in CUTS:
        report = resolution_report(session, tree, _last_days(60), cut)
        assert report.total.received == 1
        assert "Xã Khác" not in [line.name for line in report.lines]
    assert beside(session, tree.ids, _last_days(60)).without_day == 0
    with pytest.raises(NotFound, match="no such place"):
        tree.narrowed(other.key)


def test_a_place_of_the_past_is_named_as_of_its_day_under_the_commune_of_today(session, make):
    former = make.place(name="Xã Nghĩa Hưng", successor_id=make.home.id)
    village = make.place(name="Thôn Chằm", kind=PlaceKind.VILLAGE, parent_id=former.id)
    new = make.place(name="Thôn Ải", kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    for place in (village, new, make.home):
        make.petition(place=place)
    tree = _tree(session, make.home)

    lines = resolution_report(session, tree, _last_days(60), Cut.PLACE).lines

    assert [(line.name, line.within, line.today) for line in lines] == [
        ("Xã Mẫu", "", ""),
        ("Thôn Ải", "Xã Mẫu", ""),
        ("Thôn Chằm", "Xã Nghĩa Hưng", "Xã Mẫu"),
    ]
    narrowed = tree.narrowed(former.key)
    assert narrowed.ids == {former.id, village.id}
    assert resolution_report(session, narrowed, _last_days(60), Cut.MONTH).total.received == 1


def test_over_several_communes_each_has_one_line_that_opens_to_its_places(session, make):
    province = make.place(name="Tỉnh", kind=PlaceKind.PROVINCE)
    here = make.place(name="Xã Bình", parent_id=province.id)
    there = make.place(name="Xã Ân", parent_id=province.id)
    former = make.place(name="Xã Cũ", successor_id=here.id)
    for place in (here, there, former, former):
        make.petition(place=place)

    report = resolution_report(session, _tree(session, province), _last_days(60), Cut.PLACE)

    lines = [(line.name, line.numbers.received, line.opens) for line in report.lines]
    assert lines == [("Xã Ân", 1, ""), ("Xã Bình", 3, here.key)]
    for line in report.lines:
        address = urlsplit(cell_address("received", report.period, line.rows))
        asked = asked_in(session, scope_ids(session, province.id), dict(parse_qsl(address.query)))
        count = petition_count(session, scope_ids(session, province.id), asked.filter)
        assert count == line.numbers.received
    opened = resolution_report(session, _tree(session, here), _last_days(60), Cut.PLACE)
    lines = [(line.name, line.numbers.received, line.is_place) for line in opened.lines]
    assert lines == [("Xã Bình", 1, True), ("Xã Cũ", 2, True)]


def test_lines_stand_in_the_administrators_order_and_retired_ones_stay_while_they_count(
    session, make
):
    last, first = make.category(position=9000), make.category(position=-5)
    retired, gone = make.category(position=0), make.category(position=1)
    make.petition(category=retired)
    retired.is_retired = gone.is_retired = True
    session.commit()

    lines = resolution_report(session, _tree(session, make.home), _last_days(60), Cut.CATEGORY)

    assert [line.code for line in lines.lines] == [first.code, retired.code, last.code]


def test_what_was_given_to_nobody_has_a_line_of_its_own(session, make):
    department = _department(session, 7)
    make.petition()
    _move(session, make.petition(), "assign", TODAY, department_id=department.id)

    lines = resolution_report(session, _tree(session, make.home), _last_days(60), Cut.DEPARTMENT)

    assert [line.rows for line in lines.lines] == [
        {"department": "phong-7"},
        {"department": "none"},
    ]


def test_each_month_carries_over_what_the_month_before_left(session, make):
    _random_register(session, make, random.Random(7))

    lines = resolution_report(session, _tree(session, make.home), _last_days(150), Cut.MONTH).lines

    assert len(lines) > 4
    for month, following in zip(lines, lines[1:], strict=False):
        assert following.numbers.carried_over == month.numbers.outstanding


def test_the_year_before_is_counted_over_the_same_days(session, make):
    a_year_ago = Period(TODAY - timedelta(days=30), TODAY).year_before()
    make.petition(received_on=a_year_ago.start)
    make.petition(received_on=a_year_ago.end + timedelta(days=1))

    report = resolution_report(session, _tree(session, make.home), _last_days(30), Cut.CATEGORY)

    assert (report.year_before.received, report.total.carried_over) == (1, 2)


def test_what_is_beside_the_report_is_never_added_to_it(session, make):
    make.petition(received_on=None, date_precision=Precision.UNKNOWN)
    held = [make.dialogue(present=40, speakers=6), make.dialogue(), make.dialogue()]
    held[0].stage, held[1].stage = Stage.HELD, Stage.PUBLISHED
    figure = PublishedFigure(
        key="f",
        place_id=make.home.id,
        label_vi="Ý kiến",
        label_en="Opinions",
        qualifier="above",
        value=1000,
        source="Báo",
    )
    session.add(figure)
    session.commit()
    tree = _tree(session, make.home)

    found = beside(session, tree.ids, _last_days(1))

    assert found.without_day == 1
    assert (found.dialogues.count, found.dialogues.present, found.dialogues.speakers) == (2, 40, 6)
    assert found.dialogues.present_unknown == 1
    assert [(f.qualifier, f.value) for f in found.figures] == [("above", 1000)]
    assert resolution_report(session, tree, _last_days(365), Cut.CATEGORY).is_empty


def _statements(engine, call):
    """Count what a page asks whose lasting answers are known."""
    told = []
    listen = lambda *given: told.append(given[2])  # noqa: E731
    call()
    event.listen(engine, "before_cursor_execute", listen)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    return sum(statement != "BEGIN" for statement in told)


@pytest.mark.parametrize("cut", CUTS)
def test_the_number_of_statements_does_not_grow_with_the_register(engine, session, make, cut):
    make.petition()

    def read():
        with Session(engine.execution_options(read_only=True)) as reading:
            tree = place_tree(reading, make.home.id, scope_ids(reading, make.home.id))
            resolution_report(reading, tree, _last_days(90), cut)
            beside(reading, tree.ids, _last_days(90))

    few = _statements(engine, read)
    _random_register(session, make, random.Random(1), petitions=6)
    session.commit()

    assert _statements(engine, read) == few <= (7 if cut is Cut.DIALOGUE else 5)


def test_a_history_at_its_edges_is_counted_as_by_hand(session, make):
    def ago(days):
        return TODAY - timedelta(days=days)

    former = make.place(name="Xã Cũ", valid_to=ago(31), successor_id=make.home.id)
    make.follow()
    leader = make.user(role=Role.LEADER)
    petition = make.petition(place=former, received_on=ago(60))
    _move(session, petition, "explain", ago(40))
    for name in ("reopen", "explain"):
        asked = MoveRequest(name, happened_on=ago(20), note="Theo biên bản")
        move_petition(session, leader, petition, asked)
    typed = {ago(60): ago(60), ago(40): ago(40), ago(20): ago(5)}
    for day, moment in typed.items():
        of_day = (LedgerEntry.petition_id == petition.id, LedgerEntry.day == day)
        at = clock.now() - (TODAY - moment)
        session.execute(update(LedgerEntry).where(*of_day).values(recorded_at=at))
    session.commit()
    tree, scope = _tree(session, make.home), scope_ids(session, make.home.id)

    def counted(start, end, typed_by=None):
        period = Period(ago(start), ago(end))
        total = resolution_report(session, tree, period, Cut.PLACE, typed_by).total
        for name in SUMS:
            address = urlsplit(cell_address(name, period, {}, typed_by=typed_by))
            asked = asked_in(session, scope, dict(parse_qsl(address.query)))
            assert petition_count(session, scope, asked.filter) == getattr(total, name)
        return {name: number for name in NUMBERS if (number := getattr(total, name))}

    # As it stood before the answer, and before the place was merged.
    assert counted(60, 41) == {"received": 1, "outstanding": 1, "undated": 1}
    # Answered, opened again and answered again on one day: each counts in its own period.
    assert counted(59, 21) == {"carried_over": 1, "explained": 1}
    assert counted(39, 20) == {"reopened": 1, "explained": 1}
    assert counted(19, 0) == {}
    # The last two were typed five days ago: nobody could have counted them six days ago.
    assert counted(39, 6, ago(6)) == {}
    assert counted(39, 6, ago(5)) == {"reopened": 1, "explained": 1}
