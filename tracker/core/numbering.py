"""Running numbers of a year, given out inside the writer's own transaction."""

from sqlalchemy import insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.core.db import Base, text40


class Counter(Base):
    """The last number given out under one prefix in one year."""

    __tablename__ = "counters"

    prefix: Mapped[text40] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(session: Session, prefix: str, year: int) -> int:
    """Give the next number; two writers never get the same, as the row is locked until commit."""
    raised = (
        update(Counter)
        .where(Counter.prefix == prefix, Counter.year == year)
        .values(last=Counter.last + 1)
        .returning(Counter.last)
    )
    number = session.scalar(raised)
    if number is None:
        session.execute(insert(Counter).values(prefix=prefix, year=year, last=1))
        return 1
    return number
