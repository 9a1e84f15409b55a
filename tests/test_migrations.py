"""The schema's history: models equal migrations, and every revision goes up and down with data."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from tracker.core import migrate
from tracker.core.db import Base, engine_for


def test_migrations_make_the_schema_that_the_models_describe(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []
    assert migrate.is_at_head(engine)
    engine.dispose()


def test_checks_after_migration_equal_those_of_the_models(database_url):
    migrated = engine_for(database_url)
    migrate.upgrade(migrated)
    names_by_migration = _check_names(migrated)
    migrated.dispose()

    wanted = {
        (table.name, constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    assert names_by_migration == wanted


def test_the_first_revision_goes_down_and_up_again_with_data(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO places (key, name, kind, is_fictional, source)"
                " VALUES ('xa-thu', 'Xã Thử', 'commune', false, '')"
            )
        )

    migrate.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(engine)

    assert "petitions" in inspect(engine).get_table_names()
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url):
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert migrate.is_at_head(engine)
    engine.dispose()


def _check_names(engine: Engine) -> set[tuple[str, str | None]]:
    inspector = inspect(engine)
    return {
        (table, check["name"])
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }
