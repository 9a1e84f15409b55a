"""Choosing what is on a briefing, putting it in order, and writing decisions down."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.briefing.models import Briefing, BriefingItem
from tracker.briefing.rules import DECISION_LIMIT, MOST_ITEMS, TEXT_LIMIT, fingerprint
from tracker.briefing.service.recording import changed, check_may, items_in, lock_open
from tracker.briefing.service.requests import (
    BriefingRefused,
    Chosen,
    DecisionsStale,
    Recording,
    TypedText,
    bounded,
    kept_chair,
    kept_day,
)
from tracker.commitments.models import Commitment
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.errors import NotFound
from tracker.core.text import tidy
from tracker.petitions.models import Petition
from tracker.places.queries import scope_ids


def choose_items(
    session: Session, actor: User | None, briefing: Briefing, chosen: Chosen
) -> list[BriefingItem]:
    """Put matters at the end of a briefing, in the order given; what is on it already stays.

    Raises NotFound for a petition or commitment of a place that the briefing's does not answer for.
    """
    check_may(actor, Permission.PREPARE_BRIEFING)
    subject = bounded("subject", chosen.subject, TEXT_LIMIT, lines=True)
    with transaction(session):
        lock_open(session, briefing)
        items = items_in(session, briefing)
        scope = scope_ids(session, briefing.place_id)
        fresh = [
            *_fresh(session, briefing, chosen.petitions, Petition, items, scope),
            *_fresh(session, briefing, chosen.commitments, Commitment, items, scope),
        ]
        if subject:
            fresh.append(BriefingItem(briefing_id=briefing.id, subject=subject))
        if len(items) + len(fresh) > MOST_ITEMS:
            raise BriefingRefused(
                "A briefing holds at most %(most)s matters; leave some for the next one.",
                "subject",
                most=MOST_ITEMS,
            )
        last = items[-1].position if items else 0
        for position, item in enumerate(fresh, last + 1):
            item.position = position
            session.add(item)
        if fresh:
            changed(session, actor, briefing, "choose")
    return fresh


def move_item(
    session: Session, actor: User | None, briefing: Briefing, item_id: int, *, up: bool
) -> None:
    """Move a matter up or down by one; at the end of the list it stays where it is."""
    check_may(actor, Permission.PREPARE_BRIEFING)
    with transaction(session):
        lock_open(session, briefing)
        items = items_in(session, briefing)
        at = items.index(_one(items, item_id))
        beside = at - 1 if up else at + 1
        if not 0 <= beside < len(items):
            return
        items[at], items[beside] = items[beside], items[at]
        for position, item in enumerate(items, 1):
            item.position = position
        changed(session, actor, briefing, "order")


def remove_item(session: Session, actor: User | None, briefing: Briefing, item_id: int) -> None:
    """Take a matter off a briefing; one with a decision stays."""
    check_may(actor, Permission.PREPARE_BRIEFING)
    with transaction(session):
        lock_open(session, briefing)
        item = _one(items_in(session, briefing), item_id)
        if item.decision or item.made_id is not None:
            raise BriefingRefused(
                "Something was decided on this matter; clear the decision before taking it off."
            )
        session.delete(item)
        changed(session, actor, briefing, "remove")


def record(session: Session, actor: User | None, briefing: Briefing, typed: Recording) -> list[int]:
    """Write down what was decided; gives the items whose decision changed.

    A text that was not touched on the page is left as it is kept, whoever wrote it. Raises
    DecisionsStale, and keeps nothing, where someone else wrote another text meanwhile.
    """
    check_may(actor, Permission.PREPARE_BRIEFING)
    with transaction(session):
        lock_open(session, briefing)
        items = {item.id: item for item in items_in(session, briefing)}
        wanted = {
            item_id: bounded(f"decision-{item_id}", text.text, DECISION_LIMIT, lines=True)
            for item_id, text in typed.decisions.items()
            if item_id in items and _is_touched(items[item_id].decision, text)
        }
        stale = [i for i in wanted if _is_stale(items[i].decision, typed.decisions[i])]
        notes = typed.notes if _is_touched(briefing.notes, typed.notes) else None
        if notes is not None and _is_stale(briefing.notes, notes):
            stale.append(0)
        if stale:
            raise DecisionsStale(
                "Someone else has just written another text; look at what is kept now.",
                tuple(stale),
            )
        for item_id, decision in wanted.items():
            _decide(items[item_id], actor, decision)
        has_other_facts = _set_facts(briefing, typed, notes)
        if wanted or has_other_facts:
            changed(session, actor, briefing, "record")
    return list(wanted)


def _one(items: Sequence[BriefingItem], item_id: int) -> BriefingItem:
    item = next((item for item in items if item.id == item_id), None)
    if item is None:
        raise NotFound("There is no such matter on this briefing.")
    return item


def _fresh(
    session: Session,
    briefing: Briefing,
    codes: Sequence[str],
    kind: type[Petition] | type[Commitment],
    items: Sequence[BriefingItem],
    scope: frozenset[int],
) -> list[BriefingItem]:
    """Give items for those of the codes that are not on the briefing yet."""
    column = "petition_id" if kind is Petition else "commitment_id"
    on_it = {getattr(item, column) for item in items}
    rows = session.execute(select(kind.code, kind.id, kind.place_id).where(kind.code.in_(codes)))
    found = {row.code: row for row in rows}
    if any(code not in found or found[code].place_id not in scope for code in codes):
        raise NotFound("There is no such record.")
    ids = dict.fromkeys(found[code].id for code in codes)
    return [
        BriefingItem(briefing_id=briefing.id, **{column: row_id})
        for row_id in ids
        if row_id not in on_it
    ]


def _is_touched(kept: str, typed: TypedText | None) -> bool:
    """Tell whether the person wrote something else than the page showed, and than is kept."""
    if typed is None or tidy(typed.text) == kept:
        return False
    return typed.seen is None or fingerprint(tidy(typed.text)) != typed.seen


def _is_stale(kept: str, typed: TypedText) -> bool:
    return typed.seen is not None and fingerprint(kept) != typed.seen


def _decide(item: BriefingItem, actor: User | None, decision: str) -> None:
    if item.made_id is not None and not decision:
        raise BriefingRefused(
            "This decision became a commitment; it can be reworded, not cleared.",
            f"decision-{item.id}",
        )
    item.decision = decision
    item.decided_by_id = actor.id if actor and decision else None
    item.decided_at = clock.now() if decision else None


def _set_facts(briefing: Briefing, typed: Recording, notes: TypedText | None) -> bool:
    """Set the briefing's own text, day and chair; tell whether any of them is another now."""
    before = (briefing.notes, briefing.held_on, briefing.chair)
    if notes is not None:
        briefing.notes = bounded("notes", notes.text, TEXT_LIMIT, lines=True)
    if typed.held_on is not None:
        briefing.held_on = kept_day(typed.held_on)
    if typed.chair is not None:
        briefing.chair = kept_chair(typed.chair)
    return before != (briefing.notes, briefing.held_on, briefing.chair)
