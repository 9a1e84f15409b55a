"""What may be attached: a file must be, all through, what its name says it is."""

import os
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from tracker.attachments.rules.limits import (
    LARGEST_FILE,
    LONGEST_NAME,
    MOST_FILES,
    MOST_OF_A_UNIT,
    MOST_PIXELS,
    FileRefused,
)
from tracker.attachments.rules.office import check_docx, check_xlsx
from tracker.attachments.rules.pdf import check_pdf
from tracker.core.text import tidy

__all__ = [
    "KINDS",
    "LARGEST_FILE",
    "LONGEST_NAME",
    "MOST_FILES",
    "MOST_OF_A_UNIT",
    "FileRefused",
    "Kind",
    "checked_kind",
    "clean_name",
    "extension_of",
]

_UNREADABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    guessed = _guessed(start)
    if guessed not in kind.first_bytes:
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


def _guessed(start: bytes) -> str:
    """Give what a file is by its first bytes."""
    import filetype  # a start does without what only files need

    guessed = filetype.guess(start)
    return guessed.extension if guessed else ""


def _check_image(file: BinaryIO) -> None:
    from PIL import Image, UnidentifiedImageError  # as above

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


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "pdf": Kind("application/pdf", frozenset({"pdf"}), check_pdf),
    "jpg": Kind("image/jpeg", frozenset({"jpg"}), _check_image),
    "jpeg": Kind("image/jpeg", frozenset({"jpg"}), _check_image),
    "png": Kind("image/png", frozenset({"png"}), _check_image),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", frozenset({"docx", "zip"}), check_docx),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", frozenset({"xlsx", "zip"}), check_xlsx),
}
"""The kinds that are kept, by the ending of the name."""
