"""Copies of a whole register in one file: made under load, verified, and brought back."""

from tracker.backups.archive import size_of
from tracker.backups.encrypting import is_encrypted, make_key, read_key
from tracker.backups.making import Made, back_up, bytes_to_copy, rotate
from tracker.backups.restoring import Restored, restore

__all__ = [
    "Made",
    "Restored",
    "back_up",
    "bytes_to_copy",
    "is_encrypted",
    "make_key",
    "read_key",
    "restore",
    "rotate",
    "size_of",
]
