"""Reads the catalogues of words: plain .po files, as translators' programs write them."""

import json
from collections.abc import Callable, Iterable, Iterator
from gettext import c2py
from pathlib import Path

Words = dict[str, tuple[str, ...]]
UNSURE = "\n#, fuzzy"
"""The mark that translators' programs put where a person must look again."""


class Catalogue:
    """The words of one language; what it does not know is said as it is written."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._words: Words = {}
        self._place: Callable[[int], int] = c2py("n != 1")
        for path in paths:
            self._words |= entries(path.read_text(encoding="utf-8"))
        if told := self._words.pop("", None):
            self._place = _place_of(told[0])

    def gettext(self, msgid: str) -> str:
        """Say a message."""
        said = self._words.get(msgid)
        return said[0] if said else msgid

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Say a message that depends on a number."""
        said = self._words.get(singular)
        if said:
            return said[min(self._place(number), len(said) - 1)]
        return singular if number == 1 else plural


def entries(text: str) -> Words:
    """Read a file: by the message, what is said; one that is not translated yet is left out."""
    found: Words = {}
    for entry in text.split("\n\n"):
        if UNSURE in f"\n{entry}":
            continue
        texts = _texts(entry)
        said = tuple(written for name, written in texts if name.startswith("msgstr"))
        msgid = next((written for name, written in texts if name == "msgid"), None)
        if msgid is not None and all(said):
            found[msgid] = said
    return found


def _texts(entry: str) -> list[tuple[str, str]]:
    """Give an entry's keywords with their texts, which may stand on several lines."""
    return [(name, "".join(parts)) for name, parts in _keywords(entry.splitlines())]


def _keywords(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    name, parts = "", list[str]()
    for line in lines:
        if line.startswith("msg"):
            if name:
                yield name, parts
            name, _, quoted = line.partition(" ")
            parts = [_unquoted(quoted)]
        elif line.startswith('"'):
            parts.append(_unquoted(line))
    if name:
        yield name, parts


def _unquoted(quoted: str) -> str:
    """Read one quoted line; its escapes are those of JSON."""
    return str(json.loads(quoted)) if "\\" in quoted else quoted.strip()[1:-1]


def _place_of(header: str) -> Callable[[int], int]:
    """Read which of the forms a number takes."""
    _, _, told = header.partition("plural=")
    return c2py(told.partition(";")[0])
