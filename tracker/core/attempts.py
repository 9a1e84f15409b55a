"""The one place where an act is done anew, from fresh state, after it lost a race."""

import random
import time
from typing import Any

from flask import Flask, g, request
from sqlalchemy.exc import DBAPIError

from tracker.core import web
from tracker.core.addresses import LateRule
from tracker.core.db import lost_a_race

ATTEMPTS = 4
LONGEST_PAUSE = 0.05
"""Seconds, times the attempt: two that met once should not meet again."""
OUTLIVES_AN_ATTEMPT = frozenset({"language", "stays_on_primary"})


class PatientFlask(Flask):
    """An application whose views run again, whole, when the database could not let them through.

    A transaction keeps all or nothing, so what lost a race left nothing behind. A connection that
    broke is another matter: for a form nobody knows whether it was kept, so the person decides.
    """

    url_rule_class = LateRule

    def dispatch_request(self) -> Any:
        """Run the view; bounded, as an act that always loses is a mistake."""
        for attempt in range(1, ATTEMPTS):
            try:
                return super().dispatch_request()
            except DBAPIError as error:
                if not _may_run_again(error):
                    raise
            _forget()
            time.sleep(random.uniform(0, LONGEST_PAUSE * attempt))
        return super().dispatch_request()


def _may_run_again(error: DBAPIError) -> bool:
    reads = request.method in web.READING
    if reads and web.leave_replica(error):
        return True
    return lost_a_race(error) or (reads and error.connection_invalidated)


def _forget() -> None:
    """Begin as the request began: nothing looked up, every sent file at its first byte."""
    web.close_session()
    for name in list(g):
        if name not in OUTLIVES_AN_ATTEMPT:
            g.pop(name)
    for file in request.files.values():
        file.stream.seek(0)
