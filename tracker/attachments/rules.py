"""What may be attached: a file must be, all through, what its name says it is."""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import filetype
from PIL import Image, UnidentifiedImageError

from tracker.core.errors import TrackerError
from tracker.core.text import tidy

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
MOST_FILES = 10
MOST_OF_A_UNIT = 2048 * MEGABYTE
"""What the files of one commune, with all that it answers for, may take."""
LONGEST_NAME = 200
MOST_PIXELS = 40_000_000
MOST_ENTRIES = 1_000
MOST_UNPACKED = 100 * MEGABYTE
HIGHEST_RATIO = 100
_LARGEST_DIRECTORY = MEGABYTE
"""A thousand entries of a document need far less; reading more would fill the memory first."""

_CHUNK = 64 * 1024
_UNREADABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_ENCRYPTED_PDF = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
_LONGEST_DICTIONARY = 4096
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


def _named(*names: str) -> re.Pattern[bytes]:
    """Match names of a PDF, any sign of which may be written by its number: /J#61vaScript."""
    written = (
        b"".join(b"(?:%c|#%02x|#%02X)" % (sign, sign, sign) for sign in name.encode())
        for name in names
    )
    return re.compile(b"/(?:" + b"|".join(written) + b")(?![A-Za-z0-9])")


_ACTS_BY_ITSELF = _named(
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA"
)
_OBJECT_STREAM = _named("ObjStm")
_EMBEDDED = re.compile(r"(^|/)(embeddings|activex)/|oleobject", re.IGNORECASE)
_MACROS = re.compile(r"vbaproject|(^|/)macrosheets/", re.IGNORECASE)
_ELSEWHERE = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*\bTargetMode\s*=\s*[\"']External[^>]*>")
_LINK = re.compile(rb"\bType\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_DIRECTORY = b"PK\x05\x06"
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    IndexError,
)


class FileRefused(TrackerError):
    """The file is of no kind that is kept, or not what it says it is."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: its media type, what its first bytes may be taken for, its own check."""

    media_type: str
    first_bytes: frozenset[str]
    check: Callable[[BinaryIO], None]


def checked_kind(name: str, file: BinaryIO) -> Kind:
    """Give the kind of a file whose name, first bytes and structure agree; refuse any other."""
    kind = KINDS.get(extension_of(name))
    if kind is None:
        raise FileRefused("Only PDF, JPG, PNG, DOCX and XLSX files can be attached.")
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise FileRefused("The file is empty.")
    if size > LARGEST_FILE:
        raise FileRefused("The file is larger than 20 MB.")
    file.seek(0)
    start = file.read(8192)
    if start.startswith(_OLE):
        raise FileRefused(
            "The file is protected by a password or in an older format;"
            " save it without a password as DOCX or XLSX."
        )
    guessed = filetype.guess(start)
    if guessed is None or guessed.extension not in kind.first_bytes:
        raise FileRefused("The content of the file is not what its name says.")
    file.seek(0)
    kind.check(file)
    return kind


def extension_of(name: str) -> str:
    """Give the ending of a file name in lower case, without its dot."""
    return os.path.splitext(name)[1].lower().lstrip(".")


def clean_name(name: str) -> str:
    """Give the name a file is shown under: no folders, nothing unreadable, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    plain = " ".join(tidy(_UNREADABLE.sub("", last)).split())
    stem, ending = os.path.splitext(plain)
    return (stem[: LONGEST_NAME - len(ending)] + ending)[:LONGEST_NAME]


def _check_pdf(file: BinaryIO) -> None:
    content = file.read()
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise FileRefused("The PDF file is damaged or incomplete.")
    if _ENCRYPTED_PDF.search(content):
        raise FileRefused("The PDF file is protected by a password; save it without one.")
    if _ACTS_BY_ITSELF.search(content) or any(
        _ACTS_BY_ITSELF.search(inside) for inside in _packed_objects(content)
    ):
        raise FileRefused(
            "The PDF file holds a script, a program to start or another file; print it as a PDF"
            " anew and attach that."
        )


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """Unpack what a PDF keeps its objects in, within limits; refuse what cannot be looked into."""
    left = MOST_UNPACKED
    for found in _STREAM.finditer(content):
        begins = content.rfind(b"obj", max(0, found.start() - _LONGEST_DICTIONARY), found.start())
        told = content[max(0, begins) : found.start()]
        if not _OBJECT_STREAM.search(told):
            continue
        unpacking = zlib.decompressobj()
        try:
            inside = unpacking.decompress(content[found.end() :], left)
        except zlib.error:
            raise _not_looked_into() from None
        left -= len(inside)
        if not unpacking.eof or left <= 0 or b"/Predictor" in told:
            raise _not_looked_into()
        yield inside


def _not_looked_into() -> FileRefused:
    return FileRefused("The PDF file is packed in a way that cannot be checked; save it anew.")


def _check_image(file: BinaryIO) -> None:
    try:
        with Image.open(file, formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise FileRefused("The picture has more than 40 million pixels.")
            image.verify()
        file.seek(0)
        with Image.open(file, formats=("JPEG", "PNG")) as image:
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused("The picture has more than 40 million pixels.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, zlib.error):
        raise FileRefused("The picture is damaged.") from None


def _check_docx(file: BinaryIO) -> None:
    _check_office(file, "word/document", b"wordprocessingml.document.main+xml")


def _check_xlsx(file: BinaryIO) -> None:
    _check_office(file, "xl/workbook", b"spreadsheetml.sheet.main+xml")


def _check_office(file: BinaryIO, main_part: str, main_type: bytes) -> None:
    _check_directory_size(file)
    try:
        with zipfile.ZipFile(file) as package:
            _check_entries(package.infolist())
            types, relations = _unpacked(package)
    except _BROKEN_ZIP:
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
    if any(not _LINK.search(found) for found in _ELSEWHERE.findall(relations)):
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


def _unpacked(package: zipfile.ZipFile) -> tuple[bytes | None, bytes]:
    """Unpack everything without keeping it, within limits.

    Gives the list of content types, and what the parts say of each other.
    """
    packed = max(1, sum(entry.compress_size for entry in package.infolist()))
    limit = min(MOST_UNPACKED, packed * HIGHEST_RATIO)
    total, types, relations = 0, None, b""
    for entry in package.infolist():
        kept = b""
        with package.open(entry) as part:
            while chunk := part.read(_CHUNK):
                total += len(chunk)
                if total > limit:
                    raise FileRefused(
                        "The document is packed too tightly or unpacks to more than 100 MB."
                    )
                if entry.filename == "[Content_Types].xml" or _tells_relations(entry):
                    kept += chunk
        if entry.filename == "[Content_Types].xml":
            types = kept
        else:
            relations += kept
    return types, relations


def _tells_relations(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith(".rels")


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "pdf": Kind("application/pdf", frozenset({"pdf"}), _check_pdf),
    "jpg": Kind("image/jpeg", frozenset({"jpg"}), _check_image),
    "jpeg": Kind("image/jpeg", frozenset({"jpg"}), _check_image),
    "png": Kind("image/png", frozenset({"png"}), _check_image),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", frozenset({"docx", "zip"}), _check_docx),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", frozenset({"xlsx", "zip"}), _check_xlsx),
}
"""The kinds that are kept, by the ending of the name."""
