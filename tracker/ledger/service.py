"""Posting movements and reading their sums."""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.ledger.models import NO_DEPARTMENT, Movement


class Cell(NamedTuple):
    """Where a quantity is added up: the key of a movement."""

    place_id: int
    category_id: int
    department_id: int
    measure: str
    day: date


class Dimension(StrEnum):
    """What sums may be asked by; a month's key is its first day."""

    CATEGORY = "category"
    PLACE = "place"
    DEPARTMENT = "department"
    MONTH = "month"
    DAY = "day"


_KEYS: dict[Dimension, ColumnElement[Any]] = {
    Dimension.CATEGORY: Movement.category_id.expression,
    Dimension.PLACE: Movement.place_id.expression,
    Dimension.DEPARTMENT: Movement.department_id.expression,
    Dimension.MONTH: extract("year", Movement.day) * 100 + extract("month", Movement.day),
    Dimension.DAY: Movement.day.expression,
}


def post(
    session: Session,
    *,
    day: date,
    place_id: int,
    category_id: int,
    measure: str,
    quantity: int,
    department_id: int = NO_DEPARTMENT,
) -> None:
    """Add a quantity to the day's movement, in the caller's transaction."""
    post_all(session, {Cell(place_id, category_id, department_id, measure, day): quantity})


def post_all(session: Session, changes: Mapping[Cell, int]) -> None:
    """Add quantities to their movements, in the caller's transaction."""
    # In one order always, so that two writers never wait for each other's rows.
    rows = [
        cell._asdict() | {"quantity": quantity}
        for cell, quantity in sorted(changes.items())
        if quantity
    ]
    if not rows:
        return
    # Both engines spell the upsert alike, each in its own dialect.
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(Movement) if is_sqlite else postgresql.insert(Movement)
    session.execute(
        insert.values(rows).on_conflict_do_update(
            index_elements=list(Cell._fields),
            set_={"quantity": Movement.quantity + insert.excluded.quantity},
        )
    )


def sums(
    session: Session,
    place_ids: Collection[int],
    start: date | None,
    end: date,
    by: Dimension = Dimension.CATEGORY,
) -> dict[tuple[Any, str], int]:
    """Sum movements from start (or the beginning) to end inclusive, by one dimension and measure.

    Keys are ids (department 0 is "given to nobody"), or days; a month is named by its first
    day. A sum of zero is left out.
    """
    key, total = _KEYS[by], func.sum(Movement.quantity)
    asked = select(key, Movement.measure, total).where(
        Movement.place_id.in_(place_ids), Movement.day <= end
    )
    if start is not None:
        asked = asked.where(Movement.day >= start)
    rows = session.execute(asked.group_by(key, Movement.measure).having(total != 0))
    return {(_shown(by, value), measure): int(quantity) for value, measure, quantity in rows}


def _shown(by: Dimension, value: Any) -> Any:
    return date(int(value) // 100, int(value) % 100, 1) if by is Dimension.MONTH else value
