"""Everything that the papers of one dialogue tell."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment, HouseholdVisit
from tracker.commitments.rules import KnownNames, state_of
from tracker.core import clock
from tracker.core.i18n import language
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Category, Department, Dialogue, DialogueStep
from tracker.petitions.lifecycle import MEANINGS, Group, Petitioner, Status
from tracker.petitions.models import PERSON, Petition, PetitionStep
from tracker.petitions.rules.spellings import names_of
from tracker.places.models import Place
from tracker.places.queries import answered_for
from tracker.places.rules import PlaceKind

MOST_VISITED = 400


@dataclass(frozen=True, slots=True)
class Raised:
    """A petition raised at the dialogue, and where it stands; `answer` was given on the day."""

    code: str
    content: str
    person: tuple[str, ...]
    petitioner: Petitioner
    people: int | None
    place: str
    category: str
    department: str
    cooperating: str
    monitor: str
    due_on: date | None
    plan_on: date | None
    ended_on: date | None
    status: Status
    latest_note: str
    latest_document: str
    answer: str
    promises: tuple[str, ...]

    @property
    def citizen_name(self) -> str:
        """The name as it is recorded today."""
        return self.person[0]

    @property
    def group(self) -> Group:
        """The group it is reported in."""
        return MEANINGS[self.status].group


@dataclass(frozen=True, slots=True)
class Promised:
    """A commitment made at the dialogue."""

    code: str
    promise: str
    promised_by: str
    department: str
    supporting: str
    monitor: str
    due_on: date | None
    state: State
    ended_on: date | None
    petition_code: str
    person: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that was issued: its number and its day, as far as they were written down."""

    number: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class DialogueFacts:
    """One dialogue with all that came of it."""

    dialogue: Dialogue
    place: str
    raised: list[Raised]
    promised: list[Promised]
    documents: dict[Stage, Document]
    is_fictional: bool
    known: KnownNames

    def document(self, stage: Stage) -> Document:
        """Give the paper that a step was proved by."""
        return self.documents.get(stage, Document())


def dialogue_facts(session: Session, scope: frozenset[int], dialogue: Dialogue) -> DialogueFacts:
    """Give what the papers of a dialogue tell; it was fetched, and so authorised, before."""
    promised = _promised(session, scope, dialogue)
    raised = _raised(session, scope, dialogue, promised)
    return DialogueFacts(
        dialogue=dialogue,
        place=_named(session, dialogue.place),
        raised=raised,
        promised=promised,
        documents=_documents(session, dialogue),
        is_fictional=dialogue.place.is_fictional,
        known=_known(session, scope, raised, promised),
    )


def _known(
    session: Session, scope: frozenset[int], raised: list[Raised], promised: list[Promised]
) -> KnownNames:
    """Give the citizens whom a text may name: who raised something, who was visited at home."""
    visited = select(HouseholdVisit.household).where(answered_for(scope, HouseholdVisit.place_id))
    return KnownNames(
        {
            *(name for row in raised for name in names_of(row.person)),
            *(name for row in promised for name in names_of(row.person)),
            *session.scalars(visited.order_by(HouseholdVisit.id.desc()).limit(MOST_VISITED)),
        }
    )


def _named(session: Session, place: Place) -> str:
    """Name a place with the unit that a village lies in."""
    around = session.get(Place, place.parent_id) if place.kind is PlaceKind.VILLAGE else None
    return f"{place.name}, {around.name}" if around else place.name


def _raised(
    session: Session, scope: frozenset[int], dialogue: Dialogue, promised: list[Promised]
) -> list[Raised]:
    in_english = language() == "en"
    rows = session.execute(
        select(
            Petition,
            Place.name,
            Category.name_en if in_english else Category.name_vi,
            Department.name_en if in_english else Department.name_vi,
            User.full_name,
        )
        .join(Place, Place.id == Petition.place_id)
        .join(Category, Category.id == Petition.category_id)
        .outerjoin(Department, Department.id == Petition.department_id)
        .outerjoin(User, User.id == Petition.monitor_id)
        .where(Petition.dialogue_id == dialogue.id, answered_for(scope, Petition.place_id))
        .order_by(Petition.id)
    ).all()
    answers = _answers(session, dialogue)
    promises: dict[str, list[str]] = {}
    for row in promised:
        promises.setdefault(row.petition_code, []).append(row.promise)
    return [
        Raised(
            code=petition.code,
            content=petition.content,
            person=petition.person,
            petitioner=petition.petitioner,
            people=petition.people,
            place=place,
            category=category,
            department=department or "",
            cooperating=petition.cooperating,
            monitor=monitor or "",
            due_on=petition.due_on,
            plan_on=petition.plan_on,
            ended_on=petition.ended_on,
            status=petition.status,
            latest_note=petition.latest_note,
            latest_document=petition.latest_document,
            answer=answers.get(petition.id, ""),
            promises=tuple(promises.get(petition.code, ())),
        )
        for petition, place, category, department, monitor in rows
    ]


def _answers(session: Session, dialogue: Dialogue) -> dict[int, str]:
    """Give what was explained at the dialogue itself: on its day, and not taken back since."""
    if dialogue.held_on is None:
        return {}
    voided = select(PetitionStep.voids_id).where(PetitionStep.voids_id.is_not(None))
    rows = session.execute(
        select(PetitionStep.petition_id, PetitionStep.note)
        .join(Petition, Petition.id == PetitionStep.petition_id)
        .where(
            Petition.dialogue_id == dialogue.id,
            PetitionStep.status == Status.EXPLAINED,
            PetitionStep.happened_on == dialogue.held_on,
            PetitionStep.id.not_in(voided),
        )
        .order_by(PetitionStep.id)
    )
    return {row.petition_id: row.note for row in rows}


def _promised(session: Session, scope: frozenset[int], dialogue: Dialogue) -> list[Promised]:
    department = Department.name_en if language() == "en" else Department.name_vi
    rows = session.execute(
        select(
            Commitment,
            department,
            Petition.code,
            *(getattr(Petition, told) for told in PERSON),
        )
        .outerjoin(Department, Department.id == Commitment.department_id)
        .outerjoin(Petition, Petition.id == Commitment.petition_id)
        .where(Commitment.dialogue_id == dialogue.id, answered_for(scope, Commitment.place_id))
        .order_by(Commitment.id)
    )
    today = clock.today()
    return [
        Promised(
            code=row.code,
            promise=row.promise,
            promised_by=row.promised_by,
            department=name or "",
            supporting=row.supporting,
            monitor=row.monitor,
            due_on=row.due_on,
            state=state_of(row.outcome, row.due_on, row.ended_on, today),
            ended_on=row.ended_on,
            petition_code=code or "",
            person=tuple(told or "" for told in person),
        )
        for row, name, code, *person in rows
    ]


def _documents(session: Session, dialogue: Dialogue) -> dict[Stage, Document]:
    rows = session.execute(
        select(DialogueStep.stage, DialogueStep.document_number, DialogueStep.happened_on)
        .where(DialogueStep.dialogue_id == dialogue.id, DialogueStep.stage_before.is_not(None))
        .order_by(DialogueStep.id)
    )
    return {stage: Document(number, day) for stage, number, day in rows}
