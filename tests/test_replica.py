"""Reports on a read replica: a real one, which lags, goes away and comes back."""

import secrets
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text

from tests.clusters import Cluster
from tests.conftest import Maker, Visitor
from tracker.accounts.permissions import Role
from tracker.app import close_databases, create_app
from tracker.core import replica
from tracker.core.db import Base, engine_for
from tracker.core.errors import TrackerError
from tracker.core.settings import Settings, from_environment

PATIENCE = 20.0
TOLD = "Số liệu trên trang này tính đến"


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    cluster = Cluster.make("-c fsync=off")
    engine = engine_for(cluster.url(), for_long_work=True)
    Base.metadata.create_all(engine)
    engine.dispose()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def follower(primary: Cluster) -> Iterator[Cluster]:
    cluster = primary.replica("-c fsync=off")
    yield cluster
    cluster.remove()


@pytest.fixture
def database_url(primary: Cluster) -> str:
    """Put the usual fixtures on the primary of this file."""
    return primary.url()


@pytest.fixture
def app(primary, follower, tmp_path, monkeypatch) -> Iterator[Flask]:
    monkeypatch.setattr(replica, "LOOKED_AT_EVERY", 0.05)
    monkeypatch.setattr(replica, "LEFT_ALONE_FOR", 0.1)
    settings = Settings(
        primary.url(), tmp_path, "secret of the tests " * 3, reports_url=follower.url()
    )
    app = create_app(settings)
    app.config["TESTING"] = True
    yield app
    close_databases(app)


@pytest.fixture
def held(follower: Cluster) -> Iterator[Callable[[bool], None]]:
    """Let the replica stand still, or go on."""
    engine: Engine = create_engine(follower.url(), isolation_level="AUTOCOMMIT")

    def hold(still: bool) -> None:
        with engine.connect() as connection:
            connection.execute(text(f"SELECT pg_wal_replay_{'pause' if still else 'resume'}()"))

    yield hold
    hold(False)
    engine.dispose()


def _until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.05)


def _keeps_up(app: Flask) -> Callable[[], bool]:
    kept = app.extensions["replica"]
    return lambda: (found := kept.standing(kept.position())) is not None and not found.is_told


def _lists(visitor: Visitor, code: str) -> bool:
    return code in visitor.get("/petitions").text and code in visitor.get("/petitions.csv").text


def test_lists_and_files_come_from_the_replica_and_what_one_wrote_oneself_from_the_primary(
    app: Flask, visit, make: Maker, held, monkeypatch
):
    monkeypatch.setattr(replica, "TOLD_FROM", replica.timedelta(seconds=1))
    staff, leader = visit(), visit(role=Role.LEADER)
    before = make.petition()
    _until(_keeps_up(app))
    held(True)
    later = make.petition()
    time.sleep(1.1)

    assert _lists(leader, before.code)
    assert not _lists(leader, later.code)
    assert TOLD in leader.get("/reports/resolution").text
    assert leader.get(f"/petitions/{later.code}").status_code == 200
    assert TOLD not in leader.get(f"/petitions/{later.code}").text

    own = staff.post("/petitions/new", **_typed(make)).location.rpartition("/")[2]
    assert _lists(staff, own)
    assert not _lists(leader, own)

    held(False)
    _until(lambda: _lists(leader, own))
    _until(_keeps_up(app))
    assert TOLD not in leader.get("/reports/resolution").text


def test_a_replica_too_far_behind_is_left_for_the_primary_until_it_has_caught_up(
    app: Flask, visit, make: Maker, held, caplog
):
    app.extensions["replica"]._most_lag = replica.timedelta(seconds=1)
    leader = visit(role=Role.LEADER)
    make.petition()
    _until(_keeps_up(app))
    held(True)
    later = make.petition()

    _until(lambda: _lists(leader, later.code))
    assert "reading from the primary: the replica is too far behind" in caplog.messages
    assert TOLD not in leader.get("/reports/resolution").text

    held(False)
    _until(_keeps_up(app))
    assert _lists(leader, later.code)
    told = [message for message in caplog.messages if message != "answered"]
    assert told[-1] == "reading from the replica again"


def test_a_quiet_night_is_no_lag(app: Flask, make: Maker, monkeypatch):
    make.petition()
    _until(_keeps_up(app))
    time.sleep(1.5)
    found = app.extensions["replica"].standing()
    assert found.lag < replica.timedelta(seconds=1)


def test_a_replica_that_goes_away_costs_nobody_a_page(
    app: Flask, visit, make: Maker, follower: Cluster, caplog
):
    leader, petition = visit(role=Role.LEADER), make.petition()
    _until(_keeps_up(app))
    assert _lists(leader, petition.code)

    # Between two looks at it: the page itself meets the broken connection.
    app.extensions["replica"]._looks_next = time.monotonic() + 60
    follower.stop("immediate")
    try:
        assert leader.get("/reports/resolution").status_code == 200
        assert any("reading from the primary" in said for said in caplog.messages)
        app.extensions["replica"]._looks_next = time.monotonic() + 60
        assert _lists(leader, petition.code)
    finally:
        follower.start()
    app.extensions["replica"]._looks_next = 0
    _until(_keeps_up(app))
    assert _lists(leader, petition.code)


def test_a_server_that_follows_nobody_is_no_replica(primary: Cluster, engine: Engine, caplog):
    kept = replica.Replica(primary.url(), engine, replica.timedelta(minutes=1))
    assert kept.standing() is None
    assert kept.fault == "follows no primary"
    kept.dispose()


def test_the_setting_asks_for_postgresql_and_for_a_sensible_lag(tmp_path):
    given = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_DATABASE_URL": "postgresql+psycopg://x/y"}
    read = from_environment(
        given
        | {
            "TRACKER_REPORTS_DATABASE_URL": "postgresql+psycopg://z/y",
            "TRACKER_REPORTS_MOST_LAG": "90",
        }
    )
    assert read.reports_url == "postgresql+psycopg://z/y"
    assert read.reports_most_lag.total_seconds() == 90
    for wrong in (
        {"TRACKER_REPORTS_MOST_LAG": "soon"},
        {"TRACKER_REPORTS_DATABASE_URL": "sqlite:///x.db"},
        {"TRACKER_REPORTS_DATABASE_URL": "postgresql+psycopg://z/y", "TRACKER_DATABASE_URL": ""},
    ):
        with pytest.raises(TrackerError):
            from_environment(given | wrong)


def _typed(make: Maker) -> dict[str, str]:
    return {
        "key": secrets.token_hex(8),
        "petitioner": "person",
        "people": "1",
        "citizen_name": "Nguyễn Thị Hường",
        "place": str(make.home.id),
        "content": "Đường liên thôn hỏng nặng",
        "category": str(make.category().id),
        "kind": "recommendation",
        "level": "commune",
        "channel": "village_visit",
        "received_on": "01/02/2026",
    }
