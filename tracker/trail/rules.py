"""The words of what the journal holds: an act is its subject's kind, and what was done."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.accounts.permissions import Role
from tracker.briefing.lifecycle import Every, VisitKind
from tracker.calendar.rules import Act, Unit
from tracker.commitments import lifecycle as commitments
from tracker.core.clock import shown_date
from tracker.core.dates import Precision
from tracker.core.i18n import N_, Labelled, gettext, say
from tracker.dialogues.lifecycle import Form, Stage
from tracker.petitions import lifecycle as petitions
from tracker.places.rules import PlaceKind


class Subject(Labelled):
    """What an entry is about, as its act begins."""

    PETITION = "petition", N_("Petition")
    DIALOGUE = "dialogue", N_("Dialogue")
    COMMITMENT = "commitment", N_("Commitment")
    GROUP = "group", N_("Working group")
    VISIT = "visit", N_("Field visit")
    BRIEFING = "briefing", N_("Briefing")
    REPORT = "report", N_("Report")
    LETTERHEAD = "letterhead", N_("Letterhead")
    IDENTITY = "identity", N_("Citizen's identity")
    RETENTION = "retention", N_("Keeping of personal data")
    REQUEST = "request", N_("Citizen's request about their data")
    ATTACHMENT = "attachment", N_("File")
    EXPORT = "export", N_("File taken out")
    REFUSED = "refused", N_("Refused")
    SIGN_IN = "sign-in", N_("Signing in")
    PERSON = "person", N_("Person")
    TAKER = "taker", N_("Person who takes denunciations")
    PLACE = "place", N_("Place")
    CATEGORY = "category", N_("Category")
    DEPARTMENT = "department", N_("Department")
    SPAN = "span", N_("Named period")
    CALENDAR = "calendar", N_("Calendar")
    LIMIT = "limit", N_("Limit of time")
    CLOCKS = "clocks", N_("Counting of limits")
    REMINDER = "reminder", N_("Reminder")
    REGISTER = "register", N_("Register")


_KEPT = {
    "made": N_("Added"),
    "changed": N_("Changed"),
    "corrected": N_("Corrected"),
    "renamed": N_("Renamed"),
    "ended": N_("Ended"),
    "moved": N_("Moved in the list"),
    "retired": N_("Taken out of use"),
    "restored": N_("Taken into use again"),
    "edit": N_("Details changed"),
}
"""What is done to what is kept in lists and settings."""
_OWN: Mapping[str, Mapping[str, str]] = {
    Subject.PETITION: petitions.STEP_WORDS,
    Subject.DIALOGUE: {stage.value: stage.label for stage in Stage},
    Subject.COMMITMENT: commitments.STEP_WORDS,
    Subject.SIGN_IN: {
        "opened": N_("Signed in"),
        "failed": N_("Failed try"),
        "ended": N_("Signed out"),
    },
    Subject.PERSON: {
        "password": N_("New password given"),
        "own-password": N_("Own password changed"),
        "second-factor": N_("Second factor taken into use"),
        "no-second-factor": N_("Second factor taken away"),
        "signed-out": N_("All sign-ins ended"),
    },
    Subject.TAKER: {"proposed": N_("Proposed"), "confirmed": N_("Confirmed")},
    Subject.GROUP: {
        "set_up": N_("Set up"),
        "member": N_("Members changed"),
        "visit": N_("Household visit logged"),
        "visit_void": N_("Household visit entered by mistake"),
    },
    Subject.VISIT: {
        "log": N_("Logged"),
        "promise": N_("Commitment made of the instruction"),
        "rhythm": N_("Rhythm of visits changed"),
        "void": N_("Entered by mistake"),
    },
    Subject.BRIEFING: {
        "open": N_("Opened"),
        "choose": N_("Matters chosen"),
        "record": N_("Decisions recorded"),
        "promise": N_("Commitment made of a decision"),
        "end": N_("Ended"),
    },
    Subject.ATTACHMENT: {"keep": N_("Kept"), "remove": N_("Removed")},
    Subject.RETENTION: {
        "proposed": N_("Proposed to take the person's data out"),
        "refused": N_("Left as it is"),
        "done": N_("Person's data taken out for good"),
    },
    Subject.REQUEST: {"log": N_("Received"), "decided": N_("Decided")},
    Subject.IDENTITY: {"opened": N_("Looked at, by someone who does not handle the petition")},
    Subject.PLACE: {"ending-undone": N_("Ending taken back")},
    Subject.CALENDAR: {act.value: act.label for act in Act},
    Subject.CLOCKS: {"chosen": N_("Chosen")},
    Subject.REFUSED: {
        "role": N_("The role does not include it"),
        "record": N_("There is no such record for this person"),
    },
    Subject.EXPORT: {"ended": N_("Rows that left")},
    Subject.REMINDER: {"sent": N_("Sent")},
    Subject.REPORT: {"send": N_("Sent")},
    Subject.LETTERHEAD: {"kept": N_("Kept"), "no-template": N_("Template taken away")},
    Subject.REGISTER: {
        "installed": N_("Installed"),
        "generated": N_("Filled with invented records"),
        "backup": N_("Backed up"),
        "restored": N_("Brought back from a backup"),
        "verified": N_("Verified: everything fits"),
        "unfit": N_("Verified: something does not fit"),
        "evidence": N_("Records taken as they stand"),
        "transferred": N_("Moved to another database"),
        "demonstration": N_("Demonstration made"),
        "second-factor": N_("Roles that must have a second factor"),
    },
}


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
    "channel": (petitions.Channel,),
    "date_precision": (Precision,),
    "every": (Every,),
    "form": (Form,),
    "kind": (petitions.Kind, PlaceKind, VisitKind),
    "level": (petitions.Level,),
    "petitioner": (petitions.Petitioner,),
    "role": (Role,),
    "unit": (Unit,),
}
"""Facts that are one of some words."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that an act changed: its name, and what stood there before and after."""

    name: str
    before: str
    after: str


def subject_of(action: str) -> Subject | None:
    """Give what an act is about; one of a later version may be unknown."""
    kind = action.partition(":")[0]
    return next((subject for subject in Subject if subject.value == kind), None)


def act_of(action: str) -> str:
    """Say what was done, in the reader's language; an act without a word of its own by its code."""
    kind, _, act = action.partition(":")
    word = _OWN.get(kind, {}).get(act) or _KEPT.get(act)
    return gettext(word) if word else act


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
    """Say a detail in one line: each fact with what stood before and after, or as it is kept."""
    facts = facts_in(detail)
    if not facts:
        return detail
    lines = (
        f"{fact.name}: {fact.before} → {fact.after}"
        if fact.before
        else f"{fact.name}: {fact.after}"
        for fact in facts
    )
    return "; ".join(lines)


def _named(name: str) -> str:
    if _DAY.fullmatch(name):
        return shown_date(date.fromisoformat(name))
    return gettext(_FACTS[name]) if name in _FACTS else name


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    text = str(value)
    if text in ("True", "False"):
        return gettext("yes") if text == "True" else gettext("no")
    if text.startswith("#"):
        return gettext("not shown (%(mark)s)", mark=text)
    if _DAY.fullmatch(text):
        return shown_date(date.fromisoformat(text))
    words = (member for kind in _WORDS.get(name, ()) for member in kind)
    return next((say(member) for member in words if member.value == text), text)
