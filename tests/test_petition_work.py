"""How much work a page is for the database: few statements, and never a look at every row."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, insert, text
from test_petition_finding import random_rows

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.petitions.models import Petition
from tracker.petitions.service import rebuild_lookup

BIG = ("petitions", "petition_steps", "petition_postings", "ledger_entries")
READING = (
    "/",
    "/petitions",
    "/petitions?sort=oldest",
    "/petitions?sort=due&overdue=yes",
    "/petitions?q=duong&status=received&open=yes&ageing=30",
    "/petitions?ack=late&department=none&kind=question",
)


@contextmanager
def noted(engine: Engine) -> Iterator[list[tuple[str, object]]]:
    """Note every statement with its values."""
    seen: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, values, _context, _many):
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def many(session, make, engine):
    """Fill the register with petitions enough for a planner to mind them."""
    rows = [row | {"content": "Đường hỏng. " * 70} for row in random_rows(make, 3000)]
    session.execute(insert(Petition), rows)
    session.commit()
    rebuild_lookup(session)
    session.execute(text("ANALYZE"))
    session.commit()
    if engine.dialect.name == "postgresql":
        session.execute(text("SELECT setval('petitions_id_seq', 3000)"))
        session.commit()


def test_no_page_looks_at_every_petition(visit, many, app, make):
    person = visit(role=Role.STAFF)
    one = f"/petitions/{make.petition().code}"
    with noted(app.extensions["engine"]) as seen:
        for path in (*READING, one):
            assert person.get(path).status_code == 200, path
    assert _looks_at_all(app.extensions["engine"], seen) == []


def test_logging_and_moving_a_petition_look_at_no_other(visit, many, app, make):
    person = visit(role=Role.STAFF)
    form = person.get("/petitions/new").text
    fields = {
        "key": re.search(r'name="key"[^>]*value="([^"]+)"', form)[1],
        "place": make.home.id,
        "category": make.category().id,
        "content": "Đường hỏng",
        "received_on": clock.shown_date(clock.today()),
        "channel": "letter",
        "kind": "feedback",
        "level": "commune",
        "petitioner": "unnamed",
    }
    with noted(app.extensions["engine"]) as seen:
        answer = person.post("/petitions/new", **fields)
        assert answer.status_code == 303, answer.text
        person.get(answer.location)
    assert _looks_at_all(app.extensions["engine"], seen) == []
    assert len(seen) < 80  # logging it, and then its page


def _looks_at_all(engine, seen):
    """Give the statements whose plan goes through a whole big table, with the step that does."""
    is_sqlite = engine.dialect.name == "sqlite"
    asked = {s: v for s, v in seen if s.lstrip().upper().startswith(("SELECT", "UPDATE"))}
    guilty = []
    with engine.connect() as connection:
        if not is_sqlite:
            connection.exec_driver_sql("SET random_page_cost = 1.1")  # as where disks do not turn
        for statement, values in asked.items():
            explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            plan = connection.exec_driver_sql(explain + statement, values).all()
            steps = [str(row[-1]) for row in plan]
            guilty += [(step, statement) for step in steps if _is_whole(step, is_sqlite=is_sqlite)]
    return guilty


def _is_whole(step, *, is_sqlite):
    if not is_sqlite:
        # A table of a few rows is read whole by any planner; only petitions are many here.
        return re.search(r"Seq Scan on petitions\b", step) is not None
    if "VIRTUAL TABLE" in step:
        return ":M" not in step  # a full-text table that is not asked for a word
    return any(re.match(rf"SCAN {table}\b", step) for table in BIG)


@pytest.mark.parametrize(
    ("path", "most"), [("/petitions", 5), ("/petitions?sort=due", 5), ("/", 5)]
)
def test_a_page_takes_the_same_few_statements_for_few_rows_and_for_many(
    visit, make, app, path, most
):
    person, category = visit(role=Role.STAFF), make.category()
    counts = []
    for more in (2, 60):
        for _ in range(more):
            make.petition(category=category)
        person.get(path)
        with noted(app.extensions["engine"]) as seen:
            person.get(path)
        counts.append(sum(1 for statement, _ in seen if statement != "BEGIN"))
    assert counts[0] == counts[1] <= most
