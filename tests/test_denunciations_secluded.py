"""Whoever is not named sees nothing of a denunciation: on no page, in no file, by no sign."""

import io
import logging
import re
import time
import zipfile
from datetime import date, timedelta
from statistics import median

import pytest

from tests.denouncing import PDF, Case
from tracker.accounts import second_factors
from tracker.accounts.service import give_new_password
from tracker.commitments.service import NewCommitment, Person, make_commitment
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.logs import JsonLines
from tracker.core.sealing import Sealer
from tracker.denunciations import service
from tracker.denunciations.lifecycle import Part, Way
from tracker.denunciations.service import (
    Identity,
    NewDenunciation,
    end_taker,
    receive_denunciation,
)
from tracker.denunciations.service.takers import seed_taker
from tracker.places.models import Place

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "secret of the tests " * 3
WORDS = ("kimtuocchuong", "bachhactran", "lamdiepthuyen", "thanhlongdao", "huyenvuson")
SENTINEL = {
    "content": f"Việc {WORDS[0]}",
    "accused": f"Ông {WORDS[1]}",
    "identity": Identity(f"Bà {WORDS[2]}", "0911999888", f"Thôn {WORDS[3]}", "x"),
}
NOT_PAGES = {"static", "bootstrap.static", "font", "healthz"}
CHANGING = re.compile(
    r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|name="key"[^>]*value="[^"]*"'
    r"|\d\d:\d\d \d\d/\d\d/\d{4}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"
)


@pytest.fixture
def case(session, make):
    return Case(session, make)


def secluded(case, **given):
    new = NewDenunciation(
        place_id=case.make.home.id,
        received_on=clock.today() - timedelta(days=2),
        way=Way.LETTER,
        is_anonymous=False,
        leader_id=case.leader.id,
        **SENTINEL | given,
    )
    return receive_denunciation(case.session, Sealer([SECRET]), case.clerk, new)


def _addresses(app, records):
    """Give the address of every page that opens, with the codes of real records."""
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in NOT_PAGES:
            continue
        known = records.get(rule.endpoint.split(".")[0], "KN-2026-999999")
        values = {
            name: {"code": known, "username": "nobody", "which": "categories"}.get(name, 1)
            for name in rule.arguments
        }
        built = rule.build(values, append_unknown=False)
        if built is not None:
            yield built[1]


def _read(answer):
    """Give all text of an answer, out of packed files as well."""
    body = answer.get_data()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return body.decode("utf-8", "replace")


def _plain(text):
    return CHANGING.sub("", text)


@pytest.fixture
def records(session, make):
    dialogue, petition = make.dialogue(), make.petition()
    new = NewCommitment(
        place_id=make.home.id,
        promise="Sửa đường",
        promised_by=Person("Ông Chủ tịch"),
        promised_on=date(2026, 1, 5),
        promised_precision=Precision.DAY,
        due_on=None,
    )
    promised = make_commitment(session, None, new)
    return {
        "petitions": petition.code,
        "dialogues": dialogue.code,
        "documents": dialogue.code,
        "commitments": promised.code,
    }


@ON_SQLITE
def test_a_walk_over_every_page_as_every_role_not_named_finds_no_word_and_no_number(
    app, visit, case, records, make, tmp_path
):
    people = [case.admin, make.user(), case.second_leader]
    visitors = [visit(user=person) for person in people]
    before = [_walk(app, visitor, records) for visitor in visitors[:2]]

    kept = secluded(case)
    upload = service.files.Upload(f"{WORDS[4]}.pdf", io.BytesIO(PDF))
    service.keep_case_file(case.session, case.clerk, kept, upload, tmp_path / "files")
    case.move(kept, "accept")

    for visitor, former in zip(visitors, [*before, {}], strict=True):
        for path, (status, text) in _walk(app, visitor, records).items():
            for word in (*WORDS, kept.code, kept.files_key, "0911999888", 'href="/denunciations"'):
                is_echo = path.endswith(f"?q={word}")
                assert is_echo or word not in text, (visitor.user.role, path, word)
            # The journal grows by the walk itself, and the page of the machine tells of both.
            if former and not path.startswith(("/settings/journal", "/settings/health")):
                assert (status, text) == former[path], (visitor.user.role, path)


