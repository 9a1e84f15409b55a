"""A file for programs with its description beside it: CSV and a Table Schema, packed in one."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from tracker.core import clock
from tracker.core.columns import NUMBER, Column, Kind
from tracker.core.csvout import Tally
from tracker.core.i18n import LANGUAGES, gettext, speaking

DESCRIPTION = "datapackage.json"
FAST = 1
"""Text shrinks to a fifth even so; more would cost more than it saves on a local network."""
TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.NUMBER: {"type": "integer"},
    Kind.SHARE: {"type": "number"},
    Kind.DAY: {"type": "date", "format": "%Y-%m-%d"},
    Kind.FLAG: {"type": "boolean", "trueValues": ["1"], "falseValues": ["0"]},
}


def packed(
    name: str,
    title: str,
    columns: Sequence[Column[Any]],
    pieces: Iterator[bytes],
    tally: Tally,
    source: str,
) -> Iterator[bytes]:
    """Give the package piece by piece: the CSV as it comes, then what it turned out to hold.

    The description comes last, and a package without it does not open: a part never looks whole.
    """
    sink: Any = _Sink()
    digest, size = hashlib.sha256(), 0
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=FAST) as package:
        with package.open(f"{name}.csv", "w", force_zip64=True) as entry:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
                if kept := sink.taken():
                    yield kept
        told = description(name, title, columns, source)
        told["resources"][0] |= {
            "bytes": size,
            "hash": f"sha256:{digest.hexdigest()}",
            "rows": tally.rows,
        }
        package.writestr(DESCRIPTION, json.dumps(told, ensure_ascii=False, indent=2))
    yield sink.taken()


def description(
    name: str, title: str, columns: Sequence[Column[Any]], source: str
) -> dict[str, Any]:
    """Describe a file of these columns as Table Schema does: names, types, values, words."""
    return {
        "name": name,
        "title": title,
        "created": clock.now().isoformat(timespec="seconds"),
        "sources": [{"title": source}],
        "licenses": [{"name": "internal", "title": gettext("For official use only")}],
        "resources": [
            {
                "name": name,
                "title": title,
                "path": f"{name}.csv",
                "profile": "tabular-data-resource",
                "scheme": "file",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"csv": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True}},
                "schema": {
                    "fields": [_field(column) for column in columns],
                    "missingValues": [""],
                    "primaryKey": [columns[0].name],
                },
            }
        ],
    }


def _field(column: Column[Any]) -> dict[str, Any]:
    said = {language: _words(column, language) for language in LANGUAGES}
    field: dict[str, Any] = {"name": column.name, **TYPES[column.kind]}
    if column.header:
        field |= {"title": gettext(column.header)}
        field |= {"description": " / ".join(said.values())}
    constraints: dict[str, Any] = {}
    if column is NUMBER:
        constraints |= {"required": True, "unique": True, "minimum": 1}
    if column.words:
        constraints |= {"enum": [member.value for member in column.words]}
    return field | ({"constraints": constraints} if constraints else {})


def _words(column: Column[Any], language: str) -> str:
    with speaking(language):
        return gettext(column.header)


class _Sink:
    """Takes what the packer writes, until it is passed on; it cannot go back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Keep everything; `taken` is what empties it."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
