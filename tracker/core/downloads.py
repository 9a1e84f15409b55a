"""Files that leave: begun before the answer, counted to their last row, and never half believed."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO, AnyStr

from flask import Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.core import web
from tracker.core.csvout import Tally
from tracker.core.xlsxout import Sheet, write_workbook

CHUNK = 256 * 1024
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
log = logging.getLogger("tracker")


def folder_of(instance: Path) -> Path:
    """Give the folder for what is about to be sent, which nobody else may look into."""
    folder = instance / "sending"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def sweep(folder: Path, older_than: float) -> None:
    """Take away what a killed server left; what others write at this moment is younger."""
    for path in folder.iterdir():
        if path.stat().st_mtime < older_than:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def begun(pieces: Iterator[AnyStr], first: int = 2) -> Iterator[AnyStr]:
    """Read the header and the first rows at once, so that a failure still has its page."""
    begin = list(islice(pieces, first))

    def rest() -> Iterator[AnyStr]:
        try:
            yield from chain(begin, pieces)
        finally:
            pieces.close()  # type: ignore[attr-defined]

    return rest()


def told_at_the_end(
    pieces: Iterator[bytes], tally: Tally, tell: Callable[[Session, Tally], None]
) -> Iterator[bytes]:
    """Give the pieces; then tell how many rows left, and whether that was all of them."""
    engine = web.engine()

    def rest() -> Iterator[bytes]:
        try:
            yield from pieces
            tally.is_whole = True
        finally:
            pieces.close()  # type: ignore[attr-defined]
            try:
                with Session(engine) as writing:
                    tell(writing, tally)
            except SQLAlchemyError:
                # The file itself has left already; that it was asked for stands in the journal.
                log.exception("could not note how a download ended")

    return rest()


def workbook(
    sheets_of: Callable[[Session], Sheet | Sequence[Sheet]], name: str
) -> tuple[Response, int]:
    """Write a workbook of one moment whole, then send it; tell how many rows it holds.

    It lies in a folder of the instance while it is sent, under no name. Its length and its rows
    stand in the answer's head, so that a part never looks like the whole.
    """
    if request.method == "HEAD":
        return web.download(b"", WORKBOOK, name), 0
    with (
        web.FILES.take(),
        tempfile.NamedTemporaryFile(dir=folder_of(current_app.config["SETTINGS"].instance)) as kept,
    ):
        with web.own_session(read_only=True) as reading:
            found = sheets_of(reading)
            sheets = [found] if isinstance(found, Sheet) else found
            rows = write_workbook(Path(kept.name), sheets)
        file = Path(kept.name).open("rb")  # noqa: SIM115 - closed when all is sent
    response = web.download(_pieces(file), WORKBOOK, name)
    response.call_on_close(file.close)
    response.content_length = _size(file)
    response.headers["X-Row-Count"] = str(rows)
    return response, rows


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece
