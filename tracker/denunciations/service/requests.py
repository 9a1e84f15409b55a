"""What the writers of denunciations are asked for."""

from dataclasses import dataclass, fields
from datetime import date

from tracker.core import clock
from tracker.core.text import checked, tidy_line
from tracker.denunciations import rules
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.rules import DenunciationRefused

FIRST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class Identity:
    """Who denounced, as far as it was told."""

    name: str = ""
    phone: str = ""
    address: str = ""
    other: str = ""

    def __repr__(self) -> str:
        return "Identity(…)"

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was told."""
        return not any(getattr(self, field.name).strip() for field in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDenunciation:
    """A denunciation as it is received."""

    place_id: int
    received_on: date
    way: Way
    accused: str
    content: str
    is_anonymous: bool
    identity: Identity
    leader_id: int
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DenunciationChange:
    """How the facts should read, and why."""

    received_on: date
    way: Way
    accused: str
    content: str
    reason: str
    seen_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRequest:
    """One step that a person asks for."""

    move_name: str
    happened_on: date | None = None
    note: str = ""
    document_number: str = ""
    until_on: date | None = None
    seen_version: int | None = None


def bounded(name: str, text: str, limit: int = 200, *, lines: bool = False) -> str:
    """Tidy a text; refuse one over its limit or with characters that no register keeps."""
    clean = checked(text if lines else tidy_line(text))
    if len(clean) > limit:
        raise DenunciationRefused(
            "The text has %(length)s characters; at most %(limit)s are kept.",
            name,
            length=len(clean),
            limit=limit,
        )
    return clean


def needed(name: str, text: str, limit: int, sentence: str) -> str:
    """Tidy a text of several lines that may not be left out."""
    clean = bounded(name, text, limit, lines=True)
    if not clean:
        raise DenunciationRefused(sentence, name)
    return clean


def past_day(name: str, day: date | None) -> date:
    """Give a day of the past; today where none was typed."""
    given = day or clock.today()
    if given > clock.today():
        raise DenunciationRefused("The day cannot be after today.", name)
    if given.year < FIRST_YEAR:
        raise DenunciationRefused("The day lies too far back.", name)
    return given


def kept_identity(identity: Identity, *, is_anonymous: bool) -> Identity:
    """Tidy who denounced; an anonymous denunciation names nobody, any other somebody."""
    if is_anonymous and not identity.is_empty:
        raise DenunciationRefused(
            "An anonymous denunciation names nobody: leave these fields empty, or take the mark"
            " away.",
            "is_anonymous",
        )
    kept = Identity(
        bounded("name", identity.name),
        bounded("phone", identity.phone, 40),
        bounded("address", identity.address),
        bounded("other", identity.other, rules.NOTE_LIMIT, lines=True),
    )
    if not is_anonymous and not kept.name:
        raise DenunciationRefused(
            "Enter the name of the denouncer, or mark the denunciation as anonymous.", "name"
        )
    return kept
