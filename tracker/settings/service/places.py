"""Adding, correcting, renaming and ending places; what has been recorded keeps its place's name."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotFound, Stale
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.journal.models import JournalEntry
from tracker.ledger import service as ledger
from tracker.places import rules
from tracker.places.models import Place
from tracker.places.queries import scope_ids
from tracker.places.rules import ONE_DAY, DayRefused, Node, PlaceRefused, unit_of_today
from tracker.settings.queries import place_for
from tracker.settings.rules import EARLIEST_DAY, code_from
from tracker.settings.service.recording import Facts, check_keeper, made_before, note_change

Places = dict[int, Place]


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to be added in another; an unknown first day stays unknown."""

    name: str
    valid_from: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What was typed wrongly of a place."""

    name: str
    valid_from: date | None
    seen_version: int


@dataclass(frozen=True, slots=True)
class Renaming:
    """A new name from a day on, and the document that gives it."""

    name: str
    first_day: date
    seen_version: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Undoing:
    """Why an ending was a mistake."""

    reason: str
    seen_version: int


@dataclass(frozen=True, slots=True)
class Ending:
    """A place's last day, and what answers for it from then on."""

    last_day: date
    successor_id: int | None
    seen_version: int
    source: str = ""


def add_place(session: Session, actor: User, parent_key: str, new: NewPlace, key: str) -> Place:
    """Add a place of the next lower kind; the same form makes it once."""
    return _twice(lambda: _add(session, actor, parent_key, new, key))


def _add(session: Session, actor: User, parent_key: str, new: NewPlace, key: str) -> Place:
    with transaction(session):
        check_keeper(actor)
        if made := made_before(session, actor, key):
            return session.scalars(select(Place).where(Place.key == made)).one()
        places = _locked(session)
        parent = _mine(session, actor, parent_key)
        kind = rules.check_addition(_tree(places), parent.id)
        _check_first_day(new.valid_from, None)
        name = _free_name(places, new.name, parent.id)
        place = Place(
            key=_new_key(places, name),
            name=name,
            kind=kind,
            parent_id=parent.id,
            valid_from=new.valid_from,
            is_fictional=parent.is_fictional,
            source=checked(new.source),
        )
        session.add(place)
        ledger.follow_places(session)
        journal.keep_key(session, actor, key, place.key)
        note_change(session, actor, "place:made", place.key, {}, _facts(session, place), place.id)
    return place


def correct_place(session: Session, actor: User, key: str, correction: Correction) -> None:
    """Correct a mistake in the name or the first day, also in what records show of it."""
    with transaction(session):
        check_keeper(actor)
        places = _locked(session)
        place = _mine(session, actor, key, correction.seen_version)
        before = _facts(session, place)
        _check_first_day(correction.valid_from, place.valid_to)
        if checked(correction.name).casefold() != place.name.casefold():
            _free_name(places, correction.name, unit_of_today(_tree(places), place.id))
        place.name = checked(correction.name)
        place.valid_from = correction.valid_from
        after = _facts(session, place)
        if before != after:
            note_change(session, actor, "place:corrected", key, before, after, place.id)


def rename_place(session: Session, actor: User, key: str, renaming: Renaming, form: str) -> Place:
    """Let a place go on under a new name; the old one stays with the records of its days.

    Whoever had the place has the one of the new name from then on.
    """
    return _twice(lambda: _rename(session, actor, key, renaming, form))


def _rename(session: Session, actor: User, key: str, renaming: Renaming, form: str) -> Place:
    with transaction(session):
        check_keeper(actor)
        if made := made_before(session, actor, form):
            return session.scalars(select(Place).where(Place.key == made)).one()
        places = _locked(session)
        place = _mine(session, actor, key, renaming.seen_version)
        before = _facts(session, place)
        unit_id = rules.check_renaming(_tree(places), place.id, renaming.first_day, clock.today())
        name = _free_name(places, renaming.name, unit_id)
        heir = Place(
            key=_new_key(places, name),
            name=name,
            kind=place.kind,
            gso_code=place.gso_code,
            parent_id=unit_id,
            valid_from=renaming.first_day,
            is_fictional=place.is_fictional,
            source=checked(renaming.source),
        )
        session.add(heir)
        session.flush()  # the old place names the new one
        place.valid_to, place.successor_id = renaming.first_day - ONE_DAY, heir.id
        ledger.follow_places(session)
        _move_people(session, actor, place, heir)
        journal.keep_key(session, actor, form, heir.key)
        after = _facts(session, place)
        note_change(session, actor, "place:renamed", key, before, after, place.id)
        note_change(session, actor, "place:made", heir.key, {}, _facts(session, heir), heir.id)
    return heir


