"""What an entry tells beside its act: facts before and after, or how a file was asked for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import Every, VisitKind
from tracker.calendar.rules import Unit
from tracker.commitments.lifecycle import Outcome, State
from tracker.commitments.rules import By
from tracker.core.clock import shown_date
from tracker.core.dates import Precision
from tracker.core.i18n import N_, Labelled, gettext, ngettext, say
from tracker.dialogues.lifecycle import Form
from tracker.documents.rules.layout import Issuer
from tracker.petitions import lifecycle as petitions
from tracker.petitions.queries import Sort
from tracker.petitions.rules import Timeliness
from tracker.places.rules import PlaceKind
from tracker.reports.rules import Cut

_FACTS = {
    "ack_due_on": N_("Answer or notice to the citizen"),
    "announced_to": N_("Calendar announced up to"),
    "audience": N_("Audience"),
    "basis": N_("Legal basis"),
    "calendar_rolls": N_("A limit that ends on a day off ends on the next working day"),
    "category": N_("Category"),
    "cell": N_("Party cell"),
    "chair": N_("Chaired by"),
    "channel": N_("Channel"),
    "citizen_name": N_("Full name"),
    "citizen_phone": N_("Telephone"),
    "conclusion": N_("Conclusion"),
    "content": N_("Content"),
    "cooperating": N_("Cooperating units"),
    "date_precision": N_("How exactly the date is known"),
    "days": N_("Days"),
    "department": N_("Department"),
    "due_basis": N_("What the due date is counted by"),
    "due_days": N_("Days until the due date"),
    "due_days_are_working": N_("Working days"),
    "due_on": N_("Due date"),
    "email": N_("E-mail"),
    "every": N_("Rhythm"),
    "follow_up": N_("What is to follow"),
    "form": N_("Form of the dialogue"),
    "full_name": N_("Full name"),
    "handler": N_("Carried out by"),
    "heard": N_("What was heard"),
    "held_on": N_("Date"),
    "instruction": N_("Instruction"),
    "invited": N_("People invited"),
    "is_active": N_("In use"),
    "is_disabled": N_("Disabled"),
    "is_retired": N_("Taken out of use"),
    "kind": N_("Kind"),
    "legal_basis": N_("Legal basis"),
    "level": N_("Level of competence"),
    "lies_in": N_("Lies in"),
    "minutes": N_("Minutes"),
    "monitor": N_("Monitor"),
    "moved": N_("Dates moved"),
    "name": N_("Name of the place"),
    "name_en": N_("Name in English"),
    "name_vi": N_("Name in Vietnamese"),
    "outcome": N_("What came of it"),
    "outcome_on": N_("Day of what came of it"),
    "people": N_("Number of people"),
    "petitioner": N_("Petitioner"),
    "place": N_("Place"),
    "position": N_("Order"),
    "present": N_("People present"),
    "promise": N_("Promise"),
    "promised_by": N_("Promised by"),
    "promised_on": N_("Promised on"),
    "reason": N_("Reason"),
    "received_on": N_("Day of receipt"),
    "role": N_("Role"),
    "secretary": N_("Minutes taken by"),
    "source": N_("Source"),
    "speakers": N_("People who spoke"),
    "starts_at": N_("Time"),
    "successor": N_("Successor"),
    "supporting": N_("Supporting"),
    "topic": N_("Topic"),
    "unit": N_("Unit"),
    "username": N_("User name"),
    "valid_from": N_("From day"),
    "valid_to": N_("To day"),
    "venue": N_("Venue"),
    "visited_on": N_("Day of the visit"),
    "visitor": N_("Visited by"),
}
"""The words of facts, as an act names them."""
_WORDS: Mapping[str, tuple[type[Labelled], ...]] = {
    "by": (Cut, By),
    "channel": (petitions.Channel,),
    "date_precision": (Precision,),
    "every": (Every,),
    "form": (Form,),
    "kind": (petitions.Kind, PlaceKind, VisitKind),
    "group": (petitions.Group,),
    "issuer": (Issuer,),
    "level": (petitions.Level,),
    "petitioner": (petitions.Petitioner,),
    "profile": (petitions.Profile,),
    "role": (Role,),
    "sort": (Sort,),
    "state": (Outcome, State),
    "status": (petitions.Status,),
    "timeliness": (Timeliness,),
    "unit": (Unit,),
}
"""Facts that are one of some words."""
_ASKED = {name: _FACTS[name] for name in ("category", "channel", "department", "kind", "place")} | {
    "by": N_("Counted by"),
    "due_from": N_("Due from"),
    "due_to": N_("Due to"),
    "files": N_("Files"),
    "group": N_("Report group"),
    "issuer": N_("Issuer"),
    "level": N_("Level of competence"),
    "open": N_("Not ended"),
    "period": N_("Period"),
    "profile": N_("Profile"),
    "received_from": N_("Received from"),
    "received_to": N_("Received to"),
    "sort": N_("Order"),
    "state": N_("State"),
    "status": N_("Status"),
    "timeliness": N_("Against the due date"),
}
"""The words of how a file was asked for."""
_COUNTED = re.compile(r"(broke off after )?(\d+) (rows|petitions)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that an act changed: its name, and what stood there before and after."""

    name: str
    before: str
    after: str


def facts_in(detail: str) -> list[Fact]:
    """Read the facts that an act changed, in the reader's language; other details hold none."""
    try:
        told = json.loads(detail)
        after, before = told["after"], told.get("before", {})
        return [
            Fact(_named(name), _said(name, before.get(name)), _said(name, after[name]))
            for name in after
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def told_in(detail: str) -> str:
    """Say a detail in one line: each fact with what stood before and after, or how it was asked."""
    facts = facts_in(detail)
    if not facts:
        return "; ".join(map(_asked, detail.split("; ")))
    lines = (
        f"{fact.name}: {fact.before} → {fact.after}"
        if fact.before
        else f"{fact.name}: {fact.after}"
        for fact in facts
    )
    return "; ".join(lines)


def _asked(part: str) -> str:
    """Say one part of how a file was asked for, or how many left in it; else as it is kept."""
    if counted := _COUNTED.fullmatch(part):
        broke_off, number, of = counted.groups()
        said = _counted(int(number), of)
        return gettext("broke off after: %(count)s", count=said) if broke_off else said
    name, equals, value = part.partition("=")
    if not equals or name not in _ASKED:
        return part
    return f"{gettext(_ASKED[name])}: {_said(name, value)}"


def _counted(number: int, of: str) -> str:
    if of == "rows":
        return ngettext("%(num)s row", "%(num)s rows", number)
    return ngettext("%(num)s petition", "%(num)s petitions", number)


def _named(name: str) -> str:
    if _DAY.fullmatch(name):
        return shown_date(date.fromisoformat(name))
    return gettext(_FACTS[name]) if name in _FACTS else name


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    text = str(value)
    if text in ("True", "False", "yes"):
        return gettext("no") if text == "False" else gettext("yes")
    if text.startswith("#"):
        return gettext("not shown (%(mark)s)", mark=text)
    if _DAY.fullmatch(text):
        return shown_date(date.fromisoformat(text))
    words = (member for kind in _WORDS.get(name, ()) for member in kind)
    return next((say(member) for member in words if member.value == text), text)
