"""A register on either engine, its servers in processes that may be killed, and what it holds."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.bench.serving import Client, program
from tests.clusters import POSTGRES_BIN_PATH, Cluster
from tracker import demo
from tracker.attachments.models import Attachment
from tracker.core.db import engine_for, opened_sqlite
from tracker.petitions.models import Petition
from tracker.verifying import mismatches, wrong_files

PASSWORD = "cau vong sau mua 42"
SERVING = (
    "import os, sys; from datetime import timedelta; from tracker.core import clock;"
    " right, wrong = clock.now, timedelta(seconds=int(os.environ.get('TEST_CLOCK', '0')));"
    " clock.now = lambda: right() + wrong;"
    " from tracker.core.settings import from_environment;"
    " from tracker.serving import serve;"
    " serve(from_environment(), '127.0.0.1', int(sys.argv[1]), 8, lambda address: None)"
)
PATIENCE = 90.0
PETITIONS = 12


@dataclass(slots=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int

    def kill(self) -> None:
        """End it without a word, with everything that it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """Ask it to end; give how many seconds that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=60)
        return time.monotonic() - began


@dataclass(slots=True)
class Register:
    """A register of the fictional commune: where it lies, and its servers."""

    engine_name: str
    url: str
    instance: Path
    cluster: Cluster | None = None
    servers: list[Server] = field(default_factory=list)
    before_serving: list[str] = field(default_factory=list)
    """Words before the command that serves: of a program that watches it."""

    def environment(self) -> dict[str, str]:
        """Give what a process needs to open the register."""
        path = f"{POSTGRES_BIN_PATH}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {
            "TRACKER_DATABASE_URL": self.url,
            "TRACKER_INSTANCE": str(self.instance),
            "PYTHONUTF8": "1",
            "LC_ALL": "C.UTF-8",
            "PATH": path,
        }

    def serve(self, *, log: str = os.devnull, **settings: str) -> Server:
        """Start a server of the register, and wait until it answers."""
        port = _free_port()
        with open(log, "wb") as told:
            process = subprocess.Popen(
                [*self.before_serving, sys.executable, "-c", SERVING, str(port)],
                env=self.environment() | settings,
                stdout=subprocess.DEVNULL,
                stderr=told,
                start_new_session=True,
            )
        server = Server(process, port)
        self.servers.append(server)
        wait_for(server)
        return server

    def command(self, *words: str) -> subprocess.Popen[str]:
        """Start a command of the register."""
        return subprocess.Popen(
            [*program(), *words],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        """Open the database itself."""
        engine = engine_for(self.url, for_long_work=True)
        try:
            yield engine
        finally:
            engine.dispose()

    def kept(self) -> dict[str, int]:
        """Count the petitions of each text."""
        found: dict[str, int] = {}
        with self.opened() as engine, Session(engine) as session:
            for content in session.scalars(select(Petition.content)):
                found[content] = found.get(content, 0) + 1
        return found

    def kept_files(self) -> dict[str, int]:
        """Count the files of each name."""
        found: dict[str, int] = {}
        with self.opened() as engine, Session(engine) as session:
            for name in session.scalars(select(Attachment.original_name)):
                found[name] = found.get(name, 0) + 1
        return found

    def wrong(self) -> list[str]:
        """Say what does not fit in the register, as `tracker verify` does; and in SQLite's file."""
        with self.opened() as engine, Session(engine) as session:
            found = [*mismatches(session), *wrong_files(session, self.instance / "files")]
        if self.engine_name == "sqlite":
            with closing(opened_sqlite(self.instance / "tracker.db")) as connection:
                told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            found += [line for line in told if line != "ok"]
        return found

    def close(self) -> None:
        """End what still runs."""
        for server in self.servers:
            if server.process.poll() is None:
                server.kill()
        if self.cluster:
            self.cluster.remove()


@contextmanager
def empty(engine_name: str, folder: Path) -> Iterator[Register]:
    """Give a place where a register may be made; its servers end with it."""
    instance = folder / "instance"
    instance.mkdir(parents=True, mode=0o700)
    cluster = Cluster.make() if engine_name == "postgresql" else None
    url = cluster.url() if cluster else f"sqlite:///{instance / 'tracker.db'}"
    made = Register(engine_name, url, instance, cluster)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def register(engine_name: str, folder: Path, petitions: int = PETITIONS) -> Iterator[Register]:
    """Make a register of the fictional commune."""
    with empty(engine_name, folder) as made:
        with made.opened() as engine:
            demo.build(engine, petitions=petitions, seed=1)
            demo.sign_ins(engine, PASSWORD)
        yield made


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """Mount a small disk in memory; nothing where this machine does not let us."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and _run(words)
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            _run(["umount", "-l", str(folder)])
        folder.rmdir()


def _run(words: list[str]) -> bool:
    try:
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def wait_for(server: Server) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise RuntimeError("The server ended instead of serving.")
        client = Client(server.port)
        try:
            if client.get("/healthz").status in (200, 503):
                return
        except OSError:
            time.sleep(0.05)
        finally:
            client.close()
    raise RuntimeError(f"No answer within {PATIENCE:.0f} seconds.")


def killed(process: subprocess.Popen[str]) -> None:
    """End a command without a word, with everything that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
