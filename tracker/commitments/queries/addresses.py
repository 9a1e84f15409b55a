"""The address of a list of commitments: filters as codes and words that stay, and back again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment
from tracker.commitments.queries.register import CommitmentFilter
from tracker.commitments.rules import UNNAMED, By, Sort
from tracker.core.clock import shown_date
from tracker.core.dates import FIRST_YEAR, parse_day
from tracker.core.i18n import N_, Labelled, gettext, language, say
from tracker.dialogues.models import Department, Dialogue
from tracker.petitions.models import Petition
from tracker.places.models import Place
from tracker.places.queries import reached

NOBODY = "none"
YES = "yes"
DAYS = ("promised_from", "promised_to", "due_from", "due_to")
LABELS = {
    "q": N_("Words"),
    "state": N_("State"),
    "leader": N_("Promised by"),
    "department": N_("Lead department"),
    "dialogue": N_("Dialogue"),
    "petition": N_("Petition"),
    "place": N_("Place"),
    "year": N_("Year of the promise"),
    "promised_from": N_("Promised from"),
    "promised_to": N_("Promised to"),
    "due_from": N_("Due from"),
    "due_to": N_("Due to"),
    "undated": N_("No due date set"),
    "sort": N_("Order"),
}
"""What may stand in the address of a list, and its words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the list.

    `shown` says each filter in words, by its argument; `unknown` names the arguments that no
    filter is made of; `arguments` are those understood, as an address holds them.
    """

    filter: CommitmentFilter
    sort: Sort
    shown: dict[str, str]
    unknown: tuple[str, ...]
    arguments: dict[str, str]


Read = tuple[str, Any, str]


def asked_in(session: Session, scope: frozenset[int], arguments: Mapping[str, str]) -> Asked:
    """Read an address; what it names that the register does not know is left out and told."""
    found: dict[str, Any] = {}
    shown: dict[str, str] = {}
    unknown: list[str] = []
    kept: dict[str, str] = {}
    sort = Sort.DUE
    for name in LABELS:
        text = arguments.get(name, "").strip()
        if not text:
            continue
        read = _read(session, scope, name, text)
        if read is None:
            unknown.append(name)
            continue
        field, value, word = read
        kept[name] = text
        if name == "sort":
            sort = value
            continue
        found[field], shown[name] = value, word
    return Asked(CommitmentFilter(**found), sort, shown, tuple(unknown), kept)


def leaders(session: Session, scope: frozenset[int]) -> dict[str, str]:
    """Give those who promised something in a scope, by the sign that addresses use."""
    rows = session.execute(
        select(Commitment.leader_key, Commitment.promised_by)
        .where(Commitment.place_id.in_(reached(scope)))
        .distinct()
        .order_by(Commitment.promised_by)
    )
    return {row.leader_key: row.promised_by for row in rows}


def _read(session: Session, scope: frozenset[int], name: str, text: str) -> Read | None:
    if name in _ROWS:
        return _ROWS[name](session, scope, text)
    if name == "sort":
        return _member(name, Sort, text)
    if name == "state":
        return _member(name, State, text)
    if name in DAYS:
        day = parse_day(text)
        return (name, day, shown_date(day)) if day else None
    if name == "undated":
        return (name, True, gettext("yes")) if text in (YES, "1") else None
    return name, text[:200], text[:200]


def _member(name: str, kind: type[Labelled], text: str) -> Read | None:
    member = next((member for member in kind if member.value == text), None)
    return (name, member, say(member)) if member else None


def _leader(session: Session, scope: frozenset[int], key: str) -> Read | None:
    name = leaders(session, scope).get(key)
    return ("leader", key, name) if name is not None else None


def _department(session: Session, _scope: frozenset[int], code: str) -> Read | None:
    if code == NOBODY:
        return "department_id", 0, gettext("given to nobody")
    row = session.scalar(select(Department).where(Department.code == code))
    if row is None:
        return None
    return "department_id", row.id, row.name_en if language() == "en" else row.name_vi


def _dialogue(session: Session, scope: frozenset[int], code: str) -> Read | None:
    if code == NOBODY:
        return "dialogue_id", 0, gettext("at no dialogue")
    row = session.scalar(select(Dialogue).where(Dialogue.code == code))
    return ("dialogue_id", row.id, row.code) if row and row.place_id in scope else None


def _petition(session: Session, scope: frozenset[int], code: str) -> Read | None:
    row = session.scalar(select(Petition).where(Petition.code == code))
    return ("petition_id", row.id, row.code) if row and row.place_id in scope else None


def _year(_session: Session, _scope: frozenset[int], text: str) -> Read | None:
    if text == NOBODY:
        return "year", 0, gettext(UNNAMED[By.YEAR])
    is_one = len(text) == 4 and text.isascii() and text.isdigit() and int(text) >= FIRST_YEAR
    return ("year", int(text), text) if is_one else None


def _place(session: Session, scope: frozenset[int], key: str) -> Read | None:
    row = session.scalar(select(Place).where(Place.key == key))
    return ("place_id", row.id, row.name) if row and row.id in scope else None


_ROWS: dict[str, Callable[[Session, frozenset[int], str], Read | None]] = {
    "leader": _leader,
    "department": _department,
    "dialogue": _dialogue,
    "petition": _petition,
    "place": _place,
    "year": _year,
}
