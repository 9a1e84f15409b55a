"""Cells of a file asked of the database: a whole line of CSV as one value, or single values.

The line is the very one that csvout writes of the same values; tests hold the two together.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ClauseElement,
    ColumnElement,
    Connection,
    Date,
    Executable,
    Integer,
    LargeBinary,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from tracker.core.csvout import BLANKS, FORMULA_STARTS, Separator, Tally, Variant, csv_lines
from tracker.core.dates import Precision
from tracker.core.db import is_sqlite
from tracker.core.i18n import Labelled, gettext, say

FEW, MANY, AHEAD = 20, 100, 1000
"""So many rows at first, at a time from then on, and at a time where more are fetched ahead."""


class Either(NamedTuple):
    """A day or a number, or the register's own words in its place where they are not empty."""

    value: ColumnElement[Any]
    words: ColumnElement[Any]


Cell = ColumnElement[Any] | Either | str
"""A value of each row, a value or words, or a text that is the same in all."""


class shown_day(FunctionElement[str]):  # noqa: N801 - stands among functions of SQL
    """A day as offices write it, dd/mm/yyyy, asked of either engine."""

    type = String()
    inherit_cache = True


@compiles(shown_day)
def _shown_by_postgresql(element: shown_day, compiler: Any, **how: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **how)}, 'DD/MM/YYYY')"


@compiles(shown_day, "sqlite")
def _shown_by_sqlite(element: shown_day, compiler: Any, **how: Any) -> str:
    day = compiler.process(element.clauses, **how)
    return f"(substr({day}, 9, 2) || '/' || substr({day}, 6, 2) || '/' || substr({day}, 1, 4))"


def known_day(day: ColumnElement[Any], precision: ColumnElement[Any]) -> Either:
    """Ask for a day no more exactly than it is known, as dates.shown writes it."""
    shown = shown_day(day)
    month, year = func.substr(shown, 4, 2), func.substr(shown, 7, 4)
    quarters = {"01": "I", "04": "II", "07": "III", "10": "IV"}
    words = case(
        (type_coerce(precision, String()) == Precision.DAY.value, ""),
        (day.is_(None), gettext("date unknown")),
        (
            type_coerce(precision, String()) == Precision.MONTH.value,
            _filled("month %(month)s/%(year)s", month=month, year=year),
        ),
        (
            type_coerce(precision, String()) == Precision.QUARTER.value,
            _filled(
                "quarter %(quarter)s/%(year)s",
                quarter=case(quarters, value=month, else_=""),
                year=year,
            ),
        ),
        (
            type_coerce(precision, String()) == Precision.YEAR.value,
            _filled("year %(year)s", year=year),
        ),
        else_=gettext("date unknown"),
    )
    return Either(day, type_coerce(words, String()))


def word_of(kind: type[Labelled], stored: ColumnElement[Any]) -> ColumnElement[Any]:
    """Ask for the word of an enum's value, in the language in force."""
    words = {member.value: say(member) for member in kind}
    return type_coerce(case(words, value=type_coerce(stored, String()), else_=""), String())


def line_of(
    cells: Sequence[Cell], *, variant: Variant, separator: Separator, on_sqlite: bool
) -> ColumnElement[Any]:
    """Put a row's cells together as csvout.csv_lines does, without the end of the line.

    The line is bytes in UTF-8: a text would be decoded only to be encoded again.
    """
    written = [_written(cell, variant) for cell in cells]
    if on_sqlite:
        return _printed(written, separator)
    return _formatted(written, separator)


def values_of(cells: Sequence[Cell]) -> list[ColumnElement[Any]]:
    """Ask for values instead of a line: days as days, numbers as numbers, enums as their words.

    The words of `Either` follow after all, in order; columns.with_words puts them in their places.
    """
    values = [cell.value if isinstance(cell, Either) else _value(cell) for cell in cells]
    return values + [cell.words for cell in cells if isinstance(cell, Either)]


def _value(cell: ColumnElement[Any] | str) -> ColumnElement[Any]:
    if isinstance(cell, str):
        return literal(cell)
    kind = _enum_of(cell)
    return word_of(kind, cell) if kind else cell


def _enum_of(cell: ColumnElement[Any]) -> type[Labelled] | None:
    kind: type[Labelled] | None = getattr(cell.type, "enum_class", None)
    return kind


def streamed_lines(session: Session, statement: Select[Any]) -> Generator[list[bytes]]:
    """Read lines many at a time, a few at first so that the first bytes leave at once."""
    # Not through the session, which would hold all rows before it gives the first.
    connection = session.connection()
    if not is_sqlite(session):
        yield from _fetched_ahead(connection, statement)
        return
    streamed = {"stream_results": True, "max_row_buffer": MANY}
    found = connection.execute(statement, execution_options=streamed).scalars()
    size = FEW
    while some := found.fetchmany(size):
        yield list(some)
        size = MANY


def csv_pieces(
    header: Sequence[str],
    found: Generator[list[bytes]],
    variant: Variant,
    separator: Separator,
    tally: Tally,
) -> Iterator[bytes]:
    """Give a file whose first column is the running number, piece by piece, and count its rows."""
    yield next(csv_lines(header, [], variant=variant, separator=separator)).encode()
    sign = separator.encode()
    # Ended with the file, also where its reader goes away: before the connection is given back.
    with closing(found):
        for lines in found:
            first = tally.rows + 1
            numbered = (b"%d%b%b\r\n" % (at, sign, line) for at, line in enumerate(lines, first))
            yield b"".join(numbered)
            tally.rows += len(lines)


