"""What the list of petitions may be narrowed to, and its orders."""

from dataclasses import dataclass
from datetime import date

from tracker.core.i18n import N_, Labelled
from tracker.petitions.lifecycle import Channel, Group, Kind, Level, Status
from tracker.petitions.rules import Acknowledgement, Ageing, Timeliness


class Sort(Labelled):
    """In which order the list stands; what has no date comes last."""

    NEWEST = "newest", N_("Newest first")
    OLDEST = "oldest", N_("Oldest first")
    DUE = "due", N_("Due date")


@dataclass(frozen=True, slots=True)
class Flow:
    """A number of a report that counts what happened in a period: received, reopened, ended_….

    `typed_by` counts what had been typed by the end of a day, under the place, category and
    department of then; the other filters are read so too.
    """

    measure: str
    day_from: date
    day_to: date
    typed_by: date | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """A number of a report that counts what stood on a day: outstanding, late, undated, in_time."""

    measure: str
    as_at: date
    typed_by: date | None = None


@dataclass(frozen=True, slots=True)
class PetitionFilter:
    """What the list is narrowed to; every field may be left out.

    A place brings what it answers for, `only_here` nothing but itself. Department 0 is "given to
    nobody". `cell` leaves exactly the rows that a number of a report counts. `without_names` keeps
    `q` from finding people, for readers who do not see their names.
    """

    q: str = ""
    without_names: bool = False
    category_id: int | None = None
    status: Status | None = None
    group: Group | None = None
    open: bool | None = None
    kind: Kind | None = None
    level: Level | None = None
    channel: Channel | None = None
    place_id: int | None = None
    only_here: bool = False
    department_id: int | None = None
    dialogue_id: int | None = None
    monitor_id: int | None = None
    received_from: date | None = None
    received_to: date | None = None
    date_unknown: bool = False
    overdue: bool = False
    timeliness: Timeliness | None = None
    ack: Acknowledgement | None = None
    ageing: Ageing | None = None
    plan_has_come: bool = False
    not_press: bool = False
    cell: Flow | Stock | None = None
