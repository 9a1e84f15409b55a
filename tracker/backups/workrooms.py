"""Folders that a backup or a restore works in, and those that a killed one left behind."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # another system than Linux or macOS
    fcntl = None  # type: ignore[assignment]

SETTLED = 60
"""Seconds after which a folder that nobody holds was not just made by someone."""
ABANDONED = 24 * 3600
"""The same where no system tells whether somebody holds it."""


@contextmanager
def workroom(parent: Path, prefix: str) -> Iterator[Path]:
    """Give a folder that goes with the work; first, what killed runs left goes."""
    for left in parent.glob(f"{prefix}*"):
        if left.is_dir() and _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=prefix) as made:
        descriptor = os.open(made, os.O_RDONLY) if fcntl else None
        try:
            if descriptor is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)  # let go of by the system when we end
            yield Path(made)
        finally:
            if descriptor is not None:
                os.close(descriptor)


def _is_left(folder: Path) -> bool:
    try:
        age = time.time() - folder.stat().st_mtime
        if fcntl is None or age < SETTLED:
            return fcntl is None and age > ABANDONED
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
