"""A text is rid of its person however it spells them: on pages, in CSV, workbooks and papers."""

import io
import re
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from tracker.accounts.permissions import Role
from tracker.briefing.queries import items_of
from tracker.briefing.service import Chosen, NewBriefing, choose_items, open_briefing
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.text import fold
from tracker.petitions.models import Petition
from tracker.petitions.rules.spellings import without_person
from tracker.petitions.service import Amendment, amend_petition
from tracker.petitions.service.rebuilding import fill_unnamed_copies
from tracker.places.models import Place
from tracker.verifying import unfit

NAME, PHONE = "Hoàng Thị Thuý", "0912000111"


def _nfd(text):
    return unicodedata.normalize("NFD", text)


def _bare(text):
    return "".join(
        sign for sign in _nfd(text.replace("đ", "d").replace("Đ", "D")) if sign.isascii()
    )


def _tone_moved(text):
    moved = {"ý": "ý", "oà": "òa", "uý": "úy", "oá": "óa"}
    for one, other in moved.items():
        text = text.replace(one, other)
    return text


CASES = st.sampled_from([str, str.upper, str.lower, str.title])
FORMS = st.sampled_from([str, _nfd, _bare, _tone_moved])
GAPS = st.sampled_from([" ", "  ", "\n", " \n ", "\t", "\u00a0", "\u200b ", "-", "", "\u2060"])
SIGNS = st.sampled_from(["", " ", ".", "-", " . ", "\u200b", "–", "\u00a0", "\n"])
FAMILIES = st.sampled_from(["Nguyễn", "Đặng", "Hoàng", "Trần", "Niê"])
MIDDLES = st.lists(st.sampled_from(["Thị", "Văn", "Đình", "Xuân"]), min_size=1, max_size=2)
GIVEN = st.sampled_from(["Hường", "Đức", "Hoà", "Thuý", "An", "Bích"])
NAMES = st.builds(lambda a, b, c: [a, *b, c], FAMILIES, MIDDLES, GIVEN)
WORDS = st.sampled_from(
    ["đường", "hộ anh", "ngõ 12", "Bí thư", "(2026)", "thuỷ lợi;", "HOÀN", "Lê", "an toàn,", "văn"]
)
AROUND = st.lists(WORDS, max_size=5).map(" ".join)
NUMBERS = st.from_regex(r"0[35789][0-9]{8}", fullmatch=True)
DIALLED = st.sampled_from(["0", "+84", "84", "0084 ", "(+84) ", "+84 (0)", ""])


@st.composite
def spelt_names(draw):
    """A name as it is recorded, and as a text spells it."""
    words = draw(NAMES)
    spell, form = draw(CASES), draw(FORMS)
    gaps = [draw(GAPS) for _ in words[1:]] + [""]
    # Without any gap a lower name could be a word of the language, unless it is long.
    spelt = "".join(form(spell(word)) + gap for word, gap in zip(words, gaps, strict=True))
    return " ".join(words), spelt


@st.composite
def spelt_numbers(draw):
    """A telephone as it is recorded, and as a text spells it."""
    number, gap = draw(NUMBERS), draw(SIGNS)
    at = sorted(draw(st.sets(st.integers(1, 8), max_size=3)))
    parts = [number[1:][start:end] for start, end in zip([0, *at], [*at, None], strict=True)]
    return number, draw(DIALLED) + gap.join(parts)


@given(spelt_names(), AROUND, AROUND)
def test_no_spelling_of_a_name_stays_and_nothing_else_changes(name, before, after):
    recorded, spelt = name
    assert without_person(f"{before} {spelt}. {after}", recorded) == f"{before} …. {after}"
    assert without_person(f"{before} {after}", recorded) == f"{before} {after}"


@given(spelt_numbers(), AROUND, AROUND)
def test_no_spelling_of_a_telephone_stays_and_nothing_else_changes(number, before, after):
    recorded, spelt = number
    told = without_person(f"{before}: {spelt}; {after}", "", recorded)
    assert told == f"{before}: …; {after}"
    assert without_person(f"{before} {recorded}9", "", recorded) == f"{before} {recorded}9"


@given(spelt_names(), spelt_numbers())
def test_former_names_and_numbers_are_left_out_like_those_of_today(name, number):
    former = f"{name[0]}\n{number[0]}"
    text = f"{name[1]}, {number[1]}, {NAME}"
    assert without_person(text, NAME, "", former) == "…, …, …"


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("An toàn", "An", "An toàn"),
        ("Nguyễn Văn Anh", "Nguyễn Văn An", "Nguyễn Văn Anh"),
        ("hộ anh Nam, hồ anh", "Hồ Anh", "hộ anh Nam, …"),
        ("ngoan, hoàn, NgôAn", "Ngô An", "ngoan, hoàn, …"),
        ("bà Hường: hường thơm; BÀ HƯỜNG", "bà Hường", "…: hường thơm; …"),
        ("Trần Thị Bé cùng ông Lê Văn Tám", "ông Lê Văn Tám và bà Trần Thị Bé", "… cùng ông …"),
        ("H’Hen Niê và H Hen niê", "H'Hen Niê", "… và …"),
        ("Tập thể hộ dân xóm 3 hỏi", "Tập thể hộ dân xóm 3", "Tập thể hộ dân xóm 3 hỏi"),
        ("số 0912 000 111 / 0987.654.321", "ông Tám, 0912000111 - 0987654321", "số … / …"),
    ],
)
def test_words_of_the_language_stay_and_each_of_several_people_is_left_out(text, name, left):
    assert without_person(text, name) == left