def end_place(session: Session, actor: User, key: str, ending: Ending) -> None:
    """End a place; its successor, or else what it lies in, answers for its records."""
    with transaction(session):
        check_keeper(actor)
        places = _locked(session)
        place = _mine(session, actor, key, ending.seen_version)
        if place.id == actor.place_id:
            raise PlaceRefused("Your own place is ended by an administrator of a place above it.")
        before = _facts(session, place)
        successor_id, mine = ending.successor_id, scope_ids(session, actor.place_id)
        if successor_id is not None and successor_id not in mine:
            raise NotFound("There is no such place.")
        rules.check_ending(_tree(places), place.id, ending.last_day, successor_id, clock.today())
        place.valid_to, place.successor_id = ending.last_day, successor_id
        ledger.follow_places(session)
        place.source = "; ".join(filter(None, (place.source, checked(ending.source))))
        after = _facts(session, place)
        note_change(session, actor, "place:ended", key, before, after, place.id)


def may_undo_ending(session: Session, place: Place) -> bool:
    """Tell whether the last that became of a place is an ending entered here."""
    return place.valid_to is not None and _ending_of(session, place.key) is not None


def undo_ending(session: Session, actor: User, key: str, undoing: Undoing) -> None:
    """Take back an ending entered by mistake; the journal keeps both acts and the reason.

    Refuses an ending that was not entered here, a renaming, and one that something is built on: a
    place of the same name, or a successor that has ended since.
    """
    reason = checked(undoing.reason)
    with transaction(session):
        check_keeper(actor)
        places = _locked(session)
        place = _mine(session, actor, key, undoing.seen_version)
        if not reason:
            raise PlaceRefused("State the reason.")
        tree = _tree(places)
        rules.check_undoing(tree, place.id)
        ending = _ending_of(session, key)
        if ending is None:
            raise PlaceRefused(
                "Only an ending that was entered here is taken back; a renaming is none."
            )
        _free_name(places, place.name, place.parent_id)
        before = _facts(session, place)
        place.valid_to = place.successor_id = None
        place.source = json.loads(ending.detail)["before"].get("source", place.source)
        ledger.follow_places(session)
        after = _facts(session, place) | {"reason": reason}
        note_change(session, actor, "place:ending-undone", key, before, after, place.id)


def _ending_of(session: Session, key: str) -> JournalEntry | None:
    """Give the act that ended a place, if that is how it came to its end."""
    acts = ("place:ended", "place:renamed", "place:ending-undone")
    asked = select(JournalEntry).where(JournalEntry.subject == key, JournalEntry.action.in_(acts))
    last = session.scalar(asked.order_by(JournalEntry.id.desc()).limit(1))
    return last if last is not None and last.action == acts[0] else None


def _twice(made: Callable[[], Place]) -> Place:
    try:
        return made()
    except IntegrityError:
        return made()  # another click, or another's place of the same key, came first


def _locked(session: Session) -> Places:
    """Give all places as they are kept now, while nobody else changes the tree."""
    fresh = select(Place).order_by(Place.id).with_for_update(key_share=True)
    rows = session.scalars(fresh.execution_options(populate_existing=True))
    return {place.id: place for place in rows}


def _mine(session: Session, actor: User, key: str, seen_version: int | None = None) -> Place:
    place = place_for(session, scope_ids(session, actor.place_id), key)
    if seen_version is not None and place.version != seen_version:
        raise Stale("Someone else has just changed this place; look again before you save.")
    return place


def _tree(places: Places) -> dict[int, Node]:
    return {
        place.id: Node(
            place.parent_id, place.successor_id, place.kind, place.valid_from, place.valid_to
        )
        for place in places.values()
    }


def _free_name(places: Places, name: str, unit_id: int | None) -> str:
    wanted, tree = checked(name), _tree(places)
    if not wanted:
        raise PlaceRefused("Enter the name.")
    for other in places.values():
        is_there = not tree[other.id].has_ended and unit_of_today(tree, other.id) == unit_id
        if is_there and other.name.casefold() == wanted.casefold():
            raise PlaceRefused("There is a place of this name there already.")
    return wanted


def _check_first_day(day: date | None, valid_to: date | None) -> None:
    if day is None:
        return
    if day > clock.today():
        raise DayRefused("The change cannot lie after today.")
    if day < EARLIEST_DAY or (valid_to is not None and day > valid_to):
        raise DayRefused("The first day must lie before the last, and not before 1900.")


def _new_key(places: Places, name: str) -> str:
    return code_from(name, {place.key for place in places.values()}, between="-")


def _move_people(session: Session, actor: User, place: Place, heir: Place) -> None:
    for user in session.scalars(select(User).where(User.place_id == place.id)):
        user.place_id = heir.id
        note_change(
            session,
            actor,
            "person:changed",
            user.username,
            {"place": place.key},
            {"place": heir.key},
            heir.id,
        )


def _facts(session: Session, place: Place) -> Facts:
    parent = session.get(Place, place.parent_id) if place.parent_id else None
    successor = session.get(Place, place.successor_id) if place.successor_id else None
    return {
        "name": place.name,
        "kind": place.kind.value,
        "lies_in": parent.key if parent else None,
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
        "successor": successor.key if successor else None,
        "source": place.source,
    }
