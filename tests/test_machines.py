"""Several server processes on one PostgreSQL: shared rules, and a primary that goes away."""

import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.clusters import Cluster
from tests.conftest import PASSWORD, Maker
from tracker.accounts.guard import public
from tracker.app import close_databases, create_app
from tracker.core.db import Base, engine_for, transaction
from tracker.core.settings import Settings
from tracker.core.web import db_session
from tracker.journal.models import CreationKey
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches

SERVING = (
    "from tracker.core.settings import from_environment; from tracker.serving import serve;"
    " serve(from_environment(), '127.0.0.1', 0, 6, lambda address: print(address, flush=True))"
)
CLERKS, EACH = 6, 8
PATIENCE = 30.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    made = Cluster.make()
    engine = engine_for(made.url(), for_long_work=True)
    Base.metadata.create_all(engine)
    engine.dispose()
    yield made
    made.remove()


@pytest.fixture
def database_url(cluster: Cluster) -> str:
    """Put the usual fixtures on this file's own server."""
    return cluster.url()


@pytest.fixture(scope="module")
def servers(cluster: Cluster, tmp_path_factory) -> Iterator[list[str]]:
    """Start two server processes, as two machines would: one database, one secret."""
    environment = {
        "TRACKER_DATABASE_URL": cluster.url(),
        "TRACKER_SECRET_KEY": secrets.token_hex(32),
        "PYTHONUTF8": "1",
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SERVING],
            env=environment | {"TRACKER_INSTANCE": str(tmp_path_factory.mktemp("instance"))},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    yield [process.stdout.readline().strip() for process in started]
    for process in started:
        process.terminate()
        process.wait()
        process.stdout.close()


