"""Whether a PDF is whole, open to everyone, and does nothing by itself."""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from tracker.attachments.rules.limits import MOST_UNPACKED, FileRefused

_ENCRYPTED = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R")
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


def check_pdf(file: BinaryIO) -> None:
    """Refuse a PDF that is cut off, protected, or acts by itself."""
    content = file.read()
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise FileRefused("The PDF file is damaged or incomplete.")
    if _ENCRYPTED.search(content):
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