def _walk(app, visitor, records):
    asked = list(_addresses(app, records))
    asked += [
        f"{path}?q={word}"
        for path in ("/petitions", "/petitions.csv", "/dialogues", "/commitments")
        for word in WORDS
    ]
    found = {}
    for path in asked:
        with visitor.client.get(path) as answer:
            found[path] = (answer.status_code, _plain(_read(answer)))
    return found


@ON_SQLITE
def test_the_journal_of_administrators_grows_by_nothing(app, visit, case, session):
    admin = visit(user=case.admin)
    before = admin.get("/settings/journal.csv", variant="machine").text.splitlines()
    kept = secluded(case)
    named = visit(user=case.leader)
    named.get(f"/denunciations/{kept.code}")
    named.post(f"/denunciations/{kept.code}/identity", reason="Mời làm việc để xác minh")
    after = admin.get("/settings/journal.csv", variant="machine").text.splitlines()
    new = [line for line in after if line not in before]
    assert all("sign-in:" in line or ",export" in line.replace('"', "") for line in new)


ROOM = [
    ("GET", "/denunciations"),
    ("GET", "/denunciations/"),
    ("GET", "/denunciations/new"),
    ("POST", "/denunciations/new"),
    ("GET", "/denunciations/{code}"),
    ("HEAD", "/denunciations/{code}"),
    ("OPTIONS", "/denunciations/{code}"),
    ("PUT", "/denunciations/{code}"),
    ("GET", "/denunciations/{code}/moves"),
    ("POST", "/denunciations/{code}/moves"),
    ("POST", "/denunciations/{code}/corrections"),
    ("POST", "/denunciations/{code}/identity"),
    ("POST", "/denunciations/{code}/identity/correct"),
    ("POST", "/denunciations/{code}/people"),
    ("POST", "/denunciations/{code}/people/1/end"),
    ("POST", "/denunciations/{code}/people/1/again"),
    ("GET", "/denunciations/{code}/edit"),
    ("GET", "/denunciations/{code}/files/{file}"),
    ("POST", "/denunciations/{code}/files/{file}/remove"),
    ("GET", "/denunciations/{code}/%00"),
    ("GET", "/denunciations/TC-NOTHERE"),
]


@ON_SQLITE
def test_every_address_of_the_room_answers_as_one_that_does_not_exist(
    app, visit, case, session, make, tmp_path
):
    kept, deputy = secluded(case), make.user()
    upload = service.files.Upload("a.pdf", io.BytesIO(PDF))
    file = service.keep_case_file(case.session, case.clerk, kept, upload, tmp_path / "files")
    service.name_person(session, case.leader, kept, deputy.id, Part.DEPUTY)
    second_factors.remove(session, case.admin, deputy)
    people = [case.admin, case.second_leader, make.user(), deputy]
    for person, language in zip(people, ("vi", "en", "vi", "en"), strict=True):
        other = visit(user=person)
        other.client.set_cookie("lang", language)
        for method, pattern in ROOM:
            path = pattern.format(code=kept.code, file=-file.id)
            nowhere = path.replace("/denunciations", "/denunciationx")
            for token in ("", other.token):
                data = {"csrf_token": token, "reason": "x"} if method == "POST" else None
                room = other.client.open(path, method=method, data=data)
                none = other.client.open(nowhere, method=method, data=data)
                assert _answer(room, "denunciations") == _answer(none, "denunciationx"), path
                assert room.status_code == 404


def _answer(answer, name):
    headers = {
        key: re.sub(r"nonce-[^']*", "", value)
        for key, value in answer.headers.items()
        if key not in ("Date", "Set-Cookie")
    }
    body = CHANGING.sub("", answer.text).replace(name, "")
    return answer.status_code, headers, body


@ON_SQLITE
def test_the_time_of_a_refusal_tells_nothing(app, visit, case):
    kept = secluded(case)
    other = visit(user=case.second_leader)
    spent = {f"/denunciations/{kept.code}": [], f"/denunciationx/{kept.code}": []}
    for _ in range(60):
        for path, times in spent.items():
            began = time.process_time()
            other.get(path)
            times.append(time.process_time() - began)
    room, none = (median(times) for times in spent.values())
    assert 0.7 < room / none < 1.4


