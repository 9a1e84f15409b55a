"""Turns for what is much work: so many at once, and whoever comes then is told to come again."""

from threading import BoundedSemaphore

from tracker.core.errors import TrackerError
from tracker.core.i18n import N_

BUSY = N_("Several files are being made just now: try again in a moment.")


class Busy(TrackerError):
    """All turns are taken."""

    status_code = 503
    retry_after = 5


class Turn:
    """One taken turn; it is given back once, at the latest when nobody holds it any more."""

    def __init__(self, free: BoundedSemaphore) -> None:
        self._free: BoundedSemaphore | None = free

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def give_back(self) -> None:
        """Let the next one begin."""
        free, self._free = self._free, None
        if free is not None:
            free.release()

    # An answer that nobody reads, as to HEAD, is never begun, and so never comes to an end.
    __del__ = give_back


class Turns:
    """So many turns in this process; the rest of its threads stay free for pages."""

    def __init__(self, at_once: int, patience: float) -> None:
        self._free = BoundedSemaphore(at_once)
        self._patience = patience

    def take(self) -> Turn:
        """Take a turn; refuse when none becomes free within a moment."""
        if not self._free.acquire(timeout=self._patience):
            raise Busy(BUSY)
        return Turn(self._free)
