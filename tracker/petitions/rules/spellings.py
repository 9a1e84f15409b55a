"""Finding people in a text however their names and telephones are written there."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.core.matching import words_of
from tracker.core.text import fold
from tracker.petitions.rules.masking import BETWEEN, LEFT_OUT, named_words

_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
_MARKS = "\u0300-\u036f"
_TOKEN = re.compile(rf"(?:[^\W_]|[{_MARKS}{_UNSEEN}])+")
"""A word with all its marks, also where these stand as signs of their own."""
_GAP = re.compile(rf"[\s_{_UNSEEN}'’‘ʼ`´‐‑-]*")
"""What may stand between two words of a name."""
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_UNSEEN_SIGNS = re.compile(f"[{_UNSEEN}]")
LONGER_THAN_A_WORD = 8
"""No word of the language has so many letters: a name that has may be written without gaps."""

_BETWEEN_NUMBERS = re.compile(r"[,;/\n]|\s[-–—]\s|\s(?:và|hoặc)\s")
_BETWEEN_DIGITS = rf"[\s.,·_()/‐-―{_UNSEEN}-]{{0,3}}"
_NO_DIGITS = re.compile(r"\D+")
SHORTEST_NUMBER, LONGEST_NUMBER = 8, 15
_COUNTRY = 11, 12
"""So many digits has a number that begins with the country's own, 84."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it is compared: its letters, its tones in their order, and neither marks nor case.

    A tone may stand on either of two vowels: Hòa, Hoà.
    """

    letters: str
    tones: str
    bare: str

    @property
    def is_bare(self) -> bool:
        """Tell whether it is written without any marks."""
        return not self.tones and self.letters == self.bare


@lru_cache(maxsize=20_000)
def _word(written: str) -> _Word:
    apart = unicodedata.normalize("NFD", _UNSEEN_SIGNS.sub("", written).casefold())
    tones = "".join(_TONES.findall(apart))
    return _Word(_TONES.sub("", apart), tones, fold(written).replace(" ", ""))


@dataclass(frozen=True, slots=True)
class _Name:
    """A name by its words; of one with a title and a single word that word is written large."""

    words: tuple[_Word, ...]
    ends_large: bool = False

    @property
    def flat(self) -> str:
        """Give all of it without gaps, marks and case."""
        return "".join(word.bare for word in self.words)

    @property
    def is_bare(self) -> bool:
        """Tell whether it was recorded without any marks."""
        return all(word.is_bare for word in self.words)


class People:
    """The people a record names, by all that it says, or said, of their names and telephones."""

    def __init__(self, said: Iterable[str]) -> None:
        told = [text for text in said if text]
        names = dict.fromkeys(name for text in told for name in _names_in(text))
        self.names = [(name.flat, name) for name in names]
        self.numbers = {number for text in told for number in _numbers_in(text)}

    def left_out(self, text: str) -> str:
        """Put a mark in the place of every name and number; nothing else of the text changes."""
        spans = [*self._names(text), *self._numbers(text)]
        if not spans:
            return text
        kept, done = [], 0
        for start, end in sorted(spans):
            if start >= done:
                kept += [text[done:start], LEFT_OUT]
                done = end
        return "".join([*kept, text[done:]])

    def _names(self, text: str) -> Iterator[tuple[int, int]]:
        """Give where names stand; most texts hold none, which is told by letters alone."""
        if not self.names:
            return
        flat = "".join(words_of(text))
        held = [name for letters, name in self.names if letters in flat]
        if not held:
            return
        tokens = list(_TOKEN.finditer(text))
        for at, token in enumerate(tokens):
            ends = [end for name in held if (end := _end_of(name, text, tokens, at))]
            if ends:
                yield token.start(), max(ends)

    def _numbers(self, text: str) -> Iterator[tuple[int, int]]:
        if not self.numbers:
            return
        digits = _digits_of(text)
        for number in self.numbers:
            if number in digits:
                found = _number_pattern(number).finditer(_with_plain_digits(text))
                yield from (one.span() for one in found)


def without_person(text: str, name: str, phone: str = "", former: str = "") -> str:
    """Leave the name and the telephone of a record, and those it had before, out of a text.

    A name of one word may be a word of the language as well, and stays.
    """
    if not text or not (name or phone or former):
        return text
    return _people(name, phone, former).left_out(text)


def names_of(person: Sequence[str]) -> list[str]:
    """Give what may be names of all that is known of a person: of today, and of before."""
    name, _phone, former = person
    return [name, *former.splitlines()]


def without_people(text: str, people: Iterable[Sequence[str]]) -> str:
    """Leave several people out of a text, each by all that is known of their names and telephones.

    Most texts name none of many: only who shares two words or a number with one is looked for.
    """
    flat, digits = "".join(words_of(text)), _digits_of(text)
    for name, phone, former in people:
        words = words_of(f"{name} {former}")
        may_be_named = sum(word in flat for word in words) > 1
        if may_be_named or (len(digits) >= SHORTEST_NUMBER and f"{phone}{former}"):
            text = without_person(text, name, phone, former)
    return text


@lru_cache(maxsize=2_000)
def _people(name: str, phone: str, former: str) -> People:
    return People([name, phone, *former.splitlines()])


def _names_in(text: str) -> Iterator[_Name]:
    for part in BETWEEN.split(unicodedata.normalize("NFC", text)):
        titles, named = named_words(part)
        words = [_word(token) for word in named for token in _TOKEN.findall(word)]
        words = [word for word in words if word.bare.isalpha()]
        if len(words) > 1:
            yield _Name(tuple(words))
        elif words and titles and len(words[0].bare) > 1:
            yield _Name((_word(titles[-1]), *words), ends_large=True)


def _end_of(name: _Name, text: str, tokens: Sequence[re.Match[str]], at: int) -> int | None:
    """Give where a name ends that begins with a word of a text; None where it does not."""
    done = 0
    for here in range(at, len(tokens)):
        token = tokens[here]
        if here > at and not _GAP.fullmatch(text, tokens[here - 1].end(), token.start()):
            return None
        taken = _taken_by(token.group(), name, done)
        if not taken:
            return None
        done += taken
        if done == len(name.words):
            is_large = not name.ends_large or token.group()[0].isupper()
            return token.end() if is_large else None
    return None


def _taken_by(written: str, name: _Name, done: int) -> int:
    """Count the words of a name, after some, that one word of a text stands for."""
    told, wanted = _word(written), name.words[done]
    if _is_same(told, wanted, is_any_mark=name.is_bare):
        return 1
    for end in range(done + 2, len(name.words) + 1):
        together = [word.bare for word in name.words[done:end]]
        if told.bare == "".join(together):
            is_long = len(name.flat) >= LONGER_THAN_A_WORD
            return end - done if is_long or _is_several(written, together) else 0
    return 0


def _is_same(told: _Word, wanted: _Word, *, is_any_mark: bool) -> bool:
    if told.bare != wanted.bare:
        return False
    return told == wanted or told.is_bare or is_any_mark


def _is_several(written: str, together: Sequence[str]) -> bool:
    """Tell whether a word is several without a gap, by the large letters inside."""
    composed = unicodedata.normalize("NFC", _UNSEEN_SIGNS.sub("", written))
    starts = [sum(map(len, together[:at])) for at in range(1, len(together))]
    return all(composed[at - 1 : at].islower() and composed[at : at + 1].isupper() for at in starts)


def _numbers_in(text: str) -> Iterator[str]:
    """Give the telephone numbers of a record, without what dials their country or region."""
    for part in _BETWEEN_NUMBERS.split(text):
        digits = _digits_of(part)
        several = [digits] if len(digits) <= LONGEST_NUMBER else map(_digits_of, part.split())
        for one in several:
            if SHORTEST_NUMBER <= len(one) <= LONGEST_NUMBER:
                yield _subscriber(one)


def _subscriber(digits: str) -> str:
    if digits.startswith("0084"):
        return digits[4:].lstrip("0")
    if digits.startswith("84") and len(digits) in _COUNTRY:
        return digits[2:].lstrip("0")
    return digits.removeprefix("0")


@lru_cache(maxsize=500)
def _number_pattern(number: str) -> re.Pattern[str]:
    gap = _BETWEEN_DIGITS
    opened = r"(?:\((?=[^()]{1,6}\)))?"
    dialled = rf"(?:{opened}(?:\+|00{gap})?84{gap}(?:\(?0\)?)?{gap}|{opened}0{gap})?"
    return re.compile(rf"(?<!\d){dialled}{gap.join(number)}(?!\d)")


def _digits_of(text: str) -> str:
    return _with_plain_digits(_NO_DIGITS.sub("", text))


def _with_plain_digits(text: str) -> str:
    """Write the digits of any script as those of telephones; every other sign stays."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(sign)) if sign.isdecimal() and not sign.isascii() else sign
        for sign in text
    )
