"""The address of a list of petitions: filters as codes and words that stay, and back again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.i18n import N_, Labelled, gettext, language, say
from tracker.core.lasting import lasting
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.petitions.lifecycle import Channel, Group, Kind, Level, Status
from tracker.petitions.queries.filters import Flow, PetitionFilter, Sort, Stock
from tracker.petitions.rules import (
    ANSWERED,
    CAME_IN,
    ENDED_AT_ALL,
    ENDED_OTHERWISE,
    IN_TIME,
    LATE,
    MATTERS,
    OUTSTANDING,
    RECEIVED,
    REOPENED,
    UNDATED,
    Acknowledgement,
    Ageing,
    Timeliness,
    ended_as,
)
from tracker.places.models import Place

NOBODY = "none"
YES, NO = "yes", "no"
LONGEST_CODE = 80
"""No code, key or user name is longer; what was asked of one that is not there may be kept."""
WORDS = {
    "status": Status,
    "group": Group,
    "kind": Kind,
    "level": Level,
    "channel": Channel,
    "timeliness": Timeliness,
    "ack": Acknowledgement,
    "ageing": Ageing,
}
DAYS = ("received_from", "received_to")
OF_CELL = ("cell_from", "cell_to", "cell_typed_by")
TICKS = ("overdue", "date_unknown", "only_here", "plan_has_come", "not_press")
LABELS = {
    "q": N_("Words"),
    "category": N_("Category"),
    "status": N_("Status"),
    "group": N_("Report group"),
    "open": N_("Open"),
    "kind": N_("Kind"),
    "level": N_("Level of competence"),
    "channel": N_("Channel"),
    "place": N_("Place"),
    "only_here": N_("Only this place itself"),
    "department": N_("Department in charge"),
    "dialogue": N_("Dialogue"),
    "monitor": N_("Monitor"),
    "received_from": N_("Received from"),
    "received_to": N_("Received to"),
    "date_unknown": N_("Day of receipt not known"),
    "overdue": N_("Late"),
    "timeliness": N_("Against the due date"),
    "ack": N_("Notice to the citizen"),
    "ageing": N_("Unprocessed since receipt"),
    "plan_has_come": N_("The planned date has come"),
    "not_press": N_("Without those from the press"),
    "cell": N_("Number of a report"),
    "sort": N_("Order"),
}
"""What may stand in the address of a list, and its words."""

FLOWS = {
    RECEIVED: N_("Received in the period"),
    REOPENED: N_("Reopened in the period"),
    ended_as(Status.EXPLAINED): N_("Explained in the period"),
    ended_as(Status.RESOLVED): N_("Resolved in the period"),
    ended_as(Status.TRANSFERRED): N_("Transferred in the period"),
    ended_as(Status.DECLINED): N_("Declined in the period"),
    ended_as(Status.WITHDRAWN): N_("Withdrawn in the period"),
    ended_as(Status.JOINED): N_("Joined to another in the period"),
    CAME_IN: N_("Received or reopened in the period"),
    ANSWERED: N_("Answered in the period: resolved or explained"),
    ENDED_AT_ALL: N_("Ended in the period"),
    ENDED_OTHERWISE: N_("Ended in the period without being resolved"),
    MATTERS: N_("Received in the period and not joined to another"),
}
STANDS = {
    OUTSTANDING: N_("Outstanding"),
    LATE: N_("Outstanding and late"),
    IN_TIME: N_("Outstanding and in time"),
    UNDATED: N_("Outstanding without a due date"),
}
"""The numbers of a report that lead to their rows: of a period, and of a day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the list.

    `shown` says each filter in words, by its argument; `unknown` names the arguments that no
    filter is made of; `arguments` are those understood, as an address holds them.
    """

    filter: PetitionFilter
    sort: Sort
    shown: dict[str, str]
    unknown: tuple[str, ...]
    arguments: dict[str, str]


def asked_in(
    session: Session,
    scope: frozenset[int],
    arguments: Mapping[str, str],
    *,
    with_names: bool = True,
) -> Asked:
    """Read an address; what it names that the register does not know is left out and told.

    Whoever reads without names finds nobody by theirs.
    """
    found: dict[str, Any] = {}
    shown: dict[str, str] = {}
    unknown: list[str] = []
    kept: dict[str, str] = {}
    sort = Sort.NEWEST
    for name in LABELS:
        text = arguments.get(name, "").strip()
        if not text:
            continue
        read = _read(session, scope, name, text, arguments)
        if read is None:
            unknown.append(name)
            continue
        field, value, shown[name] = read
        kept[name] = text
        if name == "sort":
            sort = value
            del shown[name]
        else:
            found[field] = value
    if "cell" in kept:
        kept |= {name: arguments[name] for name in OF_CELL if arguments.get(name)}
    if not with_names:
        found["without_names"] = True
    return Asked(PetitionFilter(**found), sort, shown, tuple(unknown), kept)


def petitions_address(
    asked: PetitionFilter | None = None,
    *,
    category: str = "",
    place: str = "",
    department: str = "",
    dialogue: str = "",
    monitor: str = "",
    sort: Sort | None = None,
    path: str = "/petitions",
) -> str:
    """Give the address of a list; rows are named by code (a place by key), never by id.

    A monitor is named by the user name.

    `department=NOBODY` is "given to nobody".
    """
    named = {"category": category, "place": place, "department": department, "dialogue": dialogue}
    named["monitor"] = monitor
    arguments = {name: code for name, code in named.items() if code}
    for field in fields(PetitionFilter):
        value = getattr(asked, field.name) if asked else None
        if field.name not in _WRITTEN_APART and value not in (None, "", False):
            arguments[field.name] = _written(value)
    if asked and asked.open is False:
        arguments["open"] = NO
    if asked and asked.cell:
        arguments |= _cell_written(asked.cell)
    if sort:
        arguments["sort"] = sort
    return f"{path}?{urlencode(arguments)}" if arguments else path


_ROWS_OF_FIELD = ("category_id", "place_id", "department_id", "dialogue_id", "monitor_id")
_WRITTEN_APART = ("cell", "without_names", *_ROWS_OF_FIELD)


def _written(value: Any) -> str:
    if value is True:
        return YES
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell_written(cell: Flow | Stock) -> dict[str, str]:
    typed = {"cell_typed_by": cell.typed_by.isoformat()} if cell.typed_by else {}
    if isinstance(cell, Stock):
        return {"cell": cell.measure, "cell_to": cell.as_at.isoformat()} | typed
    return typed | {
        "cell": cell.measure,
        "cell_from": cell.day_from.isoformat(),
        "cell_to": cell.day_to.isoformat(),
    }


def _read(
    session: Session, scope: frozenset[int], name: str, text: str, arguments: Mapping[str, str]
) -> tuple[str, Any, str] | None:
    """Give the filter's field, its value and its words; None when the text makes no sense."""
    if name == "cell":
        return _cell(text, arguments)
    if name in _ROWS:
        return _ROWS[name](session, scope, text) if len(text) <= LONGEST_CODE else None
    if name == "sort":
        return _member("sort", Sort, text)
    if name in WORDS:
        return _member(name, WORDS[name], text)
    if name in DAYS:
        day = parse_day(text)
        return (name, day, shown_date(day)) if day else None
    if name in TICKS:
        return (name, True, gettext("yes")) if text in (YES, "1") else None
    if name == "open":
        words = {YES: gettext("yes"), NO: gettext("no")}
        return (name, text == YES, words[text]) if text in words else None
    return name, text[:200], text[:200]


