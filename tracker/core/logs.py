"""What the server writes about itself: one JSON object a line, and nobody's data in it."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

LOGGERS = ("tracker", "waitress")


class JsonLines(logging.Formatter):
    """Writes moment (UTC), level, logger and message; and the facts given as `extra={"facts": …}`.

    JSON escapes line breaks and control characters, so that nothing can forge a line. Of an
    exception only its kind is written: its message may hold what a citizen typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "at": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True, default=str)


def write_to(stream: TextIO = sys.stderr) -> None:
    """Send what the program and its server say to a stream, one JSON object a line."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
