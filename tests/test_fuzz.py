"""Hostile input through every form and address: refused in words, never a fault."""

import io

import pytest
from werkzeug.datastructures import MultiDict

from tests.fuzz.registers import on_postgresql, on_sqlite
from tests.fuzz.tries import Fuzzer, declared_names
from tracker.accounts.permissions import Role
from tracker.app import close_databases
from tracker.calendar.rules import Unit
from tracker.core.errors import TrackerError
from tracker.core.fields import BaseForm, WordField
from tracker.journal.service import made_before

NAMELESS = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"


@pytest.fixture(params=["sqlite", "postgresql"])
def register(request, tmp_path):
    if request.param == "sqlite":
        made = on_sqlite(tmp_path)
    else:
        made = on_postgresql(request.getfixturevalue("postgres_uri"), tmp_path)
    yield made
    close_databases(made.app)


def test_no_hostile_input_is_a_fault_or_reaches_a_page_as_markup(register, request):
    """A short walk; `make fuzz` takes the long one."""
    tries = 240 if "sqlite" in request.node.name else 120
    found = Fuzzer(register.app, 292, register.reset, paths=1).run(tries)

    assert found.failures == {}
    assert found.tries == tries
    assert len(found.taken) > 60  # so many pages and acts were reached


def test_every_form_declares_what_it_takes():
    assert {"content", "citizen_name", "held_on", "version", "password"} <= set(declared_names())


def test_a_part_without_a_name_is_no_form(visit):
    staff = visit()
    answer = staff.client.post(
        "/petitions/new", data=NAMELESS, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 400


def test_line_breaks_in_an_address_stay_in_the_address(visit):
    answer = visit(None).client.get("/settings/rules/%0d%0aX:1/apply")
    assert answer.status_code in (303, 404)
    assert "X" not in answer.headers


def test_a_form_from_an_address_that_is_none_is_refused(visit):
    staff = visit()
    answer = staff.client.post("/petitions/new", data={}, headers={"Origin": "http://["})
    assert answer.status_code == 400


def test_under_a_strange_hosts_name_every_address_is_refused_alike(visit):
    client = visit(role=Role.LEADER).client
    for address in ("/petitions", "/denunciations/new", "/nothing"):
        for host in ("a" * 300, "elsewhere.example", "a b"):
            for body in (b"", b"x=1&" * 3000):
                answer = client.post(address, data=body, headers={"Host": host})
                assert (answer.status_code, answer.mimetype) == (400, "text/plain"), answer.text
            assert client.get(address, headers={"Host": host}).status_code == 400


def test_a_file_in_the_place_of_a_text_is_no_text(visit, make):
    staff, petition = visit(), make.petition()
    fields = {"move": "start", "note": (io.BytesIO(b"x"), "ghi chú.txt"), "version": "1"}
    answer = staff.post(f"/petitions/{petition.code}/moves", **fields)
    assert answer.status_code < 500


def test_a_forms_key_with_unreadable_signs_is_refused(session, make):
    with pytest.raises(TrackerError):
        made_before(session, make.user(), "a\x00b")


@pytest.mark.parametrize("typed", [[], [""], ["nothing"]])
def test_a_word_that_cannot_be_left_out_is_refused_when_it_is(app, typed):
    class Asking(BaseForm):
        unit = WordField("Counted in", Unit)

    with app.test_request_context(method="POST"):
        assert not Asking(MultiDict({"unit": typed}), meta={"csrf": False}).validate()


def test_a_form_without_the_version_that_was_seen_is_stale(visit, make):
    department = make.department(code="dia_chinh")
    admin = visit(role=Role.ADMIN)
    answer = admin.post(
        f"/settings/departments/{department.code}", name_vi="Phòng Khác", active="y"
    )
    assert answer.status_code in (200, 409)
    assert "Phòng Khác" in answer.text
