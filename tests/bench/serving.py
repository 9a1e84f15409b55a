"""Servers in processes of their own, as shipped, and a client that stays connected."""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="key"[^>]* value="([^"]+)"')
PATIENCE = 60
LONGEST_IDLE, LONGEST = 20, 900


class NotServed(RuntimeError):
    """An address gave no page or file."""


@dataclass(slots=True)
class Server:
    """A running server: its process and where it listens."""

    process: subprocess.Popen[bytes]
    port: int
    said: IO[bytes]
    started_in: float = 0.0

    def kib(self, name: str, file: str = "status") -> int:
        """Read one of the process's figures of memory, such as RssAnon."""
        told = Path(f"/proc/{self.process.pid}/{file}").read_text()
        found = re.search(rf"^{name}:\s+(\d+) kB", told, re.M)
        return int(found[1]) if found else 0


@dataclass(slots=True)
class Answer:
    """What came back, and how long it took: to the first byte, and to the last."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    first_byte: float
    seconds: float


@dataclass(slots=True)
class Client:
    """A browser of one person, with its cookies, on one connection that stays open."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    used_at: float = 0.0

    def close(self) -> None:
        """Give the connection up; the next request opens another."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def get(self, path: str) -> Answer:
        """Open an address."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields))

    def sign_in(self, username: str, password: str) -> None:
        """Sign in as a person of the register."""
        token = TOKEN.search(self.get("/sign-in").body.decode())
        assert token
        answer = self.post("/sign-in", csrf_token=token[1], username=username, password=password)
        assert answer.status == 303, (answer.status, answer.body[-500:])

    def stream(self, path: str) -> Iterator[bytes]:
        """Read an address piece by piece."""
        self._send("GET", path, None)
        assert self.connection
        response = self.connection.getresponse()
        if response.status != 200:
            raise NotServed(f"{path} answered {response.status}")
        while piece := response.read1(65536):
            yield piece

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        began = time.perf_counter()
        self._send(method, path, body)
        assert self.connection
        response = self.connection.getresponse()
        first = response.read(1)
        first_byte = time.perf_counter() - began
        rest = response.read()
        seconds = time.perf_counter() - began
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if response.will_close:
            self.close()
        return Answer(response.status, first + rest, response.headers, first_byte, seconds)

    def _send(self, method: str, path: str, body: str | None) -> None:
        if time.monotonic() - self.used_at > LONGEST_IDLE:
            self.close()  # the server gives up what nobody uses
        self.used_at = time.monotonic()
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)


@contextmanager
def served(words: list[str], environment: Mapping[str, str], ready: str) -> Iterator[Server]:
    """Start a server and stop it again; it is started once `ready` answers."""
    began = time.perf_counter()
    port = _free_port()
    # Into a file: what nobody reads from a pipe stops the server when the pipe is full.
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*words, "--port", str(port)],
            env=dict(environment),
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        server = Server(process, port, said)
        try:
            _wait(server, ready)
            server.started_in = time.perf_counter() - began
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def program() -> list[str]:
    """Give the words that start the installed `tracker`."""
    return [str(Path(sys.executable).parent / "tracker")]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, ready: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.process.poll() is not None:
            server.said.seek(0)
            raise RuntimeError(server.said.read().decode(errors="replace"))
        client = Client(server.port)
        try:
            answer = client.get(ready)
            if answer.status == 200:
                return
            raise NotServed(f"{ready} answered {answer.status}: {answer.body[-800:]!r}")
        except OSError:
            time.sleep(0.02)
        finally:
            client.close()
    raise RuntimeError(f"No answer within {PATIENCE} seconds.")


@contextmanager
def watched(server: Server) -> Iterator[list[int]]:
    """Note the server's private memory, in KiB, as often as may be while something goes on."""
    seen = [server.kib("RssAnon")]
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            seen.append(server.kib("RssAnon"))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        stop.set()
        looking.join()


def cores() -> int:
    """Count the processors."""
    return os.cpu_count() or 1
