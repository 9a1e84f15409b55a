"""Posting movements and reading their sums."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.ledger.models import Movement


def post(
    session: Session, *, day: date, place_id: int, category_id: int, measure: str, quantity: int
) -> None:
    """Add a quantity to the day's movement, in the caller's transaction."""
    # Both engines spell the upsert alike, each in its own dialect.
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(Movement) if is_sqlite else postgresql.insert(Movement)
    statement = insert.values(
        day=day, place_id=place_id, category_id=category_id, measure=measure, quantity=quantity
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["place_id", "category_id", "measure", "day"],
            set_={"quantity": Movement.quantity + statement.excluded.quantity},
        )
    )


def sums(
    session: Session, place_ids: Collection[int], start: date | None, end: date
) -> dict[tuple[int, str], int]:
    """Sum movements from start (or the beginning) to end inclusive, by category and measure."""
    asked = select(Movement.category_id, Movement.measure, func.sum(Movement.quantity)).where(
        Movement.place_id.in_(place_ids), Movement.day <= end
    )
    if start is not None:
        asked = asked.where(Movement.day >= start)
    rows = session.execute(asked.group_by(Movement.category_id, Movement.measure))
    return {(category_id, measure): int(total) for category_id, measure, total in rows}
