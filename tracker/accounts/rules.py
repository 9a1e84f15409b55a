"""Limits of signing in, and what makes a password too easy: pure rules."""

import re
from datetime import datetime, timedelta
from functools import cache

from tracker.core.errors import TrackerError
from tracker.core.text import fold

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
IDLE_LIMIT = timedelta(minutes=30)
WHOLE_LIMIT = timedelta(hours=10)
"""A sign-in ends after half an hour without a request, and after a working day in any case."""
FIRST_PASSWORD_LIFE = timedelta(hours=72)
CODE_LIMIT = timedelta(minutes=10)
"""So long a password that was right waits for its second factor."""
RECOVERY_CODES = 10
FAILURES_COUNTED = timedelta(hours=24)
FAILURES_FREE = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=16)
"""Five failures a day are free, then the wait doubles: fewer than a hundred guesses a day."""
FAILURES_PER_ADDRESS = 100
ADDRESS_COUNTED = timedelta(hours=1)

CONTEXT_WORDS = ("doithoai", "matkhau", "password", "123456", "qwerty", "kiennghi", "tracker")
LONGEST_EMAIL = 200
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

_UNIT_WORDS = ("xa", "phuong", "thi tran", "dac khu", "huyen", "quan", "thanh pho", "tinh", "thon")


class PasswordRefused(TrackerError):
    """The password is too short, too long, or easy to guess."""

    field = "new"


class WrongPassword(TrackerError):
    """The present password, asked for before it is changed, is not right."""

    field = "old"


class CodeRefused(TrackerError):
    """The code of the second factor is not right, or none is asked for."""

    field = "code"
    status_code = 401


class EmailRefused(TrackerError):
    """The text is no e-mail address."""


def read_email(text: str) -> str | None:
    """Read an e-mail address; nothing typed is none, and what no server takes is refused."""
    typed = text.strip()
    if not typed:
        return None
    if len(typed) > LONGEST_EMAIL or not _EMAIL.fullmatch(typed):
        raise EmailRefused("This is no e-mail address; type it as name@commune.gov.vn.")
    return typed


def proper_name(place: str) -> str:
    """Give a place's name without the word for what it is: of Xã Tiên Lục, Tiên Lục."""
    return next(
        (place[len(word) :].strip() for word in _UNIT_WORDS if fold(place).startswith(f"{word} ")),
        place,
    )


def check_password(password: str, *about: str) -> None:
    """Refuse a password by length first, then by words that anyone here would try.

    `about` are words of the person and the place: user name, full name, commune.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused("A password needs 12 to 128 characters.")
    plain = fold(password).replace(" ", "")
    words = [*CONTEXT_WORDS, *(fold(word).replace(" ", "") for word in about if len(word) > 3)]
    if any(word in plain for word in words):
        raise PasswordRefused(
            "This password is easy to guess: leave out your user name and common words."
        )
    common = _common_passwords()
    if plain in common or plain.strip("0123456789!.@#") in common or len(set(plain)) < 5:
        raise PasswordRefused("This password is on the list of those that are tried first.")


@cache
def _common_passwords() -> frozenset[str]:
    # Thirty thousand words, which a server does without until somebody chooses a password.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def plain_code(typed: str) -> str:
    """Read a code as typed: spaces, hyphens and capitals are forgiven."""
    return "".join(sign for sign in typed.casefold() if sign.isalnum())[:40]


def is_live(started_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Tell whether a sign-in still holds; a clock set back by a little ends none."""
    return now - last_seen_at < IDLE_LIMIT and now - started_at < WHOLE_LIMIT


def wait_until(failures: list[datetime]) -> datetime | None:
    """Give the moment before which an account takes no further try, from its recent failures.

    Five are free; each further one doubles the wait, to sixteen minutes at most, so that a stranger
    never locks anyone out for good.
    """
    beyond = len(failures) - FAILURES_FREE
    if beyond < 0:
        return None
    doubled: timedelta = FIRST_WAIT * 2 ** min(beyond, 10)
    return max(failures) + min(doubled, LONGEST_WAIT)
