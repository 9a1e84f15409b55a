"""Many who send by the drop and read by the drop, and the one who wants a page meanwhile."""

import socket
import threading
import time
from statistics import quantiles

from tests.bench.serving import Client
from tests.faults.outcomes import Bench, Outcome
from tests.faults.places import PASSWORD, Server, register
from tests.faults.told import Counted

SENDERS, READERS = 200, 50
ROWS = 1_000
WATCHED = 75
"""Seconds: those who send nothing to speak of must be given up by the sixtieth."""
GIVEN_UP_BY = 61.0
SLOWEST = 1.0
"""Seconds within which nineteen of twenty pages come meanwhile."""
HEAD = b"POST /petitions/new HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 10_000


class Crowd:
    """Connections that send one byte a second, and connections that read as little."""

    def __init__(self, server: Server, cookies: dict[str, str]) -> None:
        self.senders = {
            socket.create_connection(("127.0.0.1", server.port)) for _ in range(SENDERS)
        }
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        asked = f"GET /petitions.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
        self.readers = [_reader(server.port) for _ in range(READERS)]
        for reader in self.readers:
            reader.sendall(asked.encode())
        self.began = time.monotonic()
        self.last_given_up = 0.0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._drip, daemon=True)
        self.thread.start()

    def leave(self) -> None:
        """Close what is left."""
        self.is_over.set()
        self.thread.join()
        for one in (*self.senders, *self.readers):
            one.close()

    def _drip(self) -> None:
        number = 0
        while not self.is_over.wait(1):
            for sender in list(self.senders):
                try:
                    sender.sendall(HEAD[number : number + 1])
                except OSError:
                    self.senders.discard(sender)
                    sender.close()
                    self.last_given_up = time.monotonic() - self.began
            for reader in self.readers:
                try:
                    reader.recv(1)
                except OSError:
                    continue
            number += 1


def _reader(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(0.01)
    made.connect(("127.0.0.1", port))
    return made


def slow_clients(bench: Bench) -> Outcome:
    """Let a crowd drip while somebody opens pages."""
    counted, taken = Counted(), []
    with register(bench.engine, bench.folder, petitions=ROWS) as place:
        server = place.serve()
        client = Client(server.port)
        client.sign_in("canbo", PASSWORD)
        client.get("/petitions")
        crowd = Crowd(server, client.cookies)
        while time.monotonic() - crowd.began < WATCHED:
            answer = client.get("/petitions")
            taken.append(answer.seconds)
            if answer.status != 200:
                counted.wrong.append(f"a page was answered {answer.status}")
            time.sleep(0.2)
        left, given_up = len(crowd.senders), crowd.last_given_up
        crowd.leave()
        counted.wrong += place.wrong()
    slow = quantiles(taken, n=20)[-1]
    if left or given_up > GIVEN_UP_BY:
        counted.wrong.append(f"{left} still drip; the last was given up after {given_up:.0f} s")
    if slow > SLOWEST:
        counted.wrong.append(f"one page of twenty took {slow:.1f} s and more")
    notes = [
        f"{SENDERS} send and {READERS} read a byte a second",
        f"others' pages within {slow:.2f} s, 19 of 20",
        f"the senders given up after {given_up:.0f} s",
    ]
    return Outcome("slow clients", bench.engine, 1, counted, notes)
