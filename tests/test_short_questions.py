"""What a page's questions cost PostgreSQL beside their work: no transaction, and no text anew."""

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from tracker.core import web
from tracker.core.db import looking
from tracker.places.models import Place

MANY_TIMES = 8
"""More often than the driver wants to see a statement before it prepares it."""


def test_questions_of_pages_stay_prepared_from_one_page_to_the_next(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        return
    for _page in range(MANY_TIMES):
        with Session(looking(engine)) as session:
            session.scalars(select(Place.id).limit(1)).all()
    with Session(looking(engine)) as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM places" in statement for statement in prepared)


def test_a_page_that_reads_holds_no_transaction(engine: Engine) -> None:
    with Session(looking(engine)) as session, Session(looking(engine)) as beside:
        session.scalars(select(Place.id).limit(1)).all()
        if engine.dialect.name == "postgresql":
            states = "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
            assert "idle in transaction" not in beside.scalars(text(states)).all()


def test_no_more_than_four_tables_are_tried_in_each_order(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW join_collapse_limit")) == "4"


def test_a_page_that_reckons_sees_one_moment_whatever_is_written_beside(app, make) -> None:
    with app.test_request_context("/reports/resolution"):
        reading = web.stay_at_one_moment()
        before = reading.scalar(select(func.count()).select_from(Place))
        make.place()
        assert web.db_session().scalar(select(func.count()).select_from(Place)) == before
        web.close_session()
        assert web.db_session().scalar(select(func.count()).select_from(Place)) == before + 1
        web.close_session()
