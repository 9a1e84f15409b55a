"""On PostgreSQL the register is served by a role that owns nothing and changes no schema."""

import ast
import itertools
import re
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

import tracker
from tests.conftest import Visitor
from tests.fuzz.pages import read
from tracker.accounts.permissions import Role
from tracker.app import close_databases, create_app
from tracker.core import migrate
from tracker.core.db import Base, engine_for
from tracker.core.settings import Settings
from tracker.evidence.rules import KINDS
from tracker.reminders.models import ReminderSent  # noqa: F401  # no page reads it in

GRANTS = Path(__file__).parent.parent / "seeds" / "postgresql_role.sql"
GUARDED = (
    "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE NOT tgisinternal AND tgtype & 2 <> 0 AND tgtype & 24 = 24"
)
"""Tables that have a trigger before both changing and deleting."""
CLASSES = {one.class_.__name__: one.class_.__tablename__ for one in Base.registry.mappers}
_numbers = itertools.count(1)

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite has no roles."""


def _statements(role):
    written = re.sub(r"--.*", "", GRANTS.read_text(encoding="utf-8")).replace(':"role"', role)
    return [one.strip() for one in written.split(";") if one.strip()]


def _tables(rights):
    found = set()
    for statement in _statements("role"):
        said = re.fullmatch(rf"REVOKE {rights} ON (.*) FROM role", " ".join(statement.split()))
        found |= set(said[1].split(", ")) if said else set()
    return found - {"alembic_version"}


@pytest.fixture
def narrow_url(engine):
    """Grant what the file grants to a new role; give the address by which that role comes."""
    role = f"tracker_app_{next(_numbers)}"
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)"))
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 'mot hai ba'"))
        for statement in _statements(role):
            connection.execute(text(statement))
    url = make_url(engine.url).set(username=role, password="mot hai ba")
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))


def test_a_role_that_only_reads_and_writes_rows_serves_the_register(narrow_url, make, tmp_path):
    petition, admin = make.petition(), make.user(role=Role.ADMIN)
    app = create_app(Settings(narrow_url, tmp_path, "secret of the tests " * 3))
    app.config["TESTING"] = True
    clerk, keeper = (
        Visitor(app.test_client(), user) for user in (make.user(role=Role.STAFF), admin)
    )

    for path in ("/", "/petitions", f"/petitions/{petition.code}", "/petitions.csv", "/dialogues"):
        assert clerk.get(path).status_code == 200, path
    assert clerk.get("/reports/resolution").status_code == 200
    forms, _ = read("/petitions/new", clerk.get("/petitions/new").text)
    form = next(one for one in forms if any(field.name == "content" for field in one.fields))
    filled = {one.name: next(filter(None, one.values), "") for one in form.fields}
    texts = {"content": "Đề nghị sửa đường", "citizen_name": "", "citizen_phone": ""}
    kept = clerk.post("/petitions/new", **filled | texts)
    seen = str(petition.version)
    moved = clerk.post(f"/petitions/{petition.code}/moves", move="start", version=seen)
    assert keeper.get("/settings/journal").status_code == 200
    close_databases(app)
    assert kept.status_code == 303, kept.text[kept.text.find("<main") :][:1500]
    assert moved.status_code == 303, moved.text[moved.text.find("<main") :][:900]


def test_what_triggers_keep_as_it_is_that_role_may_not_change(database_url):
    name = f"migrated{next(_numbers)}"
    server = engine_for(database_url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    migrated = engine_for(make_url(database_url).set(database=name).render_as_string(False))
    migrate.upgrade(migrated)
    with migrated.connect() as connection:
        guarded = set(connection.scalars(text(GUARDED)))
    migrated.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()
    assert "journal" in guarded
    assert _tables("UPDATE, DELETE") == guarded | {"ledger_entries"}


def test_what_no_code_takes_away_that_role_may_not(engine):
    """Among the records that have evidence, with all that belongs to them."""
    taken = {"attachments", "briefing_items", "letterheads", "second_factors"}
    for path in Path(tracker.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("delete"):
                said = [ast.unparse(one) for one in call.args]
                # A variable is looked up by whoever adds one to those named above.
                assert set(said) <= set(CLASSES) | {"item", "kept"}, (path, said)
                taken |= {CLASSES[one] for one in said if one in CLASSES}
    held = {name for kind in KINDS.values() for name in (kind.table, *kind.parts)}
    assert _tables("DELETE") == held - taken - _tables("UPDATE, DELETE")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM petition_steps",
        "UPDATE ledger_entries SET day = day",
        "DROP TABLE petitions",
        "ALTER TABLE petitions ADD COLUMN x integer",
        "CREATE TABLE x (y integer)",
        "TRUNCATE petitions",
        "UPDATE journal SET action = 'x'",
        "DELETE FROM journal",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
def test_that_role_changes_neither_the_schema_nor_the_journal(narrow_url, statement):
    narrow = engine_for(narrow_url)
    with pytest.raises(ProgrammingError), narrow.begin() as connection:
        connection.execute(text(statement))
    narrow.dispose()
