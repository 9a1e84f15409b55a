"""How official papers write days, hours, numbers and names; what is not known is left open."""

import re
import unicodedata
from datetime import date

from tracker.core.dates import Precision
from tracker.core.dates import shown as shown_date
from tracker.core.i18n import gettext

END = "./."
"""How the text of an official paper ends."""
OPEN = "……"
"""Where the clerk writes by hand what the register does not know."""
FIXED = "\u00a0"
"""The blank at which no line breaks."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"^(?:s[oố]\s*:?\s*)?(\d)(?=\D)", re.IGNORECASE)
_ENDED = re.compile(r"[\s.]*(?:/\.)?\s*$")
_TIME = re.compile(r"^(\d{2}):(\d{2})$")


def long_day(day: date | None) -> str:
    """Write a day in full: ngày 05 tháng 3 năm 2026; only months 1 and 2 have a leading zero."""
    if day is None:
        written = {"day": OPEN, "month": OPEN, "year": OPEN}
    else:
        month = f"{day.month:02}" if day.month < 3 else str(day.month)
        written = {"day": f"{day.day:02}", "month": month, "year": str(day.year)}
    said = gettext("day %(day)s month %(month)s year %(year)s", **written).split(" ")
    return " ".join(FIXED.join(said[at : at + 2]) for at in range(0, len(said), 2))


def known_day(day: date | None, precision: Precision) -> str:
    """Write a date in full if it is known to the day, else no more exactly than it is known."""
    if precision in (Precision.DAY, Precision.UNKNOWN):
        return long_day(day if precision is Precision.DAY else None)
    return shown_date(day, precision)


def hour(starts_at: str) -> str:
    """Write a time of day in words: 07 giờ 30 phút."""
    found = _TIME.match(starts_at)
    hours, minutes = found.groups() if found else (OPEN, OPEN)
    written = gettext("%(hours)s hours %(minutes)s minutes", hours=hours, minutes=minutes)
    return written.replace(" ", FIXED)


def numbered(number: str, symbol: str) -> str:
    """Write a paper's number as kept, one below ten with its leading zero; else leave it open."""
    kept = number.strip()
    if kept.isdecimal():
        return f"{int(kept):02}/{symbol}"
    return _NUMBER.sub(r"0\1", kept) or f"{OPEN}/{symbol}"


def party_number(number: str, symbol: str) -> str:
    """Write a Party paper's number: a hyphen follows it, and no zero goes before."""
    kept = number.strip()
    return f"{kept}-{symbol}" if kept.isdecimal() else kept or f"{OPEN}-{symbol}"


def is_of(number: str, kind: str, symbol: str) -> bool:
    """Tell whether a kept number is one of papers of this kind and symbol; another's is not."""
    signs = re.split(r"[\s/\-]+", number.upper())
    return number.strip().isdecimal() or {kind.upper(), symbol.upper()} <= set(signs)


def in_one(name: str) -> str:
    """Keep a name in one line."""
    return FIXED.join(name.split())


def counted(number: int | None) -> str:
    """Write how many, with a leading zero below ten as offices do; open when not known."""
    if number is None:
        return OPEN
    return f"{number:02}" if number < 10 else f"{number:,}".replace(",", ".")


def or_open(text: str | None) -> str:
    """Give a text, or room to write one."""
    return (text or "").strip() or OPEN


def written(text: str) -> str:
    """Leave out what no paper can hold: control characters, halves of characters."""
    return _FORBIDDEN.sub("", unicodedata.normalize("NFC", text))


def ended(text: str) -> str:
    """Close the last paragraph of a paper with the sign of official papers, written once.

    What a unit's own template puts there is left to it.
    """
    return text if text.endswith("}}") else f"{_ENDED.sub('', text)}{END}"


def paragraphs(text: str) -> list[str]:
    """Part a text at its line breaks; empty lines are none."""
    lines = (" ".join(written(line).split()) for line in text.splitlines())
    return [line for line in lines if line]


def unit_name(name: str) -> tuple[str, str]:
    """Part a unit's name into its kind and its own name: ("Xã", "Lạng Giang")."""
    for kind in _kinds():
        if name.casefold().startswith(f"{kind} ".casefold()):
            return name[: len(kind)], name[len(kind) + 1 :]
    return "", name


def place_of_issue(name: str) -> str:
    """Give the place that stands before the day; a unit whose name is a number keeps its kind."""
    _, own = unit_name(name)
    bare = re.sub(r"\s*\(.*\)$", "", own)
    return in_one(name if bare.isdigit() else bare)


def inside(name: str) -> str:
    """Write a unit's name as it stands inside a sentence: its kind in small letters, in one."""
    kind, _ = unit_name(name)
    bare, remark, rest = f"{kind.lower()}{name[len(kind) :]}".partition(" (")
    return f"{in_one(bare)}{remark}{rest}"


def person_in(text: str) -> str:
    """Give the person out of "name, office"; an office alone is no name and gives nothing."""
    name = text.partition(",")[0].split()
    is_name = 2 <= len(name) <= 6 and all(word[:1].isupper() for word in name)
    return " ".join(name) if is_name else ""


def _kinds() -> list[str]:
    return gettext("commune|ward|town|district|province|city|village").split("|")
