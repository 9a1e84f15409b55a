"""Reading from a copy of the register that follows the primary, while it keeps up."""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.core import clock
from tracker.core.db import engine_for

LOOKED_AT_EVERY = 1.0
LEFT_ALONE_FOR = 10.0
"""Seconds between two looks at a replica that answers, and at one that does not."""
TOLD_FROM = timedelta(seconds=5)
"""A lag below this is not worth a word on the page."""
SAMPLES = 600

_WRITTEN = text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
_WRITTEN_BY_ME = text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
_REPLAYED = text(
    "SELECT pg_is_in_recovery() AS follows, pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS position,"
    " pg_last_xact_replay_timestamp() AS at"
)
log = logging.getLogger("tracker")


@dataclass(frozen=True, slots=True)
class Standing:
    """Which moment of the register the replica surely shows, and where in its log that is."""

    as_of: datetime
    position: int
    lag: timedelta

    @property
    def is_told(self) -> bool:
        """Tell whether the reader should know that this is not the present moment."""
        return self.lag >= TOLD_FROM


class Replica:
    """A read replica, used while it answers and is not too far behind.

    Its lag is measured at the primary's log: the newest moment whose position it has replayed. The
    time of its last transaction alone would call a quiet night a lag.
    """

    def __init__(self, url: str, primary: Engine, most_lag: timedelta) -> None:
        self.engine = engine_for(url)
        self._primary, self._most_lag = primary, most_lag
        self._written: deque[tuple[datetime, int]] = deque(maxlen=SAMPLES)
        self._looking = threading.Lock()
        self._looks_next = 0.0
        self._standing: Standing | None = None
        self._fault = ""

    def standing(self, written: int = 0) -> Standing | None:
        """Give the moment that can be read here; None sends the reader to the primary.

        Whoever wrote up to a position of the log is sent there until the replica has it too.
        """
        self._look_when_due()
        kept = self._standing
        return kept if kept is not None and kept.position >= written else None

    def mistrust(self, error: Exception) -> None:
        """Leave the replica alone for a while after it failed someone."""
        self._standing = None
        self._looks_next = time.monotonic() + LEFT_ALONE_FOR
        self._tell(type(getattr(error, "orig", error)).__name__)

    @property
    def fault(self) -> str:
        """Say why the replica is not used; nothing when it is."""
        return self._fault

    def position(self) -> int:
        """Give where the primary's log ends, with all that was committed before the call."""
        return _position(_one(self._primary, _WRITTEN_BY_ME)[0])

    def dispose(self) -> None:
        """Let go of the replica's connections."""
        self.engine.dispose()

    def _look_when_due(self) -> None:
        if time.monotonic() < self._looks_next or not self._looking.acquire(blocking=False):
            return  # someone else is looking: what is known will do until then
        try:
            if time.monotonic() >= self._looks_next:
                self._looks_next = time.monotonic() + LOOKED_AT_EVERY
                self._look()
        finally:
            self._looking.release()

    def _look(self) -> None:
        try:
            asked_at, end = clock.now(), _position(_one(self._primary, _WRITTEN)[0])
            self._written.append((asked_at, end))
            follows, position, replayed_at = _one(self.engine, _REPLAYED)
        except SQLAlchemyError as error:
            self.mistrust(error)
            return
        if not follows or position is None:
            self._standing = None
            self._tell("follows no primary")
            return
        self._judge(asked_at, _position(position), replayed_at)

    def _judge(self, now: datetime, position: int, replayed_at: datetime | None) -> None:
        reached = [at for at, end in self._written if end <= position]
        known = [at for at in (replayed_at, *reached[-1:]) if at is not None]
        lag = now - max(known) if known else None
        if lag is None or lag > self._most_lag:
            self._standing = None
            self._tell("is too far behind")
            return
        self._standing = Standing(max(known), position, max(lag, timedelta(0)))
        self._tell("")

    def _tell(self, fault: str) -> None:
        """Write a change down once, not at every request."""
        if fault == self._fault:
            return
        self._fault = fault
        if fault:
            log.warning("reading from the primary: the replica %s", fault)
        else:
            log.warning("reading from the replica again")


def _one(engine: Engine, asked: Any) -> Any:
    with engine.connect() as connection:
        return connection.execute(asked).one()


def _position(found: Any) -> int:
    return int(found)
