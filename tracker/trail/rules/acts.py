"""The words of what the journal holds: an act is its subject's kind, and what was done."""

from collections.abc import Mapping

from tracker.calendar.rules import Act
from tracker.commitments import lifecycle as commitments
from tracker.core.i18n import N_, Labelled, gettext
from tracker.dialogues.lifecycle import Stage
from tracker.petitions import lifecycle as petitions


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


def subject_of(action: str) -> Subject | None:
    """Give what an act is about; one of a later version may be unknown."""
    kind = action.partition(":")[0]
    return next((subject for subject in Subject if subject.value == kind), None)


def act_of(action: str) -> str:
    """Say what was done, in the reader's language; an act without a word of its own by its code."""
    kind, _, act = action.partition(":")
    word = _OWN.get(kind, {}).get(act) or _KEPT.get(act)
    return gettext(word) if word else act
