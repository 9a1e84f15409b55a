"""Reading the ledger's sums, as they are and as they had been typed by a moment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.db import is_sqlite
from tracker.core.i18n import gettext
from tracker.core.lasting import lasting
from tracker.ledger.rules import MEASURES, By, Span, pieces
from tracker.ledger.statements import Shape, fills, summing
from tracker.places.models import Place
from tracker.places.rules import PlaceKind

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
    parts = [pieces(span) for span in spans]
    if not unit_ids or not any(parts):
        return {}
    units = tuple(sorted(unit_ids))
    values: dict[str, Any] = {"units": units} if len(units) > 1 else {"unit": units[0]}
    of_units = (len(units) == 1, _hold_villages(session, units))
    for number, (span, some) in enumerate(zip(spans, parts, strict=True)):
        bound = {str(at): (piece.start, piece.end) for at, piece in enumerate(some)}
        if by is not By.ALL or typed_before is not None:
            bound["whole"] = (span.start, span.end)
        for at, (start, end) in bound.items():
            values[f"end_{number}_{at}"] = end
            if start is not None:
                values[f"start_{number}_{at}"] = start
    if typed_before is not None:
        values["typed_before"] = typed_before
    shapes = tuple(
        tuple(
            Shape(piece.is_months, piece.start is not None, piece.sign, *of_units) for piece in some
        )
        for some in parts
    )
    longer = _longer(spans, typed_before)
    statement = summing(by, shapes, is_typed=typed_before is not None, longer=longer)
    return {
        (number, unit_id, key): dict(zip(MEASURES, map(int, quantities), strict=True))
        for number, unit_id, key, *quantities in session.connection().execute(statement, values)
    }


@lasting
def _hold_villages(session: Session, unit_ids: tuple[int, ...]) -> bool:
    """Tell whether some are villages, of which there are no sums by day or cut."""
    is_one = Place.id.in_(unit_ids), Place.kind == PlaceKind.VILLAGE
    return session.scalar(select(Place.id).where(*is_one).limit(1)) is not None


def _longer(spans: Sequence[Span], typed_before: datetime | None) -> frozenset[int]:
    """Tell which spans are longer than the time since a moment."""
    if typed_before is None:
        return frozenset()
    since = clock.now() - typed_before
    are_longer = (span.start is None or span.end - span.start >= since for span in spans)
    return frozenset(number for number, is_longer in enumerate(are_longer) if is_longer)


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


def sum_mismatches(session: Session) -> Iterator[str]:
    """Count all sums anew from the entries; a line for each that differs.

    Months and wider cuts are counted from the days that stand: a wrong day is named, and what
    follows from it as well.
    """
    for fill in fills(is_sqlite=is_sqlite(session)):
        for unit_id, cut, grain, day, key, *quantities in session.execute(fill.differing):
            for measure, more in zip(MEASURES, quantities, strict=True):
                if more:
                    yield gettext(
                        "%(day)s unit %(unit)s, %(grain)s, %(cut)s %(key)s, %(measure)s:"
                        " the sum is wrong by %(by)s",
                        day=shown_date(day),
                        unit=unit_id,
                        grain=grain,
                        cut=cut,
                        key=key,
                        measure=measure,
                        by=-int(more),
                    )
