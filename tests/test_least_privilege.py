"""On PostgreSQL the register is served by a role that owns nothing and changes no schema."""

import itertools
import re
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from tests.conftest import Visitor
from tests.fuzz.pages import read
from tracker.accounts.permissions import Role
from tracker.app import close_databases, create_app
from tracker.core.db import engine_for
from tracker.core.settings import Settings

GRANTS = Path(__file__).parent.parent / "seeds" / "postgresql_role.sql"
_numbers = itertools.count(1)

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite has no roles."""


def _statements(role):
    written = re.sub(r"--.*", "", GRANTS.read_text(encoding="utf-8")).replace(':"role"', role)
    return [one.strip() for one in written.split(";") if one.strip()]


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


@pytest.mark.parametrize(
    "statement",
    [
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
