"""How a commitment stands, who may watch over it, and what may be read of it in public."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from tracker.commitments.lifecycle import Outcome, State
from tracker.core.i18n import N_, Labelled
from tracker.core.text import fold

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
    YEAR = "year", N_("Year of the promise")


UNNAMED = {
    By.LEADER: N_("not yet assigned"),
    By.DEPARTMENT: N_("not yet assigned"),
    By.DIALOGUE: N_("made at no dialogue"),
    By.YEAR: N_("year not known"),
}
"""What the line of what has no such name is called."""


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
_HOUSEHOLD = re.compile(r"(?i)^\s*" + "hộ" + r"\s+(" + "gia" + r"\s+" + "đình" + r"\s+)?")


_WORD = re.compile(r"\w+")
_FEWEST_PARTS, _MOST_PARTS = 2, 6
_SENTENCE_ENDS = ".!?:;…\n"


class KnownNames:
    """The names that the register holds, to be found in a text however they are written there.

    A whole name is found without its accents and in any case; the end of one, such as middle and
    given name, where each word has a capital letter.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.whole: set[tuple[str, ...]] = set()
        self.ends: set[tuple[str, ...]] = set()
        for name in names:
            parts = tuple(_WORD.findall(fold(_HOUSEHOLD.sub("", name))))
            if _FEWEST_PARTS <= len(parts) <= _MOST_PARTS:
                self.whole.add(parts)
                self.ends.update(parts[at:] for at in range(1, len(parts) - _FEWEST_PARTS + 1))

    def taken_out(self, text: str) -> str:
        """Put a mark in the place of every name."""
        words = list(_WORD.finditer(text))
        folded = [fold(word.group()) for word in words]
        kept, done, at = [], 0, 0
        while at < len(words):
            if count := self._count_at(text, words, folded, at):
                kept += [text[done : words[at].start()], "…"]
                done = words[at + count - 1].end()
                at += count
            else:
                at += 1
        return "".join([*kept, text[done:]])

    def _count_at(self, text: str, words: list[re.Match[str]], folded: list[str], at: int) -> int:
        for count in range(min(_MOST_PARTS, len(words) - at), _FEWEST_PARTS - 1, -1):
            between = text[words[at].start() : words[at + count - 1].end()]
            said = tuple(folded[at : at + count])
            if not re.fullmatch(r"\w+(\s+\w+)*", between):
                continue
            if said in self.whole:
                return count
            if said in self.ends and all(word[0].isupper() for word in between.split()):
                return count
        return 0


NOBODY_KNOWN = KnownNames(())


def unnamed(text: str, name: str = "", known: KnownNames = NOBODY_KNOWN) -> str:
    """Take out of a text what names a citizen: the name, telephone, identity and mail.

    `name` is who raised this very matter: of it also the given name alone is taken out.
    """
    plain = " ".join("…" if _is_mail(word) else word for word in text.split())
    plain = known.taken_out(KnownNames([name]).taken_out(plain))
    if name.strip():
        said = r"\s+".join(map(re.escape, name.split()))
        plain = re.sub(rf"(?i)(?<!\w){said}(?!\w)", "…", plain)
        plain = _without_given_name(plain, name.split()[-1])
    for pattern in (_TELEPHONE, _IDENTITY):
        plain = pattern.sub("…", plain)
    return _NAMED.sub(r"\1 …", plain)


def _without_given_name(text: str, given: str) -> str:
    """Take out a given name that stands alone; a word that begins a sentence is left, as a word."""
    if not given[:1].isupper():
        return text

    def told(found: re.Match[str]) -> str:
        before = text[: found.start()].rstrip()
        return found.group() if not before or before[-1] in _SENTENCE_ENDS else "…"

    return re.sub(rf"(?<!\w){re.escape(given)}(?!\w)", told, text)


def _is_mail(word: str) -> bool:
    """Tell whether a word holds an address of e-mail; words may be as long as a whole text."""
    name, _, host = word.partition("@")
    return bool(name) and "." in host[1:-1]


def shortened(text: str, limit: int = EXCERPT) -> str:
    """Cut a text at a word so that a sheet of paper can hold many."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
