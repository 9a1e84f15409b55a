"""The measurements themselves: always the things compared in turn, in the same minute."""

import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine

from tests.bench.pages import Logged, Page
from tests.bench.registers import PASSWORD, STAFF, Register
from tests.bench.serving import KEY, TOKEN, Client, NotServed, Server, served, watched
from tracker.app import close_databases, create_app
from tracker.core.settings import from_environment

FLOOR = "floor"
SELDOM = "nghêu"


@dataclass(slots=True)
class Times:
    """Seconds of one page: of each register and of the floor, round by round."""

    name: str
    person: str
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, label: str, seconds: float) -> None:
        """Note one answer."""
        self.seconds.setdefault(label, []).append(seconds)

    def median(self, label: str) -> float | None:
        """Give the median in milliseconds."""
        known = self.seconds.get(label)
        return statistics.median(known) * 1000 if known else None

    def ratio(self, label: str, to: str) -> float | None:
        """Give the median of what one took of the other in the same round, however busy it was."""
        rounds = zip(self.seconds.get(label, ()), self.seconds.get(to, ()), strict=False)
        ratios = [one / other for one, other in rounds if other]
        return statistics.median(ratios) if ratios else None


def in_turn(rounds: int, acts: dict[str, Callable[[], float]], times: Times) -> Times:
    """Do the acts one after the other, so many rounds; the first two only warm up."""
    for number in range(rounds + 2):
        for label, act in acts.items():
            seconds = act()
            if number >= 2:
                times.add(label, seconds)
    return times


def opening(client: Client, path: str) -> Callable[[], float]:
    """Give the act of opening a page."""

    def act() -> float:
        answer = client.get(path)
        if answer.status != 200:
            raise NotServed(f"{path} answered {answer.status}")
        return answer.seconds

    return act


def logging(client: Client, logged: Logged, day: date) -> Callable[[], float]:
    """Give the act of opening the form and sending a petition with its token and key."""

    def act() -> float:
        form = client.get("/petitions/new")
        page = form.body.decode()
        token, key = TOKEN.search(page), KEY.search(page)
        sent = client.post(
            "/petitions/new",
            csrf_token=token[1] if token else "",
            key=key[1] if key else "",
            place=logged.place,
            category=logged.category,
            channel="letter",
            kind="recommendation",
            level="commune",
            petitioner="unnamed",
            people="1",
            content="Đo thử: đề nghị sửa đoạn đường trước nhà văn hóa thôn, trời mưa là ngập.",
            received_on=f"{day:%d/%m/%Y}",
            date_precision="day",
        )
        if sent.status != 303:
            told = re.findall(r'class="[^"]*error[^"]*"[^>]*>(.*?)</', sent.body.decode(), re.S)
            raise RuntimeError(f"A petition was answered {sent.status}: {told}")
        return form.seconds + sent.seconds

    return act


def logging_floor(client: Client, key: str) -> Callable[[], float]:
    """Give the same two requests to the floor."""

    def act() -> float:
        form = client.get(f"/floor/{key}")
        return form.seconds + client.post(f"/floor/{key}", content="x" * 80).seconds

    return act


@dataclass(slots=True)
class Export:
    """One file taken whole: how fast, and what memory it cost the server."""

    name: str
    rows: int
    seconds: float
    first_byte: float = 0.0
    memory_before: float = 0.0
    memory_peak: float = 0.0

    @property
    def rate(self) -> float:
        """Give rows per second."""
        return self.rows / self.seconds


def taken(server: Server, client: Client, path: str, name: str, rows: int) -> Export:
    """Take a file out of the register."""
    with watched(server) as memory:
        began = time.perf_counter()
        first, size = 0.0, 0
        for piece in client.stream(path):
            first = first or time.perf_counter() - began
            size += len(piece)
        seconds = time.perf_counter() - began
    client.close()
    if not name.startswith("XLSX") and size < rows * 20:
        raise RuntimeError(f"{path}: only {size} bytes for {rows} rows")
    return Export(name, rows, seconds, first, memory[0] / 1024, max(memory) / 1024)


SHELL = """
SELECT row_number() OVER (ORDER BY p.received_on DESC, p.id DESC), p.code, d.code, p.received_on,
    pl.name, c.name_vi, p.kind, p.content, p.petitioner, p.citizen_name, p.citizen_phone, p.people,
    de.name_vi, p.cooperating, p.level, p.channel, p.status, p.due_on, p.ended_on, p.plan_on,
    p.latest_note, p.latest_document, p.ack_due_on, p.acknowledged_on, p.source
FROM petitions p JOIN places pl ON pl.id = p.place_id JOIN categories c ON c.id = p.category_id
LEFT JOIN departments de ON de.id = p.department_id LEFT JOIN dialogues d ON d.id = p.dialogue_id
ORDER BY p.received_on DESC, p.id DESC
"""
"""The columns of the register's own file as they are kept, all rows, in its order."""


