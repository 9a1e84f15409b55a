"""How a commitment stands, who may watch over it, and what may be read of it in public."""

import hashlib
import re
import unicodedata
from datetime import date

from tracker.commitments.lifecycle import Outcome, State
from tracker.core.i18n import N_, Labelled

PROMISE_LIMIT, LINE_LIMIT, NOTE_LIMIT = 5_000, 200, 20_000
FIRST_YEAR, YEARS_AHEAD = 1945, 30
EXCERPT = 180


class Sort(Labelled):
    """In which order the list stands; what has no date comes last."""

    DUE = "due", N_("Due date")
    NEWEST = "newest", N_("Newest first")


class By(Labelled):
    """What the ledger of promises has a line for."""

    LEADER = "leader", N_("Leader")
    DEPARTMENT = "department", N_("Lead department")
    DIALOGUE = "dialogue", N_("Dialogue")


def state_of(outcome: Outcome, due_on: date | None, ended_on: date | None, today: date) -> State:
    """Tell how a commitment stands; the due date itself is still in time.

    A day of keeping that is known only to its year or month is late when all of it is.
    """
    if outcome is Outcome.OPEN:
        return State.OVERDUE if due_on is not None and due_on < today else State.OPEN
    if outcome is Outcome.KEPT:
        is_late = due_on is not None and ended_on is not None and ended_on > due_on
        return State.KEPT_LATE if is_late else State.KEPT
    return State(outcome.value)


def name_key(name: str) -> str:
    """Reduce a name to what tells two of them apart: its letters with their accents."""
    return unicodedata.normalize("NFC", " ".join(name.casefold().split()))


def leader_key(name: str) -> str:
    """Give the sign by which addresses name a leader, who is not to be read in any address."""
    return hashlib.sha256(name_key(name).encode()).hexdigest()[:16]


def is_same_person(
    name: str, user_id: int | None, other_name: str, other_user_id: int | None
) -> bool:
    """Tell whether two entries mean one person: the same account, or the same name."""
    if user_id is not None and user_id == other_user_id:
        return True
    return bool(name) and name_key(name) == name_key(other_name)


def member_in(line: str) -> tuple[str, str]:
    """Read one line of a working group's list: a name, then after ; or – what the person does."""
    name, _, role = re.sub(r"\s+[–-]\s+", ";", line, count=1).partition(";")
    return name.strip(), role.strip()


_CAPITALS = "".join(letter for letter in map(chr, range(0x1F00)) if letter.isupper())
_TITLES = ("ông", "bà", "anh", "chị", "cô", "chú", "bác", "cụ")
_TITLE = "|".join(form for title in _TITLES for form in (title, title.capitalize()))
_NAMED = re.compile(rf"(?<!\w)({_TITLE})((?:\s+[{_CAPITALS}]\w*)+)")
_TELEPHONE = re.compile(r"(?<![\d.,])(?:\+84|0)(?:[\s.\-]?\d){8,10}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{9}(?:\d{3})?(?!\d)")
_MAIL = re.compile(r"\S+@\S+\.\S+")


def unnamed(text: str, name: str = "") -> str:
    """Take out of a text what names a citizen: the name, telephone, identity and mail."""
    plain = " ".join(text.split())
    if name.strip():
        said = r"\s+".join(map(re.escape, name.split()))
        plain = re.sub(rf"(?i)(?<!\w){said}(?!\w)", "…", plain)
    for pattern in (_MAIL, _TELEPHONE, _IDENTITY):
        plain = pattern.sub("…", plain)
    return _NAMED.sub(r"\1 …", plain)


def shortened(text: str, limit: int = EXCERPT) -> str:
    """Cut a text at a word so that a sheet of paper can hold many."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
