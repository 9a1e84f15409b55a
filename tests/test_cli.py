"""The command, as a person at a terminal meets it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import is_password_of
from tracker.cli.program import cli, read_in
from tracker.core import clock
from tracker.core.db import engine_for, transaction
from tracker.ledger.models import LedgerSum
from tracker.petitions.models import Petition, PetitionPosting
from tracker.places.models import Place

DEMO_PASSWORD = "mot hai ba bon nam"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
Tracker = Callable[..., Result]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


def _runner(**environment: str) -> Tracker:
    def run(*words: str, **also: str) -> Result:
        # Another program's language settings do not decide what is tested here.
        silent = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None, "TRACKER_DEMO_PASSWORD": None}
        result = CliRunner().invoke(cli, words, env=silent | environment | also)
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        return result

    return run


@pytest.fixture
def tracker(instance: Path, database_url: str) -> Tracker:
    """Run commands on an empty database, once per engine."""
    return _runner(TRACKER_INSTANCE=str(instance), TRACKER_DATABASE_URL=database_url)


@pytest.fixture
def alone(instance: Path) -> Tracker:
    """Run commands with nothing but an instance folder."""
    return _runner(TRACKER_INSTANCE=str(instance))


@pytest.fixture
def register(database_url: str) -> Iterator[Session]:
    """Look into the database that the commands work on."""
    engine = engine_for(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def _init(tracker: Tracker) -> Result:
    return tracker(
        "init", "--admin", "quantri", "--name", "Quản trị", "--place", "xa-tien-luc-2025"
    )


def _refused(result: Result) -> str:
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


def test_init_makes_an_empty_register_and_an_administrator_who_must_change_the_password(
    tracker, register
):
    made = _init(tracker)

    assert made.exit_code == 0
    assert tracker("verify").exit_code == 0
    password = re.search(r"quantri: (\S+)", made.stdout)[1]
    admin = register.scalars(select(User)).one()
    assert (admin.username, admin.role, admin.must_change_password) == ("quantri", Role.ADMIN, True)
    assert is_password_of(admin, password)
    assert not register.scalars(select(Petition)).all()
    assert not register.scalars(select(Place).where(Place.is_fictional)).all()


def test_init_refuses_where_people_are_already(tracker):
    _init(tracker)

    assert "tracker upgrade" in _refused(_init(tracker))


def test_init_names_some_places_when_the_one_given_is_unknown(alone):
    refused = alone("init", "--admin", "quantri", "--name", "Quản trị", "--place", "xa-khong-co")

    assert "xa-tien-luc-2025" in _refused(refused)


def test_init_without_a_terminal_says_what_is_missing(alone):
    result = alone("init", "--name", "Quản trị")

    assert result.exit_code == 2
    assert "--admin" in result.stderr


def test_upgrade_seed_verify_and_people(tracker):
    assert tracker("upgrade").exit_code == 0
    assert tracker("seed").exit_code == 0
    assert tracker("seed").exit_code == 0
    assert tracker("verify").exit_code == 0

    words = ("user", "add", "canbo", "--name", "Cán bộ", "--role", "staff", "--place")
    assert tracker(*words, "xa-tien-luc-2025").exit_code == 0
    assert "canbo\tCán bộ\tCán bộ\tXã Tiên Lục" in tracker("user", "list").stdout
    assert "canbo" in _refused(tracker(*words, "xa-tien-luc-2025"))


def test_a_new_password_is_printed_once_and_holds_for_72_hours(tracker, register):
    _init(tracker)

    printed = tracker("user", "password", "quantri").stdout

    assert "khongai" in _refused(tracker("user", "password", "khongai"))
    admin = register.scalars(select(User)).one()
    assert is_password_of(admin, re.search(r"quantri: (\S+)", printed)[1])
    assert admin.must_change_password
    left = admin.password_expires_at - clock.now()
    assert timedelta(hours=71) < left <= timedelta(hours=72)


def test_verify_tells_each_difference_and_fails(tracker, register):
    tracker("generate", "--petitions", "5", "--communes", "2")
    with transaction(register):
        of_months = LedgerSum.grain == "month"
        asked = select(LedgerSum).where(LedgerSum.cut == "all", of_months)
        register.scalars(asked).first().received += 1

    result = tracker("verify")

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.output


def test_upgrade_counts_the_ledger_anew_when_its_postings_are_missing(tracker, register):
    tracker("generate", "--petitions", "5", "--communes", "2")
    with transaction(register):
        for posting in register.scalars(select(PetitionPosting)):
            register.delete(posting)

    assert tracker("upgrade").exit_code == 0
    assert tracker("verify").exit_code == 0


def test_generate_makes_a_whole_register_once_and_another_only_when_told(tracker, register):
    words = ("generate", "--petitions", "30", "--communes", "2", "--seed")
    made = tracker(*words, "1")
    codes = register.scalars(select(Petition.code)).all()
    register.close()

    assert made.exit_code == 0
    assert re.search(r"canbo +\S{12,}", made.stdout)
    assert len(codes) == 30
    assert tracker("verify").exit_code == 0
    assert tracker(*words, "1").exit_code == 0
    assert "--fresh" in _refused(tracker(*words, "2"))
    assert register.scalars(select(Petition.code)).all() == codes
    register.close()
    register.get_bind().dispose()
    assert tracker(*words, "2", "--fresh", "--until", "01/06/2026").exit_code == 0
    last = max(filter(None, register.scalars(select(Petition.received_on))))
    assert last <= date(2026, 6, 1)


@pytest.mark.parametrize("day", ["31/02/2026", "01/01/2020", "2199-01-01"])
def test_a_register_cannot_end_before_it_begins_or_after_today(alone, day):
    assert "hôm qua" in _refused(alone("generate", "--petitions", "3", "--until", day))


def test_a_register_in_use_is_not_replaced(alone, instance):
    alone("generate", "--petitions", "3", "--communes", "1")
    engine = engine_for(f"sqlite:///{instance / 'tracker.db'}")
    with Session(engine) as session:
        held = session.scalars(select(Petition.code)).all()
        refused = alone("generate", "--petitions", "4", "--communes", "1", "--fresh")
    engine.dispose()

    assert len(held) == 3
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert [path.name for path in instance.iterdir() if "making" in path.name] == []


@pytest.mark.parametrize("command", [("generate",), ("demo", "--no-browser"), ("demo", "--fresh")])
def test_a_real_register_is_never_made_a_demonstration(alone, command):
    _init(alone)

    assert "TRACKER_INSTANCE" in _refused(alone(*command))


def test_a_due_date_counts_working_days_and_explains_itself(alone):
    result = alone("due", "2026-11-20", "--working-days", "10", "--explain")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "07/12/2026"
    assert "24/11/2026  Ngày Văn hóa Việt Nam" in result.stdout
    assert "21/11/2026  nghỉ cuối tuần" in result.stdout
    assert alone("due", "20/11/2026", "--working-days", "10").stdout == "07/12/2026\n"


def test_a_due_date_in_calendar_days_moves_off_a_day_that_is_off(alone):
    result = alone("due", "14/11/2026", "--calendar-days", "7", "--explain")

    assert result.stdout.splitlines()[0] == "23/11/2026"
    assert "21/11/2026" in result.stdout


def test_a_due_date_counts_by_a_limit_of_the_law_and_says_which(alone):
    result = alone("due", "2026-11-20", "--rule", "ack", "--explain")

    assert result.stdout.splitlines()[0] == "07/12/2026"
    assert "Luật Tiếp công dân" in result.stdout
    assert "DLG_RESULT" in _refused(alone("due", "2026-11-20", "--rule", "NONE"))


def test_a_due_date_in_a_year_not_yet_announced_is_provisional(alone):
    assert "tạm tính" in alone("due", "2026-12-25", "--working-days", "10").stdout


def test_a_due_date_follows_the_registers_own_calendar(tracker):
    tracker("upgrade")
    tracker("seed")

    assert tracker("due", "2025-12-31", "--working-days", "2").stdout == "06/01/2026\n"


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("due", "30/02/2026", "--working-days", "1"),
        ("due", "2026-11-20"),
        ("due", "2026-11-20", "--working-days", "1", "--calendar-days", "1"),
        ("due", "2026-11-20", "--working-days", "-1"),
        ("user", "add", "canbo"),
        ("demo", "--port", "65536"),
        ("--lang", "fr", "verify"),
    ],
)
def test_a_wrong_use_is_told_with_status_2(alone, words):
    result = alone(*words)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_register_that_is_not_up_to_date_is_refused_in_both_languages(alone):
    for command in (("verify",), ("seed",), ("user", "list"), ("serve",)):
        assert "hãy chạy “tracker upgrade”" in _refused(alone(*command))
    assert "run “tracker upgrade”" in _refused(alone("--lang", "en", "verify"))
    assert "run “tracker upgrade”" in _refused(alone("verify", LANG="en_US.UTF-8"))
    assert "hãy chạy" in _refused(alone("verify", LANG="vi_VN.UTF-8"))
    assert "hãy chạy" in _refused(alone("verify", LANG="C.UTF-8"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "sqlite:////nowhere/at/all/tracker.db",
        "nonsense",
    ],
)
def test_a_database_out_of_reach_is_one_sentence(alone, address):
    _refused(alone("verify", TRACKER_DATABASE_URL=address))


def test_a_file_that_is_no_database_is_one_sentence(alone, instance):
    instance.mkdir()
    (instance / "tracker.db").write_text("this is no database" * 100)

    _refused(alone("verify"))


read_in()


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_its_help_in_both_languages(alone, name):
    vietnamese = alone(name, "--help")
    english = alone("--lang", "en", name, "--help")

    assert (vietnamese.exit_code, english.exit_code) == (0, 0)
    assert vietnamese.stdout.splitlines()[2] != english.stdout.splitlines()[2]


class Server:
    """A server of the test's own, in a process of its own."""

    def __init__(self, instance: Path, *words: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tracker.cli import main; main()", *_ported(words)],
            env={"TRACKER_INSTANCE": str(instance), "PYTHONUTF8": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, part: str) -> str:
        """Read what it prints up to a line that holds a part, and give that line."""
        for line in self.process.stdout:
            self.lines.append(line)
            if part in line:
                return line
        raise AssertionError(f"{self.lines} {self.process.stderr.read()}")

    def stop(self) -> str:
        """Tell it to stop; gives what it said of troubles."""
        self.process.send_signal(signal.SIGTERM)
        _, troubles = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return troubles


def _ported(words: tuple[str, ...]) -> tuple[str, ...]:
    return words if "--port" in words else (*words, "--port", "0")


@pytest.fixture
def started(instance: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*words: str, **environment: str) -> Server:
        servers.append(Server(instance, *words, **environment))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        server.process.stderr.close()


def _answer(address: str, path: str) -> tuple[int, str, str | None]:
    with urlopen(address + path, timeout=10) as answer:
        return answer.status, answer.read().decode(), answer.headers["Server"]


def test_the_demonstration_serves_and_keeps_its_data_at_the_second_start(started, instance):
    words = ("demo", "--no-browser", "--petitions", "8")
    first = started(*words, TRACKER_DEMO_PASSWORD=DEMO_PASSWORD)
    address = ADDRESS.search(first.read_until("http://"))[0]
    printed = first.read_until("quantri")

    assert _answer(address, "/healthz") == (200, "ok", None)
    assert _answer(address, "/sign-in")[0] == 200
    assert DEMO_PASSWORD in printed
    assert "Traceback" not in first.stop()

    engine = engine_for(f"sqlite:///{instance / 'tracker.db'}")
    with Session(engine) as session:
        codes = session.scalars(select(Petition.code)).all()
        assert len(codes) == 8 + 3
        people = {user.username: user for user in session.scalars(select(User))}
        assert set(people) == {"canbo", "canbo2", "lanhdao", "quantri"}
        assert all(is_password_of(user, DEMO_PASSWORD) for user in people.values())

    began = time.monotonic()
    second = started(*words)
    password = second.read_until("canbo ").split()[1]
    assert time.monotonic() - began < 30
    assert "Traceback" not in second.stop()
    with Session(engine) as session:
        assert session.scalars(select(Petition.code)).all() == codes
        staff = session.scalars(select(User).where(User.username == "canbo")).one()
        assert is_password_of(staff, password)
        assert not staff.must_change_password
    engine.dispose()


def test_a_short_demonstration_password_is_refused(started):
    server = started("demo", "--no-browser", "--petitions", "0", TRACKER_DEMO_PASSWORD="ngan")

    _, troubles = server.process.communicate(timeout=60)
    assert server.process.returncode == 1
    assert "12" in troubles
    assert "Traceback" not in troubles


def test_a_fresh_demonstration_starts_anew(started, alone, instance):
    alone("generate", "--petitions", "4", "--communes", "1")
    engine = engine_for(f"sqlite:///{instance / 'tracker.db'}")
    with Session(engine) as session:
        with transaction(session):
            session.scalars(select(Petition)).first().latest_note = "Đã sửa"

        server = started("demo", "--no-browser", "--fresh", "--petitions", "2")
        server.read_until("http://")
        server.stop()

        session.rollback()
        assert "Đã sửa" not in session.scalars(select(Petition.latest_note)).all()
        assert len(session.scalars(select(Petition)).all()) == 2 + 3
    engine.dispose()


def test_the_real_server_checks_itself_serves_and_stops_in_peace(started, alone, instance):
    _init(alone)
    server = started("serve", "--threads", "2")
    address = ADDRESS.search(server.read_until("http://"))[0]

    assert _answer(address, "/healthz") == (200, "ok", None)
    lines = [json.loads(line) for line in server.stop().splitlines()]
    assert [(line["page"], line["status"]) for line in lines] == [("healthz", 200)]
    assert instance.stat().st_mode & 0o777 == 0o700


def test_a_server_that_others_can_reach_says_so(started, alone):
    _init(alone)
    server = started("serve", "--host", "0.0.0.0", "--without-tls")
    server.read_until("http://")

    assert "TRACKER_HOSTS" in server.stop()


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_server_that_others_can_reach_unencrypted_is_refused(alone, command):
    refused = alone(command, "--host", "0.0.0.0")
    assert refused.exit_code == 1
    assert "--without-tls" in refused.output


def test_a_taken_port_is_one_sentence(started, alone):
    _init(alone)
    server = started("serve")
    port = ADDRESS.search(server.read_until("http://"))[0].rsplit(":", 1)[1]

    second = started("serve", "--port", port)
    _, troubles = second.process.communicate(timeout=60)

    assert second.process.returncode == 1
    assert port in troubles
    assert len(troubles.splitlines()) == 1
    server.stop()


def test_serving_brings_the_schema_up_to_date_only_when_asked(started, alone):
    assert alone("serve").exit_code == 1

    server = started("serve", "--upgrade")
    server.read_until("http://")
    assert server.stop() == ""


def test_a_secret_that_is_too_short_is_refused(alone):
    _init(alone)

    assert "32" in _refused(alone("serve", "--port", "0", TRACKER_SECRET_KEY="short"))


def test_an_open_secret_is_refused(alone, instance):
    _init(alone)
    os.chmod(instance / "secret", 0o644)

    assert "chmod 600" in _refused(alone("serve", "--port", "0"))


def test_remind_shows_what_it_would_write_and_without_a_mail_server_writes_to_nobody(tracker):
    _init(tracker)
    made = tracker(
        *("user", "add", "canbo", "--name", "Cán bộ", "--role", "staff"),
        *("--place", "xa-tien-luc-2025", "--email", "canbo@xa.vn"),
    )
    assert made.exit_code == 0
    assert tracker("remind", "--dry-run").exit_code == 0
    silent = tracker("remind")
    assert (silent.exit_code, len(silent.stdout.strip().splitlines())) == (0, 1)
    address = {"TRACKER_SMTP_URL": "thu.xa.vn"}
    assert "smtp://" in _refused(tracker("remind", **address))
