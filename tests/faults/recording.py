"""What processes told the disk, as strace saw it: every write, every sync, and when."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat,open,creat,write,writev,pwrite64,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,"
    "linkat,copy_file_range,sendfile"
)
LINE = re.compile(r"(\d+) +(\d+\.\d+) (.*)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?(?:\(deleted\))?.*?(?:<(\d+\.\d+)>)?$")
HANDLE = re.compile(r"(\d+)<([^>]*)>(\(deleted\))?")
TEXT = re.compile(r'"([^"]*)"')
UNFINISHED = " <unfinished ...>"


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that the disk was told: when that began, and when it was answered."""

    began: float
    ended: float
    name: str
    path: str
    handle: int
    words: str
    result: int
    new_path: str

    @property
    def written(self) -> bytes:
        """Give what was written, as far as it was taken."""
        return b"".join(_bytes(one) for one in TEXT.findall(self.words))[: self.result]

    def number(self, place: int) -> int:
        """Give one of the numbers among its words, counted from the end."""
        return int(self.words.split(",")[place])

    @property
    def is_sync(self) -> bool:
        """Tell whether it asks for what was written to be kept for good."""
        return self.name in ("fsync", "fdatasync")


def recorder() -> list[str] | None:
    """Give the words before a command that have it recorded; none where there is no strace."""
    if (found := shutil.which("strace")) is None:
        return None
    shown = ["-f", "-y", "-ttt", "-T", "-xx", "-v", "-s", "20000000", "-e", "signal=none"]
    return [found, "--seccomp-bpf", *shown, "-e", f"trace={CALLS}", "-o"]


def calls(trace: Path, folder: Path) -> list[Call]:
    """Read what was told about a folder, in the order in which it was answered."""
    inside = f"{folder}/"
    with trace.open(encoding="ascii", errors="replace") as lines:
        found = [
            call
            for call in _parsed(lines, folder)
            if call.result >= 0 and (call.path.startswith(inside) or call.path == str(folder))
        ]
    return sorted(found, key=lambda call: call.ended)


def _parsed(lines: Iterable[str], folder: Path) -> Iterator[Call]:
    begun: dict[str, tuple[float, str]] = {}
    for line in lines:
        if not (read := LINE.match(line)):
            continue
        thread, at, told = read[1], float(read[2]), read[3]
        if told.endswith(UNFINISHED):
            begun[thread] = (at, told.removesuffix(UNFINISHED))
            continue
        began, ended = at, 0.0
        if rest := RESUMED.match(told):
            began, first = begun.pop(thread, (at, ""))
            told, ended = first + rest[1], at
        if call := CALL.match(told):
            ended = ended or began + float(call[5] or 0)
            yield _call(call, began, ended, folder)


def _call(read: re.Match[str], began: float, ended: float, folder: Path) -> Call:
    name, words, result, opened = read[1], read[2], int(read[3]), read[4]
    if name in ("openat", "open", "creat"):
        path, handle = _name(opened or ""), result
    elif (held := HANDLE.match(words)) and not held[3]:
        path, handle = _name(held[2]), int(held[1])
        if name in ("unlinkat", "mkdirat"):
            path = os.path.join(path, *_names(words)[:1])
    elif held:
        path, handle = "", 0  # it has no name any more
    else:
        path, handle = os.path.join(folder, *_names(words)[:1]), 0
    is_of_two = name.startswith(("rename", "link"))
    new_path = os.path.join(folder, _names(words)[1]) if is_of_two else ""
    return Call(began, ended, name, path, handle, words, result, new_path)


def _names(words: str) -> list[str]:
    return [_name(one) for one in TEXT.findall(words)]


def _name(escaped: str) -> str:
    return os.fsdecode(_bytes(escaped))


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
