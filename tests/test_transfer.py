"""Moving a register between the engines: every row as it was, or nothing at all."""

import itertools
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, make_url, select, text
from sqlalchemy.orm import Session

from tests.conftest import Maker, _named, _on_server
from tracker import transferring
from tracker.attachments.models import Attachment
from tracker.cli.program import cli
from tracker.core import clock, migrate
from tracker.core.db import Base, engine_for
from tracker.core.errors import TrackerError
from tracker.demo import build
from tracker.journal.rules import WHOLE_REGISTER
from tracker.petitions.models import Petition
from tracker.transferring import MOVED, rows_in, transfer

Rows = dict[str, list[tuple[object, ...]]]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[Engine]:
    """Give a register with the article's cases and a fictional commune, on SQLite."""
    engine = engine_for(f"sqlite:///{tmp_path_factory.mktemp('filled') / 'tracker.db'}")
    build(engine, petitions=60, seed=7)
    yield engine
    engine.dispose()


@pytest.fixture
def empty(postgres_uri: str, tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Make empty databases, of either engine."""
    made: list[Engine] = []

    def one(kind: str) -> Engine:
        if kind == "sqlite":
            made.append(engine_for(f"sqlite:///{tmp_path / f'{next(_numbers)}.db'}"))
            return made[-1]
        name = f"moved{os.getpid()}_{next(_numbers)}"
        _on_server(postgres_uri, f"CREATE DATABASE {name}")
        made.append(engine_for(_named(postgres_uri, name), for_long_work=True))
        return made[-1]

    yield one
    for engine in made:
        engine.dispose()
        if engine.dialect.name == "postgresql":
            name = make_url(engine.url).database
            _on_server(postgres_uri, f"DROP DATABASE {name} WITH (FORCE)")


def _rows(engine: Engine) -> Rows:
    """Read every row of every table, but for the note of the move itself, and its chain's head."""
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
    del found["lasting_marks"]  # drawn anew by every change
    found["journal"] = [row for row in found["journal"] if MOVED not in row]
    found["journal_heads"] = [row for row in found["journal_heads"] if row[0] != WHOLE_REGISTER]
    return found


def _moved(source: Engine, target: Engine, files: Path) -> transferring.Moved:
    counted: list[int] = []
    moved = transfer(source, target, files, counted.append)
    assert sum(counted) == moved.rows
    return moved


def test_a_register_goes_to_postgresql_and_back_row_by_row(filled, empty, tmp_path):
    far, near = empty("postgresql"), empty("sqlite")
    before = _rows(filled)

    moved = _moved(filled, far, tmp_path)
    assert moved.rows == rows_in(filled) == sum(map(len, before.values())) + len([WHOLE_REGISTER])
    assert (moved.wrong_files, moved.source_went_on) == ([], False)
    assert _rows(far) == before

    _moved(far, near, tmp_path)
    assert _rows(near) == before
    assert _rows(filled) == before
    assert migrate.is_at_head(far)
    assert migrate.is_at_head(near)


def test_indexes_and_foreign_keys_stand_afterwards_as_migrations_made_them(filled, empty, tmp_path):
    moved_to, plain = empty("postgresql"), empty("postgresql")
    migrate.upgrade(plain)
    _moved(filled, moved_to, tmp_path)
    asked = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
        " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' ORDER BY 1, 2, 3"
    )
    with moved_to.connect() as ours, plain.connect() as theirs:
        found = ours.execute(asked).all()
        assert found == theirs.execute(asked).all()
    assert len(found) > 100


def test_numbers_go_on_where_they_stood(filled, empty, tmp_path):
    target = empty("postgresql")
    _moved(filled, target, tmp_path)
    with Session(target, expire_on_commit=False) as session:
        highest = max(session.scalars(select(Petition.id)))
        codes = set(session.scalars(select(Petition.code)))
        fresh = Maker(session).petition()
    assert fresh.id == highest + 1
    assert fresh.code not in codes


