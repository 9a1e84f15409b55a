"""Hostile text comes out of every door as text: pages, CSV, workbooks, Word, charts, mail, logs."""

import csv
import io
import json
import logging
import zipfile
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from tests.fuzz.tries import AS_A_PAGE
from tests.fuzz.values import LINES, READABLE, UNREADABLE
from tracker.accounts.permissions import Role
from tracker.core import clock, logs
from tracker.core.csvout import FORMULA_STARTS
from tracker.core.errors import TrackerError
from tracker.core.text import tidy, tidy_line
from tracker.dialogues.lifecycle import Stage
from tracker.petitions.lifecycle import Petitioner
from tracker.reminders.rules import Digest, Person
from tracker.reminders.service.mailing import Post, message_for

TEXTS = [text for text in READABLE if tidy_line(text)]


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags |= {tag, *(name for name, _ in attrs)}

    def handle_data(self, data):
        self.words.append(data)


def flat(text):
    return " ".join(text.split())


def shown(answer):
    """Give what a page says, and hold that nothing typed became a part of it."""
    assert answer.status_code == 200
    assert not any(sign in answer.data for sign in AS_A_PAGE)
    page = _Words()
    page.feed(answer.text)
    assert not page.tags & {"onload", "onerror", "onmouseover", "style", "iframe"}
    return flat(" ".join(page.words))


@pytest.fixture
def raised(make):
    """Raise every hostile text at one dialogue, by a citizen of that name, in a field so called."""
    dialogue = make.dialogue(topic=TEXTS[8], stage=Stage.HELD, held_on=clock.today())
    return dialogue, {
        text: make.petition(
            dialogue_id=dialogue.id,
            category=make.category(name_vi=tidy_line(text)[:200], name_en=tidy_line(text)[:200]),
            content=text,
            petitioner=Petitioner.PERSON,
            people=1,
            citizen_name=f"Ông Tư {text[:100]}",
            received_on=clock.today(),
        )
        for text in TEXTS
    }


@pytest.fixture
def told():
    """Give the lines of the log from here on."""
    kept = [(one, one.handlers, one.level, one.propagate) for one in map(logging.getLogger, LOGS)]
    stream = io.StringIO()
    logs.write_to(stream)
    yield lambda: stream.getvalue()
    for one, handlers, level, propagate in kept:
        one.handlers, one.level, one.propagate = handlers, level, propagate


LOGS = logs.LOGGERS


def test_hostile_text_leaves_by_every_door_as_text(raised, visit, told):
    dialogue, petitions = raised
    clerk = visit()
    wanted = {flat(tidy(text)) for text in TEXTS}

    for text, petition in petitions.items():
        assert flat(tidy(text)) in shown(clerk.get(f"/petitions/{petition.code}")), text
    shown(clerk.get("/petitions"))
    report = shown(clerk.get("/reports/resolution"))
    assert flat(tidy_line(TEXTS[8])) in report
    assert flat(tidy(TEXTS[8])) in shown(clerk.get(f"/dialogues/{dialogue.code}"))
    for text in TEXTS:
        shown(clerk.get("/petitions", q=text))

    for variant in ("excel", "machine"):
        sent = clerk.get("/petitions.csv", variant=variant, profile="internal").data
        separator = ";" if variant == "excel" else ","
        rows = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"), ""), delimiter=separator))
        lines = 2 if variant == "excel" else 1  # the header, and how many rows there are
        assert len(rows) == len(TEXTS) + lines
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell.lstrip().startswith(FORMULA_STARTS)]
        found = {flat(cell) for cell in cells} | {flat(cell.removeprefix("'")) for cell in cells}
        assert wanted <= found, variant

    sent = clerk.get("/petitions.xlsx", profile="internal").data
    cells = _cells(sent)
    assert wanted <= cells, wanted - cells

    for name in ("minutes", "results"):
        sent = clerk.get(f"/dialogues/{dialogue.code}/{name}.docx", profile="internal").data
        paper = flat(_words_of(sent))
        missing = [text for text in wanted if text not in paper]
        assert not missing, name

    lines = told().splitlines()
    assert len(lines) > len(TEXTS)
    for line in lines:
        assert json.loads(line)["message"]
    assert "alert(" not in told()
    assert "HYPERLINK" not in told()


def _cells(sent):
    with zipfile.ZipFile(io.BytesIO(sent)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in parts.read(name)
    book = CalamineWorkbook.from_filelike(io.BytesIO(sent))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    return {flat(str(cell)) for row in rows for cell in row}


def _words_of(sent):
    document = Document(io.BytesIO(sent))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *tables])


@pytest.mark.parametrize("text", [*TEXTS, *(line for line in LINES if len(line) < 2_000)])
def test_no_name_writes_a_line_of_an_e_mail(text):
    name = tidy_line(text)[:200]
    person = Person(1, "canbo", name, "canbo@xa.vn", Role.STAFF, 1)
    now = clock.now()
    post = Post("localhost", 25, False, "so@xa.vn", "https://so.xa.vn")
    sent = message_for(post, Digest(person, clock.today(), (), letter="a1"), now).as_bytes()

    read = message_from_bytes(sent, policy=policy.default)
    assert len(read.keys()) == 9
    assert [one.addr_spec for one in read["To"].addresses] == ["canbo@xa.vn"]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_no_register_keeps_is_refused_by_forms_and_services_alike(make, visit, text):
    with pytest.raises(TrackerError):
        make.petition(content=f"a{text}b")
    answer = visit().post("/petitions/new", content=f"a{text}b", citizen_name=text)
    assert answer.status_code == 200
    assert "ký tự" in answer.text
