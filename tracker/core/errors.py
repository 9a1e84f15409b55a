"""Refusals that a person can read; anything else is a bug."""

from typing import Any


class TrackerError(Exception):
    """A refusal with a sentence fit for the screen: a message id and the values it names."""

    status_code = 409
    field = ""
    """The field of the form that the refusal is about, where it is about one."""
    retry_after = 0
    """Seconds after which the same may be tried again, where it is a matter of time."""

    def __init__(self, msgid: str, **values: Any) -> None:
        super().__init__(msgid % values if values else msgid)
        self.msgid = msgid
        self.values = values


class NotFound(TrackerError):
    """There is no such record, or none that this person may know of."""

    status_code = 404


class NotAllowed(TrackerError):
    """The person's role does not include this act."""

    status_code = 403


class Stale(TrackerError):
    """Someone else changed the record since it was opened."""


class TooManyTries(TrackerError):
    """Trying a password is held back for a while after failures."""

    status_code = 429
    retry_after = 60
