"""The line that the database puts together is, byte for byte, the one that the writer writes."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from tracker.core.columns import cells_of, lines, with_words
from tracker.core.csvout import Separator, Variant, csv_lines
from tracker.core.dates import Precision, first_day
from tracker.core.i18n import speaking
from tracker.petitions.columns import COLUMNS, columns_for
from tracker.petitions.lifecycle import Channel, Kind, Level, Petitioner, Profile, Status
from tracker.petitions.models import Petition
from tracker.petitions.queries import PetitionFilter, Sort, petition_export_rows
from tracker.petitions.queries.exported import file_fields, petition_lines, petition_values
from tracker.petitions.queries.standing import terms_of

START = st.sampled_from(
    ["", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'", '"']
)
BLANK = st.text(st.sampled_from(" \u00a0\u3000"), max_size=2)
PLAIN = st.text(
    st.one_of(
        st.sampled_from("Đđ ấữộ;,\"'\\%{}[]^*?\n\u00a0=-"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    max_size=12,
)
HOSTILE = st.builds("{}{}{}".format, BLANK, START, PLAIN)
DAYS = st.none() | st.dates(date(2019, 1, 1), date(2031, 12, 31))


@st.composite
def states(draw):
    """Give what may stand in a petition's row, however unlikely."""
    precision = draw(st.sampled_from(list(Precision)))
    day = draw(st.dates(date(2019, 1, 1), date(2031, 12, 31)))
    return {
        "content": draw(HOSTILE),
        "citizen_name": draw(HOSTILE.map(lambda text: text[:200])),
        "citizen_phone": draw(st.sampled_from(["", "0912000111", "+84912000111"])),
        "cooperating": draw(HOSTILE),
        "latest_note": draw(HOSTILE),
        "latest_document": draw(st.just("") | HOSTILE),
        "source": draw(st.just("") | HOSTILE),
        "people": draw(st.none() | st.integers(1, 10**6)),
        "petitioner": draw(st.sampled_from(list(Petitioner))),
        "status": draw(st.sampled_from([s for s in Status if s is not Status.JOINED])),
        "kind": draw(st.sampled_from(list(Kind))),
        "level": draw(st.sampled_from(list(Level))),
        "channel": draw(st.sampled_from(list(Channel))),
        "date_precision": precision,
        "received_on": first_day(day, precision),
        "due_on": draw(DAYS),
        "plan_on": draw(DAYS),
        "ended_on": draw(DAYS),
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    first=states(),
    second=states(),
    language=st.sampled_from(["vi", "en"]),
    separator=st.sampled_from(list(Separator)),
    profile=st.sampled_from(list(Profile)),
)
def test_the_database_writes_the_line_that_the_writer_writes(
    session, kept, first, second, language, separator, profile
):
    shown = columns_for(profile, "Ai, lúc nào")
    scope = frozenset({kept[0].place_id, kept[1].place_id})
    for petition, state in zip(kept, (first, second), strict=True):
        session.execute(
            update(Petition.__table__).where(Petition.id == petition.id).values(**state)
        )
    terms = terms_of(session)
    with speaking(language):
        rows = list(petition_export_rows(session, scope, PetitionFilter(), profile=profile))
        for variant in Variant:
            told = csv_lines([], lines(shown, rows, variant), variant=variant, separator=separator)
            asked = cells_of(shown, file_fields(scope, terms, profile), variant)
            found = petition_lines(
                session,
                scope,
                PetitionFilter(),
                Sort.NEWEST,
                asked,
                variant,
                separator,
                terms,
            )
            bodies = [bytes(line) for some in found for line in some]
            numbered = [
                f"{number}{separator}".encode() + body + b"\r\n"
                for number, body in enumerate(bodies, start=1)
            ]
            assert numbered == [line.encode() for line in list(told)[1:]]
        asked = cells_of(shown, file_fields(scope, terms, profile), Variant.EXCEL)
        values = petition_values(session, scope, PetitionFilter(), Sort.NEWEST, asked, terms)
        cells = list(with_words(asked, values))
    session.rollback()
    told = [(row[0], row[1]) for row in cells]
    assert told == [(number, row.code) for number, row in enumerate(rows, start=1)]
    if profile is Profile.INTERNAL:
        at = [c.name for c in COLUMNS].index("received_on")
        exact = [row.received_on for row in rows if row.date_precision is Precision.DAY]
        assert [row[at] for row in cells if isinstance(row[at], date)] == exact


@pytest.fixture
def kept(make, session):
    """Give two petitions: one of an invented place and a dialogue, one with neither."""
    invented = make.place(name='Thôn "Bến; Phà"', is_fictional=True)
    dialogue = make.dialogue(place=invented)
    one = make.petition(place=invented, dialogue_id=dialogue.id)
    other = make.petition(department_id=make.department(name_vi="=Phòng").id)
    session.rollback()
    return one, other
