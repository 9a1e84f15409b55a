"""Two languages: message ids are English, Vietnamese is what a visitor gets by default."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Self

from tracker.core.catalogues import Catalogue
from tracker.core.resources import translations_folder

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT_LANGUAGE = "vi"
_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be said later, in the language of whoever reads it."""

    msgid: str
    values: dict[str, Any] = field(default_factory=dict)


def N_(msgid: str) -> str:  # noqa: N802 - the marker's name by gettext's own custom
    """Mark a message id for the catalogue, without translating it yet."""
    return msgid


class Labelled(StrEnum):
    """An enum whose members carry their word for the screen, as a message id."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


def language() -> str:
    """Name the language in force here and now."""
    return _language.get()


def speak(code: str) -> None:
    """Say everything from here on in one language: for a request and the download it starts."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Say everything inside in one language; an unknown one is the default."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def gettext(msgid: str, **values: Any) -> str:
    """Say a message in the language in force, its %(named)s values filled in."""
    said = catalogue(language()).gettext(msgid)
    return said % values if values else said


def ngettext(singular: str, plural: str, number: int, **values: Any) -> str:
    """Say a message that depends on a number, which it may name as %(num)s."""
    said = catalogue(language()).ngettext(singular, plural, number)
    return said % ({"num": shown_number(number)} | values)


class MoreThan(int):
    """A count that went no further: there are more than this."""


def shown_number(number: int) -> str:
    """Write a count as the language in force parts its thousands: 1.000, or 1,000."""
    written = f"{number:,}" if language() == "en" else f"{number:,}".replace(",", ".")
    return gettext("more than %(number)s", number=written) if is_open(number) else written


def is_open(number: int) -> bool:
    """Tell whether there are more than this number says."""
    return isinstance(number, MoreThan)


def say(message: Any) -> str:
    """Say a message id, a Message, a labelled enum member, or a refusal."""
    if isinstance(message, Labelled):
        return gettext(message.label)
    if isinstance(message, str):
        return gettext(message)
    return gettext(message.msgid, **{key: _said(value) for key, value in message.values.items()})


@cache
def catalogue(code: str) -> Catalogue:
    """Read a language's catalogues, one file a feature, once in a process."""
    return Catalogue(sorted((translations_folder() / code).glob("*.po")))


def _said(value: Any) -> Any:
    return say(value) if isinstance(value, Labelled | Message) else value
