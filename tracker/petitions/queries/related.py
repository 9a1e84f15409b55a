"""Which petitions are joined to one, and to which it is joined."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.petitions.lifecycle import Petitioner
from tracker.petitions.models import Petition
from tracker.petitions.queries.identity import (
    Reader,
    known_to,
    shown_name,
    values_of_reader,
)
from tracker.petitions.queries.rows import EXCERPT
from tracker.places.queries import ScopeShape, bound_scope


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """A petition of the same matter, by its beginning; its person as the reader may see it."""

    code: str
    content: str
    petitioner: Petitioner
    citizen_name: str
    people: int | None


def joined_to(
    session: Session, scope: frozenset[int], petition: Petition, reader: Reader | None = None
) -> list[RelatedRow]:
    """Give the petitions that name this one as their master."""
    return _related(session, scope, "master_id", petition.id, reader)


def master_of(session: Session, scope: frozenset[int], petition: Petition) -> RelatedRow | None:
    """Give the petition to which this one is joined, if the reader may know of it."""
    if petition.master_id is None:
        return None
    found = _related(session, scope, "id", petition.master_id, None)
    return found[0] if found else None


def _related(
    session: Session, scope: frozenset[int], by: str, key: int, reader: Reader | None
) -> list[RelatedRow]:
    places, values = bound_scope(scope)
    values |= {"key": key} | values_of_reader(reader)
    asked = _relatives(by, places, reader and replace(reader, id=0))
    return [
        RelatedRow(
            code,
            content if known or plain is None else plain,
            petitioner,
            shown_name(reader, name, is_known=known),
            people,
        )
        for code, content, plain, petitioner, name, people, known in session.connection().execute(
            asked, values
        )
    ]


@cache
def _relatives(by: str, places: ScopeShape, reader: Reader | None) -> Select[Any]:
    return (
        select(
            Petition.code,
            func.substr(Petition.content, 1, EXCERPT),
            func.substr(Petition.content_unnamed, 1, EXCERPT),
            Petition.petitioner,
            Petition.citizen_name,
            Petition.people,
            known_to(reader),
        )
        .where(getattr(Petition, by) == bindparam("key"), places.answered_for(Petition.place_id))
        .order_by(Petition.id)
    )


@dataclass(frozen=True, slots=True)
class DialogueSum:
    """How much was raised at one dialogue; people of number unknown are counted apart."""

    petitions: int
    people: int
    uncounted: int


def sum_of_dialogue(session: Session, dialogue_id: int) -> DialogueSum:
    """Count a dialogue's petitions and the people behind them; one joined to another counts on."""
    petitions, people, uncounted = session.execute(
        select(
            func.count(),
            func.sum(Petition.people),
            func.count().filter(Petition.people.is_(None)),
        ).where(Petition.dialogue_id == dialogue_id)
    ).one()
    return DialogueSum(petitions, people or 0, uncounted)


def count_by_dialogue(session: Session, dialogue_ids: list[int]) -> dict[int, int]:
    """Count the petitions of each of these dialogues."""
    asked = (
        select(Petition.dialogue_id, func.count())
        .where(Petition.dialogue_id.in_(dialogue_ids))
        .group_by(Petition.dialogue_id)
    )
    return {key: count for key, count in session.execute(asked) if key is not None}
