"""What the next dialogue opens with: what people said last time, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.commitments.lifecycle import Outcome, State
from tracker.commitments.models import Commitment, HouseholdVisit
from tracker.commitments.rules import KnownNames, shortened, state_of, unnamed
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.i18n import N_, language
from tracker.dialogues.lifecycle import HAPPENED
from tracker.dialogues.models import Department, Dialogue
from tracker.petitions.lifecycle import MEANINGS, Clock, Group, Petitioner, Status
from tracker.petitions.models import PERSON, Petition
from tracker.petitions.queries.identity import plain_text
from tracker.petitions.rules.spellings import without_person
from tracker.places.models import Place
from tracker.places.queries import place_choices, reached, scope_ids

MOST = 400
"""More than a hall could hear; what lies beyond is counted and told."""
PETITION_WORDS = {
    Group.RESOLVED: N_("Resolved"),
    Group.IN_PROGRESS: N_("Being worked on"),
    Group.EXPLAINED: N_("Answered and explained"),
    Group.TRANSFERRED: N_("Passed on to the body in charge"),
    Group.UNRESOLVED: N_("Not yet resolved"),
    Group.OUT_OF_SCOPE: N_("Not taken up, or withdrawn"),
    Group.JOINED: N_("Dealt with together with another petition"),
}
"""What became of a petition, in the words of a hall."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise as it is read out: no handler, no citizen."""

    code: str
    place_id: int
    promise: str
    promised_by: str
    dialogue_code: str
    department: str
    due_on: date | None
    state: State
    ended_on: date | None
    ended_precision: Precision


@dataclass(frozen=True, slots=True)
class Raised:
    """A petition as it is read out, without whoever raised it; `word` is a message id."""

    code: str
    place_id: int
    content: str
    received_on: date | None
    date_precision: Precision
    group: Group
    word: str
    due_on: date | None
    ended_on: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part of one village, or of the commune as a whole."""

    place_id: int
    name: str
    promises: list[Promise]
    petitions: list[Raised]


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that is read out; `last` are the dialogues before this one, the latest first."""

    last: list[Dialogue]
    promises: list[Promise]
    petitions: list[Raised]
    left_off: int
    names: dict[int, str]

    @property
    def since(self) -> date | None:
        """The day of the last dialogue; None when none of a known day came before."""
        return next((dialogue.held_on for dialogue in self.last if dialogue.held_on), None)

    @property
    def sheets(self) -> list[Sheet]:
        """The same, village by village, in the order of the places."""
        return [
            sheet
            for place_id, name in self.names.items()
            if (sheet := self._sheet(place_id, name)).promises or sheet.petitions
        ]

    def _sheet(self, place_id: int, name: str) -> Sheet:
        promises = [row for row in self.promises if row.place_id == place_id]
        petitions = [row for row in self.petitions if row.place_id == place_id]
        return Sheet(place_id, name, promises, petitions)


def agenda(session: Session, scope: frozenset[int], dialogue: Dialogue) -> Agenda:
    """Give what was promised at the dialogues before this one in the same place, and raised since.

    A place brings what it answers for today. Of older dialogues only what was still to be kept on
    the day of the last one is told again.
    """
    places = scope & scope_ids(session, dialogue.place_id)
    last = _before(session, places, dialogue)
    since = next((row.held_on for row in last if row.held_on), None)
    until = dialogue.held_on if dialogue.held_on and dialogue.held_on < clock.today() else None
    raised = _raised_since(last[0] if last else None, since, until)
    known = _known_names(session, places, raised)
    petitions, left_off = _petitions(session, places, raised, known)
    return Agenda(
        last=last,
        promises=_promises(session, places, last, since, known),
        petitions=petitions,
        left_off=left_off,
        names=place_choices(session, places),
    )


def _before(session: Session, places: frozenset[int], dialogue: Dialogue) -> list[Dialogue]:
    """Give the dialogues held before this one; those of unknown day come last, as the oldest."""
    asked = select(Dialogue).where(
        Dialogue.place_id.in_(reached(places)),
        Dialogue.stage.in_(HAPPENED),
        Dialogue.id != dialogue.id,
    )
    if dialogue.held_on is not None:
        day = Dialogue.held_on
        asked = asked.where(or_(day.is_(None), day < dialogue.held_on, _same_day(dialogue)))
    order = Dialogue.held_on.desc().nulls_last()
    return list(session.scalars(asked.order_by(order, Dialogue.id.desc())))


def _same_day(dialogue: Dialogue) -> ColumnElement[bool]:
    return (Dialogue.held_on == dialogue.held_on) & (Dialogue.id < dialogue.id)


