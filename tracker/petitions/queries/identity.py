"""Who a petition is from, as each reader may see it: open, masked, or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.dialogues.queries.telling import tellers
from tracker.petitions.lifecycle import MOVES, LookReason, Status
from tracker.petitions.models import PERSON, UNNAMED, IdentityLook, Petition, PetitionStep
from tracker.petitions.rules.masking import masked_name, masked_phone
from tracker.petitions.rules.spellings import without_people, without_person

OPEN_FOR = timedelta(hours=4)
"""So long an opened identity stays open to whoever gave a reason."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone who works with petitions; whoever approves results decides on those that wait."""

    id: int
    decides: bool


def reader_of(user: User) -> Reader | None:
    """Give whom names are shown to, masked at least; an administrator sees no name at all."""
    if not user.may(Permission.OPEN_IDENTITY):
        return None
    return Reader(user.id, user.may(Permission.APPROVE_PETITION))


def values_of_reader(reader: Reader | None) -> dict[str, Any]:
    """Give the values of `known_to`, for a question that was put together before."""
    if reader is None:
        return {}
    return {"reader_id": reader.id, "open_since": clock.now() - OPEN_FOR}


def known_to(reader: Reader | None) -> ColumnElement[bool]:
    """Ask whether the person handles the petition, or has given a reason a short while ago.

    Its handlers are who logged it, who moved it, who monitors it, and, while a result waits for
    approval, who approves. Correcting a detail handles nothing.
    """
    if reader is None:
        return false()
    reader_id: Any
    since: Any
    reader_id, since = (bindparam(*named) for named in values_of_reader(reader).items())
    step = exists().where(
        PetitionStep.petition_id == Petition.id,
        PetitionStep.actor_id == reader_id,
        PetitionStep.move.in_(MOVES),
    )
    look = exists().where(
        IdentityLook.petition_id == Petition.id,
        IdentityLook.user_id == reader_id,
        IdentityLook.opened_at > since,
    )
    own = [Petition.logged_by_id == reader_id, Petition.monitor_id == reader_id]
    if reader.decides:
        own.append(Petition.status == Status.AWAITING_APPROVAL)
    return or_(*own, step, look)


def shown_name(reader: Reader | None, name: str, *, is_known: bool) -> str:
    """Give a name as its reader may see it; the one place that decides."""
    if reader is None:
        return ""
    return name if is_known else masked_name(name)


def plain_text(name: str) -> ColumnElement[str]:
    """Ask for a text of a petition without its person."""
    return func.coalesce(getattr(Petition, UNNAMED[name]), getattr(Petition, name))


def unknown_at(
    session: Session, reader: Reader | None, dialogue_ids: Sequence[int]
) -> dict[int, list[tuple[str, ...]]]:
    """Give who raised something at dialogues and is not known to the reader, by dialogue."""
    values = {"dialogues": dialogue_ids} | values_of_reader(reader)
    asked = _unknown_at(reader and replace(reader, id=0))
    found: dict[int, list[tuple[str, ...]]] = {}
    for dialogue_id, *told in session.connection().execute(asked, values):
        found.setdefault(dialogue_id, []).append(tuple(told))
    return found


@cache
def _unknown_at(reader: Reader | None) -> Select[Any]:
    person = [getattr(Petition, name) for name in PERSON]
    asked = select(Petition.dialogue_id, *person).where(
        Petition.dialogue_id.in_(bindparam("dialogues", expanding=True)),
        or_(*(told != "" for told in person)),
    )
    if reader is None:
        return asked
    # Of a petition that nobody logged it is not known whether it is the reader's own.
    return asked.where(known_to(reader).is_not(true()))


def _tellers(
    session: Session, user: User | None, dialogue_ids: Sequence[int]
) -> dict[int, Callable[[str], str]]:
    """Leave who is not known to the reader out of the texts of the dialogues they spoke at."""
    reader = None if user is None else reader_of(user)
    unknown = unknown_at(session, reader, dialogue_ids)
    return {key: partial(without_people, people=people) for key, people in unknown.items()}


tellers.append(_tellers)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who raised a petition, as the reader may see it; `may_open` offers to give a reason."""

    name: str
    phone: str
    is_known: bool
    may_open: bool
    kept: tuple[str, ...]

    def told(self, text: str) -> str:
        """Give a text of the petition, without the person where they are not open."""
        return text if self.is_known else without_person(text, *self.kept)


def identity_of(session: Session, user: User, petition: Petition) -> Identity:
    """Give who raised a petition, as this person may see it now."""
    reader, kept = reader_of(user), petition.person
    if reader is None:
        return Identity("", "", is_known=False, may_open=False, kept=kept)
    asked = {"petition_id": petition.id} | values_of_reader(reader)
    is_known = bool(session.connection().scalar(_is_known(reader.decides), asked))
    has_any = any(kept)
    name = shown_name(reader, petition.citizen_name, is_known=is_known)
    phone = petition.citizen_phone if is_known else masked_phone(petition.citizen_phone)
    return Identity(name, phone, is_known, may_open=has_any and not is_known, kept=kept)


@cache
def _is_known(decides: bool) -> Select[bool]:
    return select(known_to(Reader(0, decides))).where(Petition.id == bindparam("petition_id"))


@dataclass(frozen=True, slots=True)
class LookRow:
    """One time that someone who does not handle a petition opened who raised it."""

    opened_at: datetime
    full_name: str
    reason: LookReason
    note: str


_LOOKS = (
    select(IdentityLook.opened_at, User.full_name, IdentityLook.reason, IdentityLook.note)
    .join(User, User.id == IdentityLook.user_id)
    .where(IdentityLook.petition_id == bindparam("petition_id"))
    .order_by(IdentityLook.id.desc())
)


def looks_at(session: Session, petition_id: int) -> list[LookRow]:
    """Give who has looked, the latest first."""
    rows = session.connection().execute(_LOOKS, {"petition_id": petition_id})
    return [LookRow(*row) for row in rows]
