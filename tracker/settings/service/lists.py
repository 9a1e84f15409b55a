"""Categories and departments: making, naming, ordering, retiring; nothing is ever deleted."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, Stale, TrackerError
from tracker.core.text import checked
from tracker.dialogues.models import Category, Department
from tracker.journal import service as journal
from tracker.settings.queries import Listed, keeps_lists, listed_for, listed_rows
from tracker.settings.rules import MOST_DUE_DAYS, code_from
from tracker.settings.service.recording import Facts, check_keeper, made_before, note_change

WORDS: dict[type[Listed], str] = {Category: "category", Department: "department"}


class NameRefused(TrackerError):
    """A name is missing, or another entry in use bears it."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """What an administrator types for a category or a department, which has no due days."""

    name_vi: str
    name_en: str
    due_days: int | None = None
    due_days_are_working: bool = True


def add_entry(
    session: Session, actor: User, kind: type[Listed], new: ListEntry, key: str
) -> Listed:
    """Add to the end of a list, with a code made from the Vietnamese name."""
    try:
        return _add(session, actor, kind, new, key)
    except IntegrityError:
        return _add(session, actor, kind, new, key)  # another came first; its code is known now


def _add(session: Session, actor: User, kind: type[Listed], new: ListEntry, key: str) -> Listed:
    with transaction(session):
        _check(session, actor)
        if code := made_before(session, actor, key):
            return listed_for(session, kind, code)
        _check_names(session, kind, new, None)
        taken = set(session.scalars(select(kind.code)))
        last = session.scalar(select(func.max(kind.position))) or 0
        row = kind(code=code_from(checked(new.name_vi), taken), position=last + 1)
        _write(row, new)
        session.add(row)
        session.flush()  # a code that another took meanwhile is told here
        journal.keep_key(session, actor, key, row.code)
        note_change(session, actor, f"{WORDS[kind]}:made", row.code, {}, _facts(row))
    return row


def change_entry(
    session: Session,
    actor: User,
    kind: type[Listed],
    code: str,
    change: ListEntry,
    seen_version: int,
) -> None:
    """Change the names and the rule for due dates; the code stays, as files and links name it."""
    with transaction(session):
        _check(session, actor)
        row = _locked(session, kind, code, seen_version)
        _check_names(session, kind, change, row)
        before = _facts(row)
        _write(row, change)
        _note(session, actor, row, "changed", before)


def move_entry(
    session: Session, actor: User, kind: type[Listed], code: str, *, up: bool, seen_version: int
) -> None:
    """Move an entry one place up or down among those in use; at either end nothing happens."""
    with transaction(session):
        _check(session, actor)
        row = _locked(session, kind, code, seen_version)
        in_use = [other for other in listed_rows(session, kind) if not other.is_retired]
        if row not in in_use:
            raise TrackerError("A retired entry has no place in the order; bring it back first.")
        at = in_use.index(row)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(in_use):
            return
        before = {other.code: other.position for other in in_use}
        in_use[at], in_use[to] = in_use[to], in_use[at]
        for position, other in enumerate(in_use, 1):
            other.position = position
        after = {other.code: other.position for other in in_use}
        note_change(session, actor, f"{WORDS[kind]}:moved", code, before, after)


def retire_entry(
    session: Session, actor: User, kind: type[Listed], code: str, seen_version: int
) -> None:
    """Offer an entry no more for new records; those that bear it keep it."""
    with transaction(session):
        _check(session, actor)
        row = _locked(session, kind, code, seen_version)
        in_use = [other for other in listed_rows(session, kind) if not other.is_retired]
        if kind is Category and in_use == [row]:
            raise TrackerError("One category at least stays in use, or no petition can be logged.")
        before = _facts(row)
        row.is_retired = True
        _note(session, actor, row, "retired", before)


def bring_back_entry(
    session: Session, actor: User, kind: type[Listed], code: str, seen_version: int
) -> None:
    """Offer a retired entry again, at the end of the list."""
    with transaction(session):
        _check(session, actor)
        row = _locked(session, kind, code, seen_version)
        if not row.is_retired:
            return
        _check_names(session, kind, ListEntry(row.name_vi, row.name_en), row)
        before = _facts(row)
        row.is_retired = False
        row.position = (session.scalar(select(func.max(kind.position))) or 0) + 1
        _note(session, actor, row, "brought-back", before)


def _check(session: Session, actor: User) -> None:
    check_keeper(actor)
    if not keeps_lists(session, actor):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")


def _locked(session: Session, kind: type[Listed], code: str, seen_version: int) -> Listed:
    """Give one entry as it is kept now, while nobody else changes the list."""
    fresh = select(kind).order_by(kind.id).with_for_update(key_share=True)
    session.scalars(fresh.execution_options(populate_existing=True)).all()
    row = listed_for(session, kind, code)
    if row.version != seen_version:
        raise Stale("Someone else has just changed this; look again before you save.")
    return row


def _check_names(
    session: Session, kind: type[Listed], wanted: ListEntry, row: Listed | None
) -> None:
    if not checked(wanted.name_vi) or not checked(wanted.name_en):
        raise NameRefused("Enter both names.")
    name = checked(wanted.name_vi).casefold()
    for other in listed_rows(session, kind):
        if other is not row and not other.is_retired and other.name_vi.casefold() == name:
            raise NameRefused("“%(name)s” is on the list already.", name=other.name_vi)


def _write(row: Listed, entry: ListEntry) -> None:
    row.name_vi, row.name_en = checked(entry.name_vi), checked(entry.name_en)
    if isinstance(row, Category):
        if entry.due_days is not None and not 0 < entry.due_days <= MOST_DUE_DAYS:
            raise TrackerError("A due date lies 1 to 365 days ahead.")
        row.due_days = entry.due_days
        row.due_days_are_working = entry.due_days_are_working


def _note(session: Session, actor: User, row: Listed, act: str, before: Facts) -> None:
    after = _facts(row)
    if before != after:
        note_change(session, actor, f"{WORDS[type(row)]}:{act}", row.code, before, after)


def _facts(row: Listed) -> Facts:
    names = ["name_vi", "name_en", "position", "is_retired"]
    if isinstance(row, Category):
        names += ["due_days", "due_days_are_working"]
    return {name: getattr(row, name) for name in names}
