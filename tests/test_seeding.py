"""The article's cases: what it says, no more, and found by today's communes."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.resources import folder
from tracker.dialogues.lifecycle import Form
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.ledger.models import LedgerEntry
from tracker.petitions.lifecycle import Channel, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.reports.models import PublishedFigure
from tracker.seeding import place_id, seed_all, seed_fictional_places, seed_file

UNITS_OF_1658 = {
    "xa-lang-giang-2025": {"07375", "07405", "07417", "07426"},
    "xa-tien-luc-2025": {"07378", "07381", "07390", "07393", "07396"},
    "xa-kep-2025": {"07384", "07387", "07399"},
    "xa-my-thai-2025": {"07408", "07411", "07420", "07429"},
    "xa-tan-dinh-2025": {"07432", "07435", "07438"},
}
"""GSO codes of the former units, by the commune of today that they became."""


def _counts(session):
    kinds = (Place, Category, Department, Dialogue, Petition, PublishedFigure)
    return [session.scalar(select(func.count()).select_from(kind)) for kind in kinds]


def test_seeding_twice_changes_nothing(session):
    seed_all(session)
    once = _counts(session)

    seed_all(session)

    assert _counts(session) == once == [31, 9, 6, 2, 3, 2]
    assert ledger_mismatches(session) == []


def test_seeding_again_leaves_what_people_edited(session):
    seed_all(session)
    once = _counts(session)
    category = session.scalars(select(Category).where(Category.code == "khac")).one()
    dialogue = session.scalars(select(Dialogue).where(Dialogue.topic.contains("292"))).one()
    place = session.scalars(select(Place).where(Place.key == "xa-kep-2025")).one()
    with transaction(session):
        category.name_vi, category.is_retired = "Việc khác", True
        dialogue.topic = "Đường tỉnh 292, đoạn qua xã Nghĩa Hưng"
        place.name = "Xã Kép (đã sửa)"

    seed_all(session)

    assert _counts(session) == once
    assert (category.name_vi, category.is_retired) == ("Việc khác", True)
    assert dialogue.topic == "Đường tỉnh 292, đoạn qua xã Nghĩa Hưng"
    assert place.name == "Xã Kép (đã sửa)"


def test_the_road_292_dialogue_is_found_by_the_commune_of_today_under_the_name_of_its_day(session):
    seed_all(session)
    dialogue = session.scalars(select(Dialogue).where(Dialogue.topic.contains("292"))).one()

    assert session.get_one(Place, dialogue.place_id).name == "Xã Nghĩa Hưng"
    assert dialogue.place_id in scope_ids(session, place_id(session, "xa-tien-luc-2025"))
    assert dialogue.place_id not in scope_ids(session, place_id(session, "xa-kep-2025"))


def test_the_road_292_dialogue_says_what_followed_and_leaves_the_rest_unknown(session):
    seed_all(session)
    dialogue = session.scalars(select(Dialogue).where(Dialogue.topic.contains("292"))).one()

    assert dialogue.form is Form.UNKNOWN
    assert (dialogue.held_on, dialogue.date_precision) == (None, Precision.UNKNOWN)
    assert (dialogue.present, dialogue.speakers) == (None, None)
    assert len(dialogue.follow_up.splitlines()) == 3
    assert "hoàn thành" in dialogue.outcome
    assert (dialogue.outcome_on, dialogue.outcome_precision) == (date(2023, 1, 1), Precision.YEAR)


def test_the_photographed_dialogue_has_no_more_than_its_caption(session):
    seed_all(session)
    dialogue = session.scalars(select(Dialogue).where(Dialogue.source.contains("ảnh"))).one()

    assert (dialogue.held_on, dialogue.outcome_on) == (None, None)
    assert (dialogue.follow_up, dialogue.outcome, dialogue.conclusion) == ("", "", "")


def test_the_hard_cases_stand_without_dialogue_date_or_number_of_people(session):
    seed_all(session)
    cases = session.scalars(select(Petition)).all()

    assert {case.channel for case in cases} == {Channel.PRESS}
    assert {(case.dialogue_id, case.received_on, case.people) for case in cases} == {
        (None, None, None)
    }
    assert {case.status for case in cases} == {Status.RECEIVED}
    assert {case.citizen_name for case in cases} == {""}
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_published_figures_keep_their_qualifier_and_are_no_rows(session):
    seed_all(session)
    figures = {
        figure.key: (figure.qualifier, figure.value)
        for figure in session.scalars(select(PublishedFigure))
    }

    assert figures == {"dialogues": ("below", 190), "opinions": ("above", 1000)}


def test_every_seeded_fact_names_its_source(session):
    seed_all(session)

    for kind in (Place, Dialogue, Petition, PublishedFigure):
        assert all(len(source) > 10 for source in session.scalars(select(kind.source)))
    road = next(row for row in seed_file("article")["dialogue"] if row["key"] == "duong-tinh-292")
    assert all(action["source"] for action in [*road["follow_up"], road["outcome"]])


def test_no_sentence_of_the_seeds_is_long_enough_to_be_copied():
    """Facts are kept in our own words: the article's quotation marks and phrases stay out."""
    text = (folder("seeds") / "article.toml").read_text(encoding="utf-8")

    for phrase in ("tuyên truyền tạo đồng thuận", "đáp ứng nhu cầu đi lại", "Cơ bản các ý kiến"):
        assert phrase not in text


@pytest.mark.parametrize("commune", UNITS_OF_1658)
def test_a_commune_of_today_answers_for_exactly_its_former_units(session, commune):
    seed_all(session)
    today = place_id(session, commune)
    former = session.scalars(select(Place).where(Place.successor_id == today)).all()

    assert {place.gso_code for place in former} == UNITS_OF_1658[commune]
    assert {place.id for place in former} <= scope_ids(session, today)


def test_the_whole_register_answers_for_every_place_and_the_province_for_every_real_one(session):
    seed_all(session)
    seed_fictional_places(session)
    places = session.scalars(select(Place)).all()
    root = place_id(session, "toan-he-thong")
    fictional = {place.id for place in places if place.is_fictional}

    assert scope_ids(session, root) == {place.id for place in places}
    province = scope_ids(session, place_id(session, "tinh-bac-ninh"))
    assert province == {place.id for place in places} - fictional - {root}
    assert scope_ids(session, place_id(session, "tinh-hu-cau")) == fictional
    assert len(fictional) == 8


def test_a_real_installation_has_no_fictional_place(session):
    seed_all(session)

    assert not session.scalars(select(Place).where(Place.is_fictional)).all()


@pytest.mark.parametrize(
    ("village", "commune"),
    [
        ("thon-ben-pha", "xa-tien-luc-2025"),
        ("thon-cham", "xa-tien-luc-2025"),
        ("thon-cao-thuong", "xa-lang-giang-2025"),
    ],
)
def test_a_village_of_the_article_is_found_by_the_commune_of_today(session, village, commune):
    seed_all(session)

    assert place_id(session, village) in scope_ids(session, place_id(session, commune))
