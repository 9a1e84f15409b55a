"""Lines that the database puts together: fetched ahead, whole, in order."""

import pytest
from sqlalchemy import Engine, LargeBinary, cast, func, literal_column, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tests.conftest import Maker
from tracker.core import csvsql
from tracker.core.csvsql import streamed_lines
from tracker.places.models import Place


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, rows in {"FEW": 1, "MANY": 2, "AHEAD": 2}.items():
        monkeypatch.setattr(csvsql, name, rows)


def test_all_lines_of_several_statements_come_in_order(session: Session, make: Maker) -> None:
    for number in range(6):
        make.place(name=f"Xã {number}")
    named = select(cast(Place.name, LargeBinary)).order_by(Place.id)
    if session.get_bind().dialect.name == "postgresql":
        named = select(func.convert_to(Place.name, "UTF8")).order_by(Place.id)
    wanted = [name.encode() for name in session.scalars(select(Place.name).order_by(Place.id))]
    for _statement in range(2):
        pieces = list(streamed_lines(session, named))
        assert [line for lines in pieces for line in lines] == wanted
        assert max(map(len, pieces)) <= 2


def test_a_database_that_goes_away_between_two_lines_is_a_fault_that_everyone_knows(
    engine: Engine,
) -> None:
    if engine.dialect.name == "sqlite":
        return
    numbers = select(literal_column("n::text::bytea")).select_from(
        text("generate_series(1, 100000) AS n")
    )
    with Session(engine) as reading, Session(engine) as killing:
        lines = streamed_lines(reading, numbers)
        next(lines)
        next(lines)
        process = reading.connection().connection.driver_connection.info.backend_pid
        killing.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
        with pytest.raises(SQLAlchemyError):
            list(lines)
