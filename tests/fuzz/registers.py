"""A register for the tries on either engine, which can be put back as it was."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from tracker import demo
from tracker.app import close_databases, create_app
from tracker.core.db import engine_for
from tracker.core.sealing import Sealer
from tracker.core.settings import Settings

PETITIONS = 40
SECRET = "secret of the tests " * 3


@dataclass(slots=True)
class Register:
    """An application and how to put its data back."""

    app: Flask
    reset: Callable[[], None]


def on_sqlite(folder: Path) -> Register:
    """Make the fictional register in a file."""
    folder.mkdir(parents=True, exist_ok=True)
    model, used = folder / "model.db", folder / "used.db"
    _fill(f"sqlite:///{model}")
    app = _app(f"sqlite:///{used}", folder)

    def reset() -> None:
        close_databases(app)
        for ending in ("", "-wal", "-shm"):
            Path(f"{used}{ending}").unlink(missing_ok=True)
        shutil.copy(model, used)
        shutil.rmtree(folder / "files", ignore_errors=True)

    return Register(app, reset)


def on_postgresql(uri: str, folder: Path) -> Register:
    """Make the fictional register on a PostgreSQL server."""
    folder.mkdir(parents=True, exist_ok=True)
    model, used = (_named(uri, name) for name in ("fuzz_model", "fuzz_used"))
    _on_server(uri, "DROP DATABASE IF EXISTS fuzz_model", "CREATE DATABASE fuzz_model")
    _fill(model)
    app = _app(used, folder)

    def reset() -> None:
        close_databases(app)
        _on_server(
            uri,
            "DROP DATABASE IF EXISTS fuzz_used WITH (FORCE)",
            "CREATE DATABASE fuzz_used TEMPLATE fuzz_model STRATEGY FILE_COPY",
        )
        shutil.rmtree(folder / "files", ignore_errors=True)

    return Register(app, reset)


def _fill(url: str) -> None:
    engine = engine_for(url)
    demo.build(engine, petitions=PETITIONS, seed=1, sealer=Sealer([SECRET]))
    engine.dispose()


def _app(url: str, folder: Path) -> Flask:
    app = create_app(Settings(url, folder, SECRET))
    app.config["TESTING"] = True  # a fault shows where it came from
    return app


def _on_server(uri: str, *statements: str) -> None:
    server = create_engine(uri, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()


def _named(uri: str, name: str) -> str:
    return make_url(uri).set(database=name).render_as_string(hide_password=False)
