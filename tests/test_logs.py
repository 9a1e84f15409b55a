"""What the server writes about itself: one JSON object a line, without anybody's data."""

import io
import json
import logging

import pytest

from tracker.core import logs
from tracker.petitions.lifecycle import Petitioner


@pytest.fixture
def written():
    """Give the lines that are logged from here on; everything is as before afterwards."""
    loggers = [logging.getLogger(name) for name in logs.LOGGERS]
    before = [(one, one.handlers, one.level, one.propagate) for one in loggers]
    stream = io.StringIO()
    logs.write_to(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for one, handlers, level, propagate in before:
        one.handlers, one.level, one.propagate = handlers, level, propagate


def test_no_line_can_be_forged(written):
    logging.getLogger("tracker").warning('a\n{"level": "x"}\r\x00\u2028 %s', "Nguyễn")

    (line,) = written()
    assert line["level"] == "warning"
    assert "Nguyễn" in line["message"]


def test_of_an_exception_only_its_kind_is_told(written):
    try:
        raise ValueError("Nguyễn Văn Mật 0912345678")
    except ValueError:
        logging.getLogger("tracker").exception("it broke")

    assert "Mật" not in json.dumps(written(), ensure_ascii=False)
    assert written()[0]["exception"] == "ValueError"


def test_an_answer_is_told_by_the_name_of_its_page_and_never_by_what_was_typed(
    written, visit, make
):
    clerk = visit()
    petition = make.petition(
        petitioner=Petitioner.PERSON,
        people=1,
        citizen_name="Nguyễn Văn Mật",
        citizen_phone="0912345678",
    )
    clerk.get("/petitions", q="Nguyễn Văn Mật 0912345678")
    clerk.get(f"/petitions/{petition.code}")
    clerk.post("/petitions/new", content="Nội dung rất riêng", citizen_name="Trần Thị Kín")
    clerk.post("/sign-in", username="Nguyễn Văn Mật", password="mat khau bi mat")

    told = written()
    assert {"petitions.index", "petitions.one", "petitions.log"} <= {line["page"] for line in told}
    assert all(line["ms"] >= 0 for line in told)
    plain = json.dumps(told, ensure_ascii=False)
    for secret in ("Mật", "0912345678", "riêng", "Kín", "mat khau", petition.code, "q="):
        assert secret not in plain
