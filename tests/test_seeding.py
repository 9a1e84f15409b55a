"""The article's cases: what it says, no more, and found by today's communes."""

from sqlalchemy import func, select

from tracker.core.dates import Precision
from tracker.dialogues.models import Category, Dialogue
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.seeding import published_figures, seed_all


def _counts(session):
    return [
        session.scalar(select(func.count()).select_from(model))
        for model in (Place, Category, Dialogue, Petition)
    ]


def test_seeding_twice_changes_nothing(session):
    seed_all(session)
    once = _counts(session)

    seed_all(session)

    assert _counts(session) == once == [38, 9, 2, 3]
    assert ledger_mismatches(session) == []


def test_the_road_292_dialogue_is_found_by_the_commune_of_today_under_the_name_of_its_day(session):
    seed_all(session)
    keys = {place.key: place for place in session.scalars(select(Place))}
    dialogue = session.scalars(select(Dialogue).where(Dialogue.topic.contains("292"))).one()

    assert session.get_one(Place, dialogue.place_id).name == "Xã Nghĩa Hưng"
    assert dialogue.place_id in scope_ids(session, keys["xa-tien-luc-2025"].id)
    assert dialogue.place_id not in scope_ids(session, keys["xa-kep-2025"].id)
    assert dialogue.held_on is None
    assert dialogue.date_precision is Precision.UNKNOWN


def test_nineteen_former_units_have_a_successor_among_five_of_today(session):
    seed_all(session)
    former = session.scalars(select(Place).where(Place.successor_id.is_not(None))).all()
    communes = [place for place in former if place.kind == "commune"]

    assert len(communes) == 19
    assert len({place.successor_id for place in communes}) == 5


def test_published_figures_keep_their_qualifier_and_are_no_rows():
    figures = {
        figure["key"]: (figure["qualifier"], figure["value"]) for figure in published_figures()
    }

    assert figures == {"dialogues": ("below", 190), "opinions": ("above", 1000)}
