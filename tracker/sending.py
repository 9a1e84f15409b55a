"""How answers leave: a slow reader keeps nobody waiting, and what was freed is given back."""

import ctypes
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel

from tracker.core.downloads import folder_of, sweep

log = logging.getLogger("tracker")
IN_MEMORY = 2 * 1024 * 1024
"""So much of an answer passes through one buffer before the next."""
NEVER_WAIT = sys.maxsize
PATIENCE = 50
"""So many seconds a request may take to come in, however slowly; an upload comes on for longer."""
LEAST_A_SECOND = 500
"""So many bytes a second come in on the average of what is let go on for longer."""
FROM_THE_SYSTEM = 256 * 1024
MOST_POOLS = 2
DAY = 24 * 3600
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8


class PatientChannel(HTTPChannel):  # type: ignore[misc]  # waitress is not typed
    """Takes an answer as fast as it is made; what the reader has not fetched yet lies in a file.

    So neither a thread nor a moment of the register is held for a reader that is slow or has
    stopped; one that takes nothing for a minute is given up by the server's own housekeeping. So
    is whoever sends a request by the drop, which that housekeeping would wait for.
    """

    current_outbuf_count: int
    began = 0.0
    taken = 0

    def received(self, data: bytes) -> bool:
        now = time.monotonic()
        if self.request is None:  # the first of a request
            self.began, self.taken = now, 0
        self.taken += len(data)
        waited = now - self.began
        if waited > PATIENCE and self.taken < waited * LEAST_A_SECOND:
            self.will_close = True
            return False
        return bool(super().received(data))

    def writable(self) -> bool:
        if self.will_close:
            # Who takes nothing never becomes ready to be written to, which the closing waits for.
            self.handle_close()
            return False
        return bool(super().writable())

    def write_soon(self, data: Any) -> Any:
        with self.outbuf_lock:
            if self.current_outbuf_count >= IN_MEMORY and not _is_waiting_in_a_file(self.outbufs):
                # A buffer forgets what was sent only as a whole.
                self.outbufs.append(OverflowableBuffer(self.adj.outbuf_overflow))
                self.current_outbuf_count = 0
        return super().write_soon(data)


def _is_waiting_in_a_file(buffers: list[Any]) -> bool:
    return getattr(buffers[-1], "overflowed", False) and len(buffers[-1]) > 0


def prepare(server: Any, instance: Path) -> None:
    """Let a server send so, and keep what waits to be sent in a folder that is ours alone."""
    folder = folder_of(instance)
    sweep(folder, time.time() - DAY)
    tempfile.tempdir = str(folder)
    # What listens, and what wakes the server when an answer is ready.
    standing = getattr(server, "_map", None) or server.map
    for one in (server, *standing.values()):
        one.handle_error = _go_on
        if hasattr(one, "channel_class"):
            one.channel_class = PatientChannel


def _go_on() -> None:
    """Keep open what failed once, as for want of memory: closed, it would leave a deaf server."""
    log.error("the server goes on after %s", type(sys.exception()).__name__)


def give_memory_back() -> None:
    """Have the C library keep few pools, and return large pieces at once.

    It would keep a pool for each thread, and in each of them what the largest file took.
    """
    if not sys.platform.startswith("linux") or "MALLOC_ARENA_MAX" in os.environ:
        return
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:  # other C libraries have no such pools
        tune(M_ARENA_MAX, MOST_POOLS)
        tune(M_MMAP_THRESHOLD, FROM_THE_SYSTEM)