class _Declared(Executable, ClauseElement):
    """A statement whose rows PostgreSQL gives when they are fetched, some at a time."""

    inherit_cache = False

    def __init__(self, select: Select[Any]) -> None:
        self.select = select


@compiles(_Declared)
def _declared(element: _Declared, compiler: Any, **how: Any) -> str:
    return f"DECLARE lines NO SCROLL CURSOR FOR {compiler.process(element.select, **how)}"


def _fetched_ahead(connection: Connection, statement: Select[Any]) -> Iterator[list[bytes]]:
    """Let PostgreSQL put the next lines together while these leave.

    By `COPY` it would be one statement for the whole file, which the limit of a page's statements
    would end; and sorted as a whole before the first row.
    """
    connection.execute(_Declared(statement))
    yield list(connection.exec_driver_sql(f"FETCH {FEW} FROM lines").scalars())
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            coming = _asked(driver)
            while True:
                found, coming = coming, _asked(driver)
                if not (some := found.fetchall()):
                    break
                yield [line for (line,) in some]
    except connection.dialect.loaded_dbapi.Error as fault:
        connection.invalidate(fault)  # the pool does not hear of what the driver raises
        raise OperationalError("FETCH", None, fault) from fault
    connection.exec_driver_sql("CLOSE lines")


def _asked(driver: Any) -> Any:
    # In binary: in text, bytes are twice as long.
    return driver.cursor(binary=True).execute(f"FETCH {AHEAD} FROM lines", prepare=True)


class _Part(NamedTuple):
    """One cell on its way into the line."""

    value: ColumnElement[Any]
    is_quoted: bool = True
    is_guarded: bool = False
    is_plain: bool = False
    """Whether no quotation mark can stand in it."""


def _written(cell: Cell, variant: Variant) -> _Part:
    if isinstance(cell, Either):
        return _either(cell, variant)
    if isinstance(cell, str):
        return _Part(literal(cell), is_guarded=True)
    if kind := _enum_of(cell):
        words = variant is Variant.EXCEL
        if words:
            return _Part(word_of(kind, cell), is_plain=not any('"' in say(one) for one in kind))
        return _Part(func.coalesce(type_coerce(cell, String()), ""), is_plain=True)
    if isinstance(cell.type, Date):
        shown = shown_day(cell) if variant is Variant.EXCEL else cast(cell, String())
        return _Part(func.coalesce(shown, ""), is_plain=True)
    if isinstance(cell.type, Integer | Boolean):
        return _Part(func.coalesce(_digits(cell), '""'), is_quoted=False)
    return _Part(func.coalesce(cell, ""), is_guarded=True)


def _either(cell: Either, variant: Variant) -> _Part:
    if isinstance(cell.value.type, Integer):
        words = literal('"') + func.replace(cell.words, '"', '""') + '"'
        return _Part(case((cell.words == "", _digits(cell.value)), else_=words), is_quoted=False)
    shown = _written(cell.value, variant)
    return _Part(case((cell.words == "", shown.value), else_=cell.words))


def _digits(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(cast(number, Integer), String())


def _printed(cells: Sequence[_Part], separator: Separator) -> ColumnElement[Any]:
    """Let SQLite's printf write the line: its %w doubles quotation marks faster than replace."""
    places, values = [], []
    for cell in cells:
        if cell.is_guarded:
            values.append(_sqlite_guard(cell.value))
        mark = "%s%w" if cell.is_guarded else "%w"
        places.append(f'"{mark}"' if cell.is_quoted else "%s")
        values.append(cell.value)
    line = func.printf(separator.join(places), *values)
    return type_coerce(cast(line, LargeBinary), NullType())


def _sqlite_guard(value: ColumnElement[Any]) -> ColumnElement[Any]:
    starts = "".join(FORMULA_STARTS).replace("-", "")
    # The first test lets nearly every text pass before anything is trimmed. The hyphen stands first
    # in the set, where it means itself.
    may_start = value.bool_op("GLOB")(f"[-{BLANKS}{starts}]*")
    does_start = func.ltrim(value, BLANKS).bool_op("GLOB")(f"[-{starts}]*")
    return case((may_start & does_start, "'"), else_="")


def _formatted(cells: Sequence[_Part], separator: Separator) -> ColumnElement[Any]:
    """Let PostgreSQL's format write the line: each value goes through it once, and nothing else."""
    places = separator.join('"%s"' if cell.is_quoted else "%s" for cell in cells)
    line = func.format(places, *(_as_written(cell) for cell in cells))
    return type_coerce(func.convert_to(line, "UTF8"), NullType())


def _as_written(cell: _Part) -> ColumnElement[Any]:
    if cell.is_plain or not cell.is_quoted:
        return cell.value
    written = func.replace(cell.value, '"', '""')
    if not cell.is_guarded:
        return written
    return case((_starts_a_formula(cell.value), func.concat("'", written)), else_=written)


def _starts_a_formula(value: ColumnElement[Any]) -> ColumnElement[bool]:
    # By the number of its first sign, for which no text is cut off. An empty one has none.
    may_start = func.ascii(value).in_([ord(sign) for sign in (*BLANKS, *FORMULA_STARTS)])
    does_start = func.ascii(func.ltrim(value, BLANKS)).in_([ord(sign) for sign in FORMULA_STARTS])
    return may_start & does_start


def _filled(msgid: str, **parts: ColumnElement[Any]) -> ColumnElement[Any]:
    """Say a message with values of the row in the place of its names."""
    said: Any = gettext(msgid, **{name: f"{{{name}}}" for name in parts})
    for name, value in parts.items():
        said = func.replace(said, f"{{{name}}}", value)
    return type_coerce(said, String())
