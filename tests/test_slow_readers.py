"""Files over real connections: a reader who is slow or stops keeps nobody waiting."""

import http.client
import os
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import waitress

from tracker import sending
from tracker.accounts.permissions import Role
from tracker.core import web
from tracker.core.downloads import folder_of
from tracker.core.turns import Busy, Turns
from tracker.serving import LIMITS

PIECE = b"x" * 65536
PIECES = 320  # twenty megabytes, more than a socket's buffers take


class Large:
    """An application that answers with much, and notes when it has given all of it."""

    def __init__(self):
        self.is_done = threading.Event()

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self._much() if environ["PATH_INFO"] == "/much" else [b"ok"]

    def _much(self):
        for _ in range(PIECES):
            yield PIECE
        self.is_done.set()


@contextmanager
def _served(app, folder, **limits):
    """Serve with a single thread, so that whoever holds it is noticed."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=1, **LIMITS | limits)
    sending.prepare(server, folder)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        server.task_dispatcher.shutdown(timeout=1)


def _asked(port):
    reader = socket.create_connection(("127.0.0.1", port), timeout=20)
    reader.sendall(b"GET /much HTTP/1.1\r\nHost: here\r\n\r\n")
    return reader


def _kept_in(folder):
    """Count the files without a name that this process holds open in a folder."""
    count = 0
    for one in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{one}").startswith(str(folder))
        except OSError:
            continue
    return count


@pytest.fixture(autouse=True)
def temporary_folder(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", None)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="asks Linux which files are open")
def test_a_reader_who_stops_holds_neither_the_thread_nor_what_is_read_from(tmp_path):
    app = Large()
    with _served(app, tmp_path) as port:
        stopped = _asked(port)
        assert stopped.recv(100).startswith(b"HTTP/1.1 200")
        assert app.is_done.wait(20)
        assert _kept_in(tmp_path) == 1

        other = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        other.request("GET", "/")
        assert other.getresponse().read() == b"ok"
        other.close()

        # Going on after a while, the reader still gets all of it.
        size = 0
        while not (part := stopped.recv(1 << 20)).endswith(b"0\r\n\r\n"):
            assert part
            size += len(part)
        assert size >= PIECES * len(PIECE) - (1 << 20)
        stopped.close()


def test_a_reader_who_takes_nothing_for_long_is_given_up(tmp_path):
    app = Large()
    with _served(app, tmp_path, channel_timeout=1, cleanup_interval=1) as port:
        stopped = _asked(port)
        assert app.is_done.wait(20)
        until = time.monotonic() + 20
        while _kept_in(tmp_path) and time.monotonic() < until:
            time.sleep(0.1)
            with socket.create_connection(("127.0.0.1", port)):
                pass  # housekeeping is done as connections come
        assert _kept_in(tmp_path) == 0
        stopped.close()


def test_who_sends_by_the_drop_is_given_up_and_a_slow_upload_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(sending, "PATIENCE", 0.5)
    with _served(lambda environ, start: Large()(environ, start), tmp_path) as port:
        head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 8000\r\n\r\n"
        dripping, steady = (socket.create_connection(("127.0.0.1", port)) for _ in range(2))
        steady.sendall(head)
        is_given_up = False
        for number in range(16):
            time.sleep(0.1)
            steady.sendall(b"x" * 500)
            try:
                dripping.sendall(head[number : number + 1])
            except OSError:
                is_given_up = True
        assert is_given_up
        assert steady.recv(100).startswith(b"HTTP/1.1 200")
        dripping.close()
        steady.close()


def test_a_server_that_had_no_memory_for_a_moment_hears_again(tmp_path, monkeypatch, caplog):
    failed = threading.Event()

    def exhausted(handle, size, read=os.read):
        if size == 8192 and not failed.is_set():  # that which wakes the server
            failed.set()
            raise MemoryError
        return read(handle, size)

    with _served(Large(), tmp_path) as port:
        monkeypatch.setattr(os, "read", exhausted)
        for _ in range(2):
            other = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            other.request("GET", "/")
            assert other.getresponse().read() == b"ok"
            other.close()
    assert failed.is_set()
    assert "the server goes on after MemoryError" in caplog.messages


def test_what_a_killed_server_left_to_be_sent_is_swept_at_the_next_start(tmp_path):
    folder = folder_of(tmp_path)
    for name, age in (("tmpold", 2), ("tmpnew", 0)):
        (folder / name).write_bytes(b"rows")
        then = time.time() - age * 24 * 3600
        os.utime(folder / name, (then, then))
    (folder / "tmpdir").mkdir()
    os.utime(folder / "tmpdir", (1, 1))

    with _served(Large(), tmp_path):
        assert [path.name for path in folder.iterdir()] == ["tmpnew"]
    assert folder.stat().st_mode & 0o077 == 0


def test_a_fast_reader_of_much_leaves_nothing_behind(tmp_path):
    app = Large()
    with _served(app, tmp_path) as port:
        reader = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        reader.request("GET", "/much")
        assert len(reader.getresponse().read()) == PIECES * len(PIECE)
        assert _kept_in(tmp_path) <= 1
        reader.close()


def test_one_file_too_many_at_once_is_told_when_to_come_again(visit, monkeypatch):
    turns = Turns(at_once=1, patience=0)
    monkeypatch.setattr(web, "FILES", turns)
    visitor = visit(role=Role.STAFF)
    with turns.take():
        for path in ("/petitions.csv", "/petitions.xlsx", "/dialogues.csv", "/petitions.zip"):
            answer = visitor.get(path)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "5"
            assert visitor.get("/petitions").status_code == 200
    for _ in range(2):
        for ask in (visitor.get, visitor.client.head):
            assert ask("/dialogues.csv").status_code == 200
            assert ask("/petitions.csv").status_code == 200


def test_a_turn_is_given_back_once():
    turns = Turns(at_once=1, patience=0)
    turn = turns.take()
    with pytest.raises(Busy):
        turns.take()
    turn.give_back()
    turn.give_back()
    with turns.take(), pytest.raises(Busy):
        turns.take()
    del turn
    turns.take()  # held by nobody, so free again
    assert turns.take()