class Answer:
    """What came back: its status, where it leads, how long to wait, and its page."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status
        self.location: str = response.headers.get("Location", "")
        self.retry_after: str = response.headers.get("Retry-After", "")
        self.page: str = response.read().decode()


class Browser:
    """One person's browser, which may speak to any of the servers."""

    def __init__(self) -> None:
        class Stays(HTTPRedirectHandler):
            def redirect_request(self, *_: Any) -> None:
                return None

        self.opener = build_opener(HTTPCookieProcessor(CookieJar()), Stays)
        self.token = ""

    def ask(self, server: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """Open a page, or send a form; nothing is followed."""
        body = None if fields is None else urlencode({"csrf_token": self.token} | fields).encode()
        try:
            with self.opener.open(server + path, body, timeout=30) as response:
                answer = Answer(response)
        except HTTPError as refused:
            with refused:
                answer = Answer(refused)
        if found := re.search(r'name="csrf_token" value="([^"]+)"', answer.page):
            self.token = found[1]
        return answer

    def sign_in(self, server: str, username: str, password: str = PASSWORD) -> Answer:
        """Sign in as a person would."""
        self.ask(server, "/sign-in")
        answer = self.ask(server, "/sign-in", {"username": username, "password": password})
        self.ask(server, "/account")
        return answer


@pytest.fixture
def clerks(make: Maker, servers: list[str]) -> list[Browser]:
    """Sign several people in, half of them at each server."""
    browsers = []
    for number in range(CLERKS):
        browser, person = Browser(), make.user()
        assert browser.sign_in(servers[number % 2], person.username).status == 303
        browsers.append(browser)
    return browsers


@pytest.fixture
def typed(make: Maker) -> Callable[[], dict[str, str]]:
    """Give a filled-in form with a key of its own."""
    place, category = str(make.home.id), str(make.category().id)

    def form() -> dict[str, str]:
        key = secrets.token_hex(12)
        return {
            "key": key,
            "petitioner": "person",
            "people": "1",
            "citizen_name": "Nguyễn Thị Hường",
            "place": place,
            "content": f"Đường liên thôn hỏng nặng {key}",
            "category": category,
            "kind": "recommendation",
            "level": "commune",
            "channel": "village_visit",
            "received_on": "01/02/2026",
        }

    return form


def _code(answer: Answer) -> str:
    assert answer.status == 303, answer.page[-2000:]
    return answer.location.rpartition("/")[2]


def _check_register(session: Session, acknowledged: dict[str, str]) -> None:
    """Compare what was acknowledged with what is kept: every form once, every number once."""
    session.rollback()
    kept = dict(session.execute(select(CreationKey.key, CreationKey.code)).all())
    assert {key: kept.get(key) for key in acknowledged} == acknowledged
    codes = list(session.scalars(select(Petition.code).order_by(Petition.code)))
    assert len(codes) == len(set(codes)) == len(kept)
    numbers = [int(code.rpartition("-")[2]) for code in codes]
    assert numbers == list(range(1, len(numbers) + 1))
    assert list(ledger_mismatches(session)) == []


def test_two_servers_keep_every_rule_together(servers, clerks, typed, session):
    acknowledged: dict[str, str] = {}

    def work(number: int) -> None:
        browser = clerks[number]
        for turn in range(EACH):
            form = typed()
            if turn % 3:
                where = servers[(number + turn) % 2]
                acknowledged[form["key"]] = _code(browser.ask(where, "/petitions/new", form))
                continue
            with ThreadPoolExecutor(2) as both:
                answers = both.map(
                    lambda where, form=form: browser.ask(where, "/petitions/new", form), servers
                )
            (code,) = {_code(answer) for answer in answers}
            acknowledged[form["key"]] = code

    with ThreadPoolExecutor(CLERKS) as pool:
        list(pool.map(work, range(CLERKS)))

    assert len(acknowledged) == CLERKS * EACH
    _check_register(session, acknowledged)


def test_a_lock_out_counts_at_every_server(servers, make):
    held, stranger = make.user(), Browser()
    for number in range(5):
        answer = stranger.sign_in(servers[number % 2], held.username, "sai mat khau roi")
        assert answer.status == 401
    assert [stranger.sign_in(where, held.username).status for where in servers] == [429, 429]


def test_a_primary_that_goes_away_under_load_costs_a_clear_message_and_no_record(
    cluster, servers, clerks, typed, session, make
):
    acknowledged: dict[str, str] = {}
    turned_away: list[str] = []
    is_over = threading.Event()
    session.rollback()

    def work(number: int) -> None:
        turn = number
        while not is_over.is_set():
            form, turn = typed(), turn + 1
            acknowledged[form["key"]] = _code(_sent(clerks[number], form, turn))

    def _sent(browser: Browser, form: dict[str, str], turn: int) -> Answer:
        until = time.monotonic() + PATIENCE
        while True:
            answer = browser.ask(servers[turn % 2], "/petitions/new", form)
            if answer.status != 503:
                return answer
            assert answer.retry_after == "5"
            assert form["content"] in answer.page
            assert form["key"] in answer.page
            turned_away.append(form["key"])
            assert time.monotonic() < until
            time.sleep(0.2)

    with ThreadPoolExecutor(CLERKS) as pool:
        working = [pool.submit(work, number) for number in range(CLERKS)]
        time.sleep(1)
        cluster.restart("fast")
        time.sleep(1.5)
        cluster.kill()
        cluster.start()
        time.sleep(1.5)
        is_over.set()
        for one in working:
            one.result()

    assert turned_away
    _check_register_of(cluster, acknowledged)


def _check_register_of(cluster: Cluster, acknowledged: dict[str, str]) -> None:
    engine = engine_for(cluster.url(), for_long_work=True)
    with Session(engine) as session:
        _check_register(session, acknowledged)
    engine.dispose()


@pytest.fixture
def crossing(database_url: str, tmp_path, make: Maker) -> Iterator[Any]:
    """Give an application with two acts that write the same two rows in opposite orders."""
    app = create_app(Settings(database_url, tmp_path, "secret of the tests " * 3))
    app.config.update(WTF_CSRF_ENABLED=False)
    one, other = make.dialogue(), make.dialogue()
    meeting = threading.Barrier(2, timeout=PATIENCE)
    tries: list[str] = []

    def act(first: int, second: int, name: str) -> Callable[[], str]:
        def write() -> str:
            tries.append(name)
            session = db_session()
            rename = text("UPDATE dialogues SET venue = venue || :name WHERE id = :id")
            with transaction(session):
                session.execute(rename, {"name": name, "id": first})
                if tries.count(name) == 1:
                    meeting.wait()
                session.execute(rename, {"name": name, "id": second})
            return name

        return write

    def lose() -> str:
        tries.append("lose")
        raising = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
        db_session().execute(text(raising))
        return ""

    app.add_url_rule("/a", "a", public(act(one.id, other.id, "a")), methods=["POST"])
    app.add_url_rule("/b", "b", public(act(other.id, one.id, "b")), methods=["POST"])
    app.add_url_rule("/lose", "lose", public(lose), methods=["POST"])
    yield app, tries, (one.id, other.id)
    close_databases(app)


def test_two_acts_that_block_each_other_are_both_done(crossing, session):
    app, tries, ids = crossing
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda path: app.test_client().post(path), ["/a", "/b"]))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(tries) == 3
    names = session.scalars(
        text("SELECT venue FROM dialogues WHERE id IN (:a, :b)").bindparams(a=ids[0], b=ids[1])
    ).all()
    assert {"".join(sorted(name[-2:])) for name in names} == {"ab"}


def test_an_act_that_always_loses_is_given_up_with_everything_typed_kept(crossing):
    app, tries, _ = crossing
    answer = app.test_client().post("/lose", data={"content": "Đường hỏng", "kind": "question"})

    assert tries == ["lose"] * 4
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert '<dd class="said">Đường hỏng' in answer.text
    assert 'value="question"' in answer.text
    assert '<dd class="said">question' not in answer.text


def test_a_password_is_never_given_back(crossing, make):
    app, _, _ = crossing
    answer = app.test_client().post("/lose", data={"username": "a", "password": "cau vong sau mua"})
    assert answer.status_code == 503
    assert "cau vong" not in answer.text