def test_a_target_that_is_not_empty_is_left_alone(filled, empty, tmp_path):
    target = empty("sqlite")
    with target.begin() as connection:
        connection.execute(text("CREATE TABLE notes (id INTEGER)"))
    with pytest.raises(TrackerError, match="not empty"):
        _moved(filled, target, tmp_path)
    assert inspect(target).get_table_names() == ["notes"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_interrupted_move_leaves_an_empty_target_that_takes_the_next(
    filled, empty, tmp_path, kind
):
    target = empty(kind)

    def interrupt(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer(filled, target, tmp_path, interrupt)
    assert inspect(target).get_table_names() == []

    _moved(filled, target, tmp_path)
    assert _rows(target) == _rows(filled)


@pytest.fixture
def source(sqlite_model: Path, tmp_path: Path) -> Iterator[Engine]:
    """Give a small register on SQLite that a test may spoil."""
    path = tmp_path / "source.db"
    engine = engine_for(f"sqlite:///{path}")
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("content", "CAST(x'c490c600c3' AS TEXT)", "cannot be read"),
        ("content", "'Đường' || char(0) || 'hỏng'", "petitions"),
        ("citizen_phone", f"'{'9' * 60}'", "citizen_phone"),
        ("people", str(2**40), "people"),
        ("received_on", "'hôm qua'", "cannot be read"),
    ],
)
def test_what_postgresql_cannot_keep_is_named_by_its_row_and_never_quoted(
    source, empty, tmp_path, column, value, said
):
    with Session(source, expire_on_commit=False) as session:
        petition = Maker(session).petition(petitioner="person", citizen_name="Nguyễn Văn Riêng")
    with source.begin() as connection:
        connection.exec_driver_sql(f"UPDATE petitions SET {column} = {value}")
    target = empty("postgresql")

    with pytest.raises(TrackerError, match=said) as refused:
        _moved(source, target, tmp_path)
    assert "petitions" in str(refused.value)
    assert "Riêng" not in str(refused.value)
    assert "9999" not in str(refused.value)
    assert petition.id == 1
    assert inspect(target).get_table_names() == []


def test_a_ledger_that_does_not_balance_is_not_moved(source, empty, tmp_path):
    with Session(source) as session:
        Maker(session).petition()
    with source.begin() as connection:
        connection.execute(text("DELETE FROM petition_postings"))
    target = empty("postgresql")
    with pytest.raises(TrackerError, match="does not agree with itself"):
        _moved(source, target, tmp_path)
    assert inspect(target).get_table_names() == []


def test_moments_dates_booleans_and_hostile_texts_arrive_exactly(source, empty, tmp_path):
    words = "Ệ̃ \t\\N \\. \r\n \u202e 🌾 '\";-- {}%s \x7f \ufffe \\"
    drawn = random.Random(7)
    signs = [chr(n) for n in (*range(1, 0xD800), *range(0xE000, 0x11000))]
    with Session(source, expire_on_commit=False) as session:
        make = Maker(session)
        make.petition()
        make.category(name_vi=words, is_retired=True)
        for _ in range(40):
            make.category(name_vi="".join(drawn.choices(signs, k=200)))
    target, back = empty("postgresql"), empty("sqlite")
    _moved(source, target, tmp_path)
    _moved(target, back, tmp_path)
    assert _rows(target) == _rows(source) == _rows(back)


def test_the_command_moves_and_says_what_comes_next(source, empty, tmp_path):
    with Session(source) as session:
        Maker(session).petition()
    address = empty("postgresql").url.render_as_string(hide_password=False)
    environment = {
        "TRACKER_INSTANCE": str(tmp_path),
        "TRACKER_DATABASE_URL": str(source.url),
        "TRACKER_TRANSFER_TO": address,
    }
    first = CliRunner().invoke(cli, ["transfer"], env=environment)
    assert first.exit_code == 0, first.output
    assert "TRACKER_DATABASE_URL" in first.output
    assert address not in first.output

    again = CliRunner().invoke(cli, ["transfer"], env=environment)
    assert again.exit_code == 1
    assert "không rỗng" in again.output


def test_files_that_are_missing_and_a_source_that_went_on_are_told(
    source, empty, tmp_path, monkeypatch
):
    with Session(source, expire_on_commit=False) as session:
        make = Maker(session)
        petition, person = make.petition(), make.user()
        session.add(
            Attachment(
                subject=petition.code,
                place_id=make.home.id,
                stored_name="gone",
                original_name="don.pdf",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                uploaded_by_id=person.id,
                uploaded_at=clock.now(),
            )
        )
        session.commit()
        target = empty("postgresql")
        someone_works = iter([make.petition])

        def work_on(_count: int) -> None:
            for act in someone_works:
                act()

        moved = transfer(source, target, tmp_path, work_on)
    assert moved.wrong_files == [petition.code]
    assert moved.source_went_on
    with Session(target) as session:
        assert list(session.scalars(select(Petition.code))) == [petition.code]
