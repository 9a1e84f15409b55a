"""How an invented petition may have gone: paths through the lifecycle, and days for their steps."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tracker.petitions.lifecycle import MOVES, OPEN, Ground, Status
from tracker.petitions.service import MoveRequest

FRESH_DAYS, YOUNG_DAYS = 10, 45
_UNTOLD = 0.12


@dataclass(frozen=True, slots=True)
class Path:
    """Moves that follow each other, and how often a petition goes this way at each age.

    The weights are those of petitions received within ten days, within 45 days, and before.
    """

    moves: tuple[str, ...]
    weights: tuple[int, int, int]
    is_answered_on_spot: bool = False

    @property
    def end(self) -> Status:
        """The status in which the path ends."""
        if self.is_answered_on_spot:
            return Status.EXPLAINED
        reached = (MOVES[name].target for name in reversed(self.moves))
        return next((target for target in reached if target), Status.RECEIVED)


_TO_APPROVAL = ("assign", "start", "propose")
PATHS = (
    Path((), (20, 4, 1)),
    Path(("assign",), (20, 7, 1)),
    Path(("assign", "start"), (12, 14, 3)),
    Path(("assign", "ask_citizen"), (4, 5, 1)),
    Path(("assign", "defer"), (3, 5, 3)),
    Path(_TO_APPROVAL, (6, 8, 1)),
    Path((), (20, 16, 15), is_answered_on_spot=True),
    Path(("assign", "explain"), (4, 12, 15)),
    Path((*_TO_APPROVAL, "resolve"), (4, 18, 36)),
    Path(("transfer",), (3, 6, 6)),
    Path(("decline",), (2, 3, 3)),
    Path(("assign", "withdraw"), (1, 2, 3)),
    Path(("join",), (3, 4, 4)),
    Path((*_TO_APPROVAL, "return"), (0, 2, 1)),
    Path(("assign", "start", "extend"), (0, 3, 1)),
    Path(("assign", "extend", "start", "propose", "resolve"), (0, 1, 3)),
    Path((*_TO_APPROVAL, "resolve", "reopen"), (0, 1, 1)),
    Path((*_TO_APPROVAL, "resolve", "reopen", "propose", "resolve"), (0, 1, 3)),
    Path((*_TO_APPROVAL, "return", "propose", "resolve"), (0, 1, 3)),
    Path(("assign", "ask_citizen", "resume", "propose", "resolve"), (0, 1, 4)),
    Path(("assign", "defer", "resume", "propose", "resolve"), (0, 0, 3)),
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the steps of one petition say."""

    notes: dict[str, list[str]]
    documents: dict[str, str]
    reply: str


@dataclass(frozen=True, slots=True)
class Age:
    """When a petition came in, and what day it is now."""

    received_on: date
    today: date

    @property
    def days(self) -> int:
        """How many days ago it came in."""
        return (self.today - self.received_on).days


def path_for(random: Random, age: Age) -> Path:
    """Draw a path that petitions of this age often go."""
    column = 0 if age.days < FRESH_DAYS else 1 if age.days < YOUNG_DAYS else 2
    weights = [path.weights[column] for path in PATHS]
    return random.choices(PATHS, weights)[0]


def steps(
    random: Random, path: Path, age: Age, words: Words, department_id: int, master_code: str
) -> list[MoveRequest]:
    """Give the moves of a path with their days, due date, plan date and words."""
    longest = min(age.days, random.randint(4, 38))
    days = sorted(random.randint(0, longest) for _ in path.moves)
    notice = _notice(random, path, age, words)
    asked: list[MoveRequest] = []
    due_on: date | None = None
    for name, offset in zip(path.moves, days, strict=True):
        day = age.received_on + timedelta(days=offset)
        move = MoveRequest(
            name,
            happened_on=day,
            note=_note(random, name, words),
            document_number=_document(random, name, words),
            ground=random.choice(list(Ground)) if name == "decline" else None,
            master_code=master_code if name == "join" else "",
        )
        if name == "assign":
            due_on = _due_on(random, path, day, age.today)
            move = replace(move, department_id=department_id, due_on=due_on)
        if name == "extend":
            due_on = (due_on or day) + timedelta(days=random.randint(7, 20))
            move = replace(move, due_on=due_on)
        if name == "defer":
            move = replace(move, plan_on=_plan_on(random, path, day, age.today))
        asked.append(move)
    return _in_order(notice, asked)


def _in_order(notice: MoveRequest | None, asked: list[MoveRequest]) -> list[MoveRequest]:
    """Put the notice where its day stands; a petition that ended before needs none."""
    if notice is None or notice.happened_on is None:
        return asked
    before = [move for move in asked if move.happened_on and move.happened_on < notice.happened_on]
    if any(MOVES[move.move_name].target not in (*OPEN, None) for move in before):
        return asked
    return [*before, notice, *asked[len(before) :]]


def _notice(random: Random, path: Path, age: Age, words: Words) -> MoveRequest | None:
    """Most citizens are told within days that their petition is looked at; a few are not."""
    if path.is_answered_on_spot or path.end is Status.JOINED or random.random() < _UNTOLD:
        return None
    day = age.received_on + timedelta(days=random.randint(1, 12))
    if day > age.today:
        return None
    note = random.choice(words.notes["acknowledge"])
    document = _document(random, "acknowledge", words)
    return MoveRequest("acknowledge", happened_on=day, note=note, document_number=document)


def _note(random: Random, name: str, words: Words) -> str:
    if name in ("explain", "propose"):
        return words.reply
    return random.choice(words.notes[name])


def _document(random: Random, name: str, words: Words) -> str:
    form = words.documents.get(name, "")
    return form.replace("{so}", f"{random.randint(1, 240):02d}")


def _due_on(random: Random, path: Path, day: date, today: date) -> date | None:
    """An ended petition had its weeks; an open one is late, due soon, in time, or without date."""
    if path.end not in OPEN or "extend" in path.moves:
        return day + timedelta(days=random.randint(10, 34))
    standing = random.choices(("late", "soon", "in_time", "none"), (25, 25, 35, 15))[0]
    if standing == "none":
        return None
    if standing == "late" and day < today:
        return today - timedelta(days=random.randint(1, min(45, (today - day).days)))
    if standing == "soon":
        return today + timedelta(days=random.randint(0, 3))
    return today + timedelta(days=random.randint(5, 30))


def _plan_on(random: Random, path: Path, day: date, today: date) -> date:
    """A plan mostly lies ahead; one whose work went on, or was forgotten, has come due."""
    passed = (today - day).days
    is_past = path.end is not Status.DEFERRED or random.random() < 0.25
    if is_past and passed > 1:
        return day + timedelta(days=random.randint(1, passed - 1))
    return today + timedelta(days=random.randint(20, 200))
