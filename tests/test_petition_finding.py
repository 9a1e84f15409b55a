"""Petitions are found by tokens: the same rows as reading every petition would find."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text, update

from tracker.core import clock
from tracker.core.dates import Precision, first_day
from tracker.core.errors import TrackerError
from tracker.core.i18n import MoreThan, shown_number
from tracker.core.matching import for_postgresql, for_sqlite, none_of, one_of, words_of
from tracker.core.text import fold
from tracker.petitions.lifecycle import (
    ENDED,
    OPEN,
    Channel,
    Group,
    Kind,
    Level,
    Petitioner,
    Status,
)
from tracker.petitions.models import Petition, PetitionLookup
from tracker.petitions.queries import (
    PetitionFilter,
    Sort,
    finding,
    petition_count,
    petition_count_shown,
    petition_export_rows,
    petition_page,
    terms_of,
)
from tracker.petitions.queries.lookups import lookup_mismatches
from tracker.petitions.rules import (
    Acknowledgement,
    Ageing,
    Timeliness,
    acknowledgement,
    ageing,
    statuses_of,
    timeliness,
)
from tracker.petitions.rules.lookup import FIRST_DAY, span_tokens
from tracker.petitions.rules.lookup import _day_tokens as day_tokens
from tracker.petitions.service import rebuild_lookup
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind

TODAY = clock.today()
DAYS = st.dates(FIRST_DAY, date(2100, 1, 1))


@given(DAYS, DAYS, DAYS)
def test_spans_of_days_hold_exactly_the_days_asked_for(first, last, day):
    spans = span_tokens("w", first, last)
    assert len(spans) <= 48
    assert (first <= day <= last) == bool(set(spans) & set(day_tokens("w", day)))


@given(st.text(), st.text())
def test_words_are_those_of_the_folded_text_and_need_no_quoting(one, other):
    words = words_of(f"{one} {other}")
    assert words == words_of(one) + words_of(other)
    assert words == words_of(fold(f"{one} {other}"))
    for word in words:
        assert not set(word) & set(" '\"\\:&|!()*_<>\t\n")


def test_clauses_are_written_alike_for_both_engines():
    asked = [one_of("_u1"), one_of("nuoc", "__nuoc"), none_of("_yday")]
    assert for_sqlite(asked) == '(("_u1") AND ("nuoc" OR "__nuoc")) NOT ("_yday")'
    assert for_postgresql(asked) == "('_u1') & ('nuoc' | '__nuoc') & !('_yday')"


WORDS = ("đường", "Đường", "duong", "nước", "sạch", "hoà", "hòa", "kn", "2026", "05", "x²", "Ñu")
SIGNS = st.sampled_from((" ", "  ", "\n", ", ", "-", "_", "/", "%", "\u00a0", "\u0301 "))
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), SIGNS, st.text(max_size=3)), max_size=8).map(
    "".join
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=6))
def test_search_finds_what_folding_and_reading_every_text_would_find(session, make, texts, asked):
    category = make.category()
    kept = {}
    for content in texts:
        try:
            petition = make.petition(category=category, content=f"Đơn {content}")
        except TrackerError:  # a text that no register keeps
            continue
        number = petition.code.rpartition("-")[2].lstrip("0")  # a code is found without its noughts
        kept[petition.id] = words_of(f"{petition.code} {number} {petition.content}")
    scope = scope_ids(session, make.home.id)
    for query in (*asked, *texts):
        words = words_of(query)
        wanted = PetitionFilter(q=query, category_id=category.id, without_names=True)
        found = {row.id for row in petition_page(session, scope, wanted).rows}
        if query.strip() and not any(map(finding.has_forbidden, query)):
            assert found == {key for key, of in kept.items() if words and set(words) <= set(of)}, (
                query
            )


def test_a_name_or_a_telephone_is_found_only_by_those_who_may_see_it(session, make):
    one = make.petition(
        content="Đường làng",
        petitioner=Petitioner.PERSON,
        citizen_name="Nguyễn Văn Ướm",
        citizen_phone="0912.345.678",
    )
    other = {"citizen_name": "Trần Thị Bưởi", "citizen_phone": "0988 111 222"}
    make.petition(petitioner=Petitioner.PERSON, **other)
    scope = scope_ids(session, make.home.id)

    def found(query, **given):
        return [
            r.code for r in petition_page(session, scope, PetitionFilter(q=query, **given)).rows
        ]

    for query in ("ướm", "nguyen lang", "0912", "0912 345", "0912345678", "345678", "5678", "678"):
        assert found(query) == [one.code], query
        assert found(query, without_names=True) == [], query
    for query in (one.code, one.code.lower().replace("-", " "), f"kn {TODAY.year} 1 làng"):
        assert found(query) == [one.code], query


STANDING = tuple(
    [{}, {"overdue": True}, {"plan_has_come": True}, {"not_press": True}, {"date_unknown": True}]
    + [{"timeliness": member} for member in Timeliness]
    + [{"ack": member} for member in Acknowledgement]
    + [{"ageing": member} for member in Ageing]
    + [{"group": member} for member in Group]
    + [{"status": member} for member in Status]
    + [{"open": True}, {"open": False, "kind": Kind.QUESTION, "level": Level.OTHER}]
    + [{"department_id": 0}, {"channel": Channel.PRESS, "open": True}]
    + [
        {"received_from": TODAY - timedelta(days=far), "received_to": TODAY - timedelta(days=near)}
        for far, near in ((200, 0), (90, 31), (60, 60), (400, 200), (10, 20))
    ]
    + [{"received_to": date(TODAY.year, 3, 31)}, {"received_to": date(TODAY.year - 1, 12, 31)}]
    + [{"received_to": date.max}, {"received_from": date.max}, {"received_from": date.min}]
    + [{"ageing": Ageing.FIRST, "received_to": TODAY - timedelta(days=50)}]
)


def test_every_filter_finds_what_the_rules_say_of_each_petition_in_every_order(session, make):
    rows = random_rows(make, 300)
    session.execute(insert(Petition), rows)
    session.commit()
    rebuild_lookup(session)
    scope, terms = scope_ids(session, make.home.id), terms_of(session)

    for wanted in STANDING:
        asked = PetitionFilter(**wanted)
        ids = {row["id"] for row in rows if _is_wanted(row, asked, terms)}
        for sort in Sort:
            given_rows = list(petition_export_rows(session, scope, asked, sort))
            found = [row.id for row in given_rows]
            assert sorted(found) == sorted(ids), (wanted, sort)
            assert found == [row.id for row in sorted(given_rows, key=_place_in(sort))]
        assert petition_count(session, scope, asked) == len(ids)
    assert list(lookup_mismatches(session)) == []


def random_rows(make, number):
    draw = random.Random(7)
    category, department = make.category().id, make.department().id
    villages = [make.place(kind=PlaceKind.VILLAGE, parent_id=make.home.id).id for _ in range(3)]
    days = [None, *(TODAY + timedelta(days=draw.randint(-120, 40)) for _ in range(40))]
    rows = []
    for key in range(1, number + 1):
        status, precision = draw.choice(list(Status)), draw.choice(list(Precision))
        day = TODAY - timedelta(days=draw.randint(0, 700 if key % 2 else 60))
        rows.append(
            {
                "id": key,
                "code": f"KN-1999-{key:06d}",
                "place_id": draw.choice(villages),
                "category_id": category,
                "department_id": draw.choice((None, department)),
                "cooperating": "",
                "channel": draw.choice(list(Channel)),
                "kind": draw.choice(list(Kind)),
                "level": draw.choice(list(Level)),
                "status": status,
                "petitioner": Petitioner.UNNAMED,
                "content": "Đường hỏng",
                "received_on": first_day(day, precision),
                "date_precision": precision,
                "due_on": draw.choice(days),
                "ended_on": draw.choice(days) if status in ENDED else None,
                "ack_due_on": draw.choice(days),
                "acknowledged_on": draw.choice(days),
                "plan_on": draw.choice(days),
                "master_id": (1 if key > 1 else 2) if status is Status.JOINED else None,
                "logged_at": clock.now(),
            }
        )
    rows[0] |= {"status": Status.RECEIVED, "master_id": None, "ended_on": None}
    return rows


def _is_wanted(row, asked, terms):
    """Tell what the rules say of one petition, without the database."""
    status, received, precision = row["status"], row["received_on"], row["date_precision"]
    stands = timeliness(status, row["due_on"], row["ended_on"], terms)
    told = acknowledgement(status, row["ack_due_on"], row["acknowledged_on"], terms)
    reached = ageing(status, received, precision, terms)
    checks = [
        asked.timeliness in (None, stands),
        not asked.overdue or stands is Timeliness.LATE,
        asked.ack in (None, told),
        asked.ageing is None or (reached is not None and int(reached) >= int(asked.ageing)),
        asked.group is None or status in statuses_of({asked.group}),
        asked.open is None or (status in OPEN) == asked.open,
        not asked.not_press or row["channel"] is not Channel.PRESS,
        not asked.date_unknown or precision is not Precision.DAY,
        asked.department_id is None or (row["department_id"] or 0) == asked.department_id,
    ]
    checks += [
        getattr(asked, name) in (None, row[name]) for name in ("status", "kind", "level", "channel")
    ]
    if asked.plan_has_come:
        planned = row["plan_on"]
        checks.append(status is Status.DEFERRED and bool(planned) and planned <= terms.today)
    if asked.received_from:
        checks.append(received is not None and received >= asked.received_from)
    if asked.received_to:
        after = min(asked.received_to, date.max - timedelta(days=1)) + timedelta(days=1)
        start = first_day(after, precision)
        checks.append(received is not None and start is not None and received < start)
    return all(checks)


def _place_in(sort):
    return {
        Sort.NEWEST: lambda row: (-(row.received_on or date.min).toordinal(), -row.id),
        Sort.OLDEST: lambda row: (row.received_on or date.max, row.id),
        Sort.DUE: lambda row: (row.due_on or date.max, row.id),
    }[sort]


def test_more_than_a_page_counts_is_said_to_be_more(session, make):
    category = make.category()
    for _ in range(4):
        make.petition(category=category)
    scope, asked = scope_ids(session, make.home.id), PetitionFilter(category_id=category.id)
    wanted = finding.wanted_by(scope, asked, terms_of(session))

    some, all_of_them = (finding.count_to(session, wanted, most) for most in (3, 4))

    assert isinstance(some, MoreThan)
    assert [shown_number(number) for number in (some, all_of_them)] == ["hơn 3", "4"]
    assert petition_count_shown(session, scope, asked) == 4


def test_petitions_of_a_place_that_is_taken_over_are_found_by_its_successor(session, make):
    province = make.place(kind=PlaceKind.PROVINCE)
    here, there = make.place(parent_id=province.id), make.place(parent_id=province.id)
    village = make.place(kind=PlaceKind.VILLAGE, parent_id=there.id)
    petition = make.petition(place=village)

    def finders():
        units = (province, here, there, village)
        return [
            unit.id
            for unit in units
            if petition_page(session, scope_ids(session, unit.id), PetitionFilter()).rows
        ]

    assert finders() == [province.id, there.id, village.id]
    there.successor_id = here.id
    make.follow()

    assert finders() == [province.id, here.id, there.id, village.id]
    assert (
        petition_page(session, frozenset({village.id}), PetitionFilter()).rows[0].code
        == petition.code
    )
    assert list(lookup_mismatches(session)) == []


def test_what_was_changed_behind_the_programs_back_is_told(session, make, engine):
    one, other = make.petition(), make.petition()
    assert list(lookup_mismatches(session)) == []

    session.execute(update(Petition).where(Petition.id == one.id).values(content="Khác hẳn"))
    session.execute(
        update(PetitionLookup).where(PetitionLookup.petition_id == other.id).values(due_key=5)
    )
    session.commit()
    assert len(list(lookup_mismatches(session))) == 2

    rebuild_lookup(session)
    assert list(lookup_mismatches(session)) == []
    if engine.dialect.name == "sqlite":
        session.execute(text("DELETE FROM petition_by_due_docsize"))
        assert len(list(lookup_mismatches(session))) == 1


@pytest.mark.parametrize(
    "after",
    ["", "x", "after-", "after-0", "before-999999999999999999", "after--1", "before-1" * 400],
)
def test_a_key_that_makes_no_sense_gives_some_page_and_no_error(session, make, after):
    make.petition()
    scope = scope_ids(session, make.home.id)
    for sort in Sort:
        assert len(petition_page(session, scope, PetitionFilter(), sort, after).rows) == 1
