"""Files that leave: begun before the answer, counted to their last row, and never half believed."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, AnyStr, Protocol

from flask import Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.core import clock, web
from tracker.core.columns import Column, csv_of, lines
from tracker.core.csvout import (
    MEDIA_TYPE,
    Separator,
    Tally,
    Variant,
    last_line,
    separator_of,
    variant_of,
)
from tracker.core.datapackage import packed
from tracker.core.xlsxout import Sheet, sheet_columns, titles_of, write_workbook

CHUNK = 256 * 1024
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
log = logging.getLogger("tracker")


class Notes(Protocol):
    """What the journal keeps of a file: that it was begun, how it ended, that it was taken."""

    def begin(self, session: Session) -> None:
        """Write down, before its first byte leaves, that a file is taken out."""

    def end(self, session: Session, tally: Tally) -> None:
        """Write down with how many rows it ended, or where it broke off."""

    def take(self, session: Session, rows: int) -> None:
        """Write down that a file of so many rows is taken out, which is whole before it leaves."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as the file that its reader takes along, with all rows in the order of its page.

    `stem` begins the file's name, `title` stands above the rows and `tab` on their sheet; `counted`
    says in words how many they are, `narrowed` by what the list is narrowed. `is_fictional` is
    told in the name and above the rows.
    """

    stem: str
    tab: str
    title: str
    place: str
    columns: Sequence[Column[Any]]
    rows: Callable[[Session], Iterable[Any]]
    count: Callable[[Session], int]
    counted: Callable[[int], str]
    narrowed: Sequence[str] = ()
    is_fictional: bool = False

    def csv(self, notes: Notes) -> Response:
        """Give the list as CSV, as the address asks: for Excel, or variant=machine for programs."""
        variant = variant_of(request.args.get("variant"))
        separator = separator_of(request.args.get("separator"), variant)

        def pieces(session: Session, tally: Tally) -> Iterator[bytes]:
            yield from self._pieces(session, tally, variant, separator)

        return leaving(pieces, MEDIA_TYPE, dated(self.stem, "csv", self.is_fictional), notes)

    def package(self, name: str, notes: Notes) -> Response:
        """Give the file for programs with a description of its columns, in one package."""

        def pieces(session: Session, tally: Tally) -> Iterator[bytes]:
            found = self._pieces(session, tally, Variant.MACHINE, Separator.COMMA)
            yield from packed(name, self.title, self.columns, found, tally, self.place)

        return leaving(pieces, ZIP, dated(self.stem, "zip", self.is_fictional), notes)

    def workbook(self, notes: Notes) -> Response:
        """Give the list as a workbook."""
        return workbook(self._sheet, dated(self.stem, "xlsx", self.is_fictional), notes)

    def _pieces(
        self, session: Session, tally: Tally, variant: Variant, separator: Separator
    ) -> Iterator[bytes]:
        for piece in csv_of(self.columns, tally.of(self.rows(session)), variant, separator):
            yield piece.encode()
        if variant is Variant.EXCEL:
            # Programs find the number in the description of the package instead.
            yield last_line(tally).encode()

    def _sheet(self, session: Session) -> Sheet:
        count = self.count(session)
        return Sheet(
            self.tab,
            titles_of(
                self.title,
                self.place,
                clock.shown_date(clock.today()),
                self.counted(count),
                *self.narrowed,
                is_fictional=self.is_fictional,
            ),
            sheet_columns(self.columns),
            lines(self.columns, self.rows(session), Variant.EXCEL),
            most=count,
            frozen=2,
        )


def dated(stem: str, ending: str, is_fictional: bool) -> str:
    """Name a file by what it is and its day; its name says when it holds invented records."""
    return f"{stem}-{'hu-cau-' if is_fictional else ''}{clock.today().isoformat()}.{ending}"


def leaving(
    pieces: Callable[[Session, Tally], Iterator[bytes]], media_type: str, name: str, notes: Notes
) -> Response:
    """Send a file as it is read; whatever may fail does so before the first byte."""
    with web.own_session(read_only=False) as writing:
        notes.begin(writing)
    tally = Tally()
    body = _begun(web.streamed(lambda session: pieces(session, tally)))
    return web.download(_told_at_the_end(body, tally, notes), media_type, name)


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


def _begun(pieces: Iterator[AnyStr], first: int = 2) -> Iterator[AnyStr]:
    """Read the header and the first rows at once, so that a failure still has its page."""
    begin = list(islice(pieces, first))

    def rest() -> Iterator[AnyStr]:
        try:
            yield from chain(begin, pieces)
        finally:
            pieces.close()  # type: ignore[attr-defined]

    return rest()


def _told_at_the_end(pieces: Iterator[bytes], tally: Tally, notes: Notes) -> Iterator[bytes]:
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
                    notes.end(writing, tally)
            except SQLAlchemyError:
                # The file itself has left already; that it was asked for stands in the journal.
                log.exception("could not note how a download ended")

    return rest()


def workbook(
    sheets_of: Callable[[Session], Sheet | Sequence[Sheet]], name: str, notes: Notes
) -> Response:
    """Write a workbook of one moment whole, note how many rows it holds, then send it.

    It lies in a folder of the instance while it is sent, under no name. Its length and its rows
    stand in the answer's head, so that a part never looks like the whole.
    """
    if request.method == "HEAD":
        return web.download(b"", WORKBOOK, name)
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
    with web.own_session(read_only=False) as writing:
        notes.take(writing, rows)
    return response


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece
