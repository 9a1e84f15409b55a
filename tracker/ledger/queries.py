"""Reading the ledger's sums, as they are and as they had been typed by a moment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Date, TextClause, bindparam, text
from sqlalchemy.orm import Session

from tracker.core.clock import shown_date
from tracker.core.db import UtcDateTime, is_sqlite
from tracker.core.i18n import gettext
from tracker.ledger import statements
from tracker.ledger.rules import MEASURES, By, Piece, Span, pieces

Quantities = Mapping[str, int]
Sums = dict[tuple[int, int, str], Quantities]
"""By the number of the span, the unit, and the key within the cut."""


def sums(
    session: Session,
    unit_ids: Collection[int],
    spans: Sequence[Span],
    by: By = By.ALL,
    typed_before: datetime | None = None,
) -> Sums:
    """Sum every measure over spans of days by a cut, for units with all that they answer for today.

    Keys are written as the ledger keeps them: ids as digits, department 0 is "given to nobody".
    What is nothing throughout is left out. `typed_before` leaves out what was recorded from that
    moment on: its cost grows with what has been recorded since.
    """
    if not unit_ids:
        return {}
    asked = _Asked(unit_ids, by)
    for number, span in enumerate(spans):
        asked.span(number, span)
        if typed_before is not None:
            asked.take_back(number, span, typed_before)
    return {
        (number, unit_id, key): dict(zip(MEASURES, map(int, quantities), strict=True))
        for number, unit_id, key, *quantities in session.execute(asked.statement())
    }


def monthly_sums(
    session: Session,
    unit_id: int,
    spans: Sequence[Span],
    typed_before: datetime | None = None,
) -> list[Quantities]:
    """Sum every measure over each span, of one unit, in the order of the spans."""
    found: Sums = {}
    # So many pieces in one statement at most: PostgreSQL plans each of them.
    for start in range(0, len(spans), 24):
        some = spans[start : start + 24]
        for (number, unit, key), row in sums(
            session, [unit_id], some, By.ALL, typed_before
        ).items():
            found[number + start, unit, key] = row
    return [found.get((number, unit_id, ""), {}) for number in range(len(spans))]


class _Asked:
    """One statement put together from the pieces that are summed."""

    def __init__(self, unit_ids: Collection[int], by: By) -> None:
        self.by = by
        self.parts: list[str] = []
        self.values: dict[str, BindParameter[Any]] = {"cut": bindparam("cut", str(by))}
        names = []
        for number, unit_id in enumerate(sorted(unit_ids)):
            self.values[f"u{number}"] = bindparam(f"u{number}", unit_id)
            names.append(f":u{number}")
        self.units = f"({', '.join(names)})"

    def span(self, number: int, span: Span) -> None:
        """Add what was recorded for the days of a span."""
        village = "SELECT id FROM places WHERE kind = 'village'"
        for piece in pieces(span):
            grain = "month" if piece.is_months else "day"
            self._kept(number, piece, f"grain = '{grain}'")
            if self.by is By.ALL and not piece.is_months:
                self._entries(number, piece, f"reach.unit_id IN ({village})")
        if self.by is not By.ALL:
            whole = Piece(False, span.start, span.end)
            self._entries(number, whole, f"reach.unit_id IN ({village})")

    def take_back(self, number: int, span: Span, typed_before: datetime) -> None:
        """Take back what was recorded for those days from a moment on."""
        moment = bindparam("typed_before", typed_before, UtcDateTime())
        self.values["typed_before"] = moment
        piece = Piece(False, span.start, span.end, -1)
        self._entries(number, piece, "entry.recorded_at >= :typed_before")

    def statement(self) -> TextClause:
        """Give the statement with its values."""
        parts = " UNION ALL ".join(self.parts)
        return text(
            f"SELECT number, unit_id, key, {statements.summed(table='part')}"
            f" FROM ({parts}) AS part GROUP BY number, unit_id, key"
            f" HAVING {statements.is_something('part')}"
        ).bindparams(*self.values.values())

    def _kept(self, number: int, piece: Piece, grain: str) -> None:
        signed = ", ".join(f"{_minus(piece)}{name} AS {name}" for name in MEASURES)
        self.parts.append(
            f"SELECT {number} AS number, unit_id, key, {signed} FROM ledger_sums"
            f" WHERE unit_id IN {self.units} AND cut = :cut AND {grain}{self._days(piece)}"
        )

    def _entries(self, number: int, piece: Piece, where: str) -> None:
        signed = ", ".join(f"{_minus(piece)}entry.{name} AS {name}" for name in MEASURES)
        self.parts.append(
            f"SELECT {number} AS number, reach.unit_id, {statements.key_of(self.by)} AS key,"
            f" {signed} FROM place_reach AS reach"
            " JOIN ledger_entries AS entry ON entry.place_id = reach.place_id"
            f" WHERE reach.unit_id IN {self.units} AND {where}{self._days(piece)}"
        )

    def _days(self, piece: Piece) -> str:
        asked = ""
        for sign, day in ((">=", piece.start), ("<=", piece.end)):
            if day is not None:
                name = f"d{len(self.values)}"
                self.values[name] = bindparam(name, day, Date())
                asked += f" AND day {sign} :{name}"
        return asked


def _minus(piece: Piece) -> str:
    return "-" if piece.sign < 0 else ""


def sum_mismatches(session: Session) -> Iterator[str]:
    """Count all sums anew from the entries; a line for each that differs.

    Months and wider cuts are counted from the days that stand: a wrong day is named, and what
    follows from it as well.
    """
    for fill in statements.fills(is_sqlite=is_sqlite(session)):
        for unit_id, cut, grain, day, key, *quantities in session.execute(text(fill.differing)):
            for measure, more in zip(MEASURES, quantities, strict=True):
                if more:
                    yield gettext(
                        "%(day)s unit %(unit)s, %(grain)s, %(cut)s %(key)s, %(measure)s:"
                        " the sum is wrong by %(by)s",
                        day=shown_date(day if isinstance(day, date) else date.fromisoformat(day)),
                        unit=unit_id,
                        grain=grain,
                        cut=cut,
                        key=key,
                        measure=measure,
                        by=-int(more),
                    )