def by_the_engine(register: Register) -> Export:
    """Take the same columns by the engine's own means: the sqlite3 shell, or COPY."""
    url = make_url(register.url)
    began = time.perf_counter()
    if register.engine == "sqlite" and shutil.which("sqlite3"):
        words = ["sqlite3", "-readonly", "-csv", "-header", str(url.database), SHELL]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as shell:
            assert shell.stdout
            while shell.stdout.read(65536):
                pass
        return Export("sqlite3 -csv", register.petitions, time.perf_counter() - began)
    if register.engine == "sqlite":
        return _fetched(register, began)
    return _copied(register, began)


def _fetched(register: Register, began: float) -> Export:
    import sqlite3

    with sqlite3.connect(str(make_url(register.url).database)) as connection:
        for _row in connection.execute(SHELL):
            pass
    return Export("sqlite3 module, fetch alone", register.petitions, time.perf_counter() - began)


def _copied(register: Register, began: float) -> Export:
    import psycopg

    address = register.url.replace("postgresql+psycopg://", "postgresql://", 1)
    copy = f"COPY ({SHELL}) TO STDOUT WITH (FORMAT csv, HEADER)"
    with psycopg.connect(address) as connection, connection.cursor().copy(copy) as pieces:
        for _piece in pieces:
            pass
    return Export("COPY", register.petitions, time.perf_counter() - began)


def while_exporting(server: Server, client: Client, other: Client, path: str) -> tuple[float, ...]:
    """Give the list's 95th percentile alone, with one export running, and with two."""
    asked = opening(client, "/petitions")

    def p95(number: int) -> float:
        seconds = sorted(asked() for _ in range(number))
        return seconds[int(len(seconds) * 0.95)] * 1000

    alone = p95(60)
    found = [alone]
    for exports in (1, 2):
        stop = threading.Event()

        def export(stop: threading.Event = stop) -> None:
            taking = Client(server.port, dict(other.cookies))
            while not stop.is_set():
                for _piece in taking.stream(path):
                    if stop.is_set():
                        break
                taking.close()

        running = [threading.Thread(target=export) for _ in range(exports)]
        for thread in running:
            thread.start()
        time.sleep(0.3)
        found.append(p95(60))
        stop.set()
        for thread in running:
            thread.join()
    return tuple(found)


def statements(register: Register, pages: Sequence[Page]) -> dict[str, int]:
    """Count the statements of each page, in a process of this one's own."""
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    app = create_app(from_environment(register.environment()))
    clients = {}
    found = {}
    event.listen(Engine, "before_cursor_execute", count)
    try:
        for page in pages:
            if page.person not in clients:
                client = clients[page.person] = app.test_client()
                token = TOKEN.search(client.get("/sign-in").text)
                sent = {"username": page.person, "password": PASSWORD}
                client.post("/sign-in", data=sent | {"csrf_token": token[1] if token else ""})
            clients[page.person].get(page.path)
            counted.clear()
            clients[page.person].get(page.path)
            found[page.key] = sum(not s.startswith(("BEGIN", "PRAGMA")) for s in counted)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
        close_databases(app)
    return found


@dataclass(slots=True)
class Start:
    """How long a server takes to its first answer, and what memory it holds idle."""

    seconds: float
    pss: float


def start(words: list[str], environment: dict[str, str], rounds: int) -> Start:
    """Start a server so many times; medians."""
    seconds, memory = [], []
    for _ in range(rounds):
        with served(words, environment, "/healthz") as server:
            time.sleep(0.5)
            seconds.append(server.started_in)
            memory.append(server.kib("Pss", "smaps_rollup") / 1024)
    return Start(statistics.median(seconds), statistics.median(memory))


def bare_words() -> list[str]:
    """Give the words that start the bare app."""
    return [sys.executable, "-m", "tests.bench.floor", "--bare"]


def floor_words(pages: Sequence[Page]) -> list[str]:
    """Give the words that start the floor of these pages."""
    words = [sys.executable, "-m", "tests.bench.floor"]
    for page in pages:
        words += ["--page", f"{page.key}={page.person}={page.path}"]
    return words


__all__ = ["STAFF"]