SPELLINGS = [
    "hoàng thị thuý",
    "HOÀNG THỊ THUÝ",
    "Hoàng  Thị\nThúy",
    "Hoang Thi Thuy",
    "HoàngThịThuý",
    _nfd("Hoàng Thị Thuý"),
    "0912.000.111",
    "+84 912 000 111",
    "Trần Thị Cũ",
    "0987-654-321",
]
TOLD = "; ".join(f"Bà {spelt} hỏi" for spelt in SPELLINGS)
PLAIN = "; ".join("Bà … hỏi" for _ in SPELLINGS)


def _told(session, make, **given):
    """A petition whose person was corrected once, and whose texts spell them in every way."""
    person = {"citizen_name": "Trần Thị Cũ", "citizen_phone": "0987654321", "petitioner": "person"}
    petition = make.petition(content=TOLD, **person, **given)
    asked = {
        name: getattr(petition, name)
        for name in Amendment.__dataclass_fields__
        if hasattr(petition, name)
    }
    right = {"citizen_name": NAME, "citizen_phone": PHONE, "reason": f"Ghi nhầm {NAME.upper()}"}
    amend_petition(session, None, petition, Amendment(**(asked | right)))
    return petition


def test_no_spelling_leaves_the_register_for_those_who_do_not_know_the_person(session, make, visit):
    dialogue = make.dialogue(stage="held")
    petition = _told(session, make, dialogue_id=dialogue.id)
    assert petition.former_person == "Trần Thị Cũ\n0987654321"
    assert petition.content_unnamed == PLAIN
    someone = visit(role=Role.LEADER, place=session.get(Place, petition.place_id))

    page = someone.get(f"/petitions/{petition.code}").text
    listed = someone.get("/petitions").text
    lines = someone.get("/petitions.csv").get_data().decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(io.BytesIO(someone.get("/petitions.xlsx").get_data()))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    cells = " ".join(str(cell) for sheet in sheets for row in sheet for cell in row)
    for text in (page, listed, lines, cells):
        for spelt in SPELLINGS:
            assert spelt not in text
        assert fold(NAME) not in fold(text)
    assert all(PLAIN in text for text in (page, lines, cells))
    session.rollback()
    assert list(unfit(session)) == []


def test_a_promise_on_a_briefing_names_nobody_who_spoke_at_its_dialogue(session, make):
    dialogue, leader = make.dialogue(stage="held"), make.user(role=Role.LEADER)
    _told(session, make, dialogue_id=dialogue.id)
    promised = NewCommitment(
        promise=TOLD,
        promised_by=Person("Chủ tịch"),
        promised_on=clock.today(),
        promised_precision=Precision.DAY,
        place_id=make.home.id,
        dialogue_id=dialogue.id,
    )
    promise = make_commitment(session, None, promised)

    briefing = open_briefing(session, leader, NewBriefing(make.home.id, clock.today(), "Bí thư"))
    choose_items(session, leader, briefing, Chosen(commitments=(promise.code,)))

    (item,) = items_of(session, briefing)
    assert item.text == PLAIN


def _words_of(paper):
    with zipfile.ZipFile(io.BytesIO(paper)) as parts:
        return re.sub("<[^>]+>", "", parts.read("word/document.xml").decode())


def test_no_spelling_stands_in_what_came_of_a_dialogue_nor_in_its_promises(session, make, visit):
    dialogue = make.dialogue(stage="held", minutes=TOLD, conclusion=TOLD, follow_up=TOLD)
    petition = _told(session, make, dialogue_id=dialogue.id)
    someone = visit(role=Role.LEADER, place=session.get(Place, petition.place_id))
    promised = NewCommitment(
        promise=TOLD,
        promised_by=Person("Chủ tịch"),
        promised_on=clock.today(),
        promised_precision=Precision.DAY,
        place_id=petition.place_id,
        dialogue_id=dialogue.id,
    )
    promise = make_commitment(session, someone.user, promised)

    def read():
        yield someone.get(f"/dialogues/{dialogue.code}").text
        yield someone.get("/dialogues.csv").get_data().decode("utf-8-sig")
        yield someone.get(f"/commitments/{promise.code}").text
        yield someone.get("/commitments").text
        yield someone.get("/commitments.csv").get_data().decode("utf-8-sig")
        for paper in ("minutes", "conclusions", "results"):
            yield _words_of(someone.get(f"/dialogues/{dialogue.code}/{paper}.docx").get_data())

    for text in read():
        assert "Bà …" in text or "bà …" in text
        assert [spelt for spelt in SPELLINGS if spelt in text] == []


def test_an_upgrade_makes_the_copies_of_texts_that_are_there(session, make):
    person = {"citizen_name": NAME, "citizen_phone": PHONE, "petitioner": "person"}
    petition, other = make.petition(content=TOLD, **person), make.petition(**person)
    session.connection().execute(update(Petition.__table__).values(content_unnamed=None))
    session.commit()

    fill_unnamed_copies(session)

    session.expire_all()
    assert "hoàng thị thuý" not in petition.plain_content
    assert other.content_unnamed is None
