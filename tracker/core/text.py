"""Vietnamese text: cleaned at the door, folded for search, ordered for lists."""

import re
import unicodedata
from functools import lru_cache

from tracker.core.errors import TrackerError

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


class _Bare(dict[int, int | None]):
    """What stays of each sign without its marks, as each is first met."""

    def __missing__(self, sign: int) -> int | None:
        is_bare = not (unicodedata.combining(chr(sign)) or _INVISIBLE.match(chr(sign)))
        self[sign] = stays = sign if is_bare else None
        return stays


_BARE = _Bare()


def tidy(text: str | None) -> str:
    """Trim, compose to NFC, keep line breaks as LF, drop marks that reverse reading order."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _BIDI.sub("", plain)).strip()


def tidy_line(text: str | None) -> str:
    """Tidy one line, such as a name or a number: also no marks without width, no line breaks."""
    return " ".join(_INVISIBLE.sub("", tidy(text)).split())


def has_forbidden(text: str) -> bool:
    """Tell whether the text holds control characters or broken code points."""
    return _FORBIDDEN.search(text) is not None


def fold(text: str) -> str:
    """Reduce to what search compares: lower case, đ as d, no accents or marks unseen."""
    plain = text.casefold().replace("đ", "d")
    marks_apart = unicodedata.normalize("NFD", plain)
    return " ".join(marks_apart.translate(_BARE).split())


@lru_cache(maxsize=50_000)
def sort_key(text: str) -> str:
    """Give a string that sorts in Vietnamese order: by letters, then tones, then case."""
    letters, tones, cases = [], [], []
    for char in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", char)
        tones.append(str(next((_TONES[mark] for mark in apart if mark in _TONES), 0)))
        base = unicodedata.normalize("NFC", "".join(m for m in apart if m not in _TONES))
        cases.append("1" if base != base.lower() else "0")
        letters.append(_letter_place(base.lower()))
    return " ".join(("".join(letters), "".join(tones), "".join(cases)))


def _letter_place(base: str) -> str:
    if base.isspace():
        return "0"
    if base in _LETTERS:
        return "2" + chr(ord("A") + _LETTERS[base])
    return ("1" if base.isdecimal() else "3") + base


def checked(text: str | None) -> str:
    """Tidy a text; refuse one with characters that no register keeps."""
    clean = tidy(text)
    if has_forbidden(clean):
        raise TrackerError(
            "The text holds control characters that nobody can read; delete them and type again."
        )
    return clean