@ON_SQLITE
def test_who_is_not_signed_in_is_asked_to_whether_or_not_there_is_such_a_case(visit, case):
    kept, nobody = secluded(case), visit(None)
    for code in (kept.code, "TC-NOTHERE"):
        assert nobody.get(f"/denunciations/{code}").location.startswith("/sign-in")
        assert nobody.post(f"/denunciations/{code}/moves").status_code == 401


@ON_SQLITE
def test_the_servers_log_has_no_line_of_the_room(app, visit, case, caplog):
    kept, lines = secluded(case), JsonLines()
    named, other = visit(user=case.leader), visit(user=case.second_leader)
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="tracker"):
        assert named.get("/denunciations").status_code == 200
        assert named.get(f"/denunciations/{kept.code}").status_code == 200
        named.post(f"/denunciations/{kept.code}/moves", move="progress", note="x" * 10)
        assert other.get(f"/denunciations/{kept.code}").status_code == 404
    written = [lines.format(record) for record in caplog.records if record.name == "tracker"]
    assert not any("denunciation" in line or kept.code in line for line in written)
    assert len([line for line in written if '"status": 404' in line]) == 1


# The room, for those who are let in.


@pytest.mark.parametrize("language", ["vi", "en"])
def test_those_named_receive_read_lead_and_open_by_forms(app, visit, case, language):
    clerk = visit(user=case.clerk)
    clerk.client.set_cookie("lang", language)
    page = clerk.get("/denunciations/new")
    assert page.status_code == 200
    assert "data-draft" not in page.text
    typed = {
        "received_on": clock.shown_date(clock.today()),
        "way": "in_person",
        "place": case.make.home.id,
        "accused": SENTINEL["accused"],
        "content": SENTINEL["content"],
        "leader": case.leader.id,
        "name": SENTINEL["identity"].name,
        "key": "a-key",
    }
    assert clerk.post("/denunciations/new", **typed | {"leader": ""}).status_code == 200
    answer = clerk.post("/denunciations/new", **typed)
    assert answer.status_code == 303
    assert clerk.post("/denunciations/new", **typed).location == answer.location
    address = answer.location
    code = address.rpartition("/")[2]
    assert WORDS[0] in clerk.get(address).text
    for path in ("/denunciations", address):
        shown = clerk.get(path).text
        assert WORDS[2] not in shown
        assert f"<title>{code}" not in shown
        assert shown.count("<h1") == 1
    assert WORDS[2] not in clerk.post(f"{address}/identity", reason="").text
    opened = clerk.post(f"{address}/identity", reason="Mời người tố cáo làm việc")
    assert WORDS[2] in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    assert "Mời người tố cáo làm việc" in clerk.get(address).text
    assert clerk.get(f"{address}/identity").status_code == 303
    leader = visit(user=case.leader)
    leader.client.set_cookie("lang", language)
    assert 'href="/denunciations"' in leader.get("/").text
    refused = leader.post(f"{address}/moves", move="accept", version=1, note="Giữ lời này")
    assert refused.status_code == 409
    assert "Giữ lời này" in refused.text
    moved = leader.post(f"{address}/moves", move="accept", document_number="1/QĐ", version=2)
    assert moved.status_code == 303
    undone = leader.post(f"{address}/corrections", reason="Bấm nhầm", version=3)
    assert undone.status_code == 303
    assert 'class="is-voided' in leader.get(address).text


@ON_SQLITE
def test_files_of_a_case_come_to_those_named_and_the_taking_out_is_written(visit, case):
    kept, clerk = secluded(case), visit(user=case.clerk)
    sent = clerk.post(f"/denunciations/{kept.code}/files", file=(io.BytesIO(PDF), "chung cu.pdf"))
    assert sent.status_code == 303
    found = re.search(
        rf"/denunciations/{kept.code}/files/\d+", clerk.get(f"/denunciations/{kept.code}").text
    )
    with clerk.get(found[0]) as answer:
        assert answer.get_data() == PDF
    shown = visit(user=case.leader).get(f"/denunciations/{kept.code}").text
    assert "Mở tệp" in shown
    assert clerk.post(f"{found[0]}/remove", reason="nhầm").status_code == 303
    assert clerk.get(found[0]).status_code == 404


