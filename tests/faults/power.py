"""What a disk holds after the power failed at some moment, by what it had been told until then.

Names are as a file system with a journal keeps them: in the order in which they were made, at least
up to the last one that was synced. Of contents only what was synced is sure; the rest is there or
not by chance, sector by sector.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.faults.recording import Call

SECTOR = 512
SHARED_MEMORY = "-shm"


class Luck(StrEnum):
    """What becomes of that which was not synced."""

    NOTHING = "nothing"
    SOME = "some"
    ALL = "all"


@dataclass(slots=True)
class Change:
    """Something told about a file's content: a piece of it, or its length."""

    at: int
    data: bytes | None
    ended: float


@dataclass(slots=True, eq=False)
class File:
    """A file: what is surely kept of it, and what was told since."""

    kept: bytearray = field(default_factory=bytearray)
    told: list[Change] = field(default_factory=list)
    length: int = 0

    def sync(self, began: float) -> None:
        """Keep all that was told before."""
        for change in self.told:
            if change.ended <= began:
                _apply(self.kept, change)
        self.told = [change for change in self.told if change.ended > began]

    def left(self, luck: Luck) -> bytes:
        """Give what is found after a cut."""
        found = bytearray(self.kept)
        for change in self.told if luck != Luck.NOTHING else ():
            if luck == Luck.ALL:
                _apply(found, change)
            else:
                for part in _sectors(change):
                    if random.random() < 0.5:
                        _apply(found, part)
        return bytes(found)


@dataclass(frozen=True, slots=True)
class Naming:
    """A name made, moved or taken away; without a file it is a folder's."""

    path: str
    file: File | None
    ended: float
    new_path: str = ""
    is_gone: bool = False


Names = dict[str, File | None]


class Disk:
    """One folder with all below, which is told one call after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: Names = dict(_found(folder))
        self.now: Names = dict(self.kept)
        self.told: list[Naming] = []
        self.places: dict[tuple[str, int], int] = {}

    def tell(self, call: Call) -> None:
        """Take one call as it was answered."""
        if call.is_sync:
            self._sync(call)
        elif call.name in ("openat", "open", "creat"):
            self._open(call)
        elif call.name in ("rename", "renameat", "renameat2"):
            self._name(Naming(call.path, self.now.get(call.path), call.ended, call.new_path))
        elif call.name in ("link", "linkat"):
            self._name(Naming(call.new_path, self.now.get(call.path), call.ended))
        elif call.name in ("unlink", "unlinkat", "rmdir"):
            self._name(Naming(call.path, None, call.ended, is_gone=True))
        elif call.name in ("mkdir", "mkdirat"):
            self._name(Naming(call.path, None, call.ended))
        elif file := self.now.get(call.path):
            self._change(call, file)

    def leave(self, folder: Path, luck: Luck) -> None:
        """Write what is found after a cut at this moment into another folder."""
        names = dict(self.kept)
        sure = {Luck.NOTHING: 0, Luck.ALL: len(self.told)}.get(luck)
        for naming in self.told[: random.randint(0, len(self.told)) if sure is None else sure]:
            _rename(names, naming)
        folder.mkdir(mode=0o700, parents=True)
        for path in sorted(names):
            place, file = folder / os.path.relpath(path, self.folder), names[path]
            if file is None:
                place.mkdir(mode=0o700, exist_ok=True)
            else:
                found = file.left(luck)
                # Other memory of the machine than the disk's: anything may stand there.
                is_memory = path.endswith(SHARED_MEMORY)
                place.write_bytes(random.randbytes(len(found)) if is_memory else found)
                place.chmod(0o600)

    def _open(self, call: Call) -> None:
        file = self.now.get(call.path)
        if "O_CREAT" in call.words and call.path not in self.now:
            file = File()
            self._name(Naming(call.path, file, call.ended))
        if file is None:
            return
        if "O_TRUNC" in call.words and file.length:
            self._put(file, Change(0, None, call.ended))
        is_at_end = "O_APPEND" in call.words
        self.places[call.path, call.handle] = file.length if is_at_end else 0

    def _change(self, call: Call, file: File) -> None:
        handle = (call.path, call.handle)
        if call.name == "lseek":
            self.places[handle] = call.result
        elif call.name in ("write", "writev"):
            at = self.places.get(handle, 0)
            self._put(file, Change(at, call.written, call.ended))
            self.places[handle] = at + call.result
        elif call.name in ("pwrite64", "pwritev"):
            self._put(file, Change(call.number(-1), call.written, call.ended))
        elif call.name == "pwritev2":
            self._put(file, Change(call.number(-2), call.written, call.ended))
        elif call.name in ("ftruncate", "truncate"):
            self._put(file, Change(call.number(-1), None, call.ended))
        elif call.name == "fallocate":
            length = max(file.length, call.number(-2) + call.number(-1))
            self._put(file, Change(length, None, call.ended))
        else:
            raise NotImplementedError(call.name)

    def _put(self, file: File, change: Change) -> None:
        file.told.append(change)
        end = change.at + len(change.data or b"")
        file.length = end if change.data is None else max(file.length, end)

    def _name(self, naming: Naming) -> None:
        _rename(self.now, naming)
        self.told.append(naming)

    def _sync(self, call: Call) -> None:
        if file := self.now.get(call.path):
            file.sync(call.began)
        sure = [
            number
            for number, naming in enumerate(self.told, 1)
            if naming.ended <= call.began
            and (
                naming.file is file
                if file
                else call.path
                in (os.path.dirname(naming.path), os.path.dirname(naming.new_path or naming.path))
            )
        ]
        for naming in self.told[: max(sure, default=0)]:
            _rename(self.kept, naming)
        del self.told[: max(sure, default=0)]


def _rename(names: Names, naming: Naming) -> None:
    if naming.is_gone:
        names.pop(naming.path, None)
    elif naming.new_path:
        below = f"{naming.path}/"
        for path in [one for one in names if one == naming.path or one.startswith(below)]:
            names[naming.new_path + path.removeprefix(naming.path)] = names.pop(path)
    else:
        names[naming.path] = naming.file


def _found(folder: Path) -> Iterator[tuple[str, File | None]]:
    for path in folder.rglob("*"):
        if path.is_dir():
            yield str(path), None
        elif path.is_file():
            content = bytearray(path.read_bytes())
            yield str(path), File(content, length=len(content))


def _apply(content: bytearray, change: Change) -> None:
    if change.data is None:
        del content[change.at :]
        content.extend(bytes(change.at - len(content)))
        return
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(change.data)] = change.data


def _sectors(change: Change) -> Iterator[Change]:
    if change.data is None:
        yield change
        return
    for begin in range(0, len(change.data), SECTOR):
        piece = change.data[begin : begin + SECTOR]
        yield Change(change.at + begin, piece, change.ended)
