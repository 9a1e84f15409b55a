"""Running numbers of a year, given out inside the writer's own transaction."""

from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.core.db import Base, text40


class Counter(Base):
    """The last number given out under one prefix in one year."""

    __tablename__ = "counters"

    prefix: Mapped[text40] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


_COUNTERS = cast(Table, Counter.__table__)
_RAISED = (
    update(_COUNTERS)
    .where(_COUNTERS.c.prefix == bindparam("of_prefix"), _COUNTERS.c.year == bindparam("of_year"))
    .values(last=_COUNTERS.c.last + bindparam("count"))
    .returning(_COUNTERS.c.last)
)


def next_number(session: Session, prefix: str, year: int) -> int:
    """Give the next number; two writers never get the same, as the row is locked until commit."""
    return next_numbers(session, prefix, year, 1)


def next_numbers(session: Session, prefix: str, year: int, count: int) -> int:
    """Give the first of so many numbers that follow each other."""
    asked = {"of_prefix": prefix, "of_year": year, "count": count}
    last: int | None = session.connection().execute(_RAISED, asked).scalar()
    if last is None:
        session.execute(insert(_COUNTERS), {"prefix": prefix, "year": year, "last": count})
        return 1
    return last - count + 1


def last_numbers(session: Session, prefix: str) -> dict[int, int]:
    """Give the last number given out in each year."""
    asked = select(Counter.year, Counter.last).where(Counter.prefix == prefix)
    return {row.year: row.last for row in session.execute(asked)}
