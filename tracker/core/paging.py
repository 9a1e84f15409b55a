"""Pages that cost the same wherever they lie: each begins after the last row of another."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.orm import Session

from tracker.core.text import has_forbidden

PAGE_SIZE = 50
LONGEST_KEY = 400
_KEY = re.compile(r"(before|after)-([0-9]{1,18})")
LARGEST_INTEGER = 2**31 - 1
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Order:
    """One column of an order; rows without a value come last, in either direction.

    Of a column that always has one, an index gives the order by itself.
    """

    column: ColumnElement[Any]
    descending: bool = False
    is_always: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the keys of the pages before and after; None where there is none."""

    rows: list[Row]
    previous: str | None = None
    next: str | None = None


def page_of(
    session: Session,
    asked: Select[Any],
    orders: Sequence[Order],
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Any]:
    """Give the page that a key names, the first without one or with one that makes no sense.

    The order must be total: its last column tells any two rows apart.
    """
    key = _read(after, orders)
    backward, values = key or (False, None)
    columns = [order.column.label(f"_key{at}") for at, order in enumerate(orders)]
    statement = asked.add_columns(*columns)
    if values is not None:
        statement = statement.where(_beyond(orders, values, backward=backward))
    for order in orders:
        statement = statement.order_by(_direction(order, backward=backward))
    found = list(session.execute(statement.limit(size + 1)))
    more = len(found) > size
    found = found[:size]
    if backward:
        found.reverse()
    if not found:
        return Page([]) if key is None else page_of(session, asked, orders, size=size)
    has_previous, has_next = (more, True) if backward else (key is not None, more)
    keys = len(orders)
    return Page(
        [row[:-keys] for row in found],
        _written(found[0][-keys:], backward=True) if has_previous else None,
        _written(found[-1][-keys:], backward=False) if has_next else None,
    )


def first_of_key(after: str | None, orders: Sequence[Order]) -> tuple[bool, Any]:
    """Tell whether a key asks for the page before, and its value in the first column."""
    backward, values = _read(after, orders) or (False, [None])
    return backward, values[0]


def ordered(asked: Select[Any], orders: Sequence[Order]) -> Select[Any]:
    """Put all rows in the order that pages have."""
    return asked.order_by(*(_direction(order, backward=False) for order in orders))


def written_key(key: int, *, backward: bool) -> str:
    """Write the key of a row for an address: of the page after it, or of the one before."""
    return f"{'before' if backward else 'after'}-{key}"


def read_key(text: str | None) -> tuple[bool, int | None]:
    """Read such a key: whether it asks for the page before, and the key; None if it is none."""
    known = _KEY.fullmatch(text or "")
    return (known[1] == "before", int(known[2])) if known else (False, None)


def _direction(order: Order, *, backward: bool) -> ColumnElement[Any]:
    column = order.column
    directed = column.desc() if order.descending != backward else column.asc()
    if order.is_always:
        return directed
    return directed.nulls_first() if backward else directed.nulls_last()


def _beyond(orders: Sequence[Order], values: Sequence[Any], *, backward: bool) -> Any:
    """Give the condition for rows that come after these values in the order, or before them."""
    ways: list[Any] = []
    equal: list[Any] = []
    for order, value in zip(orders, values, strict=True):
        ways.append(and_(*equal, _past(order, value, backward=backward)))
        equal.append(order.column.is_(None) if value is None else order.column == value)
    beyond, first, value = or_(*ways), orders[0], values[0]
    if not first.is_always:
        return beyond
    # Said besides, so that an index is entered where the page begins.
    is_falling = first.descending != backward
    return and_(first.column <= value if is_falling else first.column >= value, beyond)


def _past(order: Order, value: Any, *, backward: bool) -> ColumnElement[bool]:
    column = order.column
    if value is None:
        return column.is_not(None) if backward else false()
    past = column < value if order.descending != backward else column > value
    return past if backward or order.is_always else or_(past, column.is_(None))


def _written(values: Sequence[Any], *, backward: bool) -> str:
    plain = [{"d": value.isoformat()} if isinstance(value, date) else value for value in values]
    packed = json.dumps([backward, *plain], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read(key: str | None, orders: Sequence[Order]) -> tuple[bool, list[Any]] | None:
    """Read a key from an address; one that was tampered with is no key."""
    if not key or len(key) > LONGEST_KEY:
        return None
    try:
        packed = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        backward, *values = json.loads(packed)
        read = [date.fromisoformat(v["d"]) if isinstance(v, dict) else v for v in values]
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError):
        return None
    if len(read) != len(orders) or not all(map(_fits, orders, read)):
        return None
    return bool(backward), read


def _fits(order: Order, value: Any) -> bool:
    if value is None:
        return not order.is_always
    if isinstance(value, bool) or not isinstance(value, order.column.type.python_type):
        return False
    if isinstance(value, int):
        return abs(value) <= LARGEST_INTEGER
    return not (isinstance(value, str) and has_forbidden(value))
