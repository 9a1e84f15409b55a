"""The address of the log of visits: filters as codes and words that stay, and back again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.briefing.lifecycle import VisitKind
from tracker.briefing.queries.visits import VisitFilter, visitors
from tracker.briefing.rules import Sort
from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.i18n import N_, gettext, say
from tracker.places.models import Place

YES = "yes"
DAYS = ("visited_from", "visited_to")
TICKS = ("instructed", "with_voided")
WORDS = {"kind": VisitKind, "sort": Sort}
LABELS = {
    "q": N_("Words"),
    "kind": N_("Kind of visit"),
    "place": N_("Place"),
    "visitor": N_("Visited by"),
    "visited_from": N_("Visited from"),
    "visited_to": N_("Visited to"),
    "instructed": N_("Only with an instruction"),
    "with_voided": N_("Also those entered by mistake"),
    "sort": N_("Order"),
}
"""What may stand in the address of the log, and its words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the log.

    `shown` says each filter in words, by its argument; `unknown` names the arguments that no
    filter is made of; `arguments` are those understood, as an address holds them.
    """

    filter: VisitFilter
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
    for name in LABELS:
        text = arguments.get(name, "").strip()
        if not text:
            continue
        read = _read(session, scope, name, text)
        if read is None:
            unknown.append(name)
            continue
        field, value, word = read
        kept[name], found[field] = text, value
        if name != "sort":
            shown[name] = word
    sort = found.pop("sort", Sort.NEWEST)
    return Asked(VisitFilter(**found), sort, shown, tuple(unknown), kept)


def _read(session: Session, scope: frozenset[int], name: str, text: str) -> Read | None:
    if name in WORDS:
        member = next((member for member in WORDS[name] if member.value == text), None)
        return (name, member, say(member)) if member else None
    if name in DAYS:
        day = parse_day(text)
        return (name, day, shown_date(day)) if day else None
    if name in TICKS:
        return (name, True, gettext("yes")) if text in (YES, "1") else None
    if name == "visitor":
        said = visitors(session, scope).get(text)
        return (name, text, said) if said is not None else None
    if name == "place":
        row = session.scalar(select(Place).where(Place.key == text))
        return ("place_id", row.id, row.name) if row and row.id in scope else None
    return name, text[:200], text[:200]
