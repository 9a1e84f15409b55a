"""A paper before it is written down: what stands in it, and nothing of how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.documents.rules.layout import Issuer


class Align(StrEnum):
    """Where the words of a cell stand."""

    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph of the text; its lead-in, if it has one, stands in bold before it.

    `room` is how many dotted lines follow for someone to write on.
    """

    text: str
    lead: str = ""
    is_ground: bool = False
    room: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `share` is its part of the whole width."""

    header: str
    share: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header comes again on each page; a total closes it."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()


Block = Heading | Para | Table


@dataclass(frozen=True, slots=True)
class Annex:
    """A table on pages of its own, laid across."""

    label: str
    title: str
    note: str
    table: Table
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: in whose name, as what, and the name under it."""

    authority: str
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the title."""

    issuer: Issuer
    superior: str
    agency: Sequence[str]
    number: str
    dated: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One official paper, every word of it; `mark` says that all of it is invented.

    A paper with one signature has the recipients beside it, one with two has none.
    """

    name: str
    head: Head
    kind: str
    subject: str
    blocks: Sequence[Block]
    signatures: Sequence[Signature]
    recipients: Sequence[str] = ()
    addressees: Sequence[str] = ()
    annexes: Sequence[Annex] = ()
    mark: str = ""
    foot: str = ""
