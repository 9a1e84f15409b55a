"""Having a virus scanner look at a file before it is kept: a command, or clamd by its socket."""

import shlex
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from tracker.core.errors import TrackerError

Scan = Callable[[Path], None]
"""Looks at a file; returns when it is clean, and raises what is to be said when it is not."""
LONGEST_SCAN = 60
"""Seconds after which a scanner that does not answer counts as none."""
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class Infected(TrackerError):
    """The scanner knows what is in the file."""


class NotScanned(TrackerError):
    """The scanner is asked for and does not answer, so nothing is kept."""

    status_code = 503


def scanner(command: str, address: str) -> Scan | None:
    """Give what looks at files, as the settings name it; none where nothing is named."""
    if address:
        return lambda path: _ask_clamd(address, path)
    if words := shlex.split(command):
        return lambda path: _run(words, path)
    return None


def _run(words: list[str], path: Path) -> None:
    """Run a command on a file: it ends with 0 when the file is clean, with 1 when it is not."""
    try:
        done = subprocess.run(
            [*words, str(path)], capture_output=True, timeout=LONGEST_SCAN, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _not_scanned() from error
    if done.returncode == 1:
        raise _infected()
    if done.returncode:
        raise _not_scanned()


def _ask_clamd(address: str, path: Path) -> None:
    """Send a file to clamd piece by piece (INSTREAM), so that it needs no right to read it."""
    try:
        with _connected(address) as line, path.open("rb") as file:
            line.sendall(b"zINSTREAM\0")
            while chunk := file.read(_CHUNK):
                line.sendall(len(chunk).to_bytes(4) + chunk)
            line.sendall(bytes(4))
            answer = _answer_of(line)
    except (OSError, ValueError) as error:
        raise _not_scanned() from error
    if answer.endswith(b"FOUND"):
        raise _infected()
    if not answer.endswith(b": OK"):
        raise _not_scanned()


def _connected(address: str) -> socket.socket:
    """Connect to a socket in the file system (a path), or to host:port."""
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(LONGEST_SCAN)
        line.connect(address)
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=LONGEST_SCAN)


def _answer_of(line: socket.socket) -> bytes:
    answer = b""
    while len(answer) < _LONGEST_ANSWER and (piece := line.recv(_LONGEST_ANSWER)):
        answer += piece
    return answer.rstrip(b"\0\n ")


def _infected() -> Infected:
    return Infected("The virus scanner found something in this file; it was not kept.")


def _not_scanned() -> NotScanned:
    return NotScanned(
        "The file could not be checked for viruses just now, so it was not kept; tell the"
        " administrator."
    )