@ON_SQLITE
def test_facts_are_corrected_and_a_late_save_shows_both(visit, case):
    kept, clerk = secluded(case), visit(user=case.clerk)
    address = f"/denunciations/{kept.code}/edit"
    typed = {
        "received_on": clock.shown_date(kept.received_on),
        "way": "letter",
        "accused": kept.accused,
        "content": "Nội dung khác",
        "reason": "Ghi sót",
    }
    late = clerk.post(address, version=99, **typed)
    assert late.status_code == 409
    assert WORDS[0] in late.text
    assert "Nội dung khác" in late.text
    assert clerk.post(address, version=kept.version, **typed).status_code == 303


@ON_SQLITE
def test_people_are_let_in_again_and_out_by_forms(visit, case, session, make):
    kept, deputy = secluded(case), make.user()
    leader = visit(user=case.leader)
    address = f"/denunciations/{kept.code}"
    assert leader.post(f"{address}/people", person=deputy.id, part="deputy").status_code == 303
    assert leader.post(f"{address}/people", person=case.admin.id, part="deputy").status_code == 200
    assert visit(user=deputy).get(address).status_code == 200
    give_new_password(session, case.admin, case.clerk)
    shown = leader.get(address).text
    again = re.search(rf"{address}/people/\d+/again", shown)
    assert leader.post(again[0]).status_code == 303
    out = re.findall(rf"{address}/people/\d+/end", leader.get(address).text)
    assert leader.post(out[-1]).status_code == 303
    assert visit(user=deputy).get(address).status_code == 404


# Who takes denunciations, and where the ordinary form leads.


@ON_SQLITE
def test_an_administrator_proposes_and_a_leader_confirms_on_their_pages(visit, case, make, session):
    somebody = make.user(full_name="Bà Lê Tin Cậy")
    admin, leader = visit(user=case.admin), visit(user=case.leader)
    assert admin.post("/settings/takers", person=somebody.id).status_code == 303
    assert admin.post("/settings/takers", person=somebody.id).status_code == 409
    assert "Bà Lê Tin Cậy" in leader.get("/takers").text
    waits = "Người tiếp nhận tố cáo chờ xác nhận"
    assert [waits in one.get("/").text for one in (leader, admin, visit())] == [True, False, False]
    confirm = re.search(r"/takers/\d+/confirm", leader.get("/takers").text)[0]
    assert admin.post(confirm).status_code == 403
    assert leader.post(confirm).status_code == 303
    assert waits not in leader.get("/").text
    assert visit(user=somebody).get("/denunciations/new").status_code == 200
    journal = admin.get("/settings/journal").text
    assert "Người tiếp nhận tố cáo" in journal
    assert admin.post(f"/settings/takers/{confirm.split('/')[2]}/end").status_code == 303
    assert visit(user=somebody).get("/denunciations").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize("has_taker", [True, False])
def test_a_denunciation_typed_as_a_petition_is_refused_and_led(visit, case, make, has_taker):
    if not has_taker:
        end_taker(case.session, case.leader, case.taker_id)
    typed = {"kind": "denunciation", "content": "Việc cần tố cáo", "citizen_name": "Một người"}
    page = visit(user=make.user()).post("/petitions/new", **typed).text
    assert "/denunciations" not in page
    assert (case.clerk.full_name in page) is has_taker
    if has_taker:
        assert "/denunciations/new" in visit(user=case.clerk).post("/petitions/new", **typed).text


@ON_SQLITE
def test_a_commune_is_told_who_takes_denunciations_above_it(visit, case, make, session):
    make.home.parent_id = make.place(name="Tỉnh Mẫu").id
    session.commit()
    make.follow()
    end_taker(session, case.leader, case.taker_id)
    above = make.user(full_name="Bà Lê Cấp Trên", place=session.get(Place, make.home.parent_id))
    assert "Chưa ai" in visit(user=case.leader).get("/takers").text
    seed_taker(session, above)
    for person, address in ((case.leader, "/takers"), (case.admin, "/settings/takers")):
        page = visit(user=person).get(address).text
        assert "Bà Lê Cấp Trên" in page
        assert "Chưa ai" not in page
