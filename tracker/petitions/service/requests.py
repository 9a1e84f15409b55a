"""What people ask of a petition, and what is refused before anything is written."""

from dataclasses import dataclass, field
from datetime import date

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.dates import FIRST_YEAR, YEARS_AHEAD, Precision, first_day, is_sensible_year
from tracker.core.errors import TrackerError
from tracker.core.text import tidy_line
from tracker.petitions.lifecycle import Channel, Ground, Kind, Level, Move, Petitioner
from tracker.petitions.models import Petition
from tracker.petitions.rules import (
    CONTENT_LIMIT,
    MOST_PEOPLE,
    NAME_LIMIT,
    NOTE_LIMIT,
    PHONE_LIMIT,
    Team,
    is_late,
)


class MoveRefused(TrackerError):
    """The petition's status, or something missing, does not allow this move."""


class PetitionRefused(TrackerError):
    """What was typed cannot be kept as a petition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be typed about a petition; `people` None is a number not known."""

    place_id: int
    category_id: int
    channel: Channel
    kind: Kind
    content: str
    department_id: int | None = None
    cooperating: str = ""
    level: Level = Level.UNKNOWN
    petitioner: Petitioner = Petitioner.UNNAMED
    citizen_name: str = ""
    citizen_phone: str = ""
    people: int | None = 1
    received_on: date | None = None
    date_precision: Precision = Precision.UNKNOWN
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPetition(Facts):
    """What is known of a petition when it is logged; no due date asks for the category's rule."""

    dialogue_id: int | None = None
    answer_on_spot: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment(Facts):
    """How the facts of a petition shall read, and why they are corrected."""

    reason: str
    monitor_id: int | None = None
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """One asked-for step; `seen_version` is the version the person had on the screen.

    `team` None leaves who cooperates and who watches as it is. `has_new_evidence` tells that files
    were checked and will be kept together with the step.
    """

    move_name: str
    happened_on: date | None = None
    note: str = ""
    document_number: str = ""
    department_id: int | None = None
    due_on: date | None = None
    plan_on: date | None = None
    master_code: str = ""
    ground: Ground | None = None
    team: Team | None = field(default=None, kw_only=True)
    has_new_evidence: bool = field(default=False, kw_only=True)
    seen_version: int | None = field(default=None, kw_only=True)


def check_facts(facts: Facts) -> None:
    """Refuse facts that contradict each other."""
    if not tidy_line(facts.content):
        raise PetitionRefused("Enter what was raised.")
    check_length(facts.content, CONTENT_LIMIT)
    for text, limit in (
        (facts.citizen_name, NAME_LIMIT),
        (facts.cooperating, NAME_LIMIT),
        (facts.citizen_phone, PHONE_LIMIT),
    ):
        check_length(text, limit)
    check_years(PetitionRefused, received_on=facts.received_on, due_on=facts.due_on)
    if (facts.received_on is None) != (facts.date_precision is Precision.UNKNOWN):
        raise PetitionRefused("Enter the day of receipt, or say that it is unknown.")
    if facts.received_on and facts.received_on > clock.today():
        raise PetitionRefused("The day of receipt cannot be after today.")
    received = first_day(facts.received_on, facts.date_precision)
    if received and facts.due_on and facts.due_on < received:
        raise PetitionRefused("The due date cannot be before the day of receipt.")
    _check_petitioner(facts)


def check_years(refusal: type[TrackerError], **days: date | None) -> None:
    """Refuse a day, beside the field it was typed in, that is a slip of the finger."""
    today = clock.today()
    for name, day in days.items():
        if not is_sensible_year(day, today):
            raise refusal(
                "The year must lie between %(first)s and %(last)s.",
                field=name,
                first=FIRST_YEAR,
                last=today.year + YEARS_AHEAD,
            )


def check_length(text: str, limit: int) -> None:
    """Refuse a text that its column or the page cannot hold."""
    if len(text) > limit:
        raise PetitionRefused("The text is longer than %(limit)s characters.", limit=limit)


def _check_petitioner(facts: Facts) -> None:
    if facts.people is not None and facts.people < 1:
        raise PetitionRefused("The number of people is at least one.")
    if facts.people is not None and facts.people > MOST_PEOPLE:
        raise PetitionRefused("The number of people is at most a million.")
    if facts.petitioner is Petitioner.GROUP and facts.people == 1:
        raise PetitionRefused("A group is two people or more, or a number not known.")
    if facts.petitioner is Petitioner.PERSON and facts.people != 1:
        raise PetitionRefused("One person counts as one; for more, choose a group.")
    if facts.petitioner is Petitioner.UNNAMED and facts.citizen_name.strip():
        raise PetitionRefused("A petition with a name is not unnamed: choose a person or a group.")


def check_move(move: Move, asked: MoveRequest, last_day: date | None, plan_after: date) -> None:
    """Refuse a move that lacks what it asks for, or whose days are out of order."""
    check_years(
        MoveRefused, happened_on=asked.happened_on, due_on=asked.due_on, plan_on=asked.plan_on
    )
    day = asked.happened_on or clock.today()
    if day > clock.today() or (last_day and day < last_day):
        raise MoveRefused("The day must lie between the step before and today.")
    check_length(asked.note, NOTE_LIMIT)
    check_length(asked.document_number, NAME_LIMIT)
    check_length(asked.team.cooperating if asked.team else "", NAME_LIMIT)
    if move.needs_note and not asked.note.strip():
        raise MoveRefused("State the reason or the result.")
    if move.needs_document and not asked.document_number.strip():
        raise MoveRefused("Enter the document number.")
    if move.needs_plan_date and (asked.plan_on is None or asked.plan_on <= plan_after):
        raise MoveRefused("Enter the planned date; it must come after today.")
    if move.needs_ground and asked.ground is None:
        raise MoveRefused("Choose the ground for declining.")
    if move.offers_due_date and asked.due_on and asked.due_on < day:
        raise MoveRefused("The due date cannot be before the day of assignment.")
    if move.needs_note_or_document and not (asked.note.strip() or asked.document_number.strip()):
        raise MoveRefused("Enter the document number, or how the citizen was told.")
    if move.needs_master and not asked.master_code.strip():
        raise MoveRefused("Name the petition that this one is joined to.")


def check_late_due(actor: User | None, petition: Petition, wanted: date | None) -> None:
    """Refuse to hide lateness: only a leader moves a due date that has passed, or takes it away."""
    if actor is None or actor.may(Permission.APPROVE_PETITION):
        return
    was = petition.due_on
    if not is_late(petition.status, was, clock.today()) or was is None:
        return
    if wanted is None or wanted > was:
        raise PetitionRefused(
            "The petition is late since %(day)s: extend the due date by a document, or ask the"
            " leader to set a new one.",
            day=clock.shown_date(was),
            field="due_on",
        )


def check_law(latest: date | None, wanted: date | None) -> None:
    """Refuse to set aside the law's limit of an accepted complaint without a document."""
    if latest is not None and (wanted is None or wanted > latest):
        raise PetitionRefused(
            "By law this complaint is due by %(day)s: for a later date, extend it by a document.",
            day=clock.shown_date(latest),
            field="due_on",
        )


def check_extension(due_on: date | None, wanted: date | None) -> None:
    """Refuse an extension of no date, or to a day that is not later."""
    if due_on is None:
        raise MoveRefused("There is no due date to extend: set one by assigning the petition.")
    if wanted is None or wanted <= due_on:
        raise MoveRefused(
            "Enter the new due date; it must come after the present one, %(day)s.",
            day=clock.shown_date(due_on),
        )