def _promises(
    session: Session,
    places: frozenset[int],
    last: list[Dialogue],
    since: date | None,
    known: KnownNames,
) -> list[Promise]:
    if not last:
        return []
    department = Department.name_en if language() == "en" else Department.name_vi
    rows = session.execute(
        select(Commitment, Dialogue.code, department, *(getattr(Petition, name) for name in PERSON))
        .join(Dialogue, Dialogue.id == Commitment.dialogue_id)
        .outerjoin(Department, Department.id == Commitment.department_id)
        .outerjoin(Petition, Petition.id == Commitment.petition_id)
        .where(
            Commitment.place_id.in_(reached(places)),
            Commitment.dialogue_id.in_([dialogue.id for dialogue in last]),
            or_(
                Commitment.dialogue_id == last[0].id,
                Commitment.outcome == Outcome.OPEN,
                Commitment.ended_on >= since if since else Commitment.ended_on.is_not(None),
            ),
        )
        .order_by(Dialogue.held_on.desc().nulls_last(), Commitment.id)
        .limit(MOST)
    )
    today = clock.today()
    return [
        Promise(
            code=row.code,
            place_id=row.place_id,
            promise=shortened(_unnamed(row.promise, [told or "" for told in person], known)),
            promised_by=row.promised_by,
            dialogue_code=code,
            department=department or "",
            due_on=row.due_on,
            state=state_of(row.outcome, row.due_on, row.ended_on, today),
            ended_on=row.ended_on,
            ended_precision=row.ended_precision,
        )
        for row, code, department, *person in rows
    ]


def _unnamed(promise: str, person: Sequence[str], known: KnownNames) -> str:
    return unnamed(without_person(promise, *person), person[0], known)


def _raised_since(
    last: Dialogue | None, since: date | None, until: date | None
) -> list[ColumnElement[bool]]:
    """Ask for what was raised at the last dialogue or since, up to the day of this one."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None and last is not None:
        conditions.append(or_(Petition.received_on >= since, Petition.dialogue_id == last.id))
    if until is not None:
        conditions.append(or_(Petition.received_on.is_(None), Petition.received_on <= until))
    return conditions


def _known_names(
    session: Session, places: frozenset[int], raised: Iterable[ColumnElement[bool]]
) -> KnownNames:
    """Give the names that the register holds of people here: who raised something, who was visited.

    One petition's text may name whoever raised another.
    """
    named = (Petition.petitioner == Petitioner.PERSON, Petition.citizen_name != "")
    people = (
        select(Petition.citizen_name)
        .where(Petition.place_id.in_(reached(places)), *named, *raised)
        .order_by(Petition.received_on.desc().nulls_last(), Petition.id)
        .limit(MOST)
    )
    promised = (
        select(Petition.citizen_name)
        .join(Commitment, Commitment.petition_id == Petition.id)
        .where(Commitment.place_id.in_(reached(places)), *named)
        .limit(MOST)
    )
    homes = (
        select(HouseholdVisit.household)
        .where(HouseholdVisit.place_id.in_(reached(places)))
        .limit(MOST)
    )
    return KnownNames(
        {name for asked in (people, promised, homes) for name in session.scalars(asked)}
    )


def _petitions(
    session: Session,
    places: frozenset[int],
    raised: Iterable[ColumnElement[bool]],
    known: KnownNames,
) -> tuple[list[Raised], int]:
    which = (Petition.place_id.in_(reached(places)), *raised)
    count = session.scalar(select(func.count(Petition.id)).where(*which)) or 0
    rows = session.execute(
        select(
            Petition.code,
            Petition.place_id,
            plain_text("content").label("content"),
            Petition.citizen_name,
            Petition.received_on,
            Petition.date_precision,
            Petition.status,
            Petition.due_on,
            Petition.ended_on,
        )
        .join(Place, Place.id == Petition.place_id)
        .where(*which)
        .order_by(Petition.received_on.desc().nulls_last(), Petition.id)
        .limit(MOST)
    ).all()
    told = [
        Raised(
            code=row.code,
            place_id=row.place_id,
            content=shortened(unnamed(row.content, row.citizen_name, known)),
            received_on=row.received_on,
            date_precision=row.date_precision,
            group=MEANINGS[row.status].group,
            word=PETITION_WORDS[MEANINGS[row.status].group],
            due_on=row.due_on,
            ended_on=row.ended_on,
            is_late=_is_late(row.status, row.due_on),
        )
        for row in rows
    ]
    return told, count - len(told)


def _is_late(status: Status, due_on: date | None) -> bool:
    runs = MEANINGS[status].clock is Clock.RUNS
    return runs and due_on is not None and due_on < clock.today()
