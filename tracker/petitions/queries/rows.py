"""A line of the list and of its files, and the columns that it is read from."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal

from tracker.accounts.models import User
from tracker.core.dates import Precision
from tracker.core.i18n import gettext, language
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.petitions.lifecycle import (
    MEANINGS,
    Channel,
    Group,
    Kind,
    Level,
    Petitioner,
    Profile,
    Status,
)
from tracker.petitions.models import PERSON, UNNAMED, Petition
from tracker.petitions.queries.identity import Reader, known_to, plain_text
from tracker.petitions.rules import (
    Acknowledgement,
    Ageing,
    Terms,
    Timeliness,
    acknowledgement,
    ageing,
    timeliness,
)
from tracker.places.models import Place
from tracker.places.queries import answered_for

EXCERPT = 300


@dataclass(frozen=True, slots=True)
class PetitionRow:
    """One line of the list; `content` is its beginning only.

    `citizen_name` is as the reader may see it, but in the rows of a file.
    """

    terms: Terms
    id: int
    code: str
    content: str
    petitioner: Petitioner
    citizen_name: str
    people: int | None
    kind: Kind
    status: Status
    category: str
    place: str
    department: str | None
    received_on: date | None
    date_precision: Precision
    due_on: date | None
    ack_due_on: date | None
    acknowledged_on: date | None
    plan_on: date | None
    ended_on: date | None
    dialogue_code: str | None
    monitor: str | None
    is_fictional: bool

    @property
    def group(self) -> Group:
        """The group this petition is reported in."""
        return MEANINGS[self.status].group

    @property
    def timeliness(self) -> Timeliness:
        """How it stands against its due date today."""
        return timeliness(self.status, self.due_on, self.ended_on, self.terms)

    @property
    def ack(self) -> Acknowledgement:
        """Whether the citizen was answered or told in time."""
        return acknowledgement(self.status, self.ack_due_on, self.acknowledged_on, self.terms)

    @property
    def ageing(self) -> Ageing | None:
        """The alert it has reached by lying unprocessed."""
        return ageing(self.status, self.received_on, self.date_precision, self.terms)

    @property
    def is_provisional(self) -> bool:
        """Tell whether its due date lies in a year whose days off are not yet announced."""
        return self.terms.is_provisional(self.due_on)


@dataclass(frozen=True, slots=True)
class ExportRow(PetitionRow):
    """One line of a file: everything a meeting's table shows; `content` is whole."""

    citizen_phone: str
    channel: Channel
    level: Level
    cooperating: str
    latest_note: str
    latest_document: str
    source: str
    former_person: str

    @property
    def person(self) -> tuple[str, ...]:
        """All that is known of the person's names and telephones."""
        return self.citizen_name, self.citizen_phone, self.former_person

    @property
    def reason_unresolved(self) -> str:
        """Why it is not resolved yet, when that is how it is reported."""
        return self.latest_note if self.group is Group.UNRESOLVED else ""


_NAMES = [field.name for field in fields(PetitionRow) if field.name != "terms"]
NAME_AT, CONTENT_AT = _NAMES.index("citizen_name"), _NAMES.index("content")


def line_columns(is_known: ColumnElement[bool], reader: Reader | None) -> list[Any]:
    """Select what a line of the list is made of (`register`); nobody is named without a reader.

    Behind its fields come its content without its person, and whether the reader knows them.
    """
    return [*_columns(PetitionRow, is_known), _plain_excerpt(), known_to(reader)]


def petition_fields(scope: frozenset[int], profile: Profile) -> dict[str, Any]:
    """Give what the database knows of a petition, by the names of ExportRow.

    For everyone, the person is left out, also of the texts that name them.
    """
    names = [field.name for field in fields(ExportRow) if field.name != "terms"]
    is_known = answered_for(scope, Dialogue.place_id)
    known = dict(zip(names, _columns(ExportRow, is_known), strict=True))
    if profile is Profile.PUBLIC:
        known |= {name: plain_text(name) for name in UNNAMED}
        known |= {name: literal("") for name in PERSON}
    return known


def _plain_excerpt() -> ColumnElement[Any]:
    """Ask for the beginning of a content that names its person, without them."""
    return func.substr(Petition.content_unnamed, 1, EXCERPT)


def _columns(row: type[PetitionRow], is_known: ColumnElement[bool]) -> list[Any]:
    """Read the fields of a row; a dialogue is named where the reader may know of it."""
    in_english = language() == "en"
    elsewhere = {
        "content": func.substr(Petition.content, 1, EXCERPT),
        "category": Category.name_en if in_english else Category.name_vi,
        "department": Department.name_en if in_english else Department.name_vi,
        "place": Place.name,
        "is_fictional": Place.is_fictional,
        "monitor": User.full_name,
        "dialogue_code": case(
            (is_known, Dialogue.code),
            (Dialogue.id.is_not(None), gettext("of another place")),
        ),
    }
    if row is ExportRow:
        del elsewhere["content"]
    return [
        elsewhere[field.name] if field.name in elsewhere else getattr(Petition, field.name)
        for field in fields(row)
        if field.name != "terms"
    ]


def with_lists(statement: Select[Any]) -> Select[Any]:
    """Join what the columns of a line name: place, lists, dialogue and monitor."""
    return (
        statement.join(Place, Place.id == Petition.place_id)
        .join(Category, Category.id == Petition.category_id)
        .outerjoin(Department, Department.id == Petition.department_id)
        .outerjoin(Dialogue, Dialogue.id == Petition.dialogue_id)
        .outerjoin(User, User.id == Petition.monitor_id)
    )