def _member(name: str, kind: type[Labelled], text: str) -> tuple[str, Any, str] | None:
    member = next((member for member in kind if member.value == text), None)
    return (name, member, say(member)) if member else None


@lasting
def _category(session: Session, _scope: frozenset[int], code: str) -> tuple[str, Any, str] | None:
    row = session.scalar(select(Category).where(Category.code == code))
    return ("category_id", row.id, _name(row)) if row else None


@lasting
def _department(session: Session, _scope: frozenset[int], code: str) -> tuple[str, Any, str] | None:
    if code == NOBODY:
        return "department_id", 0, gettext("given to nobody")
    row = session.scalar(select(Department).where(Department.code == code))
    return ("department_id", row.id, _name(row)) if row else None


@lasting
def _place(session: Session, scope: frozenset[int], key: str) -> tuple[str, Any, str] | None:
    row = session.scalar(select(Place).where(Place.key == key))
    return ("place_id", row.id, row.name) if row and row.id in scope else None


def _dialogue(session: Session, scope: frozenset[int], code: str) -> tuple[str, Any, str] | None:
    row = session.scalar(select(Dialogue).where(Dialogue.code == code))
    return ("dialogue_id", row.id, row.code) if row and row.place_id in scope else None


def _monitor(session: Session, scope: frozenset[int], name: str) -> tuple[str, Any, str] | None:
    row = session.scalar(select(User).where(User.username == name))
    return ("monitor_id", row.id, row.full_name) if row and row.place_id in scope else None


def _name(row: Category | Department) -> str:
    return row.name_en if language() == "en" else row.name_vi


_Reader = Callable[[Session, frozenset[int], str], tuple[str, Any, str] | None]
_ROWS: dict[str, _Reader] = {
    "category": _category,
    "department": _department,
    "place": _place,
    "dialogue": _dialogue,
    "monitor": _monitor,
}


def _cell(measure: str, arguments: Mapping[str, str]) -> tuple[str, Any, str] | None:
    first = parse_day(arguments.get("cell_from", ""))
    last = parse_day(arguments.get("cell_to", ""))
    typed_by = parse_day(arguments.get("cell_typed_by", ""))
    if last is None or (typed_by is None and arguments.get("cell_typed_by", "").strip()):
        return None
    if measure in STANDS:
        told = gettext(
            "%(number)s on %(day)s", number=gettext(STANDS[measure]), day=shown_date(last)
        )
        return "cell", Stock(measure, last, typed_by), _as_typed(told, typed_by)
    if measure not in FLOWS or first is None or first > last:
        return None
    if measure == MATTERS and typed_by is not None:
        return None
    told = gettext(
        "%(number)s from %(day_from)s to %(day_to)s",
        number=gettext(FLOWS[measure]),
        day_from=shown_date(first),
        day_to=shown_date(last),
    )
    return "cell", Flow(measure, first, last, typed_by), _as_typed(told, typed_by)


def _as_typed(told: str, typed_by: date | None) -> str:
    if typed_by is None:
        return told
    return gettext(
        "%(cell)s, by what had been typed by %(day)s", cell=told, day=shown_date(typed_by)
    )
