"""Whether a document of Word or Excel is whole, and holds text, tables and pictures alone."""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from tracker.attachments.rules.limits import (
    HIGHEST_RATIO,
    MEGABYTE,
    MOST_ENTRIES,
    MOST_UNPACKED,
    FileRefused,
)

_LARGEST_DIRECTORY = MEGABYTE
"""A thousand entries of a document need far less; reading more would fill the memory first."""
_CHUNK = 64 * 1024
_EMBEDDED = re.compile(r"(^|/)(embeddings|activex)/|oleobject", re.IGNORECASE)
_MACROS = re.compile(r"vbaproject|(^|/)macrosheets/", re.IGNORECASE)
_END_OF_DIRECTORY = b"PK\x05\x06"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    IndexError,
)


def check_docx(file: BinaryIO) -> None:
    """Refuse a file of Word that is damaged, or holds more than a text."""
    _check_office(file, "word/document", b"wordprocessingml.document.main+xml")


def check_xlsx(file: BinaryIO) -> None:
    """Refuse a file of Excel that is damaged, or holds more than tables."""
    _check_office(file, "xl/workbook", b"spreadsheetml.sheet.main+xml")


def _check_office(file: BinaryIO, main_part: str, main_type: bytes) -> None:
    _check_directory_size(file)
    try:
        with zipfile.ZipFile(file) as package:
            _check_entries(package.infolist())
            types, fetches = _unpacked(package)
    except _BROKEN:
        raise FileRefused("The document is damaged.") from None
    names = package.namelist()
    if types is None or not any(name.startswith(main_part) for name in names):
        raise FileRefused("The content of the file is not what its name says.")
    if b"macroenabled" in types.lower() or any(map(_MACROS.search, names)):
        raise FileRefused("The document contains macros; save it without them.")
    if any(map(_EMBEDDED.search, names)) or b"oleObject" in types:
        raise FileRefused(
            "The document holds another file or an object inside; put a picture of it there"
            " instead, and attach the file by itself."
        )
    if fetches:
        raise FileRefused(
            "The document fetches a part of itself from elsewhere; save it with everything inside."
        )
    if main_type not in types or b"<!DOCTYPE" in types:
        raise FileRefused("The content of the file is not what its name says.")


def _check_directory_size(file: BinaryIO) -> None:
    """Refuse an archive whose list of entries is too long, before anything reads it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    end = tail[at : at + 22]
    if at < 0 or len(end) < 22:
        raise FileRefused("The document is damaged.")
    entries = int.from_bytes(end[10:12], "little")
    directory = int.from_bytes(end[12:16], "little")
    if entries > MOST_ENTRIES or directory > _LARGEST_DIRECTORY:
        raise FileRefused("The document has too many parts.")
    file.seek(0)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise FileRefused("The document has too many parts.")
    for entry in entries:
        parts = re.split(r"[/\\]", entry.filename)
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if ".." in parts or parts[0] == "" or ":" in entry.filename or is_link:
            raise FileRefused("The document is damaged.")
        if entry.flag_bits & 0x1:
            raise FileRefused(
                "The file is protected by a password or in an older format;"
                " save it without a password as DOCX or XLSX."
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("The document is damaged.")


def _unpacked(package: zipfile.ZipFile) -> tuple[bytes | None, bool]:
    """Unpack everything without keeping it, within limits.

    Gives the list of content types, and whether a part is to be fetched from elsewhere.
    """
    packed = max(1, sum(entry.compress_size for entry in package.infolist()))
    limit = min(MOST_UNPACKED, packed * HIGHEST_RATIO)
    total, types, fetches = 0, None, False
    for entry in package.infolist():
        is_types, kept = entry.filename == "[Content_Types].xml", b""
        is_read = is_types or entry.filename.lower().endswith(".rels")
        with package.open(entry) as part:
            while chunk := part.read(_CHUNK):
                total += len(chunk)
                if total > limit:
                    raise FileRefused(
                        "The document is packed too tightly or unpacks to more than 100 MB."
                    )
                if is_read:
                    kept += chunk
        if is_types:
            types = kept
        elif is_read:
            fetches = fetches or any(_fetched(kept))
    return types, fetches


def _fetched(relations: bytes) -> Iterator[bool]:
    """Tell of each relation of a part whether it fetches something; links only lead there."""
    found: list[dict[str, str]] = []

    def begins(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            found.append(attributes)

    def declares(*_: Any) -> None:
        raise ValueError("a document type in a part")

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    parser.StartDoctypeDeclHandler = declares
    parser.Parse(relations, True)
    for relation in found:
        is_elsewhere = relation.get("TargetMode", "").lower() == "external"
        yield is_elsewhere and not relation.get("Type", "").endswith("/hyperlink")
