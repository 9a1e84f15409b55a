"""What seldom changes is read once, and anew as soon as anything of it was written."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from tests.conftest import Maker
from tracker.core import migrate
from tracker.core.db import engine_for
from tracker.core.i18n import speak
from tracker.core.lasting import hand_mark, lasting, marked_tables, triggers
from tracker.dialogues.models import Category
from tracker.petitions.queries.choices import category_choices
from tracker.places.queries import scope_ids, scope_of

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB '*_mark*'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%\\_mark'",
}


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """Note every statement that reaches the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def reader(engine: Engine) -> Session:
    return Session(engine.execution_options(read_only=True))


def names(engine: Engine) -> list[str]:
    with reader(engine) as session:
        return [choice.name for choice in category_choices(session)]


def test_it_is_read_once_for_all_who_read(engine: Engine, make: Maker, asked: list[str]) -> None:
    make.category()
    names(engine)
    asked.clear()
    names(engine)
    assert [" FROM categories" in statement for statement in asked].count(True) == 0


def test_no_more_is_kept_than_fits_however_much_is_asked(engine: Engine, monkeypatch) -> None:
    monkeypatch.setattr("tracker.core.lasting.MOST_KEPT", 3)
    told: list[int] = []

    @lasting
    def doubled(_session: Session, number: int) -> int:
        told.append(number)
        return 2 * number

    with reader(engine) as session:
        answers = [doubled(session, number) for number in (1, 2, 3, 3, 4, 4, 1)]
    assert answers == [2, 4, 6, 6, 8, 8, 2]
    assert told == [1, 2, 3, 4, 1]


def test_a_register_that_has_no_mark_yet_is_read_once_as_well(
    engine: Engine, make: Maker, asked: list[str]
) -> None:
    make.category()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM lasting_marks"))
    before = names(engine)
    asked.clear()
    assert names(engine) == before
    assert not [statement for statement in asked if " FROM categories" in statement]
    make.category(name_vi="Sau đó")
    assert "Sau đó" in names(engine)


def test_a_change_by_whatever_way_is_seen_at_once(engine: Engine, make: Maker) -> None:
    kept = make.category()
    assert kept.name_vi in names(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE categories SET name_vi = 'Tên mới'"))
    assert names(engine) == ["Tên mới"]
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM categories"))
    assert names(engine) == []


def test_writers_wait_for_nobody_and_each_is_seen(engine: Engine, make: Maker) -> None:
    if engine.dialect.name == "sqlite":
        return  # one writes at a time
    make.category(), make.department()
    names(engine)
    with engine.connect() as one, engine.connect() as other:
        one.execute(text("SET LOCAL lock_timeout = '2s'"))
        other.execute(text("SET LOCAL lock_timeout = '2s'"))
        one.execute(text("UPDATE categories SET name_vi = 'Một'"))
        other.execute(text("UPDATE departments SET name_vi = 'Khác'"))
        other.commit()
        before = names(engine)
        one.commit()
    assert (before, names(engine)) == ([before[0]], ["Một"])
    assert before != ["Một"]
    make.category(name_vi="Sau đó")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM lasting_marks")) == 1


def test_what_was_taken_back_leaves_nothing_behind(engine: Engine, make: Maker) -> None:
    kept = make.category()
    before = names(engine)
    with Session(engine) as session:
        session.get_one(Category, kept.id).name_vi = "Tên không giữ"
        session.flush()
        session.rollback()
    assert names(engine) == before


def test_who_writes_sees_what_is_written(engine: Engine, make: Maker) -> None:
    kept = make.category()
    names(engine)
    with Session(engine) as session:
        session.get_one(Category, kept.id).name_vi = "Tên đang ghi"
        session.flush()
        assert [choice.name for choice in category_choices(session)] == ["Tên đang ghi"]


def test_who_has_not_begun_to_write_waits_for_nobody(
    engine: Engine, make: Maker, asked: list[str]
) -> None:
    kept = make.category()
    names(engine)
    with reader(engine) as before, Session(engine) as session:
        category_choices(before)
        hand_mark(before, session)
        asked.clear()
        assert [choice.name for choice in category_choices(session)] == [kept.name_vi]
        assert asked == []
        session.get_one(Category, kept.id).name_vi = "Tên đã ghi"
        session.commit()
        assert [choice.name for choice in category_choices(session)] == ["Tên đã ghi"]


def test_each_language_has_its_own(engine: Engine, make: Maker) -> None:
    kept = make.category()
    assert names(engine) == [kept.name_vi]
    speak("en")
    assert names(engine) == [kept.name_en]


def test_a_scope_grows_with_the_tree(engine: Engine, make: Maker) -> None:
    commune = make.place()
    with reader(engine) as session:
        assert scope_of(session, commune.id).ids == {commune.id}
    village = make.place(parent_id=commune.id)
    with reader(engine) as session:
        assert scope_ids(session, commune.id) == {commune.id, village.id}


def test_migrations_draw_marks_where_the_models_do(database_url: str) -> None:
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    wanted = {
        statement.split()[2]
        for table in marked_tables
        for statement in triggers(table, engine.dialect.name)
        if statement.startswith("CREATE TRIGGER")
    }
    with engine.connect() as connection:
        found = set(connection.scalars(text(TRIGGERS[engine.dialect.name])))
    engine.dispose()
    assert found == wanted
